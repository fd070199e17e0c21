"""Made-up results of `csq intel` and `csq intel diff`, for every format."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.records import (
    Citation,
    Evidence,
    Indicator,
    Problem,
    Provenance,
    Report,
    Sentence,
    Severity,
    Technique,
    Verdict,
)
from cybersecqwen.records.intel import (
    Dated,
    DocumentInfo,
    End,
    Intelligence,
    Judgement,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Shared,
    Statement,
    Target,
    Tier,
    Tlp,
)

DIGEST = "5f2b7c0e9d4a1836bb07e2c95a6d318f40c7e9a2b1d85f63c4e07a9218db6f35"
PROVENANCE = Provenance(version="0.1.0", knowledge="2025-11-18", models=("tiny",))


def _at(document: str, start: int, page: int, line: int) -> Place:
    return Place(document=document, start=start, end=start + 9, page=page, line=line)


def _seen(
    type: str, value: str, role: Role, tier: Tier, why: str, note: str = "", port: int = 0
) -> Observable:
    return Observable(
        type=type,
        value=value,
        raw=value.replace(".", "[.]"),
        role=role,
        tier=tier,
        why=why,
        note=note,
        places=(_at("d1", 1200, 3, 14), _at("d2", 80, 0, 7)),
        count=2,
        documents=("d1", "d2"),
        context=f"The loader beacons to {value.replace('.', '[.]')} every five minutes.",
        port=port,
    )


OBSERVABLES = (
    _seen("domain", "cdn-metering.net", Role.C2, Tier.HIGH, '"beacons to" stands before it', port=8443),
    _seen("ipv6", "2a03:2880:f10c::25", Role.C2, Tier.MODERATE, 'under the heading "Infrastructure"'),
    _seen(
        "url", "https://files.grid-desk.com/a.zip", Role.DELIVERY, Tier.HIGH, '"leads to" stands before it'
    ),
    _seen("email", "billing@grid-desk.com", Role.ATTACKER, Tier.MODERATE, '"from" stands before it'),
    _seen("sha256", DIGEST, Role.PAYLOAD, Tier.HIGH, "a hash is a payload unless something else is said"),
    _seen("registry", "HKCU\\Software\\Run\\Grid", Role.ARTEFACT, Tier.HIGH, "a key is left on a host"),
    _seen("file", "setup.exe", Role.UNKNOWN, Tier.LOW, "nothing tells what it is"),
    _seen("ipv4", "192.0.2.7", Role.C2, Tier.HIGH, "", note="documentation (RFC 5737)"),
    _seen("domain", "github.com", Role.LEGITIMATE, Tier.HIGH, "", note="well-known service: code hosting"),
    _seen("cve", "CVE-2024-3400", Role.VULNERABILITY, Tier.HIGH, "it is a vulnerability"),
)


def story() -> Report:
    """Two reports on one actor."""
    first, second = _at("d1", 300, 1, 9), _at("d2", 20, 0, 2)
    group, loader = End(type="group", id="G0016", value="APT29"), End(type="software", id="", value="LNFALL")
    intel = Intelligence(
        documents=(
            DocumentInfo(
                id="d1",
                path="quiet.pdf",
                format="pdf",
                sha256=DIGEST,
                title="Quiet Lantern",
                publisher="Sample CERT",
                published="2026-10-14",
                pages=12,
                characters=31_000,
                words=5_230,
                marking=Tlp.GREEN,
                marking_place=first,
            ),
            DocumentInfo(
                id="d2",
                path="mail.eml!note.txt",
                format="text",
                sha256=DIGEST[::-1],
                characters=800,
                words=120,
                marking=Tlp.AMBER_STRICT,
                marking_place=second,
            ),
        ),
        marking=Tlp.AMBER_STRICT,
        indicators=OBSERVABLES,
        names=(
            Named(
                id="G0016",
                name="APT29",
                type="group",
                spelled=("Cozy Bear", "APT29"),
                why="no other group is named as often (9 times)",
                places=(first,),
                count=9,
                documents=("d1",),
                context="Cozy Bear operates the loader.",
            ),
            Named(id="", name="LNFALL", type="software", spelled=("LNFALL",), places=(first,), count=5),
            Named(id="S0154", name="Cobalt Strike", type="software", tier=Tier.LOW, why="mentioned once"),
            Named(
                id="CVE-2024-3400",
                name="Palo Alto Networks PAN-OS Command Injection Vulnerability",
                type="vulnerability",
                places=(first,),
                facts={
                    "kev": True,
                    "added": "2024-04-12",
                    "ransomware": True,
                    "vendor": "Palo Alto Networks",
                    "product": "PAN-OS",
                    "told": {"cvss": 10.0},
                },
            ),
            Named(
                id="CVE-2026-11111", name="CVE-2026-11111", type="vulnerability", facts={"exploited": True}
            ),
        ),
        techniques=(
            ReportedTechnique(
                id="T1190",
                name="Exploit Public-Facing Application",
                tactics=("initial-access",),
                probability=0.71,
                places=(first,),
                context="It exploits firewalls.",
                why="says “exploits”, “firewalls”",
            ),
            ReportedTechnique(
                id="T1486",
                name="Data Encrypted for Impact",
                tactics=("impact",),
                how="named",
                tier=Tier.HIGH,
                places=(first, second),
                documents=("d1", "d2"),
                why="its identifier stands there",
            ),
        ),
        relations=(
            Relation(
                source=group,
                verb="uses",
                target=loader,
                place=first,
                sentence="Cozy Bear uses LNFALL.",
                tier=Tier.HIGH,
            ),
            Relation(
                source=loader,
                verb="communicates-with",
                target=End(type="domain", id="", value="cdn-metering.net"),
                place=second,
                sentence="LNFALL talks to cdn-metering[.]net.",
            ),
        ),
        targets=(
            Target(kind="sector", name="Energy", code="energy", tier=Tier.HIGH, places=(first,), count=4),
            Target(kind="country", name="Germany", code="DE", places=(first,)),
            Target(kind="platform", name="Windows", tier=Tier.LOW, places=(first,)),
        ),
        dates=(Dated(kind="since", date="2026-03", written="March 2026", place=first),),
        statements=(
            Statement(question="who", text="The 2 reports are about APT29 (G0016).", places=(first,)),
            Statement(question="how", text="2 techniques: initial access and impact.", places=(first,)),
            Statement(question="what to do", text="Patch or shield CVE-2024-3400 first: it is exploited."),
            Statement(question="what to do", text="Search your logs for the 7 indicators."),
        ),
        judgements=(
            Judgement(
                text="APT29 (G0016) is behind the activity",
                likelihood="very likely",
                confidence=Tier.MODERATE,
                basis=("named 9 times (Cozy Bear, APT29)", "uses LNFALL, which the text names"),
                places=(first,),
            ),
        ),
        shared=(
            Shared(
                kind="indicator",
                type="domain",
                id="",
                value="cdn-metering.net",
                documents=("d1", "d2"),
                rare=1.0,
            ),
            Shared(
                kind="technique",
                type="",
                id="T1486",
                value="Data Encrypted for Impact",
                documents=("d1", "d2"),
                rare=0.4,
            ),
        ),
    )
    return Report(
        task="intel",
        verdict=Verdict.MALICIOUS,
        severity=Severity.CRITICAL,
        confidence=0.95,
        title="2 reports",
        sources=("quiet.pdf", "mail.eml!note.txt"),
        counts={"documents": 2, "pages": 12, "words": 5_350, "damaged": 1},
        indicators=tuple(
            Indicator(
                type=one.type,
                value=one.value,
                raw=one.raw,
                evidence=Evidence(event="d1", field="text", value=one.raw),
                note=one.note,
            )
            for one in OBSERVABLES
        ),
        techniques=(
            Technique(id="T1190", name="Exploit Public-Facing Application", tactics=("initial-access",)),
            Technique(id="T1486", name="Data Encrypted for Impact", tactics=("impact",)),
        ),
        narrative=(
            Sentence(text="The 2 reports are about APT29 (G0016).", writer="csq", events=("d1",)),
            Sentence(text="APT29 (G0016) uses LNFALL.", writer="tiny"),
        ),
        citations=(Citation(id="G0016", name="APT29", source="attack-enterprise 18"),),
        problems=(
            Problem(stage="read", message="Page 4 holds no text, only an image.", subject="quiet.pdf"),
        ),
        timings_ms={"read": 212.0, "assess": 3.1},
        provenance=PROVENANCE,
        intel=intel,
    )


def hostile_story(bad: str) -> Report:
    """The same text in every field that a report can fill."""
    place = Place(document=bad, start=0, end=5, page=3, line=9)
    end = End(type=bad, id=bad, value=bad)
    made = story()
    assert made.intel is not None
    intel = Intelligence(
        documents=(
            replace(
                made.intel.documents[0], id=bad, path=bad, format=bad, title=bad, publisher=bad, published=bad
            ),
        ),
        marking=Tlp.RED,
        indicators=tuple(
            replace(one, type=type, value=bad, raw=bad, why=bad, context=bad, places=(place,), note=note)
            for one, type, note in zip(
                OBSERVABLES, ("url", "domain", bad, "ipv6"), ("", "", "", bad), strict=False
            )
        ),
        names=tuple(
            Named(
                id=id,
                name=bad,
                type=type,
                spelled=(bad,),
                why=bad,
                places=(place,),
                context=bad,
                url=bad,
                facts={"kev": bad, "added": bad, "vendor": bad, "product": [bad], "cvss": bad, "told": bad},
            )
            for id in ("", bad)
            for type in ("group", "software", "campaign", "vulnerability", bad)
        ),
        techniques=(
            ReportedTechnique(
                id=bad,
                name=bad,
                tactics=(bad,),
                how=bad,
                probability=7.0,
                places=(place,),
                context=bad,
                why=bad,
            ),
        ),
        relations=(Relation(source=end, verb=bad, target=end, place=place, sentence=bad),),
        targets=(Target(kind=bad, name=bad, code=bad, places=(place,), context=bad),),
        dates=(Dated(kind=bad, date=bad, written=bad, place=place, context=bad),),
        statements=(Statement(question=bad, text=bad), Statement(question="what to do", text=bad)),
        judgements=(Judgement(text=bad, likelihood=bad, confidence=Tier.LOW, basis=(bad,)),),
        shared=(Shared(kind=bad, type="url", id=bad, value=bad, documents=(bad, bad)),),
    )
    return replace(
        made,
        title=bad,
        sources=(bad,),
        indicators=tuple(replace(one, value=bad, raw=bad) for one in made.indicators),
        narrative=(Sentence(text=bad, writer=bad), Sentence(text=bad, writer="csq")),
        problems=(Problem(stage=bad, message=bad, subject=bad),),
        intel=intel,
    )


def comparison() -> Report:
    """What `csq intel diff` gives."""
    changes = (
        ("indicator", "new", "domain", "", "fresh-panel.net", "", "command and control"),
        ("technique", "new", "", "T1486", "Data Encrypted for Impact", "", "named"),
        ("relation", "gone", "", "", "APT29 uses LNFALL", "", ""),
        ("indicator", "changed", "ipv4", "", "198.18.7.7", "unknown", "payload"),
    )
    keys = ("kind", "how", "type", "id", "value", "was", "now")
    evidence = Evidence(event="", field="text", value="fresh-panel.net")
    return Report(
        task="intel-diff",
        verdict=Verdict.BENIGN,
        severity=Severity.INFORMATIONAL,
        confidence=1.0,
        title="2 new, 1 gone, 1 changed, 12 alike",
        sources=("before.json", "after.pdf"),
        counts={"new": 2, "gone": 1, "changed": 1, "alike": 12},
        indicators=(
            Indicator(type="domain", value="fresh-panel.net", raw="fresh-panel.net", evidence=evidence),
            Indicator(type="ipv4", value="198.18.7.7", raw="198.18.7.7", evidence=evidence, note="changed"),
        ),
        provenance=PROVENANCE,
        extra={"diff": {"changes": [dict(zip(keys, one, strict=True)) for one in changes], "alike": 12}},
    )
