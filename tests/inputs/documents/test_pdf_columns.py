"""Columns of a PDF: of different lengths, for a part of the page, beside tables that are none."""

from __future__ import annotations

from typing import Any

from .makers import PROSE, check, pdf_file, read

CODE = (
    "rule Loader {",
    "    strings:",
    '        $a = "LNF-4419-QX" ascii',
    "    condition:",
    "        $a",
    "}",
)


def column(pdf: Any, x: float, top: float, width: float, text: str, lead: float = 5) -> float:
    pdf.set_xy(x, top)
    pdf.multi_cell(width, lead, text, align="L", new_x="LMARGIN", new_y="NEXT")
    return float(pdf.get_y())


def in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return min(places) >= 0 and places == sorted(places)


def test_a_short_column_of_code_and_links_beside_text_as_high_as_the_page() -> None:
    pdf = pdf_file()
    column(pdf, 10, 20, 88, "left begins. " + PROSE * 6 + "left ends.", 4)
    pdf.set_font("Courier", size=7)
    for number, line in enumerate(CODE * 2):
        pdf.text(110, 22 + number * 2.5, line)
    pdf.set_font("Helvetica", size=9)
    pdf.text(110, 58, "- https://example.org/first")
    pdf.text(110, 61, "- https://example.org/second")
    found = read(bytes(pdf.output()))
    check(found)
    assert in_order(found.text, "left begins", "left ends", "rule Loader", "/first", "/second")
    assert "\t" not in found.text
    assert ("left begins. " + PROSE * 6 + "left ends.") in found.text


def test_columns_between_paragraphs_as_wide_as_the_page() -> None:
    pdf = pdf_file()
    y = column(pdf, 10, 20, 190, "above begins. " + PROSE * 4 + "above ends.")
    one = column(pdf, 10, y + 4, 90, "one begins. " + PROSE * 2 + "one ends.")
    two = column(pdf, 110, y + 5.5, 90, "two begins. " + PROSE * 3 + "two ends.")
    pdf.set_font("Helvetica", style="B", size=14)
    y = column(pdf, 10, max(one, two) + 5, 190, "What follows", 7)
    pdf.set_font("Helvetica", size=10)
    y = column(pdf, 10, y + 2, 190, "below begins. " + PROSE * 4 + "below ends.")
    found = read(bytes(pdf.output()))
    check(found)
    assert in_order(
        found.text, "above begins", "above ends", "one begins", "one ends", "two begins", "two ends",
        "What follows", "below begins", "below ends",
    )  # fmt: skip
    assert "above begins. " + PROSE * 4 + "above ends." in found.text


def test_a_heading_between_two_pairs_of_columns() -> None:
    pdf = pdf_file()
    y = 20.0
    for part in ("first", "second"):
        pdf.set_font("Helvetica", style="B", size=14)
        y = column(pdf, 10, y + 6, 190, f"Heading of the {part}", 8) + 3
        pdf.set_font("Helvetica", size=10)
        left = column(pdf, 10, y, 90, f"{part} left. " + PROSE * 2)
        y = max(left, column(pdf, 110, y, 90, f"{part} right. " + PROSE * 2))
    found = read(bytes(pdf.output()))
    check(found)
    assert in_order(
        found.text, "Heading of the first", "first left", "first right",
        "Heading of the second", "second left", "second right",
    )  # fmt: skip


def test_three_columns_of_different_lengths() -> None:
    pdf = pdf_file()
    pdf.set_font("Helvetica", size=9)
    for number in range(3):
        text = f"c{number} begins. " + PROSE * (4 - number) + f"c{number} ends."
        column(pdf, 10 + number * 65, 20 + number * 1.7, 58, text, 4.5)
    found = read(bytes(pdf.output()))
    check(found)
    assert in_order(found.text, *(f"c{number} {what}" for number in range(3) for what in ("begins", "ends")))


def test_cells_of_several_lines_without_rules_stay_beside_each_other() -> None:
    pdf = pdf_file()
    y = 20.0
    for number in range(6):
        left = column(pdf, 10, y, 88, f"row{number} what happened. " + PROSE[:100])
        y = max(left, column(pdf, 110, y, 88, f"cell{number} what to do. " + PROSE[:100])) + 3
    found = read(bytes(pdf.output()))
    check(found)
    words = [f"{what}{number}" for number in range(6) for what in ("row", "cell")]
    assert in_order(found.text, *words)


def test_a_table_of_short_cells_is_no_set_of_columns() -> None:
    pdf = pdf_file()
    rows = [
        (f"203.0.113[.]{number}", "IPv4", f"server number {number} of the loader") for number in range(20)
    ]
    for number, row in enumerate(rows):
        for x, cell in zip((10, 80, 120), row, strict=True):
            pdf.text(x, 20 + 6 * number, cell)
    found = read(bytes(pdf.output()))
    check(found)
    assert found.text.splitlines() == ["\t".join(row) for row in rows]
