"""Values in words: "EndTime less StartTime"."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cybersecqwen.dialects import describing as words
from cybersecqwen.dialects.kql.literals import moment_of, number_of, span_of, text_of
from cybersecqwen.dialects.kql.name_sets import NONE, NameSet
from cybersecqwen.dialects.kql.tree import (
    Among,
    Array,
    Bag,
    Between,
    Binary,
    Call,
    Dynamic,
    Expr,
    Index,
    Lambda,
    Logic,
    Member,
    Name,
    Named,
    Number,
    Pipeline,
    Sign,
    Star,
    Text,
    Typed,
)
from cybersecqwen.dialects.kql.walk import find

from .functions import PAIRS, PHRASES, SAME, SEVERAL

_WIDE = 200
"""Characters of a value, beyond which only the columns that it is made of are named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lets:
    """What `let` has named."""

    values: ChainMap[str, Expr] = field(default_factory=ChainMap)
    """Literals by name: they are said in place of their names."""
    tables: NameSet = NONE
    """Names of queries."""

    def inside(self, inner: Lets) -> Lets:
        """What is known inside a function that names more; what is known around it is not copied."""
        values = ChainMap(*inner.values.maps, *self.values.maps)
        return Lets(values=values, tables=self.tables | inner.tables)


def value(tree: Expr, lets: Lets, depth: float = 0) -> str:
    """A value in words."""
    if depth > words.DEEPEST:
        return made_of(tree)
    said = _value(tree, lets, depth)
    return said if len(said) <= _WIDE else made_of(tree)


def made_of(tree: Expr) -> str:
    """What a long value is made of."""
    found: dict[str, None] = {}
    for one in find(tree, Name):
        found[one.text] = None
        if len(found) > 6:
            break
    return f"a value computed from {words.names(found, most=5)}" if found else "a computed value"


def _value(tree: Expr, lets: Lets, depth: float) -> str:
    literal = _literal(tree)
    if literal:
        return literal
    if isinstance(tree, Name):
        known = lets.values.get(tree.text)
        return value(known, lets, depth + 1) if known is not None else words.name(tree.text)
    if isinstance(tree, Member):
        return _member(tree, lets, depth)
    if isinstance(tree, Index):
        return _index(tree, lets, depth)
    if isinstance(tree, Sign):
        return f"minus {value(tree.inner, lets, depth + 1)}"
    if isinstance(tree, Binary) and tree.operator in ("+", "-", "*", "/", "%"):
        left, right = (_side(part, lets, depth) for part in (tree.left, tree.right))
        if tree.operator == "-" and tree.left == Call("now"):
            return f"{right} ago"
        return words.sign_words(tree.operator, left, right)
    if isinstance(tree, Call):
        return _call(tree, lets, depth)
    if isinstance(tree, Named):
        return value(tree.value, lets, depth)
    if isinstance(tree, Pipeline | Lambda):
        return "the result of the subquery"
    if isinstance(tree, Binary | Logic | Among | Between):
        return _truth(tree, lets, depth)
    return "every column" if isinstance(tree, Star) else made_of(tree)


def _truth(tree: Expr, lets: Lets, depth: float) -> str:
    from .conditions import condition

    return f"whether {words.alone(condition(tree, lets, depth=depth + 1))}"


def _literal(tree: Expr) -> str:
    seconds = span_of(tree)
    if seconds is not None and seconds >= 0:
        return words.length(seconds)
    if isinstance(tree, Number):
        return words.clean(tree.text)
    text = text_of(tree)
    if text is not None:
        return words.value(text)
    if isinstance(tree, Typed):
        at = moment_of(tree.text) if tree.type == "datetime" else None
        return _moment(at) if at is not None else words.value(tree.text)
    if isinstance(tree, Dynamic | Array | Bag):
        return _dynamic(tree)
    return ""


def _moment(seconds: float) -> str:
    form = "%Y-%m-%d" if seconds % 86_400 == 0 else "%Y-%m-%d %H:%M UTC"
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def _dynamic(tree: Expr) -> str:
    inner = tree.value if isinstance(tree, Dynamic) else tree
    if isinstance(inner, Array):
        return items(inner.items) if inner.items else "an empty list"
    if isinstance(inner, Bag):
        return f"the bag of {words.names(key for key, _ in inner.pairs)}" if inner.pairs else "an empty bag"
    return _literal(inner) or "nothing"


def items(found: tuple[Expr, ...], word: str = "and") -> str:
    """Literals in a row."""
    return words.some([_literal(one) or "nothing" for one in found[:8]], word, 8, total=len(found))


def _side(tree: Expr, lets: Lets, depth: float) -> str:
    """A side of a sum: what has several words in brackets."""
    said = value(tree, lets, depth + 1)
    return f"({said})" if isinstance(tree, Binary | Call) and " " in said and _wordy(tree) else said


def _wordy(tree: Expr) -> bool:
    return not (isinstance(tree, Call) and tree.name in SAME | {"ago", "now"})


