"""Groups of alike masked lines.

A tree of fixed depth leads to a small leaf, as in Drain (P. He, J. Zhu, Z. Zheng, M. R. Lyu, "Drain: An
online log parsing approach with fixed depth tree", ICWS 2017): by number of words, then by the first two
words as far as they are no parameters. Two things differ from Drain:

- Words that look like parameters (with masked parts or signs inside) and words after "user" may differ
  between lines of a group at once, other plain words only when the evidence is there: when as many templates
  as `Grouping.variants` says differ at the same positions and nowhere else, those positions are parameters
  and the templates become one. "VM started" and "VM paused" stay apart; "removing NAME" does not.
- A line that some template takes as it stands is found by look-ups, one for each set of parameter positions
  in the leaf, and not by comparing with all templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .branches import Branches, Key, beginnings
from .leaf import Leaf
from .shape import WILD
from .template import Template
from .values import USER_WORDS

_PLAIN = re.compile(r"[\"'(\[{<]?[^\W\d_]++(?:[-_/'][^\W\d_]++)*+[.,:;!?)\]}>\"'=]*+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """What makes lines alike: one setting for all systems."""

    similar: float = 0.6
    """Least share of a template's constant words that a line must repeat to join its group."""
    variants: int = 6
    """Templates that must differ at the same plain words before these count as a parameter."""
    beginnings: int = 24
    """The same for the first and for the second word alone, which mostly say what happened."""


@lru_cache(maxsize=8192)
def _plain(word: str) -> bool:
    """Whether a word is made of letters, with the usual punctuation around or between."""
    return _PLAIN.fullmatch(word) is not None


