"""Reports of threat intelligence for the tests of machine formats: one that looks real, and drawn ones."""

from __future__ import annotations

from hypothesis import strategies as st

from cybersecqwen.records import Provenance, Report, Sentence, Severity, Verdict
from cybersecqwen.records.intel import (
    DocumentInfo,
    End,
    Intelligence,
    Named,
    Observable,
    Place,
    Relation,
    ReportedTechnique,
    Role,
    Statement,
    Target,
    Tier,
    Tlp,
)
from tests.strategies import NASTY

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
MD5 = "098f6bcd4621d373cade4e832627b4f6"
SHA1 = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3"
ROW = "update.exe 098f6bcd… dropped by the installer"


def seen(type: str, value: str, role: Role = Role.C2, tier: Tier = Tier.HIGH, **more: object) -> Observable:
    """An indicator that stands on page 3, line 12."""
    place = Place(document="d1", start=10, end=20, page=3, line=12)
    told = {
        "raw": value,
        "why": "“beacons to”",
        "places": (place,),
        "documents": ("d1",),
        "context": "It beacons.",
    }
    return Observable(**{"type": type, "value": value, "role": role, "tier": tier, **told, **more})  # type: ignore[arg-type]


OBSERVABLES = (
    seen("ipv4", "45.9.148.7", port=8443, count=3),
    seen("ipv6", "2a03:2880:f10c:83::25de"),
    seen("cidr", "45.9.148.0/24"),
    seen("cidr", "45.0.0.0/8"),
    seen("ipv4", "10.1.2.3"),
    seen("domain", "cdn-update-check.com"),
    seen("domain", "co.uk"),
    seen("domain", "login.microsoft.com", Role.LEGITIMATE),
    seen("url", "http://cdn-update-check.com/gate.php?id=1&x='a';", Role.DELIVERY),
    seen("url", "https://blog.vendor.com/post", Role.REFERENCE, note="link of the publisher"),
    seen("url", "cdn-update-check.com:8080/load.php", Role.DELIVERY),
    seen("email", "hr@cdn-update-check.com", Role.DELIVERY),
    seen("md5", MD5, Role.PAYLOAD, context=ROW),
    seen("sha1", SHA1, Role.PAYLOAD, context=ROW),
    seen("sha256", SHA256, Role.PAYLOAD, context=ROW),
    seen("sha512", "ab" * 64, Role.PAYLOAD),
    seen("ssdeep", "96:s4Ud1Lj96tHHlZDrwciQmA+4uy1I0G4:sF1LjEtHHlZDrJzrhuyZvG4", Role.PAYLOAD),
    seen("tlsh", "T1" + "A" * 70, Role.PAYLOAD),
    seen("ja3", "e7d705a3286e19ea42f587b344ee6865"),
    seen("ja4", "t13d1516h2_8daaf6152771_02713d6af862"),
    seen("cve", "CVE-2021-44228", Role.VULNERABILITY),
    seen("attack", "T1566.001", Role.TECHNIQUE),
    seen("asn", "AS49505", Role.ATTACKER),
    seen("mac", "00:1b:63:84:45:e6", Role.ATTACKER),
    seen(
        "registry",
        r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run\Upd'ater*",
        Role.ARTEFACT,
    ),
    seen("registry", r"HKLM\SOFTWARE\Upd", Role.ARTEFACT),
    seen("registry", r"HKLM\SOFTWARE\Upd\thku", Role.ARTEFACT),
    seen("file", r"C:\ProgramData\upd\update.exe", Role.PAYLOAD, context=ROW),
    seen("file", "/tmp/.x/kworker", Role.ARTEFACT),
    seen("file", "loader.dll", Role.PAYLOAD),
    seen("mutex", r"Global\{8F6A-'quoted'}", Role.ARTEFACT),
    seen("pipe", "msagent_12", Role.ARTEFACT),
    seen("service", "WinUpdSvc", Role.ARTEFACT),
    seen("task", r"\Microsoft\Windows\UpdCheck", Role.ARTEFACT),
    seen("user-agent", 'Mozilla/4.0 (compatible; "MSIE"; x|y)'),
    seen("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Role.ATTACKER),
    seen("eth", "0x" + "ab" * 20, Role.ATTACKER),
    seen("xmr", "4" + "A" * 94, Role.ATTACKER),
    seen("certificate", SHA1),
    seen("certificate", MD5, context=f"Serial 0f8b600ff1882e, MD5 {MD5}"),
    seen("certificate", "0f8b600ff1882e", context="Serial number: 0f8b600ff1882e"),
    seen("imphash", "066c972d2129d0e167d371a0abfcf03b", Role.PAYLOAD),
    seen("package", "npm:left-padd", Role.DELIVERY),
    seen("yara", 'rule x { condition: "a" }', Role.DETECTION),
    seen("sigma", "title: x\ndetection:\n  condition: x", Role.DETECTION),
    seen("suricata", 'alert tcp any any -> any any (msg:"x"; sid:1;)', Role.DETECTION),
    seen("domain", "unsure-host.net", Role.UNKNOWN, Tier.LOW),
    seen("domain", "likely-host.net", Role.UNKNOWN, Tier.MODERATE),
    seen("domain", "example.com", note="documentation (RFC 2606)"),
)
_PLACE = Place(document="d1", start=0, end=5, page=2, line=1)


def _end(type: str, id: str, value: str) -> End:
    return End(type=type, id=id, value=value)


_GROUP = _end("group", "G0016", "APT29")
_MALWARE = _end("software", "S0154", "Cobalt Strike")


def _relation(source: End, verb: str, target: End) -> Relation:
    return Relation(
        source=source,
        verb=verb,
        target=target,
        place=_PLACE,
        sentence=f"{source.value} {verb} {target.value}.",
    )


INTEL = Intelligence(
    documents=(
        DocumentInfo(
            id="d1",
            path="report.pdf",
            format="pdf",
            sha256=SHA256,
            title="Cozy callers: a “quiet” campaign",
            published="2024-03-01T09:00:00Z",
            pages=12,
            marking=Tlp.AMBER,
        ),
    ),
    marking=Tlp.AMBER,
    indicators=OBSERVABLES,
    names=(
        Named(
            id="G0016",
            name="APT29",
            type="group",
            context="APT29 did it.",
            places=(_PLACE,),
            facts={"aliases": ["Cozy Bear"]},
        ),
        Named(
            id="S0154", name="Cobalt Strike", type="software", context="A beacon.", facts={"kind": "malware"}
        ),
        Named(id="S0002", name="Mimikatz", type="software", facts={"kind": "tool"}),
        Named(id="C0024", name="SolarWinds Compromise", type="campaign"),
        Named(
            id="CVE-2021-44228",
            name="CVE-2021-44228",
            type="vulnerability",
            facts={"cvss": 10.0, "kev": True},
        ),
        Named(id="", name="QuietLoader", type="software"),
        Named(id="", name="Quiet Spider", type="group"),
    ),
    techniques=(
        ReportedTechnique(
            id="T1059.001",
            name="PowerShell",
            tactics=("execution",),
            how="named",
            tier=Tier.HIGH,
            context="It runs PowerShell.",
            places=(_PLACE,),
        ),
        ReportedTechnique(id="T1566", name="Phishing", tactics=("initial-access",), probability=0.61),
        ReportedTechnique(id="T1640", name="Account Access Removal", tactics=("impact",)),
        ReportedTechnique(
            id="T0800", name="Activate Firmware Update Mode", tactics=("inhibit-response-function",)
        ),
    ),
    relations=(
        _relation(_GROUP, "uses", _MALWARE),
        _relation(_MALWARE, "communicates-with", _end("domain", "", "cdn-update-check.com")),
        _relation(_GROUP, "exploits", _end("vulnerability", "CVE-2021-44228", "CVE-2021-44228")),
        _relation(_GROUP, "targets", _end("sector", "", "Energy")),
        _relation(_GROUP, "targets", _end("country", "", "Ukraine")),
        _relation(_MALWARE, "hosts", _GROUP),
        _relation(_GROUP, "uses", _end("technique", "T1059.001", "PowerShell")),
        _relation(_MALWARE, "communicates-with", _end("domain", "", "example.com")),
        _relation(_MALWARE, "communicates-with", _end("url", "", "cdn-update-check.com:8080/load.php")),
    ),
    targets=(
        Target(kind="sector", name="Energy", code="energy"),
        Target(kind="country", name="Ukraine", code="UA"),
        Target(kind="region", name="Eastern Europe"),
        Target(kind="platform", name="Windows"),
    ),
    statements=(Statement(question="who", text="APT29 is named."),),
)


def intel_report(intel: Intelligence = INTEL, title: str = "APT29 runs a quiet campaign") -> Report:
    """A report of `csq intel`."""
    return Report(
        task="intel",
        verdict=Verdict.MALICIOUS,
        severity=Severity.HIGH,
        confidence=0.9,
        title=title,
        sources=("report.pdf",),
        narrative=(Sentence(text="APT29 is named.", writer="csq"),),
        provenance=Provenance(version="0.1.0"),
        intel=intel,
    )


TYPES = tuple(dict.fromkeys(one.type for one in OBSERVABLES))
hostile = st.one_of(
    st.sampled_from(
        (
            *NASTY,
            "x\ny",
            "a\\",
            "'; DROP",
            '"',
            "|41|",
            ";",
            "=cmd|'/c calc'!A1",
            "\x85",
            "\u2028",
            "$(x)",
            "\0",
        )
    ),
    st.text(max_size=12),
).flatmap(
    lambda part: st.sampled_from(
        (
            part,
            part + part,
            f"C:\\x\\{part}.exe",
            f"a{part}b",
            f"http://h.com/{part}",
            f"h.com/{part}",
            f"{part}.com",
        )
    )
)
"""Values that try to leave the string they stand in."""
observables = st.builds(
    Observable,
    type=st.sampled_from((*TYPES, "unheard-of")),
    value=st.one_of(hostile, st.sampled_from([one.value for one in OBSERVABLES])),
    raw=hostile,
    role=st.sampled_from(Role),
    tier=st.sampled_from(Tier),
    why=hostile,
    note=st.one_of(st.just(""), hostile),
    context=hostile,
    port=st.integers(0, 65_535),
    places=st.sampled_from(((), (_PLACE,))),
    documents=st.sampled_from(((), ("d1",), ("d9",))),
)
_ends = st.builds(
    End,
    type=st.sampled_from(("group", "software", "technique", "domain", "sector", "x")),
    id=hostile,
    value=hostile,
)
intels = st.builds(
    Intelligence,
    documents=st.lists(
        st.builds(
            DocumentInfo,
            id=hostile,
            path=hostile,
            format=st.just("text"),
            sha256=st.sampled_from((SHA256, "", "zz")),
            title=hostile,
            published=st.sampled_from(
                ("", "2024", "2024-02-30", "2024-03-01", "0001-01-01", "9999-12-31", "soon")
            ),
        ),
        max_size=2,
    ).map(tuple),
    marking=st.sampled_from(Tlp),
    indicators=st.lists(observables, max_size=6).map(tuple),
    names=st.lists(
        st.builds(
            Named,
            id=st.one_of(hostile, st.sampled_from(("G0016", "S0154", "CVE-2021-44228", "cve-1"))),
            name=hostile,
            type=st.sampled_from(("group", "software", "campaign", "vulnerability", "else")),
            context=hostile,
            facts=st.sampled_from(
                ({}, {"aliases": ["a", 3]}, {"kind": "tool", "cvss": "x"}, {"aliases": "abc", "cvss": 9.8})
            ),
        ),
        max_size=3,
    ).map(tuple),
    techniques=st.lists(
        st.builds(
            ReportedTechnique,
            id=st.one_of(hostile, st.sampled_from(("T1059", "T1640", "T0800", "T1059.001"))),
            name=hostile,
            tactics=st.sampled_from(((), ("execution",), ("Bad Tactic", ""))),
            context=hostile,
            probability=st.floats(allow_nan=True),
        ),
        max_size=3,
    ).map(tuple),
    relations=st.lists(
        st.builds(
            Relation, source=_ends, verb=hostile, target=_ends, place=st.just(_PLACE), sentence=hostile
        ),
        max_size=2,
    ).map(tuple),
    targets=st.lists(
        st.builds(
            Target, kind=st.sampled_from(("sector", "country", "region", "x")), name=hostile, code=hostile
        ),
        max_size=2,
    ).map(tuple),
)
intel_reports = st.builds(intel_report, intels, hostile)
"""Reports of `csq intel` in which every text may be hostile."""
