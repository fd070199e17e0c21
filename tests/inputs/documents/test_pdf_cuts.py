"""What the width of a column has cut without a hyphen is whole again, and nothing else is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs.documents import pdf_edges
from cybersecqwen.inputs.documents.joining import Vocabulary
from cybersecqwen.inputs.documents.pdf_cuts import Piece, cuts, may_be_cut
from cybersecqwen.inputs.documents.pdf_segments import Line, Segment
from cybersecqwen.inputs.documents.pdf_tables import Placing

from .makers import PROSE, check, pdf_file, read

SHA256 = "5f2b7c0e9d4a1836bb07e2c95a6d318f40c7e9a2b1d85f63c4e07a9218db6f35"
OTHER = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
MD5 = ("3c91d0a7be52f8461d7a90c3e5b62f84", "1c91d0a7be52f8461d7a90c3e5b62f85")
NAMES = (
    SHA256,
    "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\GridMeterSync",
    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\GridMeterUpdate\\Parameters",
    "C:\\ProgramData\\Microsoft\\Windows\\GridMeter\\Templates\\meter_settings.dat",
    "%APPDATA%\\Microsoft\\Windows\\Themes\\CachedFiles\\lnfall.dll",
    "hxxps://files.grid-billing-desk[.]com/adj/2026/Adjustment_2026-03_final_version.zip",
    "https://attack.mitre.org/techniques/T1218/011/some-very-long-name/index.html",
    "8e1f4a6b2c9d7035e8fa41b6d2097c5e3ab8f610",
    "/var/lib/gridmeter/cache/sessions/a81f/settings.conf",
)
TEXT = PROSE + (
    "The loader has the SHA-256 {} and writes the key {} to survive a restart. The service stands in {} where"
    " the installer put it. Its settings are in {} and a copy is in {} for later. The archive comes from {}"
    " and was seen in March. Details are at {} for everyone. The older one has the SHA-1 {} and on Linux it"
    " reads {} before it waits for orders. "
).format(*NAMES) + PROSE  # fmt: skip


def set_in(width: float, font: str, size: float, columns: int, align: str) -> bytes:
    pdf = pdf_file()
    pdf.set_font("Helvetica", style="B", size=14)
    pdf.cell(0, 10, "A report of the loader that was found", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(font, size=size)
    top = pdf.get_y()
    for number in range(columns):
        pdf.set_xy(10 + number * (width + 8), top)
        pdf.multi_cell(width, size * 0.42, PROSE * 3 if number else TEXT, align=align)
    return bytes(pdf.output())


@settings(max_examples=12, deadline=None)
@given(
    st.integers(40, 90),
    st.sampled_from((("Helvetica", 9.0), ("Times", 10.0), ("Courier", 8.0), ("Helvetica", 8.0))),
    st.sampled_from((1, 2)),
    st.sampled_from("LJ"),
)
def test_every_name_is_whole_and_no_words_are_glued(
    width: int, font: tuple[str, float], columns: int, align: str
) -> None:
    found = read(set_in(width, *font, columns, align))
    check(found)
    assert [name for name in NAMES if name not in found.text] == []
    wanted = set((TEXT + " A report of the loader that was found").split())
    assert {word for word in found.text.split() if word not in wanted} == set()


@pytest.mark.parametrize("size", [8, 9, 10, 11, 12, 14])
def test_lists_of_names_stay_lists(size: float) -> None:
    pdf = pdf_file()
    pdf.set_font("Helvetica", size=size)
    names = [*NAMES, "hxxp://evil[.]example/a1b2c3", "hxxp://evil[.]example/d4e5f6", OTHER, *MD5]
    names += ["update-panel[.]org", "telemetry.cdn-metering[.]net", "GridMeterUpdate", "lnfall.dll"]
    pdf.multi_cell(80, 5, PROSE, align="L", new_x="LMARGIN", new_y="NEXT")
    for name in names:
        pdf.multi_cell(80, 5, name, align="L", new_x="LMARGIN", new_y="NEXT")
    found = read(bytes(pdf.output()))
    check(found)
    assert found.text.split()[-len(names) :] == names


def pieces(*lines: str, edge: float = 0.0) -> list[Piece]:
    """Lines whose characters are one point wide, in a column as wide as the longest."""
    most = edge or float(max(map(len, lines)))
    return [Piece(line, float(len(line)), 1.0, True, most, True, False) for line in lines]


def joined(*lines: str, label: str = "", words: str = "", edge: float = 0.0) -> list[str]:
    known = set(words.split())
    inside = cuts(pieces(*lines, edge=edge), known.__contains__, label)
    text = "".join(line + ("" if at in inside else "\n") for at, line in enumerate(lines))
    return text.splitlines()


def test_hashes_are_parted_by_their_lengths() -> None:
    both = [SHA256[:40], SHA256[40:], OTHER[:40], OTHER[40:]]
    assert joined(*both) == [SHA256, OTHER]
    quarters = [SHA256[at : at + 16] for at in range(0, 64, 16)]
    assert joined(*quarters) == [SHA256]
    assert joined(*MD5) == list(MD5)
    assert joined(SHA256, OTHER) == [SHA256, OTHER]
    assert joined(SHA256[:32], SHA256[32:]) == [SHA256[:32], SHA256[32:]]
    assert joined(SHA256[:32], SHA256[32:], label="SHA-256") == [SHA256]
    assert joined(*MD5, label="MD5") == list(MD5)
    assert joined(SHA256[:40], SHA256[40:] + " was seen") == [SHA256 + " was seen"]


def test_a_path_goes_on_only_where_what_follows_is_no_word() -> None:
    path = "C:\\ProgramData\\GridMeter\\meter"
    assert joined(path, "_settings.dat and") == [path + "_settings.dat and"]
    assert joined(path, "and waits") == [path, "and waits"]
    assert joined(path, "waits for it", words="waits") == [path, "waits for it"]
    assert joined(path + ".dat", "is read") == [path + ".dat", "is read"]
    assert joined(path + ".d", "at and") == [path + ".dat and"]
    assert joined(path, "C:\\Windows\\x.exe") == [path, "C:\\Windows\\x.exe"]
    assert joined(path, "_settings.dat", edge=200) == [path, "_settings.dat"]
    assert joined("administrators", "elsewhere") == ["administrators", "elsewhere"]


@given(st.lists(st.text(st.characters(exclude_characters="\n\r"), min_size=1).map(str.strip).filter(bool)))
def test_cuts_never_raises(lines: list[str]) -> None:
    lines = [line for line in lines if line.split()]
    if lines:
        inside = cuts(pieces(*lines), lambda word: False)
        assert all(0 <= at < len(lines) - 1 for at in inside)
        assert all(may_be_cut(line) in (True, False) for line in lines)


@given(st.lists(st.sampled_from(re.findall(r"[A-Za-z]+", PROSE)), min_size=2, max_size=8))
def test_words_are_never_cut(words: list[str]) -> None:
    assert cuts(pieces(*words), lambda word: False) == set()


def placed(texts: list[str]) -> list[Placing]:
    """Lines below each other that all end at the edge of their column."""
    found = []
    for at, text in enumerate(texts):
        y = 10.0 * (len(texts) - at)
        line = Line([Segment(10, 499, y, 10, text, False, False)], y, 10, 10, 500)
        found.append(Placing(line, 1, at + 1, "paragraph", 500.0))
    return found


def test_lines_without_spaces_are_looked_at_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    def counted(pieces: list[Piece], *words: Any) -> set[int]:
        nonlocal looked
        looked += len(pieces)
        return cuts(pieces, *words)

    monkeypatch.setattr(pdf_edges, "cuts", counted)
    lines = ["Qm9keSBvZiBhIGZpbGUsIGNvZGVkIGluIGJhc2UgNjQ+" for _ in range(2_000)]
    assert pdf_edges.cut_lines(placed(lines), lambda word: False) == set()
    assert looked <= 3 * len(lines)
    # Wherever a hash is cut behind them, it is found.
    for before in (1, 399, 400, 401, 1_000):
        cut = [*lines[:before], SHA256[:40], SHA256[40:]]
        assert pdf_edges.cut_lines(placed(cut), lambda word: False) == {before}


@pytest.mark.timeout(20)  # what grows with the square of these takes a minute and a half
@pytest.mark.timeout(60)  # what grows with the square of a megabyte takes hours
@pytest.mark.parametrize("word", ["a" * 1_000_000 + "1_a-", "[.]" + ".a" * 500_000 + "-"])
def test_long_words_take_no_square_of_time(word: str) -> None:
    assert Vocabulary([]).join(word, "bcde and so on") in ("", None, " ")
    piece = Piece(f"http://{word[:-1]}", 499, 10, False, 500, True, False)
    assert cuts([piece, piece._replace(text="b[.]c")], lambda _: False) <= {0}
