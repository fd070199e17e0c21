r"""Scheduled tasks of Windows: arguments of schtasks and PowerShell, names after the word, paths of tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import Span, ahead, behind, is_name, is_odd, listed, named, quoted, quoted_before, token

_SCHTASKS = re.compile(r"schtasks")
_NAME_FLAG = re.compile(r"[/-]tn[\s:=]{1,3}")
_POWERSHELL = re.compile(r"-(?:taskname[\s:=]{1,3}|scheduledtask(?<=register-scheduledtask) {1,2}(?=[\"'“]))")
# A line of what "schtasks /query" prints
_PRINTED = re.compile(r"taskname:(?<![\w-]taskname:)[ \t]{1,40}(\\[^\s]{1,120}(?: [^\s]{1,60}){0,8})")
_WORD = re.compile(r"task(?<![\w-]task)s?(?![\w-])")
_KIND = re.compile(r"(?:scheduled?|windows|cron|startup)\s\Z")
_STRONG = re.compile(
    r"\s?(?:entry|job)?\s?,?\s?(?:which (?:is|was) |that (?:is|was) |is |was )?"
    r"(?:named|called|known as|titled|dubbed"
    r"|(?:with|under|by|using) (?:the |a )?(?:display |task |following |random )?names?(?: of)?)"
    r"\s{0,2}:?\s{0,2}"
)
_LABEL = re.compile(r"\s?names?\s{0,2}(?:is\s|was\s|of\s|[:=\t|]{1,2})\s{0,3}")
_SHORT_LABEL = re.compile(r"[ \xa0]{0,2}[:=\t|][ \xa0]{0,2}")
_QUOTE = re.compile(r"\s?[(,]?\s?(?=[\"“'‘`„])")
_PATH = re.compile(
    r"\\(?<![\w\\:%/.*}-]\\)Microsoft\\Windows(?:\\[\w.{}-]{1,80}(?: [A-Z0-9][\w.{}-]{0,40}){0,3})+\b"
)
# "the scheduled task \Updater": no word of a sentence begins so
_ROOTED = re.compile(r"[ \xa0](?=\\(?<!\\\\)\w)")
_CUE = re.compile(r"task")


def find_tasks(text: str, low: str) -> Iterator[Match]:
    """Names of scheduled tasks; see `interface.Looker`."""
    spans = [*_commands(text, low), *_words(text, low), *_paths(text, low)]
    reached = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= reached:
            reached = end
            value = text[start:end].replace("\\\\", "\\")
            yield Match(type="task", value=value, start=start, end=end)


def _commands(text: str, low: str) -> Iterator[Span]:
    reached = 0
    for command in _SCHTASKS.finditer(low):
        end = ahead(text, command.end(), 600)
        cut = low.find("schtasks", command.end(), end)
        flag = _NAME_FLAG.search(low, max(command.end(), reached), cut if cut >= 0 else end)
        if flag:
            reached = flag.end()
            yield from _argument(text, flag.end(), ahead(text, flag.end(), 220, 0))
    for line in _PRINTED.finditer(low) if "taskname:" in low else ():
        yield line.span(1)
    for flag in _POWERSHELL.finditer(low):
        yield from _argument(text, flag.end(), ahead(text, flag.end(), 220, 0))


def _argument(text: str, at: int, end: int) -> Iterator[Span]:
    span = quoted(text, at, end) or token(text, at, end)
    if span and is_name(text[slice(*span)]) and text[span[0]] not in "$<%":
        yield span


def _words(text: str, low: str) -> Iterator[Span]:
    for word in _WORD.finditer(low):
        at = word.end()
        start, end = behind(text, word.start(), 120), ahead(text, at, 300)
        scheduled = "schedule" in low[start : word.start()] or low.startswith(
            "windows ", max(0, word.start() - 8)
        )
        label = _LABEL.match(low, at, end)
        if label:
            span = named(text, label.end(), end)
            if span and "\n" not in low[label.start() : label.end()]:
                yield span
            continue
        strong = _STRONG.match(low, at, end)
        if strong:
            span = named(text, strong.end(), end)
            if span and (scheduled or _is_made(low, start, word.start())):
                yield span
                yield from listed(text, span, end)
            continue
        if not scheduled and not text.startswith("`", at + 1):
            continue
        rooted = _ROOTED.match(text, at, end)
        if rooted:
            span = token(text, rooted.end(), end)
            if span:
                yield span
            continue
        label = _SHORT_LABEL.match(low, at, end)
        if label:
            span = quoted(text, label.end(), end) or token(text, label.end(), end)
            if span and is_odd(text[slice(*span)]):
                yield span
                if word.group() == "tasks":
                    yield from listed(text, span, end)
            continue
        quote = _QUOTE.match(text, at, end)
        span = quoted(text, quote.end(), end) if quote else None
        if not span:
            kind = _KIND.search(low, start, word.start())
            edge = low[start : kind.start() if kind else word.start()].rstrip(" ")
            span = quoted_before(text, start, start + len(edge)) if not edge.endswith("\n") else None
        if span and _shows(text[slice(*span)]):
            yield span
            if span[0] > at:
                yield from (more for more in listed(text, span, end) if _shows(text[slice(*more)]))


def _is_made(low: str, start: int, at: int) -> bool:
    """Whether something makes the task: "creates a task named …"."""
    return bool(
        re.search(r"\b(?:creat|register|add|persist|delete|install|disable)\w*\b|\btrigger", low[start:at])
    )


def _shows(raw: str) -> bool:
    if " " in raw:
        return (
            len(raw.split()) <= 8
            and not raw.endswith((".", "!", "?"))
            and " /" not in raw
            and " -" not in raw
        )
    return not raw.lower().endswith(
        (".exe", ".ps1", ".vbs", ".bat", ".dll", ".cmd", ".js")
    ) and not raw.startswith("-")


def _paths(text: str, low: str) -> Iterator[Span]:
    r"""\Microsoft\Windows\… where a task is spoken of on the same line."""
    for match in _PATH.finditer(text):
        start, end = behind(text, match.start(), 200), ahead(text, match.end(), 120, 0)
        after = _CUE.search(low, match.end(), end)
        before = _CUE.search(low, start, match.start())
        raw = match.group()
        cut = re.search(r" (?:(?:scheduled )?tasks?|and|or|to|which|that|is|was|for|in|with|as|at)\b", raw)
        if after or before or (cut and "task" in cut.group()):
            yield match.start(), match.start() + (cut.start() if cut else len(raw))


TASK = Looker(find=find_tasks, needles=("task",), lines_after=1)
