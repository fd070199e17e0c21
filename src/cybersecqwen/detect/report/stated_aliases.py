"""Names that a report itself says are one: "X (also known as Y)", "X, aka Y and Z"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .interface import NameFound
from .name_shapes import TOKEN, Ordinary, Shape, tokens

_ALSO = re.compile(
    r"[ ,;(\[]{0,3}(?:\b(?:which is |that is |is )?(?:also|otherwise|previously|formerly)"
    r" (?:(?:publicly |commonly |sometimes )?(?:known|tracked|referred to|called|dubbed|identified)"
    r"(?: by [A-Z][\w ]{1,24})?(?: as)?)"
    r"|\ba\.k\.a\.?|\b[Aa][Kk][Aa]\b\.?|\balias(?:es)?\b:?|\bformerly\b)[ :,]{1,2}",
)
_ITEM = re.compile(rf"[\"“'‘]?(?P<name>{TOKEN}(?: {TOKEN}){{0,2}})[\"”'’]?")
_JOINT = re.compile(r"(?:,? and |,? or |, | / |/| & |; )(?:as |the )?")
_WORDS = re.compile(
    r"(?: (?:group|ransomware|malware|APT|gang|backdoor|trojan|RAT|stealer|botnet|loader|actors?)){0,2}\Z"
)
MOST = 12
"""Names that one sentence says are the same."""


def stated(text: str, names: Sequence[NameFound], ordinary: Ordinary) -> Iterator[tuple[NameFound, str, int]]:
    """The name that others are said to be the same as, each of them, and where it stands.

    The former is one of the store where there is one, the latter never is.
    """
    ends = {one.end: one for one in names}
    starts = {one.start: one for one in names}
    for match in _ALSO.finditer(text):
        items = list(_items(text, match.end(), starts, ordinary))
        left = _before(text, match.start(), ends)
        if left is None:
            alone = _word_before(text, match.start(), ordinary)
            items += [(alone, match.start() - len(alone))] if alone else []
        elif not left.id:
            items.append((left.text, left.start))
        known = [starts[at] for _, at in items if at in starts and starts[at].id]
        head = left if left is not None and (left.id or not known) else known[0] if known else None
        for name, at in items if head is not None else ():
            other = starts.get(at)
            if head is not None and name != head.text and (other is None or not other.id):
                yield head, name, at


def _before(text: str, at: int, ends: dict[int, NameFound]) -> NameFound | None:
    """The name that ends right before, a word for its kind between them."""
    if at in ends:
        return ends[at]
    words = _WORDS.search(text, max(0, at - 24), at)
    return ends.get(words.start()) if words is not None else None


def _word_before(text: str, at: int, ordinary: Ordinary) -> str:
    match = re.search(rf"(?:(?<=\s)|\A){TOKEN}\Z", text[max(0, at - 40) : at])
    return match.group() if match is not None and ordinary.shape(match.group()) is not Shape.NONE else ""


def _items(text: str, at: int, starts: dict[int, NameFound], ordinary: Ordinary) -> Iterator[tuple[str, int]]:
    """Names of a list, until something else comes."""
    for _ in range(MOST):
        known = starts.get(at) or starts.get(at + 1)
        if known is not None:
            if text[known.end : known.end + 1] == "." and text[known.end + 1 : known.end + 2].isalnum():
                return  # Silence.Downloader
            yield known.text, known.start
            end = known.end + (text[known.end : known.end + 1] in tuple("\"”'’"))
        else:
            match = _ITEM.match(text, at, at + 60)
            if match is None:
                return
            words: list[str] = []
            for word in tokens(match["name"]):
                if not (word[0].isupper() or word[0].isdigit() or ordinary.shape(word)):
                    break
                words.append(word)
            name = match["name"][: len(" ".join(words))]
            if not words or name != " ".join(words) or not ordinary.best(words):
                return
            yield name, match.start("name")
            end = match.start("name") + len(name)
            end += text[end : end + 1] in tuple("\"”'’") and end < len(text)
        joint = _JOINT.match(text, end)
        if joint is None:
            return
        at = joint.end()