class Groups:
    """All templates, in their tree; gives out the numbers of new ones."""

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self.templates: dict[int, Template] = {}
        self.next = 0
        """Number of the next template."""
        self.moved: dict[int, int] = {}
        """Templates that became part of another since this was last emptied."""
        self.words = 0
        """Words of all templates together."""
        self.branches = Branches()
        self._leaves: dict[Key, Leaf] = {}
        self._beginnings: dict[tuple[str, ...], list[Template]] = {}

    def place(self, words: list[str], shown: list[str] | None = None) -> Template:
        """The template of a masked line: one that is there, maybe widened, or a new one.

        `shown` are the words of a template that is placed, with what is known of its parameters.
        """
        shown = shown or words
        found = self._find(words)
        if found is not None:
            if found.ends:
                found.note(shown)
            return found
        key = self.branches.key(words)
        leaf = self._leaves.get(key)
        near = leaf.near(words, self.grouping.similar) if leaf is not None else []
        joined = min(
            ((len(at), template) for template, at in near if _may_differ(template.words, words, at)),
            key=lambda pair: pair[0],
            default=None,
        )
        if joined is not None:
            return self._widen(joined[1], words, shown)
        new = Template.of(self.next, key, words, shown)
        self.next += 1
        variants = self._variants(near)
        for other in variants:
            new.widen(new.differences(other.words), other.shown())
        for other in variants:
            self._become(other, new)
        leaf = self._put_in(new)
        if variants:
            self._absorb(leaf, new)
        return self._same_but_beginning(new)

    def insert(self, template: Template) -> None:
        """Put in a template as it stands, from a saved state."""
        self._put_in(template)
        self._note_beginnings(template)

    def in_order(self) -> Iterator[Template]:
        """All templates, in the order in which `insert` must take them."""
        for leaf in self._leaves.values():
            yield from leaf.templates.values()

    def forget(self, ids: Iterable[int]) -> None:
        """Take templates out for good."""
        for id in ids:
            self._take_out(self.templates[id])
        self.branches = Branches()
        self._beginnings.clear()
        for key, leaf in self._leaves.items():
            self.branches.grow(key)
            for template in leaf.templates.values():
                self._note_beginnings(template)

    def _find(self, words: Sequence[str]) -> Template | None:
        """A template that takes the words as they are, here or where the beginning is a parameter."""
        for key in beginnings(words):
            leaf = self._leaves.get(key)
            found = leaf.find(words) if leaf is not None else None
            if found is not None:
                return found
        return None

    def _widen(self, template: Template, words: list[str], shown: list[str]) -> Template:
        leaf = self._leaves[template.key]
        leaf.remove(template)
        differing = template.differences(words)
        template.note(shown)
        template.widen(differing, shown)
        leaf.add(template)
        self._absorb(leaf, template)
        return self._same_but_beginning(template)

    def _variants(self, near: list[tuple[Template, list[int]]]) -> list[Template]:
        """The templates that differ from a line at the same positions, if they are enough."""
        by_positions: dict[tuple[int, ...], list[Template]] = {}
        for template, differing in near:
            by_positions.setdefault(tuple(differing), []).append(template)
        largest = max(by_positions.values(), key=len, default=[])
        return largest if len(largest) + 1 >= self.grouping.variants else []

    def _same_but_beginning(self, template: Template) -> Template:
        """The template, or the wider one that it and others with another first or second word become."""
        for at in self._note_beginnings(template):
            alike = self._alike(template, at)
            if len(alike) < self.grouping.beginnings:
                continue
            count, first, second = template.key
            key = (count, WILD, second) if at == 0 else (count, first, WILD)
            wide = Template(id=self.next, key=key, words=list(template.words), ends=dict(template.ends))
            self.next += 1
            for other in alike:
                wide.widen([at], other.shown())
                self._become(other, wide)
            self.branches.grow(key)
            self._put_in(wide)
            return self._same_but_beginning(wide)
        return template

    def _note_beginnings(self, template: Template) -> list[int]:
        """Remember a template without its first and without its second word; gives where there are many."""
        places = []
        for at, word in enumerate(template.words[:2]):
            if len(template.words) > 1 and _plain(word):
                alike = self._beginnings.setdefault(_all_but(template.words, at), [])
                if template not in alike:
                    alike.append(template)
                if len(alike) >= self.grouping.beginnings:
                    places.append(at)
        return places

    def _alike(self, template: Template, at: int) -> list[Template]:
        """Templates that are there and differ from this one in one word of the beginning alone."""
        key = _all_but(template.words, at)
        alike = [t for t in self._beginnings[key] if t.id in self.templates and _all_but(t.words, at) == key]
        self._beginnings[key] = alike
        return alike

    def _absorb(self, leaf: Leaf, wide: Template) -> None:
        """Make templates of the leaf that a widened one covers part of it."""
        for other in leaf.latest(len(wide.words)):
            if other is not wide and wide.takes(other.words):
                self._become(other, wide)

    def _become(self, old: Template, new: Template) -> None:
        self._take_out(old)
        new.take_over(old)
        self.moved[old.id] = new.id

    def _put_in(self, template: Template) -> Leaf:
        self.templates[template.id] = template
        self.words += len(template.words)
        leaf = self._leaves.setdefault(template.key, Leaf())
        leaf.add(template)
        return leaf

    def _take_out(self, template: Template) -> None:
        del self.templates[template.id]
        self.words -= len(template.words)
        leaf = self._leaves[template.key]
        leaf.remove(template)
        if not leaf.templates:
            del self._leaves[template.key]


def _all_but(words: Sequence[str], at: int) -> tuple[str, ...]:
    """The words with a gap at one position."""
    return (*words[:at], "", *words[at + 1 :])


def _may_differ(own: Sequence[str], words: Sequence[str], positions: Iterable[int]) -> bool:
    """Whether what stands at the positions is a parameter by its looks, or by the word before it."""
    for at in positions:
        one, other = own[at], words[at]
        plain = one != WILD and other != WILD and (_plain(one) or _plain(other))
        if plain and not (at and words[at - 1] in USER_WORDS):
            return False
    return True
