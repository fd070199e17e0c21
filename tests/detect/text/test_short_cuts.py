"""What is told without a pattern for the sake of speed is what the pattern tells."""

from __future__ import annotations

import ipaddress
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cybersecqwen.detect.report import lookers_codes
from cybersecqwen.detect.report.scan import lowered, scan
from cybersecqwen.detect.text import addresses, names
from cybersecqwen.detect.text.matches import _DEFANGED_AT, _DEFANGED_DOT, _DEFANGED_MARK, refanged

PIECES = (
    *("a", "evil", "com", "Z", ".", "..", "-", "_", "/", "@", " ", "[.]", "(.)", "[dot]", "[.", ".]", "[@]"),
    *("[at]", "[AT]", "[:]", "[://]", "\\.", "é", "１", "{.}", " dot ", "[", "]", "(", ")", "<", ">"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("evil.[.]com")
@example("a[.][.]b[at]c")
def test_refanged_as_the_patterns_have_it(raw: str) -> None:
    text = _DEFANGED_DOT.sub(".", raw)
    text = _DEFANGED_AT.sub("@", text)
    assert refanged(raw) == _DEFANGED_MARK.sub(r"\1", text)


@given(st.text("ab-_.", max_size=90))
@example("a" * 63)
@example("a" * 64)
@example(".a")
@example("a.")
@example("a..b")
def test_well_formed_names_as_the_pattern_has_it(stem: str) -> None:
    name = f"{stem}.com"
    assert names.is_domain(name) == bool(names._WELL_FORMED.fullmatch(name))


@given(st.lists(st.integers(0, 300).map(str) | st.sampled_from(["01", "", " 1", "1\n"]), max_size=5))
def test_addresses_as_the_library_reads_them(parts: list[str]) -> None:
    text = ".".join(parts)
    try:
        expected = "ipv4", str(ipaddress.IPv4Address(text.strip()))
    except ValueError:
        expected = None
    assert addresses.read(text) == expected


@given(
    st.ip_addresses(v=4)
    | st.sampled_from(addresses._networks(4)).flatmap(lambda one: st.ip_addresses(network=one[0]))
)
def test_notes_as_the_registries_have_them(address: ipaddress.IPv4Address) -> None:
    words = next((words for network, words in addresses._networks(4) if address in network), "")
    assert addresses.note(str(address)) == (
        words or ("network or version number" if str(address).endswith(".0.0") else "")
    )


CALLED = (
    *(
        "commit",
        "Commits",
        "commit id",
        "serial no.",
        "serial #",
        "JA3",
        "ja3s",
        "md5ja3",
        "key",
        "api_key",
        "IV",
    ),
    *("imphash", "import hashes", "etag", "etags", "rich pe header hash", "txid", "hassh", "uuid", "lm hash"),
    *(
        "is",
        "of",
        "was",
        "in",
        " ",
        "\t",
        "\n",
        ":",
        "=",
        '"',
        "(",
        "[",
        "|",
        ",",
        "MD5",
        "the file",
        "İ",
        "\u2022",
    ),
    "0123456789abcdef0123456789abcdef",
)


@given(st.lists(st.sampled_from(CALLED), max_size=14).map("".join))
@example("etags:")
@example("etags (the file ")
@example("\tja3s\n")
@example(",ja3s ")
@example("0123456789abcdef0123456789abcdef0123456789abcdef ja3s: ")
def test_other_hashes_as_the_patterns_have_them(before: str) -> None:
    text = before + "ff" * 16
    low = before[-400:].lower()
    line = low[-lookers_codes._REACH :].rpartition("\n")[2]
    named = line.strip() and lookers_codes._OTHER.search(line)
    etag = before[-1:] in lookers_codes._GAP and lookers_codes._ETAG.search(lowered(before)[-60:])
    listed = lookers_codes._OTHER_LIST.search(low)
    headed = listed and not (listed.start() and low[listed.start() - 1] in lookers_codes._CELLS)
    expected = bool(named or etag or headed)
    assert lookers_codes._is_other(text, lowered(text), len(before)) == expected


@pytest.mark.parametrize(
    "piece", ["http://{}/a", "C:\\{}\\b.exe", "/tmp/{}", "{}com", "a.{}", "中a.{}"], ids=ascii
)
def test_long_names_are_not_remembered(piece: str) -> None:
    """Caches are bounded by entries, so what they hold must be short."""
    scan(piece.format("x" * 9) + " x.co.uk")  # loads what stays
    tracemalloc.start()
    try:
        for at in range(10):
            scan(piece.format(f"{at:03}x." * 10_000))
            scan(piece.format(f"{at:03}x" * 10_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 300_000  # the texts have 900 kB
