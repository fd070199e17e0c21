"""Which blocks of a page are its article, and which are boilerplate around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .html_blocks import Found
from .html_tags import ASIDES

# What must never be lost, whatever it stands in: defanged text, hashes, CVE and ATT&CK identifiers, and the
# label of the Traffic Light Protocol, which pages have in their header and footer.
INDICATOR = re.compile(
    r"\[\.\]|\(\.\)|\[:|\[dot\]|h(?:xx|\*\*|tt)ps?\[?:|(?<![0-9a-f])[0-9a-f]{32,128}(?![0-9a-f])"
    r"|CVE-\d{4}-\d{4,}|(?<![^\W_])T ?L ?P\W{0,6}(?:RED|AMBER|GREEN|CLEAR|WHITE)(?![^\W_])"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])",
    re.IGNORECASE,
)
_SHORT = frozenset(ASIDES.values())
"""What is boilerplate only where it is short: whole sentences are not what buttons and drawings say."""
_SENTENCE = 80
_HIDDEN_REGIONS = ("for screen readers",)
_REFERENCES = re.compile(
    r"reference|source|further reading|read more|bibliograph|links|see also|indicator|ioc", re.I
)
_SAID_ONLY = re.compile(
    r"(?:share|tweet|print|subscribe|sign up|log in|accept(?: all)?|skip to .{0,30}|menu|search|"
    r"\d{1,3} min(?:ute)?s? read|back to top|read more|next|previous)[ .!»›]*",
    re.I,
)


def article(blocks: Sequence[Found]) -> tuple[list[Found], dict[str, int]]:
    """(blocks of the article in order, how many were left out by kind of boilerplate).

    Kept is what stands in `main` or `article` where the page has these and they hold its text, without
    navigation, banners and their like; long runs of nothing but links are navigation too. A block that holds
    an indicator is never left out. Where so much would go that little is left, nothing goes.
    """
    inside = sum(len(block.text) for block in blocks if block.main and not block.region)
    outside = sum(len(block.text) for block in blocks if not block.main and not block.region)
    by_main = inside >= 400 and inside * 4 >= outside
    why = [_reason(block, by_main) for block in blocks]
    kept = sum(len(block.text) for block, reason in zip(blocks, why, strict=True) if not reason)
    whole = sum(len(block.text) for block in blocks)
    if whole and kept < 200 and kept * 3 < whole:
        why = ["for screen readers" if block.region in _HIDDEN_REGIONS else "" for block in blocks]
    else:
        _links_alone(blocks, why)
    found: list[Found] = []
    left: dict[str, int] = {}
    for block, reason in zip(blocks, why, strict=True):
        if reason and not INDICATOR.search(block.text):
            left[reason] = left.get(reason, 0) + 1
        else:
            found.append(block)
    return found, left


def _reason(block: Found, by_main: bool) -> str:
    if block.region and not (block.region in _SHORT and len(block.text) >= _SENTENCE):
        return block.region
    if by_main and not block.main:
        return "outside the article"
    if len(block.text) < 60 and _SAID_ONLY.fullmatch(block.text):
        return "buttons"
    return ""


def _links_alone(blocks: Sequence[Found], why: list[str]) -> None:
    """Mark runs of four or more short blocks of nothing but links, unless a heading calls them sources."""
    run: list[int] = []
    heading = ""
    for at, block in enumerate(blocks):
        short = len(block.text) <= 120 and block.kind != "row"
        if short and block.kind != "heading" and block.linked * 10 >= len(block.text) * 8:
            run.append(at)
            continue
        _mark(run, why, heading)
        run = []
        if block.kind == "heading" or (block.text.endswith(":") and len(block.text) < 200):
            heading = block.text
    _mark(run, why, heading)


def _mark(run: Sequence[int], why: list[str], heading: str) -> None:
    if len(run) >= 4 and not _REFERENCES.search(heading):
        for at in run:
            why[at] = why[at] or "lists of links"
