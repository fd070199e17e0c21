"""Hosts, RPZ, Suricata, Sigma and YARA: what is listed may be, is read back, and breaks out of nothing."""

from __future__ import annotations

import ipaddress
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.records import Report, Verdict
from cybersecqwen.records.intel import Intelligence, Observable, Role, Tier
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.exported import exported
from cybersecqwen.render.ioc_blocklist import ascii_line, blocklist
from cybersecqwen.render.ioc_values import ascii_name, url_parts, well_formed
from cybersecqwen.render.sigma_rule import literal
from cybersecqwen.render.suricata import content
from cybersecqwen.render.yara_rule import rule_name, string
from tests.strategies import FAST, reports

from .exported_samples import INTEL, MD5, SHA1, SHA256, hostile, intel_report, intel_reports, seen
from .samples import SAMPLES

QUICK = settings(max_examples=60, deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))
LISTS = ("hosts", "rpz", "suricata", "sigma", "yara")
MARKS = {"hosts": "# ", "rpz": "; ", "suricata": "# ", "sigma": "# ", "yara": "// "}


def rendered(format: str, report: Report) -> str:
    return FORMATS.get(format)().render(report, RenderOptions())


def of(*found: Observable) -> Report:
    return intel_report(Intelligence(indicators=found))


# --- readers of the formats, small and strict ------------------------------------------------------------


def read_hosts(text: str) -> list[str]:
    lines = [line for line in text.split("\n")[:-1] if not line.startswith("# ")]
    found = [re.fullmatch(r"0\.0\.0\.0 ([a-z0-9._-]+)", line) for line in lines]
    assert all(found), lines
    return [match[1] for match in found if match]


def read_zone(text: str) -> list[str]:
    """The names that a zone answers for; it has one SOA, one NS, and each name with its wildcard."""
    lines = [line for line in text.split("\n")[:-1] if not line.startswith("; ")]
    assert lines[0] == "$TTL 300"
    assert re.fullmatch(
        r"@ IN SOA localhost\. root\.localhost\. \( [0-9]{1,10} 3600 600 604800 300 \)", lines[1]
    )
    assert int(lines[1].split()[6]) < 1 << 32
    assert lines[2] == "@ IN NS localhost."
    records = [re.fullmatch(r"((?:\*\.)?[a-z0-9._-]+) IN CNAME \.", line) for line in lines[3:]]
    assert all(records), lines
    owners = [match[1] for match in records if match]
    assert [f"*.{name}" for name in owners[::2]] == owners[1::2]
    assert all(len(f"*.{name}.rpz.example.") <= 255 for name in owners)
    return owners[::2]


_OPTION = re.compile(r' ?([a-z0-9_.]+)(?::(?:"((?:[^"\\;]|\\.)*)"|([^;"]*)))?;')


