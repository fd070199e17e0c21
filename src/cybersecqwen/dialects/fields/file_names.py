r"""A test on a column that holds the name of a file alone, as a test on Sigma's field, which holds its path.

`FileName == "a.exe"` is `Image` ends with `\a.exe`. That the name begins with `a`, or has it, is said by a
regular expression for the last part of the path. A path without a folder is passed over.
"""

from __future__ import annotations

import re

from cybersecqwen.detect.sigma.model import Expression, Op, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE, pieces, test_of, wildcards_of

from .expressions import either, renamed


def whole_path(test: Test, field: str, mark: str) -> Expression | None:
    r"""The test on the path that says the same; None where none does. `mark` parts folders: `\` or `/`."""
    if test.op in (Op.PRESENT, Op.NULL):
        return renamed(test, field)
    if test.op is Op.REGEX:
        return _plain(test, field, mark)
    texts = wildcards_of(test)
    if not texts or test.part:
        return None
    made = [_one(text, field, mark, cased=test.cased) for text in texts]
    return either(one for one in made if one is not None) if None not in made else None


def _plain(test: Test, field: str, mark: str) -> Expression | None:
    """For a regular expression that is nothing but text, or one of several texts."""
    from cybersecqwen.dialects.patterns import simplest

    found = simplest(test)
    tests = found.parts if isinstance(found, Or) else (found,)
    made = [
        whole_path(one, field, mark) if isinstance(one, Test) and one.op is not Op.REGEX else None
        for one in tests
    ]
    return either(one for one in made if one is not None) if None not in made else None


def _one(text: str, field: str, mark: str, *, cased: bool) -> Expression | None:
    if "\\" in text or "/" in text:
        return None
    if not text or text == ANY:
        return test_of(field, text, cased=cased)
    behind = text.removeprefix(ANY)
    if ANY not in behind and ONE not in behind:
        return test_of(field, f"{ANY}{mark}{text}" if behind == text else text, cased=cased)
    return Test(field, Op.REGEX, (_pattern(text, mark, cased=cased),), cased=True)


def _pattern(text: str, mark: str, *, cased: bool) -> str:
    """The last part of a path that is like a text with wildcards."""
    other = f"[^{re.escape(mark)}]"
    written = "".join(
        f"{other}*" if part == ANY else other if part == ONE else _escaped(part) for part in pieces(text)
    )
    before = "" if text.startswith(ANY) else re.escape(mark)
    if text.startswith(ANY):
        written = written.removeprefix(f"{other}*")
    return f"{'' if cased else '(?i)'}{before}{written}$"


def _escaped(text: str) -> str:
    """The text for RE2: only what means something there is escaped."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text)
