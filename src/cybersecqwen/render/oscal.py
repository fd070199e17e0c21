"""OSCAL assessment results (NIST, version 1.1.3): what an audit found, for programs of auditors.

    report handed in → resource of the back matter, subject of its observations
    finding          → observation, with what it stands on
    control          → finding: satisfied or not; risk where it is not, or where it is only called for
    gap              → named in the remarks of the result, and claimed nowhere

Equal audits give equal documents: every UUID is computed from what it names (RFC 9562, version 5), and
times are those of the reports. Texts of reports stand where OSCAL has Markdown, so each character that
Markdown would obey is escaped. From: https://pages.nist.gov/OSCAL-Reference/models/v1.1.3/assessment-results/json-reference/
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from cybersecqwen import __version__
from cybersecqwen.records import Report
from cybersecqwen.records.audit import (
    Audit,
    Control,
    Direction,
    Indication,
    Observation,
    Standing,
    Subject,
)

from .audit_layout import way, where
from .defang import safe_text
from .interface import Renderer, RenderOptions
from .markdown_text import escaped
from .wording import counted, moment

VERSION = "1.1.3"
"""Of OSCAL."""
NAMESPACE = uuid.UUID("6f0ff0d5-6f53-5d1c-9f21-0a4f6d1f0c53")
"""Of the names that UUIDs are computed from."""
NS = "https://cybersecqwen.invalid/oscal/1"
"""Namespace of properties that OSCAL itself does not define: a name that leads nowhere (RFC 6761)."""
_ATTACK = "https://attack.mitre.org"
_WAYS = 100
"""Ways from findings to one control that are written out; all observations are named."""
_EVIDENCE = 20
_METHODS = {"review": "TEST"}
_STATES = {Standing.NOT_SATISFIED: ("not-satisfied", "fail"), Standing.SATISFIED: ("satisfied", "pass")}
_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE

Made = dict[str, Any]


class OscalRenderer(Renderer):
    """See `Renderer`; a report that is no audit gives a document without findings."""

    name = "oscal"
    media_type = "application/json"
    extension = "oscal.json"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        audit = report.audit or Audit(framework="800-53", baseline="moderate")
        made = {"assessment-results": _Document(report, audit).made()}
        return orjson.dumps(made, option=_OPTIONS).decode()


def control_id(id: str) -> str:
    """A control as OSCAL's catalogue names it: AC-2(1) is ac-2.1."""
    return id.lower().replace("(", ".").replace(")", "")


def prose(text: str) -> str:
    """Text of a report as one line of Markdown that says what it says and does nothing."""
    return escaped(_whole(safe_text(text))) or "—"


def token(text: str) -> str:
    """Text as the value of a property: one line, not empty, no space at its ends."""
    return _whole(safe_text(text)).strip() or "—"


