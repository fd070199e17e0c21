"""How fast documents are read, and in how much memory: a long report made for it, beside what else reads PDF.

    python -m benchmarks.documents [--pages 200] [--html 30]
    python -m benchmarks.documents --hostile

The report is prose, tables and indicators made here, two columns on every other page, with a header and
a page number on each.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SUBJECTS = (
    "The loader",
    "Its operator",
    "The second stage",
    "This cluster",
    "The implant",
    "A scheduled task",
)
_VERBS = ("contacts", "writes", "decrypts", "starts", "replaces", "collects", "stages", "uploads")
_OBJECTS = (
    "a list of servers kept in its resources",
    "the archive with the stolen mail",
    "credentials from the browser",
    "a copy of itself under the profile of the user",
    "the configuration that was sent before",
    "an encrypted blob from the registry",
)
_TAILS = (
    "before the first beacon",
    "after a delay of several minutes",
    "when no debugger is attached",
    "once the host belongs to a domain",
    "which makes the activity hard to see in proxy logs",
    "as seen in three intrusions of this year",
)


def prose(chance: random.Random, sentences: int) -> str:
    """A paragraph."""
    found = []
    for _ in range(sentences):
        words = [chance.choice(part) for part in (_SUBJECTS, _VERBS, _OBJECTS, _TAILS)]
        found.append(" ".join(words) + ".")
    if chance.random() < 0.4:
        found.append(
            f"It beacons to hxxps://cdn-{chance.randrange(999)}[.]example[.]net/gate{chance.randrange(99)}.php."
        )
    return " ".join(found)


def report(path: Path, pages: int) -> None:
    """Write the report."""
    from fpdf import FPDF

    class Report(FPDF):
        def header(self) -> None:
            self.set_font("Helvetica", size=8)
            self.cell(0, 8, "Quarterly threat report - internal", align="L")
            self.ln(10)

        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("Helvetica", size=8)
            self.cell(0, 8, f"Page {self.page_no()}", align="C")

    chance = random.Random(7)
    pdf = Report()
    pdf.set_auto_page_break(False)
    pdf.set_title("Quarterly threat report")
    for number in range(pages):
        pdf.add_page()
        pdf.set_font("Helvetica", style="B", size=14)
        pdf.cell(0, 8, f"Section {number + 1}: an intrusion", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Helvetica", size=9.5)
        if number % 2:
            top = pdf.get_y()
            for column in range(2):
                pdf.set_xy(10 + column * 98, top)
                for _ in range(5):
                    pdf.set_x(10 + column * 98)
                    pdf.multi_cell(90, 4.6, prose(chance, 5), align="J", new_x="LEFT", new_y="NEXT")
                    pdf.ln(2.5)
        else:
            for _ in range(7):
                pdf.multi_cell(0, 4.6, prose(chance, 5), new_x="LMARGIN", new_y="NEXT")
                pdf.ln(2.5)
            table(pdf, chance)
    pdf.output(str(path))


def table(pdf: Any, chance: random.Random) -> None:
    """A table of indicators."""
    pdf.set_font("Helvetica", size=8)
    for cells in [("Type", "Value"), *rows(chance)]:
        pdf.cell(30, 5, cells[0], border=1)
        pdf.cell(150, 5, cells[1], border=1, new_x="LMARGIN", new_y="NEXT")


def rows(chance: random.Random) -> list[tuple[str, str]]:
    """Its rows."""
    return [
        ("SHA-256", chance.randbytes(32).hex()),
        ("MD5", chance.randbytes(16).hex()),
        ("IPv4", "203.0.113[.]" + str(chance.randrange(1, 255))),
        ("Domain", f"update-{chance.randrange(10_000)}[.]example[.]org"),
    ] * 2


def page(megabytes: int) -> bytes:
    """A saved page of about this size: scripts and styles, long navigation, an article with tables."""
    chance = random.Random(3)
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report</title>\n<style>'
        + ".a{margin:0;padding:0 1px 2px 3px}\n" * 400
        + "</style><script>"
        + 'window.x=window.x||[];x.push({"a":"<b>"});\n' * 400
        + "</script></head><body>\n<nav><ul>"
        + '<li class="menu-item"><a href="/products">Products</a></li>\n' * 200
        + "</ul></nav><article>\n"
    )
    parts, size = [head], len(head)
    while size < megabytes * 1_000_000:
        cells = "".join(
            f'<tr><td class="cell">{kind}</td><td class="cell mono">{value}</td></tr>\n'
            for kind, value in rows(chance)[:4]
        )
        part = (
            f'<h2 class="wp-block-heading">Part {size}</h2>\n'
            f'<p class="wp-block-paragraph">{prose(chance, 8)}\n'
            f'{prose(chance, 8)} <a href="https://www.example.com/ref/{size}">More of it</a>.</p>\n'
            f"<p>{prose(chance, 9)}</p>\n<pre><code>{prose(chance, 4)}\n</code></pre>\n"
            f'<figure class="wp-block-table"><table><tbody>{cells}</tbody></table></figure>\n'
        )
        parts.append(part)
        size += len(part)
    return "".join([*parts, "</article></body></html>\n"]).encode()


_MAIL = "From: a@b.example\nSubject: x\n"
_PARTS = _MAIL + 'Content-Type: multipart/mixed; boundary="b"\n\n'
_HTML_MAIL = _MAIL + "Content-Type: text/html\n\n"
HOSTILE = (
    ("page of tags", "page.html", "<b>", "", 3),
    ("page of paragraphs of one letter", "page.html", "<p>a", "", 4),
    ("message of lines of one letter", "mail.eml", "a\n", _MAIL + "\n", 10),
    ("message of header fields", "mail.eml", "X: a\n", _MAIL, 10),
    ("message of parts", "mail.eml", "--b\n\na\n", _PARTS, 10),
    ("message of tags", "mail.eml", "<b>", _HTML_MAIL, 10),
)
"""What it is, its name, the piece it repeats, what stands before, and its size in MB."""


def hostile(folder: Path) -> None:
    """CPU seconds of documents that are one small piece again and again."""
    print(f"{'':36}{'MB':>4}{'CPU s':>8}{'µs/piece':>10}{'MB used':>9}{'characters':>14}")
    for what, name, piece, before, megabytes in HOSTILE:
        count = megabytes * 1_000_000 // len(piece)
        path = folder / name
        path.write_text(before + piece * count)
        _, work, size, peak = measured(_READ, path)
        print(f"{what:36}{megabytes:4}{work:8.2f}{work / count * 1e6:10.2f}{peak:9.0f}{size:14,}")


_READ = """
import resource, sys, time
from pathlib import Path
from cybersecqwen.inputs.documents.open import open_documents
from cybersecqwen.records import Limits
start = time.monotonic()
(one,) = open_documents([sys.argv[1]], Limits())
seconds = time.monotonic() - start
print(seconds, len(one.text), one.pages, len(one.damage))
"""
_PYPDF = """
import sys, time
from pypdf import PdfReader
start = time.monotonic()
size = sum(len(page.extract_text()) for page in PdfReader(sys.argv[1]).pages)
print(time.monotonic() - start, size, 0, 0)
"""
_PDFIUM = """
import sys, time
import pypdfium2
start = time.monotonic()
size = sum(len(page.get_textpage().get_text_bounded()) for page in pypdfium2.PdfDocument(sys.argv[1]))
print(time.monotonic() - start, size, 0, 0)
"""


def measured(script: str, path: Path) -> tuple[float, float, int, float]:
    """(seconds, CPU seconds, characters, peak memory in MB) of a run, summed over its processes.

    CPU seconds are of all of it, the start of Python and imports included.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        try:
            process.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    assert process.stdout is not None
    with process.stdout as output:
        seconds, size, *_ = output.read().split()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return float(seconds), work, int(size), peak / 1e6


