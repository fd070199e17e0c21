"""Damaged documents of every format: they are read as far as they go, and nothing is raised."""

from __future__ import annotations

import pytest

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.documents import DOCUMENTS
from cybersecqwen.inputs.documents.pdf_content import Content
from cybersecqwen.inputs.documents.pdf_fonts import Font, to_unicode
from cybersecqwen.inputs.documents.pdf_layout import lines_of
from cybersecqwen.records import Limits
from tests.inputs.blobs import blob_of
from tests.inputs.fuzzing import mutated

from .makers import check
from .test_eml import PROSE
from .test_html import PAGE
from .test_open_documents import SAMPLES

SMALL = Limits(document_chars=20_000, document_seconds=5, members=20, unpacked_bytes=1 << 22, depth=2)
ROUNDS = {"pdf": 6, "docx": 60, "html": 120, "eml": 120, "markdown": 120, "text": 60}


@pytest.mark.parametrize("name", DOCUMENTS.names())
def test_damaged_bytes(name: str) -> None:
    reader = DOCUMENTS.get(name)()
    data = PAGE.encode() if name == "html" else SAMPLES[name]
    for seed in range(ROUNDS[name]):
        broken = mutated(data, seed) if seed % 3 else data[: len(data) * (seed % 29) // 29]
        reader.recognise(broken[:65_536], "x")
        try:
            check(reader.read(blob_of(broken), SMALL))
            reader.inside(blob_of(broken), SMALL, 1)
        except InputError:
            continue


CONTENT = (
    b"q 1 0 0 1 10 10 cm BT /F1 12 Tf 14 TL 50 700 Td (one \\(two\\) \\101) Tj T* "
    b"[(a)-300(b)120<4142>] TJ 3 Tr (x) ' 1 2 (y) \" /Span<</ActualText<FEFF0041>>>BDC (z) Tj EMC ET Q "
    b"BI /W 1 ID \x00\x01 EI /X1 Do 0 0 10 10 re f"
)


def test_damaged_content_streams() -> None:
    resources = {"/Font": {"/F1": {"/BaseFont": "/Helvetica"}}}
    for seed in range(1_500):
        content = Content({}, float("inf"))
        content.read(mutated(CONTENT, seed), resources)
        lines_of(content.runs)


CMAP = (
    b"1 beginbfchar <01> <0041> endbfchar "
    b"2 beginbfrange <02> <05> <0042> <06> <07> [<0041> <00660069>] endbfrange"
)


def test_damaged_character_maps() -> None:
    assert to_unicode(CMAP) == {1: "A", 2: "B", 3: "C", 4: "D", 5: "E", 6: "A", 7: "fi"}
    for seed in range(1_500):
        assert all(text.encode() is not None for text in to_unicode(mutated(CMAP, seed)).values())
    assert to_unicode(b"1 beginbfrange <01> <09> <D7FE> endbfrange") == {1: "\ud7fe", 2: "\ud7ff"}
    assert to_unicode(b"1 beginbfrange <01> <09> <DBFFDFFF> endbfrange") == {1: "\U0010ffff"}


@pytest.mark.parametrize(
    "font",
    [
        {
            "/Encoding": {"/Differences": [1, "/fi", "/uni0041", "/nothing", -5, "/A"]},
            "/Widths": ["x", None],
            "/FirstChar": "y",
        },
        {"/Subtype": "/Type0", "/DescendantFonts": [{"/W": [1, 2], "/DW": "z"}]},
        {"/Subtype": "/Type0", "/DescendantFonts": [{"/W": [1, [500, 600], 5, 9, 400]}]},
        {"/Subtype": "/Type3", "/FontMatrix": [0, 0], "/Widths": [1e99]},
        {"/BaseFont": 5, "/Encoding": 7, "/ToUnicode": 8},
    ],
)
def test_odd_fonts(font: dict[str, object]) -> None:
    text, width, count = Font(font).decode(b"\x01\x02AB" + PROSE.encode())
    assert isinstance(text, str)
    assert width >= 0
    assert count > 0
