"""From text to the tree of an ES|QL query."""

from __future__ import annotations

import re
from collections.abc import Callable

from cybersecqwen.dialects.elastic.expressions import ADD, COMPARE, Expr, Field
from cybersecqwen.dialects.elastic.parsing import Parser
from cybersecqwen.errors import LimitError

from .tree import (
    GRAMMAR,
    Column,
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    Key,
    Limit,
    LookupJoin,
    Measure,
    MvExpand,
    Names,
    Rename,
    Row,
    Sample,
    Show,
    Sort,
    Stats,
    Where,
)

_MOST_COMMANDS = 500
_SOURCES = ("from", "row", "show")
_PATTERN = re.compile(r"[\w@.*\-]+")


def parse(text: str) -> EsqlTree:
    """The tree. Raises QuerySyntaxError with line and column, LimitError for what is too long or deep."""
    return _Reader(text, GRAMMAR).query()


class _Reader(Parser):
    """The commands of a query."""

    def query(self) -> EsqlTree:
        if self.word() not in _SOURCES:
            raise self.error(
                f"A query begins with FROM, ROW or SHOW, not with {self.shown()}.",
                hint="Write FROM and the index first.",
            )
        commands = [self._command()]
        while self.takes("|"):
            if self.word() in _SOURCES:
                raise self.error(f"{self.shown()} can only stand at the beginning.")
            commands.append(self._command())
            if len(commands) > _MOST_COMMANDS:
                raise LimitError(f"The query has more than {_MOST_COMMANDS} commands.")
        if self.now.kind != "end":
            raise self.error(f"The command should end here, before {self.shown()}.")
        return EsqlTree(tuple(commands))

    def _command(self) -> Command:
        word = self.word()
        if word == "inline" and self.word(1) == "stats":
            self.at += 2
            return self._stats(inline=True)
        if word == "lookup" and self.word(1) == "join":
            self.at += 2
            return self._lookup()
        read = self._commands().get(word)
        if read is None:
            raise self.error(
                f"There is no command {self.shown()}.",
                hint="Known are WHERE, EVAL, STATS, KEEP, DROP, RENAME, SORT, LIMIT, DISSECT, GROK, ENRICH, "
                "MV_EXPAND, LOOKUP JOIN, INLINE STATS and SAMPLE.",
            )
        self.at += 1
        return read()

    def _commands(self) -> dict[str, Callable[[], Command]]:
        return {
            "from": self._from,
            "row": lambda: Row(self.separated(self._column)),
            "show": lambda: Show(self._expected("info")),
            "where": lambda: Where(self.expression()),
            "eval": lambda: Eval(self.separated(self._column)),
            "stats": lambda: self._stats(inline=False),
            "inlinestats": lambda: self._stats(inline=True),
            "keep": lambda: Keep(self.separated(self._names)),
            "drop": lambda: Drop(self.separated(self._names)),
            "rename": lambda: Rename(self.separated(self._pair)),
            "sort": lambda: Sort(self.separated(self._key)),
            "limit": lambda: Limit(self._count()),
            "dissect": self._dissect,
            "grok": self._grok,
            "enrich": self._enrich,
            "mv_expand": lambda: MvExpand(self.name()),
            "sample": self._sample,
        }

    def _expected(self, word: str) -> str:
        self.expect(word)
        return word

    def _raw(self, what: str) -> str:
        """A name of an index or a policy: in quotes, or everything up to a blank, a comma or a bar."""
        token = self.now
        if token.kind in ("text", "raw"):
            self.at += 1
            return self.source.string(token, unicode_escapes=False)
        start = end = token.start
        while self.now.kind not in ("end", "text", "raw", "quoted") and not self.is_sign(",", "|", "(", ")"):
            if self.now.start != end:
                break
            end = self.now.end
            self.at += 1
        if end == start:
            raise self.error(f"{what} is expected, not {self.shown()}.")
        return self.source.text[start:end]

    def _from(self) -> From:
        indexes = self.separated(lambda: self._raw("The name of an index"))
        metadata: tuple[str, ...] = ()
        if self.takes("metadata"):
            metadata = self.separated(self.name)
        return From(indexes, metadata)

    def _column(self) -> Column:
        """`name = value`, or a value alone, whose text is its name."""
        start = self.at
        if self.now.kind in ("word", "quoted") and self._named_ahead():
            name = self.name()
            self.expect("=")
            return Column(name, self.expression())
        value = self.expression()
        text = self.source.text[self.tokens[start].start : self.tokens[self.at - 1].end]
        return Column(value.name if isinstance(value, Field) else text, value)

    def _named_ahead(self) -> bool:
        """Whether a dotted name and `=` come next."""
        at = self.at
        while self.tokens[at].kind in ("word", "quoted") and self.tokens[at + 1].text == ".":
            at += 2
        following = self.tokens[min(at + 1, len(self.tokens) - 1)]
        return (
            self.tokens[at].kind in ("word", "quoted")
            and following.text == "="
            and following.kind == "symbol"
        )

    def _stats(self, *, inline: bool) -> Stats:
        measures = () if self.word() == "by" else self.separated(self._measure)
        by = self.separated(self._column) if self.takes("by") else ()
        return Stats(measures, by, inline)

    def _measure(self) -> Measure:
        column = self._column()
        return Measure(column, self.expression() if self.takes("where") else None)

    def _names(self) -> Names:
        line, column = self.source.place(self.now.start)
        if self.now.kind != "quoted":
            found = _PATTERN.match(self.source.text, self.now.start)
            if found and "*" in found.group():
                while self.now.end <= found.end() and self.now.kind != "end":
                    self.at += 1
                if self.tokens[self.at - 1].end != found.end():
                    raise self.error("This is no pattern for names of columns.")
                return Names(found.group(), True, line, column)
        return Names(self.name(), False, line, column)

    def _pair(self) -> tuple[str, str]:
        first = self.name()
        if self.takes("="):
            return self.name(), first
        self.expect("as")
        return first, self.name()

    def _key(self) -> Key:
        value = self.expression()
        descending = self.takes("desc")
        if not descending:
            self.takes("asc")
        nulls = ""
        if self.takes("nulls"):
            nulls = "first" if self.takes("first") else self._expected("last")
        return Key(value, descending, nulls)

    def _count(self) -> int:
        token = self.now
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > 9:
            raise self.error("A number of rows is expected.")
        self.at += 1
        return int(token.text)

    def _text(self) -> str:
        token = self.now
        if token.kind not in ("text", "raw"):
            raise self.error(f"A text in quotes is expected, not {self.shown()}.")
        self.at += 1
        return self.source.string(token, unicode_escapes=False)

    def _dissect(self) -> Dissect:
        value = self.expression(ADD)
        pattern = self._text()
        separator = None
        if self.takes("append_separator"):
            self.expect("=")
            separator = self._text()
        return Dissect(value, pattern, separator)

    def _grok(self) -> Grok:
        value = self.expression(ADD)
        return Grok(value, self.separated(self._text))

    def _enrich(self) -> Enrich:
        policy = self._raw("The name of a policy")
        on = self.name() if self.takes("on") else ""
        columns = self.separated(self._enriched) if self.takes("with") else ()
        return Enrich(policy, on, columns)

    def _enriched(self) -> tuple[str, str]:
        first = self.name()
        return (first, self.name()) if self.takes("=") else (first, first)

    def _lookup(self) -> LookupJoin:
        index = self._raw("The name of an index")
        self.expect("on")
        return LookupJoin(index, self.separated(self._condition))

    def _condition(self) -> Expr:
        return self.expression(COMPARE - 2)

    def _sample(self) -> Sample:
        token = self.now
        value = self.literal().value
        if not isinstance(value, float) or not 0 < value < 1:
            raise self.error("A share between 0 and 1 is expected.", token)
        return Sample(value)
