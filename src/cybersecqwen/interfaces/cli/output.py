"""Putting a report where it belongs: on the screen, into a file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import cast

from cybersecqwen.errors import OutputError, UsageError
from cybersecqwen.records import Report
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.render.defang import Defanger, safe_text
from cybersecqwen.render.interface import Detail
from cybersecqwen.writing import write_whole

_SUFFIXES = {
    ".ocsf.json": "ocsf",
    ".stix.json": "stix",
    ".misp.json": "misp",
    ".navigator.json": "navigator",
    ".hosts.txt": "hosts",
    ".sigma.yml": "sigma",
    ".codequality.json": "gitlab",
    ".cdx.json": "cyclonedx",
    ".openvex.json": "openvex",
    ".oscal.json": "oscal",
    ".cacao.json": "cacao",
    ".junit.xml": "junit",
    ".sarif": "sarif",
    ".csv": "csv",
    ".rpz": "rpz",
    ".rules": "suricata",
    ".yar": "yara",
    ".query": "query",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".md": "markdown",
    ".html": "html",
    ".htm": "html",
    ".txt": "terminal",
}
"""The longest that fits a name counts, so the longer ones stand first."""

# What a terminal obeys. Machine formats carry values as they are, and a person may print them on one.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def console_options(detail: str) -> RenderOptions:
    """Options that suit standard output."""
    return RenderOptions.for_stream(sys.stdout, detail=cast(Detail, detail))


def suffix_format(name: str) -> str:
    """The format that a file name asks for; raises UsageError for a suffix without one."""
    lower = Path(name).name.lower()
    for suffix, format in _SUFFIXES.items():
        if lower.endswith(suffix):
            return format
    raise UsageError(
        f"{name!r} has no suffix that names a format.", hint=f"Known are: {', '.join(_SUFFIXES)}."
    )


def show(report: Report, format: str, options: RenderOptions) -> None:
    """Print a report to standard output; raises OutputError where that fails (BrokenPipeError stays one)."""
    renderer = FORMATS.get(format)()
    text = renderer.render(report, options)
    if not renderer.for_people and sys.stdout.isatty():
        text = _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is flushed at the exit
        raise OutputError(f"Standard output cannot be written: {error.strerror or error}.") from error


_CHANGED = ("query", "review", "playbook")
"""Parts that a model may change: what was shown of them is shown again."""


def show_update(before: Report, after: Report) -> None:
    """Print what a language model added, or that nothing of it stood up to the checks."""
    if after.extra.get("options") != before.extra.get("options"):
        show(after, "terminal", console_options("brief"))
        return
    if any(getattr(after, part) != getattr(before, part) for part in _CHANGED):
        show(after, "terminal", console_options("normal"))
        return
    fresh = after.narrative[len(before.narrative) :]
    struck = sum(p.count for p in after.problems[len(before.problems) :] if p.stage == "verify")
    if fresh:
        head = f"Added by {fresh[0].writer}; {struck} more of its sentences did not stand in the evidence."
        lines = [f"  {Defanger.of(after).show(sentence.text)}" for sentence in fresh]
    else:
        said = "; ".join(p.message for p in after.problems[len(before.problems) :] if p.stage == "write")
        head = said or f"The language model added nothing: {struck} sentences did not stand in the evidence."
        lines = []
    lines += _cost(after)
    width = console_options("normal").columns
    wrapped = [fill(line, width, subsequent_indent="  ") for line in (safe_text(head), *lines)]
    sys.stdout.write("\n" + "\n".join(wrapped) + "\n")
    sys.stdout.flush()


def _cost(report: Report) -> list[str]:
    """What a model read and wrote, where the task counts it."""
    cost = report.extra.get("logs", {}).get("cost", {})
    if not cost.get("prompt_tokens"):
        return []
    read, written = cost["prompt_tokens"], cost["answer_tokens"]
    return [f"  It read {read:,} tokens and wrote {written:,}, about {cost['model_lines']:,} lines."]


def write_files(report: Report, names: Sequence[str], detail: str) -> None:
    """Write a report to each of the files; raises OutputError for the first that failed, after all."""
    failed: OutputError | None = None
    for name in names:
        try:
            write_file(report, Path(name), detail)
        except OutputError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def write_file(report: Report, path: Path, detail: str) -> None:
    """Write a report, whole or not at all; raises OutputError where it cannot be written."""
    text = FORMATS.get(suffix_format(path.name))().render(report, RenderOptions(detail=cast(Detail, detail)))
    write_whole(path, text.encode())
    print(f"csq: wrote {path}", file=sys.stderr)
