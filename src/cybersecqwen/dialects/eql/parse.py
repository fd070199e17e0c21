"""From text to the tree of an EQL query."""

from __future__ import annotations

import re

from cybersecqwen.dialects.elastic.expressions import COMPARE, Binary, Expr, Field
from cybersecqwen.dialects.elastic.parsing import Parser
from cybersecqwen.dialects.elastic.walking import fields_in, walk
from cybersecqwen.errors import QuerySyntaxError

from .tree import GRAMMAR, SPANS, EqlTree, Event, Pipe, Sample, Sequence, Stage, Window

_WINDOW = re.compile(r"\s*// from (?P<start>\S{1,40})?(?: to (?P<end>\S{1,40}))?[ \t]*(?:\r?\n|$)")
_MOST_RUNS = 100
_MOST_STAGES = 256


def parse(text: str) -> EqlTree:
    """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
    return _Reader(text, GRAMMAR).query()


def window_of(text: str) -> Window | None:
    """The time that the first line of a query asks for; None where it says nothing of it."""
    found = _WINDOW.match(text)
    if found is None or not (found["start"] or found["end"]):
        return None
    return Window("" if found["start"] == "*" else found["start"] or "", found["end"] or "")


class _Reader(Parser):
    """The parts of a query that stand around its conditions."""

    def query(self) -> EqlTree:
        body: Event | Sequence | Sample
        if self.word() == "sequence" and self.word(1) != "where":
            body = self._sequence()
        elif self.word() == "sample" and self.word(1) != "where":
            body = self._sample()
        else:
            body = self._event()
        pipes: list[Pipe] = []
        while self.takes("|"):
            pipes.append(self._pipe())
        if self.now.kind != "end":
            raise self.error(f"The query should end here, before {self.shown()}.")
        return EqlTree(body, tuple(pipes), window_of(self.source.text))

    def _event(self) -> Event:
        category = self._category()
        self.expect("where")
        where = self.expression()
        self._no_pairs(where)
        return Event(category, where)

    def _category(self) -> str:
        token = self.now
        if token.kind in ("text", "raw"):
            self.at += 1
            text = self.source.string(token, unicode_escapes=True)
            if not text:
                raise self.error("The category of events is empty.", token)
            return text
        if self.takes("any"):
            return ""
        if token.kind != "word" or token.text in GRAMMAR.reserved or token.text.endswith("~"):
            raise self.error(
                f"A category of events is expected, not {self.shown()}.",
                hint="Begin with process, file, network, registry or any, and where behind it.",
            )
        self.at += 1
        return token.text

    def _no_pairs(self, where: Expr) -> None:
        """Raises QuerySyntaxError where a field is compared with another, which EQL cannot do."""
        for one in walk(where):
            if isinstance(one, Binary) and GRAMMAR.signs[one.op] == COMPARE:
                if not fields_in(one.left):
                    continue
                for field in fields_in(one.right):
                    raise QuerySyntaxError(
                        f"EQL cannot compare a field with the field {field.name[:60]}.",
                        line=field.line,
                        column=field.column,
                        hint="Compare each of them with a value.",
                    )

    def _fields(self) -> tuple[Field, ...]:
        return self.separated(self._field)

    def _field(self) -> Field:
        optional = self.takes("?")
        line, column = self.source.place(self.now.start)
        return Field(self.name(), optional, line, column)

    def _sequence(self) -> Sequence:
        self.expect("sequence")
        by: tuple[Field, ...] = ()
        maxspan = None
        while self.word() in ("by", "with"):
            if self.word() == "by" and not by:
                self.at += 1
                by = self._fields()
            elif self.word() == "with" and maxspan is None:
                self.at += 1
                maxspan = self._maxspan()
            else:
                raise self.error(f"{self.shown()} stands here twice.")
        stages = self._stages()
        until = None
        if self.takes("until"):
            until = self._stage()
        if not any(not stage.missing for stage in stages):
            raise self.error("A sequence asks for one event at least.")
        if maxspan is None and any(stage.missing for stage in stages):
            raise self.error("A sequence with missing events needs maxspan.", hint="Write: with maxspan=1h")
        return Sequence(stages, by, maxspan, until)

    def _maxspan(self) -> tuple[int, str]:
        self.expect("maxspan")
        self.expect("=")
        number, unit = self.now, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if (
            number.kind != "number"
            or not number.text.isdigit()
            or unit.text not in SPANS
            or len(number.text) > 18
        ):
            raise self.error(
                "A length of time is expected.", hint="Write a number and a unit, as in 30s or 1h."
            )
        self.at += 2
        return int(number.text), unit.text

    def _sample(self) -> Sample:
        self.expect("sample")
        self.expect("by")
        by = self._fields()
        stages = self._stages()
        if any(stage.missing or stage.runs for stage in stages):
            raise self.error("A sample has neither missing events nor runs.")
        return Sample(stages, by)

    def _stages(self) -> tuple[Stage, ...]:
        found: list[Stage] = []
        while self.is_sign("[", "!["):
            found.append(self._stage())
            if len(found) > _MOST_STAGES:
                raise self.error(f"There are more than {_MOST_STAGES} events in a row.")
        if len(found) < 2:
            raise self.error("Two events at least are expected, each in square brackets.")
        return tuple(found)

    def _stage(self) -> Stage:
        missing = self.takes("![")
        if not missing:
            self.expect("[")
        event = self._event()
        self.expect("]")
        by = self._fields() if self.takes("by") else ()
        return Stage(event, by, self._runs(), missing)

    def _runs(self) -> int | None:
        if not self.takes("with"):
            return None
        self.expect("runs")
        self.expect("=")
        token = self.now
        count = (
            int(token.text) if token.kind == "number" and token.text.isdigit() and len(token.text) < 4 else 0
        )
        if not 1 <= count <= _MOST_RUNS:
            raise self.error(f"A number from 1 to {_MOST_RUNS} is expected.")
        self.at += 1
        return count

    def _pipe(self) -> Pipe:
        name = self.word()
        if name not in ("head", "tail"):
            raise self.error(
                f"There is no pipe {self.shown()}.",
                hint="Elasticsearch has head and tail alone.",
            )
        self.at += 1
        token = self.now
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 9:
            raise self.error("A number of events is expected.")
        self.at += 1
        return Pipe(name, int(token.text))
