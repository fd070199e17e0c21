"""The code of a PHP file alone: the grammar in use reads code, not the page that it stands in."""

from __future__ import annotations

import re

_OPENS = re.compile(r"<\?(?:php\b|=|(?=\s))", re.IGNORECASE)
_STEP = re.compile(
    r"""
    \?>                                         # back to the page
    | /\*(?:[^*]|\*(?!/))*(?:\*/|\Z)
    | (?://|\#(?!\[))(?:[^\n?]|\?(?!>))*        # to the end of the line or of the code
    | '(?:[^'\\]|\\.)*(?:'|\Z)
    | "(?:[^"\\]|\\.)*(?:"|\Z)
    | <<<[ \t]*["']?(?P<word>[A-Za-z_]\w*)["']?\r?\n
    """,
    re.VERBOSE | re.DOTALL,
)
_PAGE = re.compile(r"\s*(?:<|@[a-z]|\{\{)")
"""How a page begins that holds no code; one of a template language, perhaps."""
_ANY = re.compile(r"[^\n]")


def code_alone(text: str) -> str:
    """The text with all but its code as spaces; every character of code stays where it was.

    `<?=` becomes an echo. A text without an opening tag, or with a closing one before it, begins as code, as
    parts of files do.
    """
    opened = _OPENS.search(text)
    closes = text.find("?>")
    if opened is None and _PAGE.match(text):
        return _blank(text)
    if opened is None or 0 <= closes < opened.start():
        return "".join(_parts(text, 0, begins_in_code=True))
    return "".join(_parts(text, opened.start(), begins_in_code=False))


def _parts(text: str, at: int, *, begins_in_code: bool) -> list[str]:
    made = ["", _blank(text[:at])]
    in_code = begins_in_code
    while at < len(text):
        if not in_code:
            opened = _OPENS.search(text, at)
            made.append(_blank(text[at : opened.start() if opened else len(text)]))
            if opened is None:
                break
            before = next((number for number in (-1, -2) if made[number:] and made[number]), 0)
            if opened[0] == "<?=" and before:
                made[before] = made[before][:-1] + "e"  # four letters have to go where three stand
                made.append("cho")
            else:
                made.append(" " * len(opened[0]))
            at = opened.end()
        end = _end_of_code(text, at)
        made.append(text[at:end])
        if end < len(text):
            made.append("; ")
        at, in_code = end + 2, False
    return made


def _end_of_code(text: str, at: int) -> int:
    """Where "?>" ends the code, which it does not in texts."""
    while True:
        found = _STEP.search(text, at)
        if found is None:
            return len(text)
        if found[0] == "?>":
            return found.start()
        at = found.end()
        if found["word"]:
            closed = re.compile(rf"^[ \t]*{found['word']}\b", re.MULTILINE).search(text, at)
            at = closed.end() if closed else len(text)


def _blank(text: str) -> str:
    return _ANY.sub(" ", text)
