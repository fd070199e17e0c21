"""The secrets of a text: what they are, what speaks against them, which finding they make."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.records import Severity
from cybersecqwen.records.review import CodeFinding, Confidence, Place, Status

from .checks import Opinion
from .context import examples_of_a_rule, is_lock, place_of_examples, says_example
from .kinds import Kind, kinds_in
from .named import named_in

MOST = 200
"""Findings of one kind in one file; all that is found is hidden all the same."""
_NEAR = 200
NAMED = "secret-named-value"


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """A secret in a text; offsets in characters."""

    start: int
    end: int
    kind: Kind | None
    """None for a value that only its name tells of."""
    confidence: Confidence
    sealed: bool = False
    doubt: str = ""
    """Why it is probably none; "" for nothing that speaks against it."""

    @property
    def rule(self) -> str:
        """The id of the rule of its finding."""
        return NAMED if self.kind is None else f"secret-{self.kind.id}"


def secrets_in(path: str, language: str, text: str) -> list[Secret]:
    """The secrets of a text in its order, none within another."""
    data = text.encode("latin-1", "replace")  # a byte a character; what is looked for is ASCII
    found: list[tuple[int, Secret]] = []
    doubt = place_of_examples(path)
    taught = examples_of_a_rule(data)
    for rank, kind in enumerate(kinds_in(data)):
        found += ((rank, one) for one in _of_kind(kind, data, doubt))
    if not is_lock(path):
        for named in named_in(data, language):
            secret = Secret(
                start=named.start, end=named.end, kind=None, confidence=named.confidence, doubt=doubt
            )
            found.append((1_000, secret))
    return [
        replace(one, doubt="It stands in the examples of a rule.") if one.start > taught else one
        for one in _apart(found)
    ]


def _of_kind(kind: Kind, data: bytes, doubt: str) -> Iterator[Secret]:
    group = 1 if kind.pattern.groups else 0
    for match in kind.pattern.finditer(data):
        within = bool(group) and match.start(1) >= 0
        start, end = match.span(1 if within else 0)
        if kind.apart and not _stands_apart(data, 0 if within else start, end):
            continue
        if kind.near is not None and not kind.near.search(data[max(0, start - _NEAR) : end + _NEAR]):
            continue
        opinion = kind.check(data, start, end) if kind.check else Opinion()
        if not opinion.holds:
            continue
        first = opinion.start if opinion.start >= 0 else start
        last = opinion.end if opinion.end >= 0 else end
        why = opinion.doubt or ("" if opinion.proven else doubt)
        value = data[start : min(last, start + 200)].decode("latin-1")
        if not why and not kind.guessable and says_example(value):
            why = "It says of itself that it is an example, or is no random text."
        sure = Confidence.MEDIUM if kind.guessable or kind.id == "jwt" else Confidence.HIGH
        yield Secret(start=first, end=last, kind=kind, confidence=sure, sealed=opinion.sealed, doubt=why)


_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def _stands_apart(data: bytes, start: int, end: int) -> bool:
    """Whether a match is not a part of a longer text of letters and digits."""
    before = data[start - 1] if start else 0
    if before in _ALNUM and not (before in b"nrt" and start > 1 and data[start - 2] == 0x5C):  # \n in a text
        return False
    return end >= len(data) or data[end] not in _ALNUM


def _apart(found: Sequence[tuple[int, Secret]]) -> Iterator[Secret]:
    """Of those that overlap the one whose kind comes first, in the order of the text."""
    kept: list[tuple[int, Secret]] = []
    for rank, one in sorted(found, key=lambda each: (each[1].start, each[0], -each[1].end)):
        if kept and one.start < kept[-1][1].end:
            if rank < kept[-1][0]:
                kept[-1] = (rank, one)
            continue
        kept.append((rank, one))
    return (one for _, one in kept)


def finding_of(secret: Secret, place: Place) -> CodeFinding:
    """The finding, still without its fingerprint. The place must be masked."""
    kind = secret.kind
    status = Status.UNLIKELY if secret.doubt else Status.OPEN
    if kind is None:
        return CodeFinding(
            rule=NAMED,
            title="Value that its name says is secret, written in a file",
            cwe=("CWE-798",),
            severity=Severity.HIGH if secret.confidence is not Confidence.LOW else Severity.MEDIUM,
            confidence=secret.confidence,
            why="Whoever reads the file, its history or a copy of it has it.",
            instead=_instead("where it was given out"),
            place=place,
            status=status,
            reason=secret.doubt,
        )
    sealed = secret.sealed
    return CodeFinding(
        rule=secret.rule,
        title=f"{kind.title}{', sealed with a password,' if sealed else ''} in a file",
        cwe=(kind.cwe,) if kind.cwe == "CWE-798" else (kind.cwe, "CWE-798"),
        severity=min(kind.severity, Severity.MEDIUM) if sealed else kind.severity,
        confidence=secret.confidence,
        why=f"Whoever reads the file, its history or a copy of it {'and has the password ' if sealed else ''}"
        f"{kind.gives}.",
        instead=_instead(kind.revoke),
        place=place,
        status=status,
        reason=secret.doubt,
    )


def _instead(where: str) -> str:
    return (
        f"Revoke it first ({where}); taking it out of the file leaves it in the history. Give the new one in"
        " the environment or from a store of secrets."
    )


class Marks:
    """Fingerprints that do not tell what they are of, counted where the same stands twice."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def of_value(self, one: CodeFinding, value: str) -> str:
        """Of a value that nobody can guess: stays the same whatever stands around it."""
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return self._of(one.rule, one.place.path, digest)

    def of_context(self, one: CodeFinding) -> str:
        """Of what stands around it.

        A password that somebody chose is soon found by trying words against a hash of it, so it is left out.
        """
        return self._of(one.rule, one.place.path, " ".join(one.place.text.split()))

    def _of(self, *parts: str) -> str:
        mark = "\0".join(parts)
        number = self._seen[mark]
        self._seen[mark] += 1
        return hashlib.sha256(f"{mark}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
