"""What becomes of a test when its field goes to its place in a schema, and on the way back.

Each transform says exactly what the test said, or raises `Unfit`. Values of tests are looked at as text with
wildcards (`globs`), so that one way covers equals, contains, starts, ends and patterns.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cybersecqwen.detect.sigma.model import And, Expression, Op, Or, Test
from cybersecqwen.detect.sigma.plain import holds
from cybersecqwen.dialects.globs import ANY, ONE, test_of, wildcards_of

from .expressions import ALWAYS, NEVER, Unfit, either, renamed, texts
from .file_names import whole_path
from .taxonomy import Place
from .wordings import ALTERNATIVES, BACK, Alternatives

_MOST_SPLITS = 100
"""Places in a value at which it is cut into two."""


Forward = Callable[[Test, Place], Expression]
Back = Callable[[Test, Place, str], Expression | None]
"""(test, place, field of Sigma) to the test that was meant; None where none was."""


@dataclass(frozen=True, slots=True)
class Transform:
    """Both ways of one transform."""

    forward: Forward
    back: Back


def _plain_number(test: Test) -> bool:
    return test.op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST, Op.CIDR)


def _same(test: Test, place: Place) -> Expression:
    return renamed(test, place.columns[0])


def _same_back(test: Test, place: Place, name: str) -> Expression | None:
    return renamed(test, name)


def _of_any(test: Test, place: Place) -> Expression:
    """One of several fields: it is there where one is, and missing where all are."""
    tests = tuple(renamed(test, column) for column in place.columns)
    return And(tests) if test.op is Op.NULL else Or(tests)


def _of_any_spelt(alternatives: Alternatives) -> Forward:
    """One of several fields, in which the values are spelt otherwise."""
    spelt = _spelt(alternatives)

    def forward(test: Test, place: Place) -> Expression:
        tests = [spelt(test, Place(columns=(column,))) for column in place.columns]
        return And(tuple(tests)) if test.op is Op.NULL else either(tests)

    return forward


def _no_back(test: Test, place: Place, name: str) -> Expression | None:
    return None


def _presence(test: Test, columns: tuple[str, ...]) -> Expression | None:
    """What presence and absence say of a field in parts: that the first is there, or is not."""
    return renamed(test, columns[0]) if test.op in (Op.PRESENT, Op.NULL) else None


def _values(test: Test, place: Place) -> Expression:
    if (found := _presence(test, place.columns)) is not None:
        return found
    if test.op is not Op.EQUALS:
        raise Unfit("by a part of its value, since values are spelt otherwise there")
    missing = [value for value in test.values if value.lower() not in place.values]
    if missing:
        raise Unfit(f"for the value {missing[0][:40]!r}")
    made = tuple(dict.fromkeys(place.values[value.lower()].lower() for value in test.values))
    return Test(place.columns[0], Op.EQUALS, made)


def _values_back(test: Test, place: Place, name: str) -> Expression | None:
    if test.op in (Op.PRESENT, Op.NULL):
        return renamed(test, name)
    back = {there.lower(): here for here, there in reversed([*place.values.items()])}
    if test.op is not Op.EQUALS or any(value.lower() not in back for value in test.values):
        return None
    return Test(name, Op.EQUALS, tuple(back[value.lower()] for value in test.values))


def _constant(test: Test, place: Place) -> Expression:
    return ALWAYS if holds(test, place.constant, lambda _name: None) else NEVER


_HASH = re.compile(r"(?:(md5|sha1|sha256|imphash)=)?([0-9a-f]{8,64})")
_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256"}


def _hashes(test: Test, place: Place) -> Expression:
    """Sysmon's list of hashes, "MD5=…,SHA256=…", where each kind has a field of its own."""
    if (found := _presence(test, place.columns)) is not None:
        return found
    parts: list[Expression] = []
    for text in texts(test):
        match = _HASH.fullmatch(text.strip(ANY).strip(",").lower())
        kind = (match[1] or _BY_LENGTH.get(len(match[2]), "")) if match else ""
        if match is None or not kind:
            raise Unfit("for what is no hash of a known kind")
        if kind not in place.values:
            raise Unfit(f"for hashes of the kind {kind.upper()}")
        whole = len(match[2]) >= {"sha256": 64, "sha1": 40}.get(kind, 32)
        parts.append(test_of(place.values[kind], match[2] + ("" if whole else ANY)))
    return either(parts)


def _hashes_back(test: Test, place: Place, name: str) -> Expression | None:
    if test.op in (Op.PRESENT, Op.NULL):
        return renamed(test, name)
    kind = next((kind for kind, column in place.values.items() if column == test.field), "")
    if test.op not in (Op.EQUALS, Op.STARTS) or not kind:
        return None
    return Test(name, Op.CONTAINS, tuple(f"{kind}={value}".lower() for value in test.values))


