"""Known-good hosts, addresses and hashes, with MISP's lists and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.report import warning_lists
from cybersecqwen.detect.report.warning_lists import WarningLists, host_of, own, own_hosts, registrable
from cybersecqwen.detect.text import known

BARE = WarningLists()


@pytest.mark.parametrize(
    ("kind", "value", "part"),
    [
        ("domain", "github.com", "service shared by many: github.com"),
        ("domain", "www.github.com", "service shared by many: github.com"),
        ("domain", "quiet-garden.github.io", ""),
        ("domain", "bucket.s3.amazonaws.com", ""),
        ("domain", "quiet-garden.ngrok.io", ""),
        ("domain", "quiet-garden.duckdns.org", ""),
        ("domain", "duckdns.org", "provider of dynamic DNS: duckdns.org"),
        ("url", "https://cdn.discordapp.com/attachments/1/2/x.exe", ""),
        ("url", "https://bit.ly/3abc", ""),
        ("domain", "bit.ly", "link shortener: bit.ly"),
        (
            "domain",
            "blog.talosintelligence.com",
            "publisher of security reports or news: talosintelligence.com",
        ),
        ("url", "https://securelist.com/a/1", "publisher of security reports or news: securelist.com"),
        ("url", "https://www.virustotal.com/gui/file/x", "analysis service: virustotal.com"),
        ("domain", "notvirustotal.com", ""),
        ("domain", "virustotal.com.quiet-garden.net", ""),
        ("ipv4", "8.8.8.8", "public DNS resolver: 8.8.8.8"),
        ("ipv4", "8.8.8.9", ""),
        ("ipv6", "2001:4860:4860::8888", "public DNS resolver: 2001:4860:4860::8888"),
        ("email", "soc@lab-x.org", "contact address of an organisation"),
        ("email", "quiet@lab-x.org", ""),
        ("mutex", "github.com", ""),
        ("domain", "", ""),
        ("url", "github.com", ""),
    ],
)
def test_our_own_list(kind: str, value: str, part: str) -> None:
    assert BARE.reason(kind, value) == part


def test_our_list_repeats_nothing_and_names_only_known_kinds() -> None:
    lines = Path(warning_lists.__file__).with_name("benign_hosts.txt").read_text("utf-8").splitlines()
    kinds = {line.split()[0] for line in lines if line and not line.startswith("#")}
    assert kinds == set(warning_lists.NOTES)
    assert not set(own_hosts()) & set(known._BENIGN)
    assert all(name == name.lower().strip(".") for name in own_hosts())


def _package() -> WarningLists:
    lists = WarningLists.load()
    if lists.folder is None:
        pytest.skip("pymispwarninglists is not installed (extra intel)")
    return lists


@pytest.mark.parametrize(
    ("kind", "value", "part"),
    [
        ("ipv4", "104.16.1.1", "MISP warning list cloudflare"),
        ("ipv4", "17.1.2.3", "MISP warning list apple"),
        ("ipv6", "2606:4700::1", "MISP warning list cloudflare"),
        ("ipv4", "45.77.10.9", ""),
        ("domain", "baidu.com", "well-known host"),
        ("url", "https://baidu.com/x", ""),
        ("domain", "quiet-garden.azurewebsites.net", ""),
        ("domain", "quiet-garden.cloudapp.azure.com", ""),
        ("domain", "quiet-garden.net", ""),
        ("sha256", "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f", "EICAR"),
        ("sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "empty"),
        ("sha1", "9e107d9d372bb6826bd81d3542a419d69e107d9d", ""),
    ],
)
def test_lists_of_misp(kind: str, value: str, part: str) -> None:
    reason = _package().reason(kind, value)
    assert part in reason
    assert bool(part) is bool(reason)


def test_every_list_that_is_named_stands_in_the_package() -> None:
    lists = _package()
    named = {name for group in warning_lists._LISTS.values() for name in group}
    assert len(named) == 30
    missing = {name for name in named if not lists._read(name)}
    assert not missing


def test_every_entry_of_a_range_is_found() -> None:
    lists = _package()
    for entry in ("103.21.244.0", "103.21.247.255"):  # both ends of Cloudflare's 103.21.244.0/22
        assert "cloudflare" in lists.reason("ipv4", entry)
    assert lists.reason("ipv4", "103.21.248.0") == ""
    assert lists.reason("ipv4", "103.21.243.255") == ""


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[WarningLists]:
    """A folder of lists of which some are broken."""
    for name, text in {
        "google": '{"list": [".shop-x.org", 5, null, "*.star-x.org"]}',
        "alexa": "not json",
        "microsoft": '{"list": "no list"}',
        "cloudflare": json.dumps(
            {"list": ["10.0.0.0/8", "10.1.0.0/16", "nonsense", "2001:db8::/32", "1.2.3.4/40"]}
        ),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "list.json").write_text(text, "utf-8")
    yield WarningLists(folder=tmp_path)


def test_broken_lists_are_left_out(odd: WarningLists) -> None:
    assert odd.reason("domain", "a.shop-x.org") == "vendor (MISP warning list google)"
    assert odd.reason("domain", "a.star-x.org") == "vendor (MISP warning list google)"
    assert odd.reason("domain", "quiet-garden.net") == ""
    assert "cloudflare" in odd.reason("ipv4", "10.255.255.255")
    assert "cloudflare" in odd.reason("ipv4", "10.1.2.3")
    assert odd.reason("ipv4", "11.0.0.0") == ""
    assert "cloudflare" in odd.reason("ipv6", "2001:db8::1")
    assert odd.reason("md5", "9e107d9d372bb6826bd81d3542a419d6") == ""


@given(
    st.sampled_from(["domain", "url", "ipv4", "ipv6", "md5", "email", "certificate", "x"]),
    st.text(max_size=60),
)
def test_never_raises(kind: str, value: str) -> None:
    assert isinstance(BARE.reason(kind, value), str)
    registrable(value)


def test_hosts_of_urls() -> None:
    assert host_of("https://user:pw@Quiet-Garden.net:8443/a?b#c") == "quiet-garden.net"
    assert host_of("http://[2001:db8::1]:80/x") == "2001:db8::1"
    assert host_of("http://evil.net\\@github.com/") == "evil.net"
    assert host_of("evil.net/gate.php") == "evil.net"
    assert host_of("/nothing") == ""
    assert registrable("blog.lab-x.co.uk") == "lab-x.co.uk"
    assert registrable("45.77.10.9") == ""
    assert own("x.docs.google.com") == ("service", "docs.google.com")