def read_rules(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Header and options of each Suricata rule."""
    for line in text.split("\n")[:-1]:
        if line.startswith("# "):
            assert not line.endswith("\\")
            continue
        match = re.fullmatch(r"(alert [a-z]+ \S+ \S+ -> \S+ \S+) \((.*)\)", line)
        assert match, line
        options, at = [], 0
        while at < len(match[2]):
            option = _OPTION.match(match[2], at)
            assert option, match[2][at:]
            options.append((option[1], option[2] if option[2] is not None else option[3] or ""))
            at = option.end()
        yield match[1], options


def unhex(told: str) -> str:
    """What a `content` looks for."""
    out = bytearray()
    for number, part in enumerate(told.split("|")):
        out += bytes.fromhex(part) if number % 2 else part.encode()
    return out.decode()


_HASH = re.compile(r'hash\.(md5|sha1|sha256)\(0, filesize\) == "([0-9a-f]+)"')


def read_yara(text: str) -> list[tuple[str, str]]:
    """The hashes of a YARA file; checks that it is rules of the known shape and nothing else."""
    body = [line for line in text.split("\n") if not line.startswith("// ")]
    code = "\n".join(body).strip()
    if not code:
        return []
    assert code.startswith('import "hash"\n')
    rules = re.findall(
        r"^((?:private )?rule) ([A-Za-z_][A-Za-z0-9_]{0,127}) \{\n(.*?)^\}$", code, re.M | re.S
    )
    rest = re.sub(r"^(?:private )?rule .*?^\}$", "", code, flags=re.M | re.S).replace('import "hash"', "")
    assert not rest.strip()
    names = [name for _, name, _ in rules]
    assert len(set(names)) == len(names)
    *private, (kind, _, main) = rules
    assert kind == "rule" and {kind for kind, _, _ in private} == {"private rule"}
    meta, _, condition = main.partition("    condition:\n")
    for line in meta.split("\n")[1:-1]:
        assert re.fullmatch(r'        [a-z]+ = (?:[0-9]+|"(?:[^"\\\n]|\\["\\])*")', line), line
    assert condition.strip().split(" or ") == names[:-1]
    found = []
    for _, _, inner in private:
        tests = inner.removeprefix("    condition:\n").strip().split(" or\n        ")
        found += [match.groups() for test in tests if (match := _HASH.fullmatch(test))]
        assert len(tests) == len([test for test in tests if _HASH.fullmatch(test)])
    return found


def read_sigma(text: str) -> list[Rule]:
    parsed = [parse_rule(raw) for raw in yaml.safe_load_all(text) if raw]
    assert all(isinstance(one, Rule) for one in parsed)
    return [one for one in parsed if isinstance(one, Rule)]


def check(format: str, text: str, report: Report) -> None:
    """Read a list back; everything in it is an indicator of the report that may be listed."""
    view = exported(report)
    told = {(one.type, one.value) for one in view.indicators}
    assert text.endswith("\n") and text.startswith(MARKS[format])
    if format in ("hosts", "rpz"):
        names = read_hosts(text) if format == "hosts" else read_zone(text)
        assert len(set(names)) == len(names)
        assert set(names) <= {ascii_name(value) for type, value in told if type == "domain"}
    elif format == "suricata":
        rules = list(read_rules(text))
        sids = [dict(options)["sid"] for _, options in rules]
        assert len(set(sids)) == len(sids)
        assert all(1_100_000 <= int(sid) < 2_000_000 for sid in sids)
    elif format == "yara":
        assert set(read_yara(text)) <= told
    else:
        read_sigma(text)


# --- any report ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", LISTS)
@QUICK
@given(report=st.one_of(reports, intel_reports))
def test_any_report_makes_a_list_that_is_read_back(format: str, report: Report) -> None:
    check(format, rendered(format, report), report)


@pytest.mark.parametrize("format", LISTS)
@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_makes_a_list(format: str, name: str) -> None:
    report = SAMPLES[name]()
    check(format, rendered(format, report), report)


@pytest.mark.parametrize("format", LISTS)
def test_an_empty_list_is_valid_and_says_so(format: str) -> None:
    report = of()
    text = rendered(format, report)
    check(format, text, report)
    assert "This list is empty" in text
    assert f"{MARKS[format]}Entries: 0\n" in text


@pytest.mark.parametrize("format", LISTS)
def test_a_list_begins_with_what_it_is(format: str) -> None:
    mark = MARKS[format]
    lines = rendered(format, intel_report()).split("\n")
    assert "APT29 runs a quiet campaign" in lines[0]
    assert lines[1].startswith(f"{mark}Source: Cozy callers")
    assert lines[2] == f"{mark}Marking: TLP:AMBER"
    entries = int(lines[3].removeprefix(f"{mark}Entries: "))
    left = int(lines[4].removeprefix(f"{mark}Left out: "))
    assert entries + left == len(INTEL.indicators)
    reasons = [line for line in lines[5:] if line.startswith(f"{mark}  ")]
    assert sum(int(line.split()[1].rstrip(":")) for line in reasons) == left


@pytest.mark.parametrize("format", LISTS)
def test_two_runs_give_the_same_bytes(format: str) -> None:
    assert rendered(format, intel_report()) == rendered(format, intel_report())


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_comment_is_one_line_of_ascii(text: str) -> None:
    shown = ascii_line(text)
    assert shown.isascii() and (shown.isprintable() or not shown)
    assert not shown.endswith("\\")


# --- what may be listed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    [
        seen("domain", "com"),
        seen("domain", "co.uk"),
        seen("domain", "github.io"),
        seen("domain", "evil.example"),
        seen("domain", "two words.com"),
        seen("domain", "login.microsoft.com", Role.LEGITIMATE),
        seen("domain", "victim-corp.com", Role.VICTIM),
        seen("domain", "vendor-blog.com", Role.REFERENCE),
        seen("domain", "evil-host.com", Role.UNKNOWN, Tier.LOW),
        seen("domain", "evil-host.com", note="well-known service"),
        seen("ipv4", "10.0.0.1"),
        seen("ipv4", "127.0.0.1"),
        seen("ipv4", "0.0.0.0"),
        seen("ipv4", "224.0.0.1"),
        seen("ipv4", "169.254.1.1"),
        seen("ipv4", "203.0.113.7"),
        seen("ipv4", "45.9.148.7; drop"),
        seen("ipv6", "::1"),
        seen("ipv6", "fe80::1"),
        seen("ipv6", "::ffff:10.0.0.1"),
        seen("cidr", "45.0.0.0/15"),
        seen("cidr", "0.0.0.0/0"),
        seen("cidr", "10.0.0.0/16"),
        seen("cidr", "2a03::/31"),
        seen("md5", MD5[:-1], Role.PAYLOAD),
    ],
    ids=lambda one: f"{one.type}-{one.value}-{one.role.name}",
)
def test_what_must_not_be_blocked_is_in_no_list(one: Observable) -> None:
    types = ("domain", "ipv4", "ipv6", "cidr", "md5")
    made = blocklist(exported(of(one)), types)
    assert not made.entries
    assert sum(number for _, number in made.left_out) == 1
    for format in LISTS:
        assert "This list is empty" in rendered(format, of(one))


@pytest.mark.parametrize("role", Role)
def test_roles(role: Role) -> None:
    one = seen("domain", "evil-host.com", role, Tier.MODERATE)
    worthy = {Role.C2, Role.DELIVERY, Role.PAYLOAD, Role.EXFILTRATION, Role.ATTACKER, Role.UNKNOWN}
    assert bool(blocklist(exported(of(one)), ("domain",)).entries) is (role in worthy)


def test_networks_up_to_sixteen_bits_are_listed() -> None:
    found = (seen("cidr", "45.9.0.0/16"), seen("cidr", "2a03:2880::/32"))
    assert len(blocklist(exported(of(*found)), ("cidr",)).entries) == 2


def test_indicators_of_a_triage_follow_its_verdict() -> None:
    from cybersecqwen.records import Evidence, Indicator

    one = Indicator(
        type="domain", value="evil-host.com", raw="x", evidence=Evidence(event="e1", field="f", value="v")
    )
    for verdict in Verdict:
        report = replace(of(), intel=None, task="triage", verdict=verdict, indicators=(one,))
        listed = read_hosts(rendered("hosts", report))
        assert listed == (["evil-host.com"] if verdict is Verdict.MALICIOUS else [])


# --- each format -----------------------------------------------------------------------------------------


def test_hosts_and_zone_name_the_domains() -> None:
    expected = ["cdn-update-check.com", "likely-host.net"]
    assert read_hosts(rendered("hosts", intel_report())) == expected
    assert read_zone(rendered("rpz", intel_report())) == expected


def test_names_beyond_ascii_are_written_as_dns_has_them() -> None:
    report = of(seen("domain", "bücher-steal.com"))
    assert read_hosts(rendered("hosts", report)) == ["xn--bcher-steal-thb.com"]


@pytest.mark.parametrize(
    "name",
    ["straße-login.com", "STRAẞE-login.com", "βόλος-login.com", "a\u200db-login.com", "a\u200cb-login.com"],
)
def test_names_with_two_forms_are_left_out(name: str) -> None:
    """IDNA 2003 makes strasse-login.com of the first, which belongs to somebody else."""
    report = of(seen("domain", name.lower()))
    for format in ("hosts", "rpz", "suricata"):
        text = rendered(format, report)
        assert "strasse" not in text and "xn--" not in text and "ab-login" not in text
    assert "DNS carries in two forms" in rendered("hosts", report)
    assert ascii_name(name) == ""


def test_names_with_other_letters_are_carried() -> None:
    names = {
        "bücher.com": "xn--bcher-kva.com",
        "σοφια.com": "xn--mxaprpq.com",
        "strasse.com": "strasse.com",
    }
    assert {name: ascii_name(name) for name in names} == names


def test_a_name_too_long_for_a_zone_is_left_out() -> None:
    report = of(seen("domain", ".".join(["a" * 50] * 4) + ".com"))
    text = rendered("rpz", report)
    assert read_zone(text) == [] and "1: a name too long for a zone" in text


def test_suricata_looks_for_each_indicator_in_its_buffer() -> None:
    found: dict[str, set[str]] = {}
    for head, options in read_rules(rendered("suricata", intel_report())):
        names = [name for name, _ in options]
        buffer = next((name for name in names if "." in name), head.split(" ")[5])
        found.setdefault(buffer, set()).update(unhex(value) for name, value in options if name == "content")
        assert names[0] == "msg" and names[-2:] == ["sid", "rev"]
        if "dotprefix" in names:
            assert names.index("dotprefix") < names.index("content") < names.index("endswith")
    assert found == {
        "dns.query": {".cdn-update-check.com", ".likely-host.net"},
        "tls.sni": {".cdn-update-check.com", ".likely-host.net"},
        "http.host": {
            ".cdn-update-check.com",
            ".likely-host.net",
            "cdn-update-check.com",
            "/gate.php?id=1&x='a';",
            "/load.php",
        },
        "http.user_agent": {'Mozilla/4.0 (compatible; "MSIE"; x|y)'},
        "ja3.hash": {"e7d705a3286e19ea42f587b344ee6865"},
        "tls.cert_fingerprint": {":".join(SHA1[at : at + 2] for at in range(0, 40, 2))},
        "[45.9.148.7]": set(),
        "[45.9.148.0/24]": set(),
        "[2a03:2880:f10c:83::25de]": set(),
    }
    for _, options in read_rules(rendered("suricata", intel_report())):
        sizes = [
            (len(unhex(value)), int(size))
            for (_, value), (name, size) in pairwise(options)
            if name == "bsize"
        ]
        assert all(told == real for real, told in sizes)
    heads = [head for head, _ in read_rules(rendered("suricata", intel_report()))]
    assert "alert tcp $HOME_NET any -> [45.9.148.7] 8443" in heads


@settings(deadline=None)
@given(st.one_of(st.text(max_size=30), hostile))
def test_content_is_read_back(value: str) -> None:
    value = value.encode("utf-8", "replace").decode()
    told = content(value)
    assert not set(told) & set('";\\:\n')
    assert unhex(told) == value


@pytest.mark.parametrize("char", "a;é\u202e")
@pytest.mark.parametrize("length", [1, 1_000, 2_000])
def test_a_rule_is_no_longer_than_a_line(char: str, length: int) -> None:
    text = rendered("suricata", of(seen("user-agent", char * length)))
    assert max(map(len, text.splitlines())) < 8_192
    listed = len(list(read_rules(text)))
    assert listed == 1 or "1: too long for a rule" in text
    assert listed == 1 or len(content(char * length)) > 6_000


def test_identifiers_of_rules_do_not_meet() -> None:
    found = tuple(seen("ipv4", str(ipaddress.ip_address("45.0.0.0") + n)) for n in range(3_000))
    sids = [dict(options)["sid"] for _, options in read_rules(rendered("suricata", of(*found)))]
    assert len(set(sids)) == 3_000


def test_yara_names_the_hashes() -> None:
    assert set(read_yara(rendered("yara", intel_report()))) == {
        ("md5", MD5),
        ("sha1", SHA1),
        ("sha256", SHA256),
    }


def test_yara_cuts_many_hashes_into_rules() -> None:
    found = tuple(seen("md5", f"{n:032x}", Role.PAYLOAD) for n in range(250))
    text = rendered("yara", of(*found))
    assert len(read_yara(text)) == 250
    assert text.count("private rule") == 3


@settings(deadline=None)
@given(st.text(max_size=40))
def test_yara_names_and_strings_stay_what_they_are(text: str) -> None:
    assert re.fullmatch(r"csq_[A-Za-z0-9_]{1,80}", rule_name(text, text.encode("utf-8", "replace").decode()))
    assert re.fullmatch(r'"(?:[^"\\\n]|\\["\\])*"', string(text))


EVENTS = [
    (
        seen("domain", "evil-host.com"),
        "category",
        "dns_query",
        {"QueryName": "a.evil-host.com"},
        {"QueryName": "evil-host.com.au"},
    ),
    (
        seen("domain", "evil-host.com"),
        "category",
        "dns",
        {"query": "EVIL-host.com"},
        {"query": "notevil-host.com"},
    ),
    (
        seen("domain", "evil-host.com"),
        "category",
        "proxy",
        {"cs-host": "evil-host.com"},
        {"cs-host": "host.com"},
    ),
    (
        seen("url", "http://evil-host.com:81/a*b?c=1"),
        "category",
        "proxy",
        {"c-uri": "http://evil-host.com:81/a*b?c=1&d"},
        {"c-uri": "http://evil-host.com:81/aXbXc=1"},
    ),
    (
        seen("ipv4", "45.9.148.7"),
        "category",
        "network_connection",
        {"DestinationIp": "45.9.148.7"},
        {"DestinationIp": "45.9.148.71"},
    ),
    (
        seen("url", "evil-host.com:81/a.php?u=http://b:1"),
        "category",
        "proxy",
        {"c-uri": "https://evil-host.com:81/a.php?u=http://b:1"},
        {"c-uri": "https://evil-host.com/a.php?u=http://b:1"},
    ),
    (
        seen("url", "http://evil-host.com?x=1:81"),
        "category",
        "proxy",
        {"c-uri": "http://evil-host.com?x=1:81"},
        {"c-uri": "http://evil-host.com:81?x=1:81"},
    ),
    (seen("ipv4", "45.9.148.7"), "category", "firewall", {"dst_ip": "45.9.148.7"}, {"dst_ip": "45.9.148.71"}),
    (
        seen("cidr", "45.9.148.0/24"),
        "category",
        "network_connection",
        {"DestinationIp": "45.9.148.200"},
        {"DestinationIp": "45.9.149.1"},
    ),
    (
        seen("sha256", SHA256, Role.PAYLOAD),
        "category",
        "process_creation",
        {"Hashes": f"MD5={MD5},SHA256={SHA256.upper()},IMPHASH=0"},
        {"Hashes": f"MD5={MD5}"},
    ),
    (
        seen("md5", MD5, Role.PAYLOAD),
        "category",
        "image_load",
        {"Hashes": f"MD5={MD5}"},
        {"Hashes": f"SHA1={SHA1}"},
    ),
    (
        seen("file", r"C:\ProgramData\[x]*\a?.exe", Role.PAYLOAD),
        "category",
        "file_event",
        {"TargetFilename": r"C:\ProgramData\[x]*\a?.exe"},
        {"TargetFilename": r"C:\ProgramData\[x]y\ab.exe"},
    ),
    (
        seen("file", "a.exe", Role.PAYLOAD),
        "category",
        "file_event",
        {"TargetFilename": r"D:\a.exe"},
        {"TargetFilename": r"D:\ba.exe"},
    ),
    (
        seen("file", r"%TEMP%\x\a.exe", Role.PAYLOAD),
        "category",
        "file_event",
        {"TargetFilename": r"C:\T\x\a.exe"},
        {"TargetFilename": r"C:\a.exe"},
    ),
    (
        seen("file", "/tmp/.x/kw", Role.ARTEFACT),
        "category",
        "file_event",
        {"TargetFilename": "/tmp/.x/kw"},
        {"TargetFilename": "/var/lib/x/kw"},
    ),
    (
        seen("registry", r"HKEY_CURRENT_USER\Software\Run\Upd", Role.ARTEFACT),
        "category",
        "registry_event",
        {"TargetObject": r"HKU\S-1-5-21-1\Software\Run\Upd"},
        {"TargetObject": r"HKU\S-1-5-21-1\Software\Run"},
    ),
    (
        seen("pipe", r"\\.\pipe\msagent_1", Role.ARTEFACT),
        "category",
        "pipe_created",
        {"PipeName": r"\msagent_1"},
        {"PipeName": r"\msagent"},
    ),
    (
        seen("service", "UpdSvc", Role.ARTEFACT),
        "service",
        "system",
        {"EventID": 7045, "ServiceName": "UpdSvc"},
        {"EventID": 7036, "ServiceName": "UpdSvc"},
    ),
    (
        seen("task", r"\A\Upd", Role.ARTEFACT),
        "service",
        "security",
        {"EventID": 4698, "TaskName": r"\A\Upd"},
        {"EventID": 4698, "TaskName": r"\A\XUpd"},
    ),
    (
        seen("user-agent", "Bad (x; *)"),
        "category",
        "proxy",
        {"c-useragent": "Bad (x; *)"},
        {"c-useragent": "Bad (x; y)"},
    ),
]


@pytest.mark.parametrize(("one", "key", "name", "hit", "miss"), EVENTS)
def test_sigma_fires_on_the_event_that_holds_the_indicator(
    one: Observable, key: str, name: str, hit: dict[str, object], miss: dict[str, object]
) -> None:
    rules = [rule for rule in read_sigma(rendered("sigma", of(one))) if getattr(rule.logsource, key) == name]
    assert rules
    assert any(matches(rule.expression, hit.get) for rule in rules)
    assert not any(matches(rule.expression, miss.get) for rule in rules)


@settings(deadline=None, max_examples=150)
@given(hostile)
def test_sigma_finds_any_value_letter_for_letter(value: str) -> None:
    one = seen("user-agent", value)
    if not well_formed(one):
        return
    (rule,) = read_sigma(rendered("sigma", of(one)))
    shown = value.encode("utf-8", "backslashreplace").decode()
    assert matches(rule.expression, {"c-useragent": shown}.get)
    assert not matches(rule.expression, {"c-useragent": shown + "x"}.get)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("registry", r"HKLM\SOFTWARE"),
        ("registry", r"HKEY_LOCAL_MACHINE\SYSTEM"),
        ("registry", "HKCU"),
        ("registry", "HKCU\\Software\\Microsoft\\"),
        ("registry", r"HKLM\Software\Microsoft\Windows\CurrentVersion"),
        ("registry", r"HKLM\SYSTEM\CurrentControlSet\Services"),
        ("file", "C:\\ProgramData\\upd\\"),
        ("file", "/tmp/.x/"),
        ("file", "%TEMP%"),
        ("task", "\\Microsoft\\Windows\\"),
        ("pipe", "\\\\.\\pipe\\"),
    ],
)
def test_sigma_has_no_rule_that_fires_everywhere(type: str, value: str) -> None:
    text = rendered("sigma", of(seen(type, value, Role.ARTEFACT)))
    assert read_sigma(text) == []
    assert "# Left out: 1\n#   1: a " in text


@pytest.mark.parametrize(
    "value",
    [
        r"HKLM\SOFTWARE\Upd",
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run",
        r"HKLM\SYSTEM\CurrentControlSet\Services\Upd",
        r"HKCU\Software\ClassesX",
    ],
)
def test_narrower_keys_have_one(value: str) -> None:
    assert len(read_sigma(rendered("sigma", of(seen("registry", value, Role.ARTEFACT))))) == 1


def test_sigma_literals() -> None:
    assert literal(r"a\*b?") == r"a\\\*b\?"


def test_sigma_cuts_many_values_into_rules() -> None:
    found = tuple(seen("ipv4", str(ipaddress.ip_address("45.0.0.0") + n)) for n in range(1_100))
    rules = list(yaml.safe_load_all(rendered("sigma", of(*found))))
    assert len(rules) == 6
    assert len({rule["id"] for rule in rules}) == 6


# --- forms -----------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=200)
@given(
    st.text(max_size=20),
    st.sampled_from(("ipv4", "ipv6", "cidr", "domain", "url", "email", "md5", "asn", "mac", "file", "x")),
)
def test_no_text_makes_the_check_of_forms_raise(value: str, type: str) -> None:
    assert well_formed(seen(type, value)) in (True, False)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://a.com", ("a.com", "/")),
        ("https://u:p@A.com:8443/x?y=1#z", ("a.com", "/x?y=1")),
        ("http://45.9.148.7/a", ("45.9.148.7", "/a")),
        ("http://[2a03::1]/a", ("[2a03::1]", "/a")),
        ("a.com/x?y=1#z", ("a.com", "/x?y=1")),
        ("A.com:8443/x", ("a.com", "/x")),
        ("45.9.148.7/a", ("45.9.148.7", "/a")),
        ("a.com", ("", "")),
        ("a.com?x", ("", "")),
        ("u@a.com/x", ("", "")),
        ("http/a", ("", "")),
        ("//a.com/x", ("", "")),
        ("http://a b.com/", ("", "")),
        ("http://a.com/\n", ("", "")),
        ("javascript:alert(1)", ("", "")),
        ("http://a.com/%zz", ("", "")),
    ],
)
def test_parts_of_urls(url: str, parts: tuple[str, str]) -> None:
    assert url_parts(url) == parts


# --- the tools of others, where they are installed -------------------------------------------------------


@pytest.mark.skipif(not shutil.which("named-checkzone"), reason="named-checkzone (BIND) is not installed")
@pytest.mark.parametrize("report", [intel_report(), of()], ids=["whole", "empty"])
def test_bind_takes_the_zone(report: Report, tmp_path: Path) -> None:
    zone = tmp_path / "zone"
    zone.write_text(rendered("rpz", report), encoding="utf-8")
    command = ["named-checkzone", "rpz.local", str(zone)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert told.returncode == 0, told.stdout + told.stderr


@QUICK
@given(intel_reports)
def test_yara_compiles_the_rule(report: Report) -> None:
    yara = pytest.importorskip("yara", reason="yara-python is not installed")
    rules = list(yara.compile(source=rendered("yara", report)))
    assert all(rule.identifier.startswith("csq_") for rule in rules)
