"""OpenVEX: what somebody has found out about problems, read and written.

From: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md (0.2.0)

A statement is about a finding where it names one of its ids and one of its products or subcomponents is the
package (any version where the statement names none). One without products is about every package that has the
problem. The newest statement about a finding counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.packages.purl import Purl, read_purl, write_purl
from cybersecqwen.knowledge.advisories.interface import name_key
from cybersecqwen.records.review import PackageFinding, Status

CONTEXT = "https://openvex.dev/ns/v0.2.0"
"""What a document calls its form."""

LARGEST = 64 << 20
"""Bytes of a document that is read."""

_STATEMENTS = 200_000
_PRODUCTS = 10_000
_QUIET = ("not_affected", "fixed")
_STATES = (*_QUIET, "affected", "under_investigation")
_JUSTIFICATIONS = {
    "component_not_present": "the component is not in there",
    "vulnerable_code_not_present": "the vulnerable code is not in there",
    "vulnerable_code_not_in_execute_path": "the vulnerable code is never run",
    "vulnerable_code_cannot_be_controlled_by_adversary": "an attacker cannot control the vulnerable code",
    "inline_mitigations_already_exist": "something already keeps it from being used",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What somebody says about a problem in products."""

    ids: tuple[str, ...]
    """The problem's names."""
    products: tuple[str, ...]
    """Package URLs of products and subcomponents; () for all."""
    status: str
    reason: str
    """Why, in words; "" where none are given."""
    time: str = ""
    author: str = ""


def read(data: bytes, name: str = "the VEX document") -> tuple[Statement, ...]:
    """The statements of an OpenVEX document, oldest first.

    Raises InputError where it is none, or one of its statements cannot be understood: to leave one out
    would change what is reported without anybody's seeing it.
    """
    if len(data) > LARGEST:
        raise InputError(f"{name} has more than {LARGEST >> 20} MiB.")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is no JSON that can be read.") from error
    if not isinstance(document, dict) or "openvex" not in str(document.get("@context", "")):
        raise InputError(f"{name} is no OpenVEX document.", hint=f"One has the @context {CONTEXT}.")
    statements = document.get("statements")
    if not isinstance(statements, list) or len(statements) > _STATEMENTS:
        raise InputError(f"{name} has no list of statements, or one of more than {_STATEMENTS:,}.")
    found = [_statement(item, number, name, document) for number, item in enumerate(statements, 1)]
    return tuple(sorted(found, key=lambda statement: statement.time))


def _statement(item: object, number: int, name: str, document: Mapping[str, Any]) -> Statement:
    fields = item if isinstance(item, dict) else {}
    problem = fields.get("vulnerability")
    table = problem if isinstance(problem, dict) else {"name": problem}
    ids = [table.get("name"), *_items(table.get("aliases")), str(table.get("@id") or "").rpartition("/")[2]]
    names = tuple(dict.fromkeys(id for id in ids if isinstance(id, str) and id))
    status = fields.get("status")
    if not names or status not in _STATES:
        raise InputError(
            f"Statement {number} of {name} names no vulnerability or no status.",
            hint=f"A status is one of {', '.join(_STATES)}.",
        )
    justification = str(fields.get("justification") or "")
    said = str(fields.get("impact_statement") or fields.get("status_notes") or "")
    reason = "; ".join(part for part in (_JUSTIFICATIONS.get(justification, justification), said) if part)
    products = _products(fields.get("products"), number, name)
    return Statement(
        ids=names,
        products=products,
        status=status,
        reason=" ".join(reason.split())[:500],
        time=str(fields.get("timestamp") or document.get("timestamp") or ""),
        author=str(fields.get("supplier") or document.get("author") or "")[:200],
    )