def _whole(text: str) -> str:
    r"""Lone surrogates, which no UTF-8 can hold, as \udc80."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _address(path: str) -> str:
    """A path as the reference that OSCAL wants: "-" and odd names become harmless ones."""
    return quote(_whole(path).replace("\\", "/"), safe="/._-~") or "-"


class _Document:
    """One audit on its way into OSCAL."""

    def __init__(self, report: Report, audit: Audit) -> None:
        self._report = report
        self._audit = audit
        self._made: dict[tuple[str, str], str] = {}
        self._subjects = {one.id: one for one in audit.subjects}
        self._seen = {one.id: one for one in audit.observations}
        hashes = [f"{one.sha256}:{one.path}" for one in audit.subjects]
        self._key = "\n".join(
            (report.task, report.title, report.provenance.knowledge, audit.baseline, audit.framework, *hashes)
        )
        times = [one.time for one in audit.subjects if one.time is not None]
        times += [one.time for one in audit.observations if one.time is not None]
        self._first, self._last = _date(min(times, default=None)), _date(max(times, default=None))
        self._tool = self._uuid("tool", __version__)
        decided = [one for one in audit.controls if one.standing in _STATES]
        self._decided: Sequence[Control] = decided

    def _uuid(self, kind: str, name: str = "") -> str:
        """Computed once for each: the key names every report, and controls relate to many findings."""
        known = self._made.get((kind, name))
        if known is None:
            known = str(uuid.uuid5(NAMESPACE, _whole(f"{kind}\n{name}\n{self._key}")))
            self._made[kind, name] = known
        return known

    def made(self) -> Made:
        """The document."""
        return {
            "uuid": self._uuid("document"),
            "metadata": {
                "title": "Security controls, as far as reports of csq show",
                "last-modified": self._last,
                "version": __version__,
                "oscal-version": VERSION,
                "props": [self._prop("knowledge", self._report.provenance.knowledge or "none")],
            },
            "import-ap": {
                "href": f"#{self._uuid('plan')}",
                "remarks": "There was no assessment plan: whatever reports were handed in were looked at.",
            },
            "results": [self._result()],
            "back-matter": {"resources": [*self._resources()]},
        }

    def _result(self) -> Made:
        audit = self._audit
        result: Made = {
            "uuid": self._uuid("result"),
            "title": prose(self._report.title or "Nothing was audited"),
            "description": f"{counted(len(audit.subjects), 'report')} held against the {audit.baseline}"
            " baseline of SP 800-53B. A control is called satisfied only where a finding shows that it works,"
            " never because nothing was found.",
            "start": self._first,
            "end": self._last,
            "local-definitions": {"components": [self._component()]},
            "reviewed-controls": self._reviewed(),
            "remarks": self._remarks(),
        }
        for name, some in (
            ("observations", [self._observation(one) for one in audit.observations]),
            ("risks", [self._risk(one) for one in audit.controls if one.standing in _RISKS]),
            ("findings", [self._finding(one) for one in self._decided]),
        ):
            if some:  # OSCAL knows no empty lists
                result[name] = some
        return result

    def _component(self) -> Made:
        return {
            "uuid": self._tool,
            "type": "software",
            "title": f"csq {__version__}",
            "description": "Reads saved reports and relates their findings to controls by public mappings.",
            "status": {"state": "operational"},
        }

    def _reviewed(self) -> Made:
        chosen: Made = {"description": "Controls that evidence decides about."}
        if self._decided:
            chosen["include-controls"] = [
                {"control-id": id} for id in sorted({control_id(one.id) for one in self._decided})
            ]
        else:
            chosen["description"] = "None: no evidence decides about any control."
        return {"control-selections": [chosen]}

    def _remarks(self) -> str:
        gaps = ", ".join(control_id(one.id) for one in self._audit.gaps)
        said = f"Not assessed of the {self._audit.baseline} baseline, {len(self._audit.gaps):,}: "
        said += f"{gaps or 'none'}."
        if self._audit.beyond:
            more = ", ".join(control_id(one) for one in self._audit.beyond)
            said += (
                f" Not known to the knowledge store and not looked at, {len(self._audit.beyond):,}: {more}."
            )
        if self._audit.not_read:
            said += f" Inputs that could not be read: {len(self._audit.not_read):,}."
        return said

    def _observation(self, one: Observation) -> Made:
        subject = self._subjects[one.subject]
        resource = self._uuid("subject", subject.id)
        times = f" Found {one.count:,} times." if one.count > 1 else ""
        evidence = [
            {"href": f"#{resource}", "description": prose(where(spot))}
            for spot in one.spots[:_EVIDENCE]
            if where(spot)
        ]
        return {
            "uuid": self._uuid("observation", one.id),
            "title": prose(one.title),
            "description": f"{prose(one.title)}.{times}",
            "props": [
                self._prop("finding", one.finding),
                self._prop("severity", one.severity.label),
                *(self._prop("identifier", name) for name in one.names),
            ],
            "methods": [_METHODS.get(subject.task, "EXAMINE")],
            "origins": [self._origin()],
            "subjects": [{"subject-uuid": resource, "type": "resource"}],
            "relevant-evidence": evidence or [{"href": f"#{resource}", "description": "The whole report."}],
            "collected": _date(one.time if one.time is not None else subject.time),
        }

    def _origin(self) -> Made:
        return {"actors": [{"type": "tool", "actor-uuid": self._tool}]}

    def _risk(self, one: Control) -> Made:
        wanted = _RISKS[one.standing]
        some = [each for each in one.indications if each.direction is wanted]
        failed = one.standing is Standing.NOT_SATISFIED
        risk: Made = {
            "uuid": self._uuid("risk", one.id),
            "title": prose(f"{one.id} {one.name}"),
            "description": "What the control asks for is not so, as the related observations show."
            if failed
            else "The control would help against what was seen; whether it is in place was not assessed.",
            "statement": f"{counted(len(some), 'observation')}, the worst of severity {one.severity.label}.",
            "props": [self._prop("control-id", control_id(one.id))],
            "status": "open" if failed else "investigating",
            "origins": [self._origin()],
            "characterizations": [
                {
                    "origin": self._origin(),
                    "facets": [{"name": "severity", "system": NS, "value": one.severity.label}],
                }
            ],
            "related-observations": self._related(some),
        }
        threats = sorted({id for each in some for id in each.path if _is_technique(id)})
        if threats:
            risk["threat-ids"] = [
                {"system": _ATTACK, "id": f"{_ATTACK}/techniques/{id.replace('.', '/')}"} for id in threats
            ]
        return risk

    def _finding(self, one: Control) -> Made:
        state, reason = _STATES[one.standing]
        finding: Made = {
            "uuid": self._uuid("finding", one.id),
            "title": prose(f"{one.id} {one.name}"),
            "description": _told(one.indications, self._seen, self._subjects),
            "props": [
                self._prop("control-id", control_id(one.id)),
                *(self._prop("iso-27001-2022", id) for id in one.iso),
                *(self._prop("cis-controls-8", id) for id in one.cis),
            ],
            "origins": [self._origin()],
            "target": {
                "type": "statement-id",
                "target-id": f"{control_id(one.id)}_smt",
                "status": {
                    "state": state,
                    "reason": reason,
                    "remarks": "As far as the related observations show: not every part of it is looked at.",
                },
            },
            "related-observations": self._related(one.indications),
        }
        if one.standing in _RISKS:
            finding["related-risks"] = [{"risk-uuid": self._uuid("risk", one.id)}]
        return finding

    def _related(self, some: Iterable[Indication]) -> list[Made]:
        ids = dict.fromkeys(one.observation for one in some)
        return [{"observation-uuid": self._uuid("observation", id)} for id in ids]

    def _resources(self) -> Iterable[Made]:
        yield {
            "uuid": self._uuid("plan"),
            "title": "No assessment plan",
            "description": "OSCAL asks for one; this stands for it.",
        }
        for one in self._audit.subjects:
            yield {
                "uuid": self._uuid("subject", one.id),
                "title": prose(f"{one.task}: {one.title}"),
                "description": _about(one),
                "props": [self._prop("task", one.task), self._prop("verdict", one.verdict)],
                "rlinks": [
                    {
                        "href": _address(one.path),
                        "media-type": "application/json",
                        "hashes": [{"algorithm": "SHA-256", "value": one.sha256}],
                    }
                ],
            }
        for mapping in self._audit.mappings:
            said = ", ".join(part for part in (mapping.edition, mapping.date, mapping.licence) if part)
            yield {
                "uuid": self._uuid("mapping", mapping.name),
                "title": prose(mapping.title or mapping.name),
                "description": prose(said),
                "props": [self._prop("mapping", mapping.name)],
            }

    def _prop(self, name: str, value: str) -> Made:
        return {"name": name, "ns": NS, "value": token(value)}


_RISKS = {Standing.NOT_SATISFIED: Direction.AGAINST, Standing.NEEDED: Direction.NEEDED}
"""Standings that are a risk, and which indications it comes from."""


def _told(
    some: Sequence[Indication], seen: Mapping[str, Observation], subjects: Mapping[str, Subject]
) -> str:
    """The ways to a control as a list in Markdown."""
    lines = []
    for one in some[:_WAYS]:
        observation = seen[one.observation]
        place = next((where(spot) for spot in observation.spots if where(spot)), "")
        at = f" ({subjects[observation.subject].path}: {place})" if place else ""
        says = f"{one.direction.value}: {observation.title}{at}; {way(one)}, {one.strength.value}"
        says += f", by {', '.join(one.by)}"
        lines.append(f"- {prose(says)}")
    if len(some) > _WAYS:
        lines.append(f"- and {len(some) - _WAYS:,} more")
    return "\n".join(lines)


def _about(one: Subject) -> str:
    read = f" It read {prose(', '.join(one.about))}." if one.about else ""
    why = f" {one.note}" if one.note else ""
    of = {"file": "when the file was written", "events": "that of the newest event"}.get(
        one.time_of, "the one that it states"
    )
    when = f" Its time is {of}." if one.time is not None else " It has no time, and 1970 stands for that."
    return f"A report that csq saved: {counted(one.findings, 'finding')}.{read}{when}{why}"


def _is_technique(id: str) -> bool:
    return id[:1] == "T" and id[1:2].isdigit()


def _date(time: float | None) -> str:
    """A date with its time zone, as OSCAL wants it; 1970 where there is none."""
    at = moment(time) or moment(0.0)
    assert at is not None
    return at.replace(tzinfo=None).isoformat(timespec="milliseconds").rjust(23, "0") + "Z"
