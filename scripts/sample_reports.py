"""Make the other forms of the sample report from its Markdown: PDF in two columns, HTML, a message with it.

    python scripts/sample_reports.py

The files are the same byte for byte each time.
"""

from __future__ import annotations

import datetime
import html
import re
from email.message import EmailMessage
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "samples" / "intel"
NAME = "quiet-lantern"


def main() -> None:
    """Write the three files beside the Markdown."""
    source = (FOLDER / f"{NAME}.md").read_text(encoding="utf-8")
    body = source.split("---\n", 2)[2]
    (FOLDER / f"{NAME}.html").write_text(page(body), encoding="utf-8")
    (FOLDER / f"{NAME}.pdf").write_bytes(pdf(body))
    (FOLDER / f"{NAME}.eml").write_bytes(message())


def paragraphs(body: str) -> list[tuple[str, str]]:
    """(kind, text) of each block: heading, item, row, code or paragraph."""
    found: list[tuple[str, str]] = []
    for block in re.split(r"\n\s*\n", body.strip()):
        lines = block.splitlines()
        if block.startswith("#"):
            found.append(("heading", block.lstrip("# ")))
        elif block.startswith("|"):
            found += [("row", line) for line in lines if not line.startswith("|---")]
        elif block.startswith("- "):
            found += [("item", line[2:]) for line in lines]
        elif block.startswith("```"):
            found.append(("code", "\n".join(lines[1:-1])))
        else:
            text = " ".join(line.strip() for line in lines if not line.startswith("- "))
            found.append(("paragraph", text))
            found += [("item", line[2:]) for line in lines if line.startswith("- ")]
    return found


def page(body: str) -> str:
    """A web page with what surrounds articles on the web."""
    out = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        "<title>Quiet Lantern | Sample CERT</title>",
        '<link rel="canonical" href="https://cert.example/reports/quiet-lantern">',
        '<meta property="article:published_time" content="2026-10-14T08:00:00Z">\n</head>\n<body>',
        '<nav><a href="https://cert.example/">Home</a> <a href="https://cert.example/about">About</a></nav>',
        "<article>",
    ]
    rows: list[str] = []
    for kind, text in [*paragraphs(body), ("end", "")]:
        if rows and kind != "row":
            out.append("<table>\n" + "\n".join(rows) + "\n</table>")
            rows = []
        if kind == "row":
            cells = [html.escape(cell.strip()) for cell in text.strip("|").split("|")]
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        elif kind in _TAGS:
            tag = _TAGS[kind]
            out.append(f"<{tag}>{html.escape(text.replace('`', ''))}</{tag}>")
    out += ["</article>", "<footer>© 2026 Sample CERT · contact@cert.example</footer>", "</body>\n</html>\n"]
    return "\n".join(out)


_TAGS = {"heading": "h2", "paragraph": "p", "item": "li", "code": "pre"}


def pdf(body: str) -> bytes:
    """Two columns on A4, with a header on each page, as agencies set their reports."""
    from fpdf import FPDF

    class Sheet(FPDF):
        def header(self) -> None:
            self.set_font("Helvetica", size=8)
            self.cell(0, 6, "TLP:GREEN    Sample CERT    Quiet Lantern", align="C")
            self.ln(8)

        def footer(self) -> None:
            self.set_y(-12)
            self.set_font("Helvetica", size=8)
            self.cell(0, 6, f"Page {self.page_no()}", align="C")

    made = Sheet(format="A4")
    made.set_creation_date(datetime.datetime(2026, 10, 14, tzinfo=datetime.UTC))
    made.set_title("Quiet Lantern: firewalls, lures and a new loader against energy suppliers")
    made.set_author("Sample CERT")
    made.add_page()
    columns = made.text_columns(ncols=2, gutter=8, text_align="L")
    with columns as column:
        for kind, text in paragraphs(body):
            _set(made, kind)
            clean = text.replace("`", "")
            if kind == "row":
                clean = "   ".join(cell.strip() for cell in clean.strip("|").split("|"))
            column.write(f"{'- ' if kind == 'item' else ''}{clean}")
            column.ln()
            if kind not in ("row", "item"):
                column.ln(3)
    return bytes(made.output())


def _set(made: object, kind: str) -> None:
    font = getattr(made, "set_font")  # noqa: B009 - the library has no types
    if kind == "heading":
        font("Helvetica", "B", 12)
    elif kind in ("code", "row"):
        font("Courier", size=7)
    else:
        font("Helvetica", size=9)


def message() -> bytes:
    """The page, sent on as an attachment with a stricter marking in the message itself."""
    made = EmailMessage()
    made["From"] = "Sample CERT <reports@cert.example>"
    made["To"] = "soc@energy.example"
    made["Subject"] = "[TLP:AMBER] Quiet Lantern: seen at two of our members"
    made["Date"] = "Thu, 15 Oct 2026 09:12:00 +0200"
    made["Message-ID"] = "<quiet-lantern@cert.example>"
    made.set_content(
        "TLP:AMBER\n\nPlease look for the attached indicators. Beyond those of the report, one member saw\n"
        "connections to relay.update-panel[.]org, which is command and control of LANTERNFALL as well.\n"
    )
    page_text = (FOLDER / f"{NAME}.html").read_text(encoding="utf-8")
    made.add_attachment(page_text, subtype="html", filename=f"{NAME}.html")
    made.set_boundary("=-quiet-lantern")
    return made.as_bytes()


if __name__ == "__main__":
    main()
