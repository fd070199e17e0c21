"""Rules about single conditions: cheaper words for the same."""

from __future__ import annotations

import re
from typing import Any

from cybersecqwen.detect.sigma.literal import required_literal
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.kql.literals import number_from
from cybersecqwen.dialects.kql.steps import Where
from cybersecqwen.dialects.kql.tree import (
    Among,
    Binary,
    Call,
    Expr,
    Index,
    KqlQuery,
    Logic,
    Member,
    Name,
    Named,
    Number,
    Text,
    Truth,
)

from .changing import BEST, DOCS, Apply, Steps, each_steps, each_value, parts_of, where, where_present

_STRINGS = f"{DOCS}datatypes-string-operators"
_FOLDED = {"==": "=~", "!=": "!~"}
_PLACES = ("contains", "startswith", "endswith", "has", "hasprefix", "hassuffix")


def _without_tolower(node: Any) -> Any:
    """tolower(x) == "a" becomes x =~ "a", where the literal is in lower case."""
    if isinstance(node, Binary) and isinstance(node.right, Text) and _is_lowered(node.left):
        operator = _FOLDED.get(node.operator) or _without_case(node.operator)
        if operator and node.right.value == node.right.value.lower():
            return Binary(operator, _inside(node.left), node.right)
    if isinstance(node, Among) and node.operator in ("in", "!in") and _is_lowered(node.left):
        lowered = all(isinstance(one, Text) and one.value == one.value.lower() for one in node.items)
        return Among(f"{node.operator}~", _inside(node.left), node.items) if lowered else node
    return node


def _without_case(operator: str) -> str:
    word = operator.removesuffix("_cs")
    return word if word.removeprefix("!") in _PLACES else ""


def _is_lowered(tree: Expr) -> bool:
    return isinstance(tree, Call) and tree.name == "tolower" and len(tree.arguments) == 1


def _inside(tree: Expr) -> Expr:
    """What is put into lower case; a part of a value as text."""
    inner = tree.arguments[0] if isinstance(tree, Call) else tree
    return Call("tostring", (inner,)) if isinstance(inner, Member | Index) else inner


_CASED = {"=~": "==", "!~": "!=", "in~": "in", "!in~": "!in"}


def _cased(node: Any) -> Any:
    """Where a literal has no letters, case is not in question."""
    if not isinstance(node, Binary | Among) or isinstance(node.left, Member | Index):
        return node
    values = node.items if isinstance(node, Among) else (node.right,)
    if not values or not all(isinstance(one, Text) and _has_no_case(one.value) for one in values):
        return node
    operator = _CASED.get(node.operator)
    if operator is None and node.operator.removeprefix("!") in _PLACES and isinstance(node, Binary):
        operator = f"{node.operator}_cs"
    if operator is None:
        return node
    return (
        Among(operator, node.left, node.items)
        if isinstance(node, Among)
        else Binary(operator, node.left, node.right)
    )


def _has_no_case(text: str) -> bool:
    """No letter, nothing beyond ASCII, and no number, which may stand in a column of numbers."""
    return bool(text) and text.isascii() and text.lower() == text.upper() and number_from(text) is None


_JOINED = {("or", "=="): "in", ("or", "=~"): "in~", ("or", "has"): "has_any",
           ("and", "!="): "!in", ("and", "!~"): "!in~", ("and", "has"): "has_all"}  # fmt: skip