def _products(value: object, number: int, name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    items = _items(value)
    if len(items) > _PRODUCTS:
        raise InputError(f"Statement {number} of {name} has more than {_PRODUCTS:,} products.")
    for item in items:
        for part in (item, *_items(item.get("subcomponents") if isinstance(item, dict) else None)):
            found.update(dict.fromkeys(_urls(part)))
    if items and not found:
        raise InputError(f"Statement {number} of {name} has products without an @id.")
    return tuple(found)


def _urls(part: object) -> list[str]:
    if isinstance(part, str):
        return [part]
    if not isinstance(part, dict):
        return []
    identifiers = part.get("identifiers")
    other = identifiers.get("purl") if isinstance(identifiers, dict) else None
    return [url for url in (part.get("@id"), other) if isinstance(url, str) and url]


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def apply(
    findings: Iterable[PackageFinding], statements: Sequence[Statement]
) -> tuple[tuple[PackageFinding, ...], tuple[Statement, ...]]:
    """The findings, and the statements that fit none of them.

    Findings that are said to be none are suppressed, with the reason.
    """
    by_id: dict[str, list[int]] = {}
    for number, statement in enumerate(statements):
        for id in statement.ids:
            by_id.setdefault(id, []).append(number)
    parsed = [[read_purl(url) for url in statement.products] for statement in statements]
    used: set[int] = set()
    told: list[PackageFinding] = []
    for finding in findings:
        about = sorted({n for id in (finding.id, *finding.aliases) for n in by_id.get(id, ())})
        fitting = [n for n in about if _fits(finding, statements[n], parsed[n])]
        used.update(fitting)
        last = statements[fitting[-1]] if fitting else None
        if last is not None and last.status in _QUIET:
            finding = replace(finding, status=Status.SUPPRESSED, reason=_reason(last))
        told.append(finding)
    return tuple(told), tuple(s for number, s in enumerate(statements) if number not in used)


def _fits(finding: PackageFinding, statement: Statement, parsed: Sequence[Purl | None]) -> bool:
    if not statement.products:
        return True
    package = finding.package
    name = name_key(package.ecosystem, package.name)
    return any(
        found is not None
        and found.ecosystem == package.ecosystem
        and found.version in ("", package.version)
        and name_key(found.ecosystem, found.name) == name
        for found in parsed
    )


def _reason(statement: Statement) -> str:
    what = "fixed" if statement.status == "fixed" else "not affected"
    who = f", says {statement.author}" if statement.author else ""
    return f"VEX: {what}{who}" + (f": {statement.reason.rstrip('.')}." if statement.reason else ".")


def write(findings: Iterable[PackageFinding], *, author: str, time: str) -> str:
    """An OpenVEX document of the findings: open ones as affected, suppressed ones as not affected, with why.

    `time` is a moment in ISO 8601. Packages without a package URL and findings without an id are left out.
    """
    statements = [
        _said(finding, url)
        for finding in findings
        if finding.id and finding.kind in ("vulnerable", "malicious") and (url := write_purl(finding.package))
    ]
    digest = hashlib.sha256(json.dumps([author, time, statements]).encode()).hexdigest()
    document = {
        "@context": CONTEXT,
        "@id": f"https://openvex.dev/docs/public/vex-{digest}",
        "author": author,
        "timestamp": time,
        "version": 1,
        "statements": statements,
    }
    # In ASCII: halves of surrogate pairs in names of files would be no UTF-8.
    return json.dumps(document, indent=2) + "\n"


def _said(finding: PackageFinding, url: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "vulnerability": {"name": finding.id, "aliases": list(finding.aliases)},
        "products": [{"@id": url}],
    }
    if not finding.aliases:
        del said["vulnerability"]["aliases"]
    if finding.status is Status.SUPPRESSED:
        said |= {
            "status": "not_affected",
            "impact_statement": finding.reason or "Suppressed without a reason.",
        }
    elif finding.status is Status.UNLIKELY:
        said |= {"status": "under_investigation", "status_notes": finding.reason}
    else:
        said |= {"status": "affected", "action_statement": finding.instead or "Update the package."}
    return said