def memory(pid: int) -> int:
    """Bytes resident of a process and all below it, as Linux counts them: shared pages once each."""
    total = 0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            fields = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) << 10 for line in fields if line.startswith("Pss:"))
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(word) for word in (task / "children").read_text().split()]
        except (OSError, StopIteration):
            continue
    return total


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--html", type=int, default=30, help="megabytes of the page")
    parser.add_argument("--hostile", action="store_true", help="documents of one small piece each, instead")
    words = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}")
    with tempfile.TemporaryDirectory() as folder:
        if words.hostile:
            hostile(Path(folder))
            return
        pdf = Path(folder, "report.pdf")
        report(pdf, words.pages)
        print(f"report of {words.pages} pages, {pdf.stat().st_size / 1e6:.1f} MB")
        print(f"{'':14}{'s':>8}{'CPU s':>8}{'pages/s':>10}{'MB':>8}{'characters':>14}")
        others = {"csq": _READ, "pypdf": _PYPDF}
        if importlib.util.find_spec("pypdfium2"):
            others["pdfium"] = _PDFIUM
        for name, script in others.items():
            seconds, work, size, peak = measured(script, pdf)
            print(f"{name:14}{seconds:8.2f}{work:8.2f}{words.pages / seconds:10.1f}{peak:8.0f}{size:14,}")
        html = Path(folder, "page.html")
        html.write_bytes(page(words.html))
        seconds, work, size, peak = measured(_READ, html)
        millions = html.stat().st_size / 1e6
        print(
            f"page of {millions:.0f} MB: {seconds:.2f} s, {millions / seconds:.1f} MB/s, "
            f"{millions / work:.1f} MB a CPU second, {peak:.0f} MB, {size:,} characters"
        )


if __name__ == "__main__":
    main()
