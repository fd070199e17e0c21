"""What stands behind a field, between the tree and the tests of the middle.

Text compares as the fields of an index do that fold case (`Case.FOLDED`: type `keyword` with a normalizer of
lower case, which is applied to terms, wildcards and expressions of a query too), or as plain fields of type
`keyword` or `wildcard` do (`Case.EXACT`). In the second what has no regard to case is written as a regular
expression with both cases of each letter.

Source: https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/normalizer.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.globs import ANY, ONE, test_of, wildcards_of
from cybersecqwen.errors import UnsayableError

from .render import can_stand_bare
from .tree import Comparison, Pattern, Phrase, Range, Word

NUMERIC = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}
"""Comparisons with numbers, and how they are written."""
_OPS = {sign: op for op, sign in NUMERIC.items()}

Leaf = Word | Phrase | Pattern | Range | Comparison


class Case(StrEnum):
    """How the fields of the index compare text."""

    FOLDED = "folded"
    EXACT = "exact"


def cannot(what: str, message: str, hint: str = "") -> UnsayableError:
    """The refusal of a part."""
    return UnsayableError(message, what=what, hint=hint)


def has_case(text: str) -> bool:
    """Whether the case of its letters can make a difference."""
    return text.lower() != text or text.upper() != text


def _text_test(field: str, text: str, case: Case) -> Expression:
    return test_of(field, text, cased=case is Case.EXACT and has_case(text))


def read_leaf(field: str, leaf: Leaf, case: Case) -> Expression:
    """The test of a field. Raises UnsayableError for what the middle has no words for."""
    if isinstance(leaf, Word):
        if leaf.fuzzy is not None:
            raise cannot("fuzzy search", "A term is looked for with letters changed.")
        return _text_test(field, leaf.text, case)
    if isinstance(leaf, Phrase):
        if leaf.slop is not None:
            raise cannot("words near each other", "A phrase is looked for with words between.")
        network = network_of(leaf.text)
        return Test(field, Op.CIDR, (network,)) if network else _text_test(field, leaf.text, case)
    if isinstance(leaf, Pattern):
        return _read_pattern(field, leaf.source, case)
    if isinstance(leaf, Comparison):
        return Test(field, _OPS[leaf.operator], (_number(leaf.text),))
    bounds = [
        Test(field, inclusive if within else exclusive, (_number(text),))
        for text, within, inclusive, exclusive in (
            (leaf.low, leaf.with_low, Op.AT_LEAST, Op.GREATER),
            (leaf.high, leaf.with_high, Op.AT_MOST, Op.LESS),
        )
        if text is not None
    ]
    if not bounds:
        return Test(field, Op.PRESENT)
    return bounds[0] if len(bounds) == 1 else And(tuple(bounds))


def _read_pattern(field: str, source: str, case: Case) -> Expression:
    tree = patterns.parse(source, patterns.LUCENE)
    if case is Case.FOLDED:
        tree = patterns.fold(tree)
    for cased in (False, True) if case is Case.EXACT else (False,):
        text = patterns.wildcards_in(tree, cased=cased)
        if text is not None:
            return test_of(field, text, cased=cased)
    return Test(field, Op.REGEX, (patterns.source_of(patterns.searched(tree)),), True)


def _number(text: str) -> str:
    if number_of(text) is None:
        raise cannot("ranges of text", f"{text[:60]!r} is a bound and no number.")
    return text


def network_of(text: str) -> str:
    """The network that a text is; "" for none."""
    if "/" not in text:
        return ""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return ""


def write_values(test: Test, case: Case) -> list[Leaf]:
    """What is looked for in the field of a test, one for each value.

    Raises UnsayableError for what the dialect has no words for.
    """
    if test.part:
        raise cannot("parts of times", f"The {test.part} of a time is compared.")
    if test.op is Op.SAME_AS:
        raise cannot("comparison of two fields", f"{test.field} is compared with another field.")
    if test.op in NUMERIC:
        return [Comparison(operator=NUMERIC[test.op], text=value) for value in test.values]
    if test.op is Op.CIDR:
        return [Phrase(text=value) for value in test.values]
    if test.op is Op.REGEX:
        return [_write_pattern(test.field, value, case) for value in test.values]
    return [_write_text(text, test.cased, case) for text in wildcards_of(test)]


def _write_text(text: str, cased: bool, case: Case) -> Leaf:
    if has_case(text) and cased is (case is Case.FOLDED):
        if cased:
            raise _cased()
        return _pattern(patterns.from_wildcards(text, cased=False))
    if ANY in text or ONE in text:
        return Word(text=text)
    if network_of(text):
        return _pattern(patterns.from_wildcards(text, cased=True))
    return Word(text=text) if can_stand_bare(text) else Phrase(text=text)


def _cased() -> UnsayableError:
    return cannot(
        "text compared with regard to case",
        "The case of letters matters, and fields that fold it have lost it.",
        "Ask for the form for fields that keep the case.",
    )


def words_in(source: str, case: Case) -> str | None:
    """The text that an expression finds as whole words; None for any other."""
    text = patterns.literal_in(source.removeprefix("(?i)").removeprefix("\\b").removesuffix("\\b"))
    return text if text and source == words_source(text, case) else None


def words_source(text: str, case: Case) -> str:
    """The regular expression that finds a text as whole words."""
    before, behind = ("\\b" if one.isalnum() or one == "_" else "" for one in (text[:1], text[-1:]))
    flags = "(?i)" if case is Case.FOLDED else ""
    return f"{flags}{before}{patterns.literal(text.lower() if flags else text)}{behind}"


def _write_pattern(field: str, source: str, case: Case) -> Leaf:
    words = None if field else words_in(source, case)
    if words is not None:
        return Word(text=words) if can_stand_bare(words) else Phrase(text=words)
    tree = patterns.parse(source)
    whole = patterns.whole(tree)
    if not field and (tree != patterns.searched(whole) or not patterns.stays_in_line(tree)):
        raise cannot(
            "regular expressions without a field", "An expression may go from one value to the next."
        )
    if case is Case.FOLDED:
        if not patterns.is_closed(whole):
            raise _cased()
        whole = patterns.lowered(whole)
    return _pattern(whole)


def _pattern(tree: patterns.Node) -> Pattern | Word:
    return Pattern(source=patterns.spell(tree, patterns.IN_LUCENE))
