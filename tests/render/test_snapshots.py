"""What people and programs see, pinned: tests/snapshots holds each format of each sample.

After a change that is meant, run `UPDATE_SNAPSHOTS=1 pytest tests/render/test_snapshots.py` and read
the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.html import TEMPLATES

from .samples import SAMPLES

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
OWN = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in ("playbook.css", "playbook.js")}
SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "render"
VIEWS = {
    "terminal.txt": ("terminal", RenderOptions(width=100)),
    "terminal-60.txt": ("terminal", RenderOptions(width=60, detail="brief")),
    "terminal-full.ansi": ("terminal", RenderOptions(width=140, detail="full", color=True)),
    "json": ("json", RenderOptions()),
    "md": ("markdown", RenderOptions()),
    "html": ("html", RenderOptions()),
    "ndjson": ("ndjson", RenderOptions()),
    "ocsf.json": ("ocsf", RenderOptions()),
}
EXPORTS = {
    "stix.json": ("stix", RenderOptions()),
    "misp.json": ("misp", RenderOptions()),
    "navigator.json": ("navigator", RenderOptions()),
    "csv": ("csv", RenderOptions()),
    "hosts.txt": ("hosts", RenderOptions()),
    "rpz": ("rpz", RenderOptions()),
    "rules": ("suricata", RenderOptions()),
    "sigma.yml": ("sigma", RenderOptions()),
    "yar": ("yara", RenderOptions()),
}
"""Formats that pass indicators on; pinned for one report."""
ALONE = {"query": ("query", RenderOptions())}
"""A format that gives a query and nothing else."""
OF_REVIEWS = {
    "sarif": ("sarif", RenderOptions()),
    "codequality.json": ("gitlab", RenderOptions()),
    "junit.xml": ("junit", RenderOptions()),
    "openvex.json": ("openvex", RenderOptions()),
}
OF_AUDITS = {"oscal.json": ("oscal", RenderOptions())}
LEFT_OUT = {
    # the same parts as office, seventeen times
    "many": ("html", "json", "terminal-full.ansi", "ndjson", "ocsf.json"),
    # lines that ndjson holds as well
    "logs": ("json",),
    "benign": ("ndjson", "ocsf.json"),
    "nameless": ("ndjson", "ocsf.json"),
    "no-answer": ("ndjson", "ocsf.json"),
    "intel": ("ocsf.json",),
    "intel-diff": ("terminal-60.txt", "json", "ndjson", "ocsf.json"),
    "intel-hostile": ("json", "ndjson", "ocsf.json"),
    "query": ("ndjson", "ocsf.json"),
    "query-asked-back": ("terminal-full.ansi", "html", "json", "ndjson", "ocsf.json"),
    "query-improved": ("terminal-60.txt", "json", "ndjson", "ocsf.json"),
    "query-hostile": ("json", "ndjson", "ocsf.json"),
    "review": ("ndjson", "ocsf.json"),
    "review-clean": ("terminal-60.txt", "terminal-full.ansi", "html", "json", "ndjson", "ocsf.json"),
    "review-hostile": ("json", "ndjson", "ocsf.json"),
    "audit": ("ndjson", "ocsf.json"),
    "audit-unproven": ("terminal-60.txt", "terminal-full.ansi", "html", "json", "ndjson", "ocsf.json"),
    "audit-hostile": ("json", "ndjson", "ocsf.json"),
    "playbook": ("ndjson", "ocsf.json"),
    "playbook-hostile": ("json", "ndjson", "ocsf.json"),
}
"""Views of samples that would pin nothing that another does not."""


PINNED = [(one, view) for one in SAMPLES for view in VIEWS if view not in LEFT_OUT.get(one, ())]
PINNED += [("intel", view) for view in EXPORTS]
PINNED += [("query", "query")]
PINNED += [("review", view) for view in OF_REVIEWS]
PINNED += [("audit", view) for view in OF_AUDITS]


@pytest.mark.parametrize(("sample", "view"), PINNED)
def test_output_is_as_pinned(sample: str, view: str) -> None:
    name, options = {**VIEWS, **EXPORTS, **ALONE, **OF_REVIEWS, **OF_AUDITS}[view]
    text = FORMATS.get(name)().render(SAMPLES[sample](), options)
    if name == "html":
        # The style sheet is pinned by its own file: each page holds all of it, and the snapshot a mark.
        assert text.count(f"<style>{STYLE}</style>") == 1
        text = text.replace(STYLE, "\n/* style.css */\n")
        for own, whole in OWN.items():
            text = text.replace(whole, f"\n/* {own} */\n")
        text = re.sub(r"'sha256-[^']+'", "'sha256 of style.css'", text)  # test_html.py checks it
    pinned = SNAPSHOTS / f"{sample}.{view}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        pinned.parent.mkdir(parents=True, exist_ok=True)
        pinned.write_text(text, encoding="utf-8", newline="\n")
    assert pinned.is_file(), f"no snapshot {pinned.name}: run with UPDATE_SNAPSHOTS=1"
    expected = pinned.read_bytes().decode("utf-8")
    assert text == expected, f"{pinned.name} differs: UPDATE_SNAPSHOTS=1 if meant"


def test_every_snapshot_has_its_sample() -> None:
    known = {f"{sample}.{view}" for sample, view in PINNED}
    assert {path.name for path in SNAPSHOTS.iterdir()} == known
