"""Tests in words, for the sentence that says what an example is about."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.dialects.globs import ANY, ONE, wildcards

_LONGEST = 80
_WORDS = {
    Op.EQUALS: "",
    Op.CONTAINS: "text with ",
    Op.STARTS: "text that begins with ",
    Op.ENDS: "text that ends with ",
    Op.GLOB: "text like ",
    Op.REGEX: "text that matches ",
    Op.CIDR: "an address in ",
    Op.LESS: "less than ",
    Op.AT_MOST: "at most ",
    Op.GREATER: "more than ",
    Op.AT_LEAST: "at least ",
}


def named(field: str) -> str:
    """A field, as a sentence names it."""
    return field or "the whole text"


def said(test: Test) -> str:
    """What a value is for which the test holds: "text that ends with '.exe'"."""
    if test.op is Op.NULL:
        return "missing"
    if test.op is Op.PRESENT:
        return "there"
    if test.op is Op.SAME_AS:
        return f"what {test.values[0]} asks for"
    shown = [_shown(wildcards(value) if test.op is Op.GLOB else value) for value in test.values[:3]]
    more = f" or {len(test.values) - 3} others" if len(test.values) > 3 else ""
    part = f"a time whose {test.part} is " if test.part else ""
    return f"{part}{_WORDS.get(test.op, '')}{' or '.join(shown)}{more}"


def _shown(value: str) -> str:
    value = value.replace(ANY, "*").replace(ONE, "?")
    return repr(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


def held(test: Test) -> str:
    """That the test holds, as a sentence."""
    return f"{sentence(named(test.field))} is {said(test)}."


def sentence(subject: str) -> str:
    """What a sentence begins with; names of fields are left as they are."""
    return subject.replace("the whole text", "The whole text") if subject.startswith("the whole") else subject