def _lists(node: Any) -> Any:
    """Several comparisons of one value by one operator as one with a list."""
    if not isinstance(node, Logic):
        return node
    groups: dict[tuple[Expr, str, type[Any]], list[Expr]] = {}
    for part in node.parts:
        if isinstance(part, Binary) and (node.operator, part.operator) in _JOINED:
            number = isinstance(part.right, Number) and part.operator in ("==", "!=")
            if isinstance(part.right, Text) or number:
                groups.setdefault((part.left, part.operator, type(part.right)), []).append(part)
    joined = {id(part): key for key, group in groups.items() if len(group) > 1 for part in group}
    if not joined:
        return node
    made: list[Expr] = []
    done: set[tuple[Expr, str, type[Any]]] = set()
    for part in node.parts:
        key = joined.get(id(part))
        if key is None:
            made.append(part)
        elif key not in done:
            done.add(key)
            values = tuple(dict.fromkeys(one.right for one in groups[key] if isinstance(one, Binary)))
            made.append(Among(_JOINED[node.operator, key[1]], key[0], values))
    return made[0] if len(made) == 1 else Logic(node.operator, tuple(made))


_OPPOSITE = {
    "==": "!=",
    "!=": "==",
    "=~": "!~",
    "!~": "=~",
    "in": "!in",
    "!in": "in",
    "in~": "!in~",
    "!in~": "in~",
}
_OPPOSITE_CALLS = {
    "isempty": "isnotempty",
    "isnotempty": "isempty",
    "isnull": "isnotnull",
    "isnotnull": "isnull",
}


def _negations(node: Any) -> Any:
    """not(x == y) becomes x != y."""
    if not isinstance(node, Call) or node.name != "not" or len(node.arguments) != 1:
        return node
    inner = node.arguments[0]
    if isinstance(inner, Binary | Among):
        operator = _OPPOSITE.get(inner.operator)
        if operator is None and isinstance(inner, Binary) and _without_case(inner.operator):
            operator = inner.operator[1:] if inner.operator[0] == "!" else f"!{inner.operator}"
        if operator is not None and isinstance(inner, Among):
            return Among(operator, inner.left, inner.items)
        if operator is not None and isinstance(inner, Binary):
            return Binary(operator, inner.left, inner.right)
    if isinstance(inner, Call) and inner.name in _OPPOSITE_CALLS and len(inner.arguments) == 1:
        return Call(_OPPOSITE_CALLS[inner.name], inner.arguments)
    return node


_PLAIN_REGEX = re.compile(
    r"(\^)?((?:\.\*)?)((?:[A-Za-z0-9 _/:,;=@%&<>'\"-]|\\[.\\/()\[\]{}+*?^$|-])+)((?:\.\*)?)(\$)?\Z"
)


def _plain_text(node: Any) -> Any:
    """A regular expression that is nothing but a text, with or without its beginning and end."""
    if not isinstance(node, Binary) or node.operator != "matches regex" or not isinstance(node.right, Text):
        return node
    found = _PLAIN_REGEX.match(node.right.value)
    if found is None:
        return node
    start, before, body, behind, end = found.groups()
    begins, ends = bool(start) and not before, bool(end) and not behind
    # A dot stands for no line break, so that a star before an anchor says more than nothing.
    if (begins and ends) or (start and before) or (end and behind):
        return node
    text = re.sub(r"\\(.)", r"\1", body)
    word = "startswith_cs" if begins else "endswith_cs" if ends else "contains_cs"
    return Binary(word, node.left, Text(text))


_SHORTEST = 4


def _literal_first(steps: Steps) -> Steps | None:
    """Before a regular expression the longest text that it cannot do without."""
    made, changed = [], False
    for step in steps:
        if not isinstance(step, Where) or isinstance(step.predicate, Named):
            made.append(step)
            continue
        parts: list[Expr] = []
        for part in parts_of(step.predicate):
            literal = _needed(part)
            test = (
                Binary("contains", part.left, Text(literal)) if literal and isinstance(part, Binary) else None
            )
            if test is not None and not _asked_before(test, [*parts_of(step.predicate), *_earlier(made)]):
                parts.append(test)
                changed = True
            parts.append(part)
        made.append(where(parts, step))
    return tuple(made) if changed else None


def _earlier(steps: list[Any]) -> list[Expr]:
    return [part for step in steps if isinstance(step, Where) for part in parts_of(step.predicate)]