_STEP = 0.25
"""How much deeper a part of a value is, or a value in another type: a reader hardly sees these."""


def _member(tree: Member, lets: Lets, depth: float) -> str:
    if tree.arguments is not None:
        return f"{words.name(tree.name)} of {value(tree.inner, lets, depth + 1)}"
    inner = value(tree.inner, lets, depth + _STEP)
    return f"{inner}.{words.name(tree.name)}" if " " not in inner else f"{words.name(tree.name)} of {inner}"


def _index(tree: Index, lets: Lets, depth: float) -> str:
    inner = value(tree.inner, lets, depth + _STEP)
    if isinstance(tree.at, Text):
        plain = " " not in inner
        return f"{inner}.{words.name(tree.at.value)}" if plain else f"{words.name(tree.at.value)} of {inner}"
    text = text_of(tree.at) or ""
    if text.removeprefix("-").isdigit() and len(text) < 7:
        if inner.startswith("the parts of "):
            return f"the {words.ordinal(int(text))} of {inner}"
        return f"the {words.ordinal(int(text))} item of {inner}"
    return f"item {value(tree.at, lets, depth + 1)} of {inner}"


_CONDITIONS = frozenset(("not", "isnotempty", "isnotnull", "notempty", "notnull", "isempty", "isnull"))


def _call(tree: Call, lets: Lets, depth: float) -> str:
    if tree.name in _CONDITIONS:
        return _truth(tree, lets, depth)
    if tree.name in ("iff", "iif") and len(tree.arguments) == 3:  # codespell:ignore iif
        return _if(tree, lets, depth)
    if tree.name == "case" and len(tree.arguments) > 2:
        return _case(tree, lets, depth)
    if tree.name in PAIRS:
        keys = [value(key, lets, depth + 1) for key in tree.arguments[::2][:10]]
        return f"the bag of {words.some(keys, 'and', 8, total=(len(tree.arguments) + 1) // 2)}"
    if tree.name == "strcat":
        parts = list(_texts(tree, 0))
        shown = [value(one, lets, depth + 1) for one in parts[:10]]
        return f"{words.some(shown, 'and', 8, total=len(parts))} together"
    if tree.name in SAME and tree.arguments:
        return value(tree.arguments[0], lets, depth + _STEP)
    said = [value(one, lets, depth + 1) for one in tree.arguments[:12]]
    if tree.name == "now" and len(said) == 1 and said[0].startswith("minus "):
        return f"{said[0].removeprefix('minus ')} ago"
    if tree.name == "split" and len(said) == 3:
        at = number_of(tree.arguments[2])
        if isinstance(at, int) and abs(at) < 1_000_000:
            return f"the {words.ordinal(at)} of the parts of {said[0]} between {said[1]}"
    if tree.name == "datetime_diff" and len(said) == 3:
        said[0] = said[0].strip("“”")
    if tree.name in ("replace_string", "replace_regex", "replace") and "empty" in said:
        return _without(tree, said)
    phrase = PHRASES.get((tree.name, len(tree.arguments)))
    if phrase is not None:
        return phrase.format(*said)
    listed = words.some(said, "and", 8, total=len(tree.arguments))
    if tree.name in SEVERAL and said:
        return SEVERAL[tree.name].format(listed)
    return f"{words.name(tree.name)}() of {listed}" if said else f"{words.name(tree.name)}()"


def _texts(tree: Call, depth: int) -> Iterator[Expr]:
    """What is put together, also by calls inside."""
    for one in tree.arguments:
        inner = (
            one.arguments[0] if isinstance(one, Call) and one.name == "tostring" and one.arguments else one
        )
        if isinstance(inner, Call) and inner.name == "strcat" and depth < words.DEEPEST:
            yield from _texts(inner, depth + 1)
        else:
            yield one


def _without(tree: Call, said: list[str]) -> str:
    if len(said) != 3 or said[1 if tree.name == "replace" else 2] != "empty":
        return f"{words.name(tree.name)}() of {words.some(said, 'and', 8)}"
    if tree.name == "replace":
        return f"{said[2]} without what matches {said[0]}"
    return f"{said[0]} without {said[1]}"


def _if(tree: Call, lets: Lets, depth: float) -> str:
    from .conditions import condition

    when = words.alone(condition(tree.arguments[0], lets, depth=depth + 1))
    one, other = (value(arg, lets, depth + 1) for arg in tree.arguments[1:])
    return f"{one} where {when}, otherwise {other}"


def _case(tree: Call, lets: Lets, depth: float) -> str:
    from .conditions import condition

    pairs = list(zip(tree.arguments[:-1:2], tree.arguments[1:-1:2], strict=False))
    said = [
        f"{value(then, lets, depth + 1)} where {words.alone(condition(when, lets, depth=depth + 1))}"
        for when, then in pairs[:6]
    ]
    otherwise = value(tree.arguments[-1], lets, depth + 1)
    return f"{words.some(said, 'or', 6, 150, total=len(pairs))}, otherwise {otherwise}"
