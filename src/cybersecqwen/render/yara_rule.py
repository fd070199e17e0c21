"""A YARA rule that finds the files of a report by their hashes: a stub to start a better one from.

Language: https://yara.readthedocs.io/en/stable/writingrules.html, module `hash`. Conditions are cut into
private rules, because a compiler bounds the size of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from cybersecqwen.records import Report
from cybersecqwen.records.intel import Observable, Role, Tlp

from .exported import Exported, exported
from .interface import Renderer, RenderOptions
from .ioc_blocklist import ascii_line, blocklist, heading

CHUNK = 100
"""Hashes of one private rule."""


class YaraRenderer(Renderer):
    """See `Renderer`; the options change nothing, so that programs can rely on what they read."""

    name = "yara"
    media_type = "text/plain"
    extension = "yar"
    for_people = False

    def render(self, report: Report, options: RenderOptions) -> str:
        """See `Renderer.render`."""
        view = exported(report)
        made = blocklist(view, ("md5", "sha1", "sha256"), also=(Role.ARTEFACT,))
        lines = [f"// {line}" for line in heading(view, made, "YARA rule")]
        if made.entries:
            lines += ["", 'import "hash"', "", *_rules(view, made.entries)]
        return "\n".join(lines) + "\n"


def rule_name(title: str, key: str) -> str:
    """An identifier of YARA: words of the title, then eight digits that tell reports of one title apart."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_")[:60]
    return f"csq_{words or 'report'}_{sha256(key.encode()).hexdigest()[:8]}"


def string(text: str) -> str:
    """A text string of YARA: one line of ASCII, quotation mark and backslash escaped."""
    return '"' + ascii_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _rules(view: Exported, entries: tuple[Observable, ...]) -> Iterator[str]:
    name = rule_name(view.title, view.key)
    chunks = [entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK)]
    for number, chunk in enumerate(chunks, 1):
        yield f"private rule {name}_{number} {{"
        yield "    condition:"
        tests = [f'hash.{one.type}(0, filesize) == "{one.value}"' for one in chunk]
        yield "        " + " or\n        ".join(tests)
        yield "}"
        yield ""
    yield f"rule {name} {{"
    yield "    meta:"
    yield f"        description = {string(f'Files of: {view.title}')}"
    for source in view.sources[:5]:
        yield f"        source = {string(source)}"
    if view.published:
        yield f"        date = {string(view.published)}"
    if view.marking is not Tlp.NONE:
        yield f"        tlp = {string(view.marking.value)}"
    yield f"        hashes = {len(entries)}"
    yield "    condition:"
    yield "        " + " or ".join(f"{name}_{number}" for number in range(1, len(chunks) + 1))
    yield "}"