def _spelt(alternatives: Alternatives) -> Forward:
    """Values that are spelt otherwise in the schema, in one way or in several."""

    def forward(test: Test, place: Place) -> Expression:
        column = place.columns[0]
        if test.op in (Op.PRESENT, Op.NULL) or _plain_number(test):
            return renamed(test, column)
        if test.op is Op.REGEX:
            if any(alternatives(value.lower()) != (value.lower(),) for value in test.values):
                raise Unfit("by a regular expression over what is spelt otherwise there")
            return renamed(test, column)
        return either(
            test_of(column, other, cased=test.cased) for text in texts(test) for other in alternatives(text)
        )

    return forward


def _spelt_back(back: Callable[[str], str]) -> Back:
    def backward(test: Test, place: Place, name: str) -> Expression | None:
        if not wildcards_of(test):
            return renamed(test, name)
        return either(test_of(name, back(text), cased=test.cased) for text in wildcards_of(test))

    return backward


def splits(text: str, mark: str) -> list[tuple[str, str]]:
    """Every way in which a text can be two, with the mark between them and none in the second."""
    if text.count(ANY) + text.count(ONE) + text.count(mark) > _MOST_SPLITS:
        raise Unfit("by a pattern with so many wildcards and separators")
    made: list[tuple[str, str]] = []
    for at, character in enumerate(text):
        if character in (mark, ONE):
            before, behind = text[:at], text[at + 1 :]
        elif character == ANY:
            before, behind = text[: at + 1], text[at:]
        else:
            continue
        if mark not in behind:
            made.append((before, behind))
    return made


def _mark(text: str) -> str:
    return "/" if "/" in text and "\\" not in text else "\\"


def _joined(alternatives: Alternatives | None = None, mark: str = "\\") -> Forward:
    r"""A field that the schema holds in two parts: `folder\name`, `key\value`, `domain\user`."""

    def forward(test: Test, place: Place) -> Expression:
        if (found := _presence(test, place.columns)) is not None:
            return found
        first, last = place.columns
        parts: list[Expression] = []
        for written in texts(test):
            for text in alternatives(written) if alternatives else (written,):
                for before, behind in splits(text, mark or _mark(text)):
                    parts.append(_pair(first, before, last, behind, cased=test.cased))
        return either(parts) if parts else NEVER

    return forward


def _pair(first: str, before: str, last: str, behind: str, *, cased: bool) -> Expression:
    if before == ANY:
        return test_of(last, behind, cased=cased)
    if behind == ANY:
        return test_of(first, before, cased=cased)
    return And((test_of(first, before, cased=cased), test_of(last, _default(behind), cased=cased)))


def _default(name: str) -> str:
    """The value of a registry key without a name, "(Default)" to Sysmon, has an empty name elsewhere."""
    return "" if name == "(default)" else name


def _file_name(test: Test, place: Place) -> Expression:
    """A path of which the schema has the file's name alone."""
    if (found := _presence(test, place.columns)) is not None:
        return found
    parts = []
    for text in texts(test):
        found_splits = splits(text, _mark(text))
        if not found_splits or any(before != ANY for before, _ in found_splits):
            raise Unfit("by its folder, since there is the name of the file alone")
        parts += [test_of(place.columns[0], behind, cased=test.cased) for _, behind in found_splits]
    return either(parts)


def _file_name_back(test: Test, place: Place, name: str) -> Expression | None:
    return whole_path(test, name, "\\")


_HIVE, _KERNEL = ALTERNATIVES["hive"], ALTERNATIVES["hive_kernel"]
_SINGLE = ("hive", "drive", "details", "pipe", "hive_kernel", "hexadecimal")

TRANSFORMS: dict[str, Transform] = {
    "same": Transform(_same, _same_back),
    "either": Transform(_of_any, _no_back),
    "values": Transform(_values, _values_back),
    "constant": Transform(_constant, _no_back),
    "hashes": Transform(_hashes, _hashes_back),
    "account": Transform(_joined(), _no_back),
    "path": Transform(_joined(mark=""), _no_back),
    "request": Transform(_joined(mark="?"), _no_back),
    "registry": Transform(_joined(_HIVE), _no_back),
    "registry_short": Transform(_joined(), _no_back),
    "registry_kernel": Transform(_joined(_KERNEL), _no_back),
    "either_details": Transform(_of_any_spelt(ALTERNATIVES["details"]), _no_back),
    "file_name": Transform(_file_name, _file_name_back),
    **{name: Transform(_spelt(ALTERNATIVES[name]), _spelt_back(BACK[name])) for name in _SINGLE},
}
"""What `by` in a mapping may say."""
