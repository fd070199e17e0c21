"""The online template miner: which lines say the same thing with other values.

Lines → shapes (one pass over the bytes of a batch) → look-up; only shapes that were not seen lately are cut
into words, masked, looked up again, and, where the masked line is new as well, grouped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cybersecqwen.errors import InputError

from .groups import Grouping, Groups
from .mask import Masker, join_parameters
from .outline import outlines_of
from .recent import Recent
from .shape import shapes_of, single_spaced, words_of
from .template import Template
from .values import Parameter, parameters, split

_CHUNK = 4096
_VERSION = 1
_WORD_BYTES = 60
"""Memory of a word in a cached line beside its characters: object head and reference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MinerLimits:
    """What bounds the memory of a miner."""

    templates: int = 10_000
    """Templates kept; beyond, a quarter is forgotten, those with the fewest lines and of these the oldest."""
    template_words: int = 400_000
    """Words of all templates together; beyond, templates with a quarter of them are forgotten."""
    line_chars: int = 4096
    """Characters of a line that are looked at; a parameter stands for the rest."""
    line_words: int = 256
    """Words of a line that are looked at; a parameter stands for the rest."""
    cache_bytes: int = 48 * 1024 * 1024
    """Memory of each of the two caches, about."""


class TemplateMiner:
    """Gives every line the id of its template.

    An id never changes its meaning: a template may widen, become part of a wider one (`resolve` follows) or
    be forgotten where there are too many (its text is "" then), and no id is given twice.
    """

    def __init__(self, limits: MinerLimits | None = None, grouping: Grouping | None = None) -> None:
        self.limits = limits or MinerLimits()
        self.grouping = grouping or Grouping()
        self.lines = 0
        """Lines added."""
        self.forgotten = 0
        """Templates that were forgotten."""
        self._groups = Groups(self.grouping)
        self._masker = Masker()
        self._by_shape: Recent[bytes] = Recent(self.limits.cache_bytes, len)
        self._by_words: Recent[tuple[str, ...]] = Recent(self.limits.cache_bytes, _words_bytes)
        self._aliases: dict[int, int] = {}
        self._batch = 0

    def __len__(self) -> int:
        return len(self._groups.templates)

    def add(self, texts: Sequence[str]) -> list[int]:
        """The template id of each line, as of the end of this call; lines may be anything."""
        if len(texts) <= _CHUNK:
            return self._add(texts)
        ids: list[int] = []
        for start in range(0, len(texts), _CHUNK):
            ids += self._add(texts[start : start + _CHUNK])
        return [self.resolve(id) for id in ids] if self._aliases else ids

    def resolve(self, id: int) -> int:
        """The id that a template goes by now: its own, or that of the wider one it became part of."""
        aliases = self._aliases
        while id in aliases:
            id = aliases[id]
        return id

    def template(self, id: int) -> str:
        """The text of a template, with `<*>` for parameters and single spaces; "" where forgotten."""
        found = self._groups.templates.get(self.resolve(id))
        return str(found) if found is not None else ""

    def count(self, id: int) -> int:
        """Lines of a template."""
        found = self._groups.templates.get(self.resolve(id))
        return found.count if found is not None else 0

    def templates(self) -> dict[int, str]:
        """All templates that are known, by id."""
        return {id: str(template) for id, template in self._groups.templates.items()}

    def parameters(self, id: int, text: str) -> list[tuple[str, str]]:
        """The parameters of a line under a template, each as type and value; [] where it does not match."""
        return [(found.type, found.value) for found in self.named_parameters(id, text)]

    def named_parameters(self, id: int, text: str) -> list[Parameter]:
        """The same with names."""
        template = self.template(id)
        values = split(template, single_spaced(text))
        return parameters(template, values) if values else []

    def state(self) -> dict[str, Any]:
        """All that is needed to go on later, as JSON types.

        The caches are emptied, so that this miner and a restored one go on alike.
        """
        self._clear_caches()
        return {
            "version": _VERSION,
            "lines": self.lines,
            "forgotten": self.forgotten,
            "batch": self._batch,
            "next": self._groups.next,
            "aliases": [[id, self.resolve(id)] for id in self._aliases],
            "branches": self._groups.branches.state(),
            "templates": [template.state() for template in self._groups.in_order()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Become the miner that a state was taken of; raises InputError where it is no such state."""
        try:
            if state["version"] != _VERSION:
                raise InputError(f"The saved templates have version {state['version']!r}, not {_VERSION}.")
            groups = Groups(self.grouping)
            groups.next = int(state["next"])
            aliases = {int(old): int(new) for old, new in state["aliases"]}
            for saved in state["templates"]:
                template = Template.from_state(saved)
                if template.id in groups.templates or template.id in aliases or template.id >= groups.next:
                    raise ValueError
                groups.insert(template)
            groups.branches.restore(state["branches"])
            if not aliases.keys().isdisjoint(aliases.values()) or max(aliases, default=-1) >= groups.next:
                raise ValueError
            lines, forgotten, batch = int(state["lines"]), int(state["forgotten"]), int(state["batch"])
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise InputError("The saved templates are damaged.") from error
        self._groups, self._aliases = groups, aliases
        self.lines, self.forgotten, self._batch = lines, forgotten, batch
        self._clear_caches()

    def merge(self, other: TemplateMiner) -> dict[int, int]:
        """Take over the templates of another miner; gives its ids, those it resolves included, as ids here.

        Own ids stay. A template of the other joins one that is here under the same rules as a line.
        """
        self._batch += 1
        taken: dict[int, int] = {}
        for _id, template in sorted(other._groups.templates.items()):
            here = self._groups.place(list(template.words), template.shown())
            here.count += template.count
            here.last = self._batch
            taken[template.id] = here.id
        self._settle_moves()
        mapping = {id: self.resolve(here) for id, here in taken.items()}
        for id in other._aliases:
            target = other.resolve(id)
            if target in mapping:
                mapping[id] = mapping[target]
        self.lines += other.lines
        self.forgotten += other.forgotten
        self._trim()
        return mapping

    def _add(self, texts: Sequence[str]) -> list[int]:
        self._batch += 1
        self.lines += len(texts)
        shapes = shapes_of(texts, self.limits.line_chars)
        by_shape = self._by_shape.known
        ids: list[Any] = list(map(by_shape.get, shapes))
        if None in ids:
            learned = self._learn([shape for shape, id in zip(shapes, ids, strict=True) if id is None])
            ids = [learned[shape] if id is None else id for shape, id in zip(shapes, ids, strict=True)]
        self._settle_moves()
        counts = Counter(ids)
        stale = self._aliases.keys() & counts.keys()  # the caches keep old ids
        if stale:
            for at, id in enumerate(ids):
                if id in stale:
                    ids[at] = self.resolve(id)
                    if shapes[at] in by_shape:
                        by_shape[shapes[at]] = ids[at]
            counts = Counter(ids)
        templates = self._groups.templates
        for id, lines in counts.items():
            template = templates[id]
            template.count += lines
            template.last = self._batch
        self._trim()
        return ids

    def _learn(self, unknown: Iterable[bytes]) -> dict[bytes, int]:
        """Give shapes that are not in the cache their templates."""
        shapes = list(dict.fromkeys(unknown))
        outlines = outlines_of(shapes)
        known_shape, known = self._by_shape.known.get, self._by_words.known.get
        mask, place, most = self._masker.mask, self._groups.place, self.limits.line_words
        learned: dict[bytes, int] = {}
        new: dict[tuple[str, ...], int] = {}
        for shape, outline in zip(shapes, outlines, strict=True):
            id = learned.get(outline)
            if id is None:
                id = known_shape(outline)
            if id is None:
                words = mask(words_of(outline, most))
                id = known(words)
                if id is None:
                    id = new.get(words)
                    if id is None:
                        id = new[words] = place(join_parameters(words)).id
                learned[outline] = id
            learned[shape] = id
        self._by_words.keep(new)
        self._by_shape.keep(learned)
        return learned

    def _settle_moves(self) -> None:
        """Let the ids of templates that became part of others lead to these."""
        self._aliases.update(self._groups.moved)
        self._groups.moved.clear()

    def _trim(self) -> None:
        """Keep the bounds: of aliases, then of templates."""
        beyond = len(self._aliases) - 4 * self.limits.templates
        if beyond > 0:
            for id in list(self._aliases)[: beyond + self.limits.templates]:
                del self._aliases[id]
            self._clear_caches()
        self._forget()

    def _clear_caches(self) -> None:
        self._by_shape.clear()
        self._by_words.clear()

    def _forget(self) -> None:
        """Where there are too many, forget templates: fewest lines first, of these the longest unseen."""
        templates, limits = self._groups.templates, self.limits
        if len(templates) <= limits.templates and self._groups.words <= limits.template_words:
            return
        most, most_words = limits.templates * 3 // 4, limits.template_words * 3 // 4
        kept, words, least = len(templates), self._groups.words, []
        for template in sorted(templates.values(), key=lambda t: (t.count, t.last, t.id)):
            if kept <= most and words <= most_words:
                break
            least.append(template.id)
            kept -= 1
            words -= len(template.words)
        self._groups.forget(least)
        self.forgotten += len(least)
        self._clear_caches()


def _words_bytes(words: tuple[str, ...]) -> int:
    return sum(map(len, words)) + _WORD_BYTES * len(words)
