"""Names and secrets that stand beside a label: `user=`, `Contact:`, `"hostname": "…"`, `<User>…</User>`.

A name without a label cannot be told from a word, so labels alone are trusted; the languages of the labels
are English and German.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """A value and what its label says that it is; offsets in characters."""

    start: int
    end: int
    kind: str
    """One of `masking.KINDS`."""
    value: str
    repeats: bool
    """Whether it is so surely a name that it is one wherever it stands."""


_DATA = tomllib.loads(files(__package__).joinpath("labels.toml").read_text(encoding="utf-8"))
_LABELS = {label: kind for kind, labels in _DATA["labels"].items() for label in labels}
_NOBODY = frozenset(_DATA["words"]["nobody"].split())
_SALUTATION = re.compile(rf"(?:(?:{'|'.join(_DATA['words']['salutations'])})\.?[ ])+")
_PARTICLES = frozenset(_DATA["words"]["particles"].split())
_WIDE = tuple(f"{one}\\" for one in _DATA["words"]["wide"])
_SHARED = frozenset(_DATA["words"]["shared"])
_INTERNAL = tuple(_DATA["words"]["internal"])
_LABEL = re.compile(
    r"(?<!\w)([^\W\d_][\w.-]{0,40}(?:[ ][^\W\d_][\w-]{0,30}){0,2}?)[\"']?"
    r"(?:[ \t]{0,8}(?:=>?|:(?![/\\]))[ \t]{0,8}|>|[ \t]?\([ \t]?)"
)
_SPLIT = re.compile(r"[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüß]+")
_QUOTED = re.compile(r"\"([^\"\r\n]{1,2000})\"|'([^'\r\n]{1,2000})'")
_TOKEN = re.compile(r"[^\s\"'`,;<>(){}\[\]|&=]+")
_MACHINE = re.compile(r"[\w.-]+\$?")
# Up to a blank, or what ends a value: a quote, the next label, the end of an element.
_SECRET = re.compile(
    r"(?:[^\s\"'<,;&]|[\"'](?![\s,;)}\]>]|$)|[,;&](?![\s\"']|$|[\w.-]{1,40}[=:])|<(?!/|[a-z]{1,10}[0-9]+>))++"
)
_NO_WORD, _LONG = 8, 500
"""Characters of a value that is no word if it has a digit, and of one that is none whatever it is made of."""
_MASKED = re.compile(r"<[a-z]{1,10}[0-9]+>")
_GOES_ON_AS_NONE = re.compile(r"[\w@\\/]|[.-]\w")
_NAME_WORD = r"[^\W\d_]{1,40}(?:['’-][^\W\d_]{1,40}){0,3}\.?"
_NAME = re.compile(rf"{_NAME_WORD}(?:,[ ]{_NAME_WORD})?(?:[ ]{_NAME_WORD}){{0,3}}+")  # "Quist, Eva" as well
_NUMBER = re.compile(r"[+(0-9](?:[ ()./-]{0,3}[0-9]){3,19}+")
_ID = re.compile(r"[A-Z]{0,6}[0-9][0-9A-Z./-]{0,30}(?:[ ](?=[A-Z./-]{0,4}[0-9])[0-9A-Z./-]{1,16}){0,6}+")


def labelled_in(text: str) -> Iterator[Labelled]:
    """The names, numbers and secrets of a text that stand beside a label, in its order."""
    claimed = 0
    for match in _LABEL.finditer(text):
        # A label inside of a value is a part of it; so no text is read more than a few times.
        kind = _kind_of(text, match) if match.end() >= claimed else ""
        for one in _READERS[kind](text, match.end(), kind, match[0][len(match[1]) :].strip()) if kind else ():
            claimed = max(claimed, one.end)
            yield one


_PROFILE = re.compile(
    r"(?i)[\\/](?:users|home|benutzer|documents and settings)[\\/]{1,4}([^\\/\s\"':;<>|*?,)\]]{1,64})"
)


def profile_names(text: str) -> Iterator[Labelled]:
    r"""Accounts by the folders of their profiles: C:\Users\name, /home/name."""
    for match in _PROFILE.finditer(text):
        name = match[1].rstrip(".")
        if name and name.lower() not in _NOBODY | _SHARED and name[0] not in "%$":
            start = match.start(1)
            yield Labelled(start=start, end=start + len(name), kind="user", value=name, repeats=len(name) > 2)


def _kind_of(text: str, match: re.Match[str]) -> str:
    """What a label says; the last one to three words of it decide."""
    words = [word.lower() for word in _SPLIT.findall(match[1].rsplit(". ", 1)[-1])]
    for length in (3, 2, 1):
        for joined in (" ".join(words[-length:]), "".join(words[-length:])):
            kind = _LABELS.get(joined, "") if len(words) >= length else ""
            if kind and (match[0].rstrip()[-1:] != "(" or kind == "user"):
                return kind
    # "Name" alone; file and process names have a word before it.
    before = "" if ". " in match[1] else text[max(0, match.start() - 2) : match.start()].rstrip(" ")
    alone = words == ["name"] and not before[-1:].isalnum() and match[0].rstrip()[-1:] == ":"
    return "person" if alone and '"' not in match[0] else ""


def _value(text: str, at: int, pattern: re.Pattern[str]) -> tuple[int, int, bool] | None:
    """Where the value begins and ends, and whether it stands in quotes."""
    quoted = _QUOTED.match(text, at)
    if quoted:
        return (*quoted.span(1 if quoted.start(1) >= 0 else 2), True)
    found = pattern.match(text, at + (text[at : at + 1] in ("'", '"')))
    if found is None:
        return None
    end = found.end()
    while end > found.start() and text[end - 1] in ".:":
        end -= 1
    return (found.start(), end, False) if end > found.start() else None


def _users(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    if text[at : at + 40].lstrip("\"'").casefold().startswith(_WIDE):
        return  # accounts of Windows itself
    people = list(_people(text, at, "person", sign))
    if people and " " in people[0].value:
        yield from people
        return
    found = _value(text, at, _TOKEN)
    if found is None:
        return
    start, end, quoted = found
    domain, slash, name = text[start:end].rpartition("\\")
    domain = domain.rstrip("\\")
    name_at = end - len(name)
    if name.lower() in _NOBODY or not any(map(str.isalnum, name)) or (name.isdigit() and len(name) < 4):
        return
    if domain and domain != ".":
        yield Labelled(
            start=start, end=start + len(domain), kind="domain", value=domain, repeats=len(domain) > 3
        )
    if sign == "(" and text[end : end + 1] != ")":
        return  # more is said about the user than a name
    # A word before other words may be the first of a sentence: it goes, but is no name elsewhere.
    sure = (
        quoted or bool(slash) or not name.isalpha() or "=" in sign or not (sign == "(" or _goes_on(text, end))
    )
    yield Labelled(start=name_at, end=end, kind="user", value=name, repeats=sure and len(name) > 2)


def _goes_on(text: str, end: int) -> bool:
    """Whether words follow in the same line, as in a sentence."""
    return text[end : end + 1] == " " and text[end + 1 : end + 2].islower()


def _people(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    at += text[at : at + 1] in ("'", '"')
    polite = _SALUTATION.match(text, at)
    at = polite.end() if polite else at
    found = _NAME.match(text, at)
    if found is None:
        return
    end = at
    for word in re.finditer(_NAME_WORD, found[0]):
        shout = len(word[0]) in (2, 3) and word[0].isupper()  # IP, PC
        named = (word[0][0].isupper() and not shout) or word[0].lower() in _PARTICLES
        if not named or text[at + word.end() : at + word.end() + 1] in (":", "="):
            break
        end = at + word.end()
    end -= text[end - 1] == "."
    cut = _GOES_ON_AS_NONE.match(text, end)
    if end > at and not cut and text[at:end].lower() not in _NOBODY and text[at].isupper():
        yield Labelled(start=at, end=end, kind=kind, value=text[at:end], repeats=end - at > 3)


def _people_or_users(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    people = list(_people(text, at, kind, sign))
    if people:
        yield from people
        return
    found = _value(text, at, _TOKEN) if not _SALUTATION.match(text, at) else None
    if found is not None and ("=" in sign or found[2] or not _goes_on(text, found[1])):
        yield from _users(text, at, "user", sign)


def _machines(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    found = _value(text, at, _MACHINE)
    if found is None:
        return
    start, end, _ = found
    name = text[start:end].rstrip("$")
    own = kind == "machine" or "." not in name or name.lower().endswith(_INTERNAL)
    if (
        not own
        or name.lower() in _NOBODY
        or not any(map(str.isalpha, name))
        or not re.fullmatch(r"[\w.-]+", name)
    ):
        return
    if name.isalpha() and name.islower() and _goes_on(text, end) and "=" not in sign:
        return  # "Host: was taken off the network"
    sure = len(name) > 3 and not (name.isalpha() and name.islower())
    yield Labelled(start=start, end=start + len(name), kind="host", value=name, repeats=sure)


def _secrets(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    found = _value(text, at, _SECRET)
    if found is None:
        return
    start, end, _ = found
    value = text[start:end]
    if value.lower().strip(".!?:,;") in _NOBODY:
        return
    if kind != "password" and not (
        (len(value) >= 6 and any(map(str.isdigit, value[:_LONG]))) or len(value) > _LONG
    ):
        return
    at = start
    for part in (*_MASKED.finditer(value), None):  # what was masked before stays
        stop = start + part.start() if part else end
        if any(map(str.isalnum, text[at:stop])):
            part_value = text[at:stop]
            sure = len(part_value) >= _NO_WORD and any(map(str.isdigit, part_value[:_LONG]))
            yield Labelled(start=at, end=stop, kind="secret", value=part_value, repeats=sure)
        at = start + part.end() if part else end


def _digits(text: str, at: int, kind: str, sign: str) -> Iterator[Labelled]:
    at += text[at : at + 1] in ("'", '"')
    found = (_NUMBER if kind == "phone" else _ID).match(text, at)
    if found and sum(map(str.isdigit, found[0])) >= 4:
        end = at + len(found[0].rstrip(" ./-"))
        value = re.sub(r"[^0-9A-Z]", "", text[at:end])
        yield Labelled(start=at, end=end, kind=kind, value=value, repeats=False)


_READERS = {
    "user": _users,
    "person": _people_or_users,
    "machine": _machines,
    "host": _machines,
    "password": _secrets,
    "key": _secrets,
    "phone": _digits,
    "national-id": _digits,
}
