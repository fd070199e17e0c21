"""A schema → intents with that organisation's names of fields.

Which field carries which meaning is what is to be learned, so strange names need a description, or words in
their parts. The lists that are offered hold other fields of the same table, but none that means the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.dialects.fields.importing import schema_of
from cybersecqwen.dialects.fields.reading import content_of
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.tasks.query.asking.filling import source_of_table
from cybersecqwen.tuning.conditions import MOST_FIELDS, OWN_SKILL, Condition, intent
from cybersecqwen.tuning.masking import Masker
from cybersecqwen.tuning.records import Broken, Record

from .interface import LICENCE, masked_records
from .meanings import concept_of, descriptions, words_of_description, words_of_name
from .wordings import BOOLEAN, EXACT, FORMS, GENERAL, HEADS, TAILS, VALUES

MOST_ASKED = 20_000
"""Fields of a schema that are asked for."""
PER_FIELD = 12
"""Questions for each field of a large schema."""
ENOUGH, MOST_PER_FIELD = 640, 80
"""Questions for the fields of a schema together, where they are few: as many, at most that for each. Of 84
questions for seven fields the instant model learned to answer .15, see docs/training.md."""
_TRIES = 4
"""Draws for one question before it is given up: made-up questions may come out the same."""
_LONGEST_NAME = 120
_TWO = 0.25
"""Share of the questions that ask for two fields."""
_OF_CONCEPT = 0.6
"""Share of the questions that are worded by what a field means, of those for which that is known."""
_QUESTIONS = ("what ", "who ", "where ")
_PLACES = re.compile(r"(\{[vd]\})")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """A field that can be asked for."""

    name: str
    type: str
    words: str
    """What it is, as it goes into a question."""
    concept: str
    """Of the lexicon; "" for none."""


def from_schema(
    path: Path, *, masker: Masker | None = None, seed: int = 0, per_field: int = 0
) -> Iterator[Record | Broken]:
    """Intents over the fields of a schema, in any form that `csq query schema import` reads.

    The same for the same file and seed. With `per_field` each field gets so many questions, else more of them
    the fewer there are. Raises InputError or LimitError where it cannot be read.
    """
    return masked_records(_from_schema(path, seed, per_field), masker)


def _from_schema(path: Path, seed: int, per_field: int) -> Iterator[Record | Broken]:
    content = content_of(path)
    schema = schema_of(content, path.name.partition(".")[0], path.name)
    said = descriptions(content)
    seen: set[tuple[str, str]] = set()
    number = 0
    # Of the whole schema: thousands of tables with a field each are no small one.
    every = sum(len(schema.names(table)) for table in schema.tables)
    per_field = per_field or max(PER_FIELD, min(MOST_PER_FIELD, ENOUGH // max(1, every)))
    for table in schema.tables:
        usable: list[_Field] = []
        for name in schema.names(table):
            made = _field(schema, table, name, said)
            key = (name, made if isinstance(made, str) else made.words)
            if key not in seen and len(seen) < MOST_ASKED:
                seen.add(key)
                number += 1
                if isinstance(made, str):
                    yield Broken(line=number, reason=f"{made}: field {name[:60]!r}")
            elif key not in seen:
                yield Broken(
                    line=number + 1, reason=f"fields beyond the first {MOST_ASKED:,} are not asked for"
                )
                return
            elif not isinstance(made, str):
                continue  # asked for with the table that had it first
            if not isinstance(made, str):
                usable.append(made)
        yield from _asked(usable, schema, table, seed, per_field)


def _field(schema: Schema, table: str, name: str, said: dict[str, str]) -> _Field | str:
    """A field as it is asked for, or why it is not."""
    type_ = schema.type_of(name, table)
    if type_ == "time" or name == schema.time_field:
        return "times are asked for as spans, not as words"
    if type_ == "dynamic":
        return "it holds parts, and no value"
    if len(name) > _LONGEST_NAME or not name.isprintable() or any(one in name for one in ", \"'"):
        return "its name cannot stand in a list"
    about = said.get(name, "") or said.get(name.rpartition(".")[2], "")
    words = words_of_description(about) or words_of_name(name)
    if not words:
        return "it has no description, and its name has no word in it"
    return _Field(name=name, type=type_, words=words, concept=concept_of(words, name))


def _asked(
    fields: Sequence[_Field], schema: Schema, table: str, seed: int, per_field: int
) -> Iterator[Record | Broken]:
    source = source_of_table(table)
    for field in fields:
        # A field's questions stay the same when other fields come or go.
        chance = Random(f"{seed}/{table}/{field.name}")
        asked: set[str] = set()
        for number in range(per_field):
            for _ in range(_TRIES):
                made = _question(
                    field, fields, source, chance, f"own:schema/{schema.name}/{field.name}/{number}"
                )
                if made is not None and made.material[0][1] not in asked:
                    asked.add(made.material[0][1])
                    yield made
                    break


def _question(
    field: _Field, fields: Sequence[_Field], source: Logsource, chance: Random, origin: str
) -> Record | None:
    others = [
        one for one in chance.sample(fields, min(len(fields), 3 * MOST_FIELDS)) if not _like(one, field)
    ]
    wanted = [field, *(others[:1] if chance.random() < _TWO else ())]
    offered = [*wanted, *(one for one in others if not any(_like(one, other) for other in wanted))]
    offered = offered[: chance.randint(min(4, MOST_FIELDS), MOST_FIELDS)]
    chance.shuffle(offered)
    parts, conditions = [], []
    for one in wanted:
        words, condition = _part(one, chance)
        parts.append(words)
        conditions.append(condition)
    head, joint = chance.choice(HEADS), chance.choice((" and ", ", and ", ", also "))
    if parts[0].startswith(_QUESTIONS):
        head = ""
    text = f"{head}{joint.join(parts)}{chance.choice(TAILS)}"
    left = [one.value for one in conditions]
    if chance.random() < 0.5:  # often other words were left over as well
        left += [word for word in " ".join(parts).split() if len(word) > 4 and word not in left][:3]
        chance.shuffle(left)
    names = [one.name for one in offered]
    return intent(
        text, source, names, conditions, unplaced=left, origin=origin, licence=LICENCE, skill=OWN_SKILL
    )


def _like(one: _Field, other: _Field) -> bool:
    """Whether the same words could ask for both."""
    same = one.concept == other.concept and one.concept != ""
    return one.name == other.name or same or one.words.casefold() == other.words.casefold()


_GENERAL = {"bool": BOOLEAN, "number": EXACT}


def _part(field: _Field, chance: Random) -> tuple[str, Condition]:
    """Words that ask for a field, and the condition that they say."""
    exact = field.type in ("bool", "number")
    kind, forms = FORMS.get(field.concept, ("word", ()))
    if exact and kind != field.type:  # a number is no name, whatever the concept says
        kind, forms = field.type, ()
    usable = forms if forms and chance.random() < _OF_CONCEPT else _GENERAL.get(field.type, GENERAL)
    words, operator = chance.choice(usable)
    value = VALUES[kind](chance)
    # One pass: what stands in a description is no place for a value.
    text = "".join({"{v}": value, "{d}": field.words}.get(part, part) for part in _PLACES.split(words))
    return text, Condition(field.name, operator, value)