def _needed(part: Expr) -> str:
    if not isinstance(part, Binary) or part.operator != "matches regex" or not isinstance(part.right, Text):
        return ""
    if not isinstance(part.left, Name):
        return ""
    literal = required_literal(part.right.value)
    return literal if len(literal) >= _SHORTEST else ""


def _asked_before(test: Binary, parts: list[Expr]) -> bool:
    """Whether a condition already asks for a text that has the literal in it, or is in it."""
    wanted = test.right.value if isinstance(test.right, Text) else ""
    for part in parts:
        if isinstance(part, Binary) and part.left == test.left and isinstance(part.right, Text):
            folded = part.right.value.lower()
            if (
                _without_case(part.operator)
                and part.operator[0] != "!"
                and (folded in wanted or wanted in folded)
            ):
                return True
    return False


def _constants(node: Any) -> Any:
    """Conditions that hold for every row, or for none."""
    if (
        isinstance(node, Binary)
        and isinstance(node.left, Text | Number)
        and isinstance(node.right, Text | Number)
    ):
        if (
            type(node.left) is type(node.right)
            and node.operator in ("==", "!=")
            and isinstance(node.left, Text)
        ):
            return Truth((node.left == node.right) is (node.operator == "=="))
        if node.operator in ("==", "!=") and isinstance(node.left, Number) and isinstance(node.right, Number):
            same = number_from(node.left.text) == number_from(node.right.text)
            return Truth(same is (node.operator == "=="))
    if isinstance(node, Logic):
        return _folded_logic(node)
    return node


def _folded_logic(node: Logic) -> Expr:
    neutral = Truth(node.operator == "and")
    final = Truth(node.operator == "or")
    if final in node.parts:
        return final
    parts = tuple(part for part in node.parts if part != neutral)
    if len(parts) == len(node.parts):
        return node
    return neutral if not parts else parts[0] if len(parts) == 1 else Logic(node.operator, parts)


def _without_true(steps: Steps) -> Steps | None:
    made = tuple(
        step
        for step in steps
        if not (isinstance(step, Where) and step.predicate == Truth(True) and not step.notes)
    )
    return None if len(made) == len(steps) else made


def _folding() -> Apply:
    values, wheres = each_value(_constants), each_steps(_without_true)

    def apply(tree: KqlQuery, context: Context) -> KqlQuery | None:
        one = values(tree, context)
        other = wheres(one or tree, context)
        return other or one

    return apply


CONDITIONS: tuple[Rule[KqlQuery], ...] = (
    Rule(
        name="fold-constants",
        reason="A condition that holds for every row need not be asked.",
        source=BEST,
        apply=_folding(),
    ),
    Rule(
        name="plain-negation",
        reason="The negated operator is one test; a function around another one is two.",
        source=f"{DOCS}not-function",
        apply=where_present(("not()",), each_value(_negations)),
    ),
    Rule(
        name="compare-without-tolower",
        reason="An operator that does not regard case needs no copy of every value in lower case.",
        source=BEST,
        apply=where_present(("tolower()",), each_value(_without_tolower)),
    ),
    Rule(
        name="case-where-there-is-none",
        reason="Operators that regard case are faster, and a literal without letters has none.",
        source=BEST,
        apply=each_value(_cased),
    ),
    Rule(
        name="list-instead-of-or",
        reason="One look-up in a list replaces a chain of comparisons.",
        source=f"{DOCS}in-operator",
        apply=where_present(("Logic",), each_value(_lists)),
    ),
    Rule(
        name="text-instead-of-regex",
        reason="A text is looked for faster than a regular expression that is nothing else.",
        source=_STRINGS,
        apply=where_present(("matches regex",), each_value(_plain_text)),
    ),
    Rule(
        name="text-before-regex",
        reason="Only rows with the text that an expression cannot do without are matched against it.",
        source=f"{DOCS}re2",
        apply=where_present(("matches regex", "Where"), each_steps(_literal_first)),
    ),
)
"""Rules about the words of conditions."""
