"""One template: words and parameters, and what all words seen at a parameter have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .shape import WILD, WORD_CHARS

Ends = tuple[str, str, int]
"""Beginning, end, and the characters of the shortest word they were found in: they never overlap."""


@dataclass(slots=True, eq=False)
class Template:
    """A group of masked lines with the same number of words."""

    id: int
    key: tuple[int, str, str]
    """Number of words and the first two words, as far as they lead to the group."""
    words: list[str]
    """What stands at each position; `<*>` alone takes any word."""
    ends: dict[int, Ends] = field(default_factory=dict)
    """At positions that were widened: what all words seen there begin and end with."""
    count: int = 0
    """Lines."""
    last: int = 0
    """Batch in which it was last seen."""

    def differences(self, words: Sequence[str]) -> list[int]:
        """Positions where a line has something that this template does not take."""
        return [
            at
            for at, (own, word) in enumerate(zip(self.words, words, strict=True))
            if own not in (word, WILD)
        ]

    def constant_positions(self) -> tuple[int, ...]:
        """Positions with a word that a line must have there."""
        return tuple([at for at, word in enumerate(self.words) if word != WILD])

    def takes(self, words: Sequence[str]) -> bool:
        """Whether it takes the words as they are."""
        return all(own in (word, WILD) for own, word in zip(self.words, words, strict=True))

    def widen(self, positions: Sequence[int], words: Sequence[str]) -> None:
        """Take these words too, with parameters at these positions."""
        for at in positions:
            self._set_ends(at, _shared(self.ends.get(at) or _ends(self.words[at]), _ends(words[at])))
            self.words[at] = WILD

    def note(self, words: Sequence[str]) -> None:
        """Keep what words have in common true for a line that it takes."""
        for at, ends in list(self.ends.items()):
            word, (head, tail, _room) = words[at], ends
            sure = "<" not in head and ">" not in tail  # no part of a parameter looks like them
            if not (
                sure and word.startswith(head) and word.endswith(tail) and len(head) + len(tail) <= len(word)
            ):
                self._set_ends(at, _shared(ends, _ends(word)))

    def take_over(self, other: Template) -> None:
        """Note the words and lines of a template that this one covers."""
        for at, ends in list(self.ends.items()):
            self._set_ends(at, _shared(ends, other.ends.get(at) or _ends(other.words[at])))
        self.count += other.count
        self.last = max(self.last, other.last)

    def _set_ends(self, at: int, ends: Ends) -> None:
        if ends[0] or ends[1]:
            self.ends[at] = ends
        else:
            self.ends.pop(at, None)

    def shown(self) -> list[str]:
        """The words with what is known of the parameters: `rhost=<*>` where a position is `<*>`."""
        if not self.ends:
            return self.words
        shown = list(self.words)
        for at, (head, tail, _room) in self.ends.items():
            shown[at] = f"{head}{WILD}{tail}"
        return shown

    def __str__(self) -> str:
        return " ".join(self.shown())

    def state(self) -> list[Any]:
        """JSON types that `from_state` reads."""
        ends = [[at, *ends] for at, ends in self.ends.items()]
        return [self.id, list(self.key), self.words, ends, self.count, self.last]

    @staticmethod
    def from_state(saved: Sequence[Any]) -> Template:
        """A template from its state; raises TypeError or ValueError where it is none."""
        id, (words_count, first, second), words, ends, count, last = saved
        template = Template(
            id=int(id),
            key=(int(words_count), _text(first), _text(second)),
            words=[_text(word) for word in words],
            ends={int(at): (_text(head), _text(tail), int(room)) for at, head, tail, room in ends},
            count=int(count),
            last=int(last),
        )
        if template.key[0] != len(template.words) or any(
            at < 0 or template.words[at] != WILD for at in template.ends
        ):
            raise ValueError
        return template

    @staticmethod
    def of(id: int, key: tuple[int, str, str], words: list[str], shown: list[str]) -> Template:
        """A new template of a masked line, or of a template's words."""
        ends = {at: _ends(shown[at]) for at, word in enumerate(words) if word != shown[at]}
        return Template(id=id, key=key, words=words, ends=ends)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _ends(word: str) -> Ends:
    """What a masked word begins and ends with; a word without a parameter is both, and may be shared once."""
    head, found, _rest = word.partition(WILD)
    return (head, word.rpartition(WILD)[2], 2 * WORD_CHARS) if found else (word, word, len(word))


def _shared(one: Ends, other: Ends) -> Ends:
    """What both begin and end with, cut so that no word of letters is torn and nothing is told twice."""
    head = _same_start(one[0], other[0])
    tail = _same_start(one[1][::-1], other[1][::-1])[::-1]
    while head and head[-1].isalnum():
        head = head[:-1]
    while tail and tail[0].isalnum():
        tail = tail[1:]
    room = min(one[2], other[2])
    return head, (tail if len(head) + len(tail) <= room else ""), room


def _same_start(one: str, other: str) -> str:
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:at]
    return min(one, other, key=len)
