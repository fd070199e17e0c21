"""Secrets beside what rules found: each place once, and no secret shown anywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cybersecqwen.records.review import CodeFinding, Place, Status

from .context import chosen_by_hand
from .finding import MOST, Marks, Secret, finding_of, secrets_in
from .masking import Mask

if TYPE_CHECKING:
    from cybersecqwen.detect.code.taint.crossing import Crossing
    from cybersecqwen.inputs.source.files import SourceFile

_CREDENTIALS = frozenset(
    ("CWE-798", "CWE-259", "CWE-321", "CWE-256", "CWE-260", "CWE-522", "CWE-214", "CWE-312")
)
"""Of rules that are about a secret in the file: the texts of their places are hidden."""
_LITERAL = re.compile(r"\"([^\"\n]{3,})\"(?!\s*(?::|\]|=>))|'([^'\n]{3,})'(?!\s*(?::|\]|=>))|`([^`\n]{3,})`")
_OPEN = re.compile(
    r"(?i)(?:(?:hmac|sha|md|hs|rs|es|ps|ed|aes|des|rc|blake|utf|latin|cp|tls|ssl)[-_]?[0-9]{1,5}[a-z]?(?:[-_/]\w{2,8}){0,3}"
    r"|ascii|base64|localhost|[\w.-]+\.(?:com|org|net|io|local)|[a-z]{3,5})"
)
"""Texts beside a secret that are none: algorithms, encodings, hosts, short words."""
_ARGUMENT = re.compile(
    r"(?:\s-p[ \t]*|--?(?:http-)?pass(?:word)?[= ]|\s-w[ \t]+|(?:-u|--user)[= ]?[\w.@-]+:|[=:][ \t]*|"
    r"^(?:ENV|ARG)?[ \t]*\w+[ \t]+)([^\s\"'$<{]\S{2,})"
)


def with_secrets(
    findings: Sequence[CodeFinding], crossing: Crossing | None, source: SourceFile
) -> tuple[list[CodeFinding], Crossing | None]:
    """(the findings of rules and of secrets in the file's order, what it has to do with others), all masked.

    A secret of a known format says more than a rule about the same place, which goes; a rule says more than a
    name beside a value.
    """
    secrets = secrets_in(source.path, source.language, source.text)
    about = [one for one in findings if _CREDENTIALS.intersection(one.cwe)]
    if not secrets and not about:
        return list(findings), crossing
    starts = _line_starts(source.text) if about else []
    literals = [reach for one in about for reach in _literals(one.place, source.text, starts)]
    chosen = [reach for reach in literals if chosen_by_hand(source.text[slice(*reach)])]
    mask = Mask(source.text, [*((one.start, one.end) for one in secrets), *chosen], literals)
    kept, replaced = _kept(findings, secrets, mask)
    marks = Marks()
    made = [_masked(one, mask, marks) for one in kept]
    told = {
        number
        for one in kept
        if _CREDENTIALS.intersection(one.cwe)
        for number in range(one.place.line, min(one.place.end_line, one.place.line + 50) + 1)
    }
    counts: Counter[str] = Counter()
    for secret in secrets:
        if secret.kind is None and mask.at(secret.start)[0] in told:
            continue
        counts[secret.rule] += 1
        if counts[secret.rule] <= MOST:
            made.append(_made(secret, mask, source, marks, replaced.get(secret.start)))
    made.sort(key=lambda one: (one.place.line, one.place.column, one.rule))
    return made, None if crossing is None else _crossing(crossing, mask)


def without_secrets(text: str) -> str:
    """A line of a manifest, or what is said of it, without the secrets of addresses."""
    if "://" not in text or "@" not in text:
        return text
    stretches = [(one.start, one.end) for one in secrets_in("", "text", text)]
    return Mask(text, stretches).whole() if stretches else text


def _crossing(crossing: Crossing, mask: Mask) -> Crossing:
    # Each with marks of its own: the finding of the file that it stands for is the first of its kind.
    sinks = tuple(replace(one, finding=_masked(one.finding, mask, Marks())) for one in crossing.sinks)
    gifts = tuple(replace(one, steps=mask.steps(one.steps)) for one in crossing.gifts)
    relays = tuple(
        replace(one, gift=replace(one.gift, steps=mask.steps(one.gift.steps))) for one in crossing.relays
    )
    return replace(crossing, sinks=sinks, gifts=gifts, relays=relays)


def _kept(
    findings: Sequence[CodeFinding], secrets: Sequence[Secret], mask: Mask
) -> tuple[list[CodeFinding], dict[int, CodeFinding]]:
    """(those that a secret of a known format does not tell better, the others by where the secret begins)."""
    lines: dict[int, Secret] = {}
    for secret in secrets:
        if secret.kind is not None:
            lines.setdefault(mask.at(secret.start)[0], secret)
    kept, replaced = [], {}
    for one in findings:
        reach = range(one.place.line, min(max(one.place.line, one.place.end_line), one.place.line + 20) + 1)
        better = next((lines[number] for number in reach if number in lines), None)
        if better is not None and _CREDENTIALS.intersection(one.cwe[:2]) and not one.proven:
            replaced[better.start] = one
        else:
            kept.append(one)
    return kept, replaced


def _masked(one: CodeFinding, mask: Mask, marks: Marks) -> CodeFinding:
    """The fingerprint is made anew where it was made of a secret."""
    hidden = mask.applied(one)
    if hidden.place.text == one.place.text:
        return hidden
    return replace(hidden, fingerprint=marks.of_context(hidden))


def _made(
    secret: Secret, mask: Mask, source: SourceFile, marks: Marks, instead_of: CodeFinding | None
) -> CodeFinding:
    one = finding_of(secret, mask.place(source.path, secret.start, secret.end))
    if secret.kind is None or secret.kind.guessable:
        mark = marks.of_context(one)
    else:
        mark = marks.of_value(one, source.text[secret.start : secret.end])
    if instead_of is None:
        return replace(one, fingerprint=mark)
    one = replace(one, fingerprint=mark, fix=mask.applied(instead_of).fix)
    if instead_of.status is Status.SUPPRESSED:
        return replace(one, status=instead_of.status, reason=instead_of.reason)
    return one


def _line_starts(text: str) -> list[int]:
    return [0, *(one.end() for one in re.finditer("\n", text))]


def _literals(place: Place, text: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The texts of a place that is about a secret: quoted ones, or what follows a sign where none is."""
    if not 1 <= place.line <= len(starts):
        return
    begin = starts[place.line - 1] + place.column - 1
    last = min(max(place.line, place.end_line), place.line + 50, len(starts))
    end = min(
        starts[last - 1] + max(place.end_column, 1) - 1 if place.end_column else len(text), begin + 20_000
    )
    end = max(end, begin)
    stretch = text[begin:end]
    found = list(_LITERAL.finditer(stretch)) or list(_ARGUMENT.finditer(stretch))
    for one in found:
        group = one.lastindex or 0
        if not _OPEN.fullmatch(one[group]):
            yield begin + one.start(group), begin + one.end(group)
