"""Benchmark files in the official form, with items made up for these tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"

MCQ = (
    (
        "https://x.example/T1001",
        "Which noise?",
        "Loud",
        "Soft",
        "None",
        "Odd",
        "Pick a noise: A) Loud B) Soft",
        "A",
    ),
    (
        "https://x.example/T1002",
        "Which hat?",
        "Red",
        "Blue",
        "Tall",
        "Flat",
        "Pick a hat: A) Red B) Blue",
        "b ",
    ),
    (
        "https://x.example/T1003",
        "Which tea?",
        "Mint",
        "Black",
        "Rooibos",
        "Oolong",
        "Pick a tea: A) Mint",
        "C",
    ),
)
RCM = (
    (
        "https://x.example/vuln/detail/CVE-2099-10001",
        "CVE-2099-10001: a teapot overflows.",
        "Map: teapot",
        "CWE-787",
    ),
    (
        "https://x.example/vuln/detail/CVE-2099-10002",
        "A teapot trusts its guest, as CVE-2099-9999 did.",
        "Map: guest",
        "CWE-20",
    ),
)
VSP = (
    ("https://x.example/vuln/detail/CVE-2099-10003", "A kettle whistles secrets.", "Score: kettle", VECTOR),
    (
        "https://x.example/vuln/detail/CVE-2099-10004",
        "A cup leaks.",
        "Score: cup",
        "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L",
    ),
)
ATE = (
    (
        "https://x.example/software/S0001",
        "Enterprise",
        "Whistle runs commands.",
        "Find: whistle",
        "T1059, T1071",
    ),
    ("https://x.example/software/S0002", "Mobile", "Flute lists contacts.", "Find: flute", "T1636"),
)
TAA = (
    ("https://x.example/one", "[PLACEHOLDER] whistled at a bank.", "Who: bank"),
    ("https://x.example/two", "[PLACEHOLDER] sang at a port.", "Who: port"),
)
HEADERS = {
    "mcq": ("URL", "Question", "Option A", "Option B", "Option C", "Option D", "Prompt", "GT"),
    "rcm": ("URL", "Description", "Prompt", "GT"),
    "vsp": ("URL", "Description", "Prompt", "GT"),
    "ate": ("URL", "Platform", "Description", "Prompt", "GT"),
    "taa": ("URL", "Text", "Prompt"),
}
ROWS: dict[str, Sequence[Sequence[str]]] = {"mcq": MCQ, "rcm": RCM, "vsp": VSP, "ate": ATE, "taa": TAA}


def text(task: str, rows: Sequence[Sequence[str]] | None = None) -> str:
    """A file's text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(HEADERS[task])
    writer.writerows(ROWS[task] if rows is None else rows)
    return out.getvalue()


def write(folder: Path, *tasks: str) -> Path:
    """Files of the named tasks, or of all, in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for task in tasks or HEADERS:
        (folder / f"cti-{task}.tsv").write_text(text(task), "utf-8")
    return folder
