"""Finds passages: every passage of a bundle is scored at once, for any weights of words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import KnowledgeError

from .interface import Passage
from .postings import SCALE, read_postings
from .words import words

if TYPE_CHECKING:
    import numpy as np

Rows = Callable[..., list[tuple[Any, ...]]]

_MOST = 500  # passages that one search returns, and that one statement reads


class PassageIndex:
    """The passages of one bundle; made by `Store.passages`. Threads may share it."""

    def __init__(self, rows: Rows, terms: Mapping[int, str], path: Path) -> None:
        self._rows = rows
        self._terms = terms
        self._path = path
        self._postings = lru_cache(maxsize=4_096)(self._read)
        self.count: int = rows("SELECT count(*) FROM passage")[0][0]
        """How many passages there are; they are numbered from 0."""

    @cached_property
    def about(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Numbers by passage: of the entity, of the second entity (-1 without one), of the section."""
        import numpy as np

        rows = self._rows("SELECT entity, coalesce(other, -1), section FROM passage ORDER BY num")
        table = np.array(rows, dtype=np.int32).reshape(-1, 3)
        ends = table[:, :2]
        if len(table) != self.count or (ends < -1).any() or (ends >= self.entities).any():
            raise KnowledgeError(f"The passages of the bundle {str(self._path)!r} are damaged.")
        return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy()

    @cached_property
    def entities(self) -> int:
        """One more than the largest number of an entity."""
        return int(self._rows("SELECT coalesce(max(num), -1) + 1 FROM entity")[0][0])

    @lru_cache(maxsize=4_096)  # noqa: B019 - an index lives as long as its store
    def number(self, id: str) -> int:
        """Number of an entity; -1 for an unknown identifier."""
        rows = self._rows("SELECT num FROM entity WHERE id = ?", (id,))
        return int(rows[0][0]) if rows else -1

    def ids(self, numbers: Iterable[int]) -> list[str]:
        """Identifiers of entities by number."""
        return [self._rows("SELECT id FROM entity WHERE num = ?", (int(num),))[0][0] for num in numbers]

    def section(self, name: str) -> int:
        """Number of a section; -1 where the bundle has none of this name."""
        return next((num for num, text in self._terms.items() if text == name), -1)

    def weight(self, word: str) -> float:
        """How telling a (stemmed) word is: its inverse document frequency, 0 where no passage has it."""
        count, rows, _, _ = self._postings(word)
        if not len(rows):
            return 0.0
        count = count or len(rows)
        return math.log(1 + (self.count - count + 0.5) / (count + 0.5))

    def postings(self, word: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Passages with a word, the word's weight in the text (0 to 2.2) and in the heading (0 or 1)."""
        _, rows, text, above = self._postings(word)
        return rows, text, above

    def score(self, weights: Mapping[str, float], heading: float = 0.5) -> np.ndarray[Any, Any]:
        """The sum over words of their weight in each passage, times their weight in the question."""
        import numpy as np

        total = np.zeros(self.count, dtype=np.float32)
        for word, weight in weights.items():
            rows, text, above = self.postings(word)
            total[rows] += weight * (text + heading * above)
        return total

    def search(self, text: str, limit: int = 10) -> list[tuple[int, float]]:
        """Numbers and scores of the passages that fit a text best, best first (BM25)."""
        score = self.score({word: self.weight(word) for word in dict.fromkeys(words(text))})
        return [(num, float(score[num])) for num in self.best(score, limit)]

    def best(self, score: np.ndarray[Any, Any], limit: int) -> list[int]:
        """Numbers of the passages with the largest scores, best first; none with a score of 0."""
        import numpy as np

        limit = max(0, min(limit, self.count, _MOST))
        if not limit:
            return []
        top = np.argpartition(-score, limit - 1)[:limit]
        ordered = top[np.lexsort((top, -score[top]))]
        return [int(num) for num in ordered if score[num] > 0]

    def read(self, numbers: Iterable[int]) -> list[Passage]:
        """The passages with these numbers, in their order."""
        wanted = [int(num) for num in numbers]
        found: dict[int, Passage] = {}
        for start in range(0, len(wanted), _MOST):
            part = wanted[start : start + _MOST]
            rows = self._rows(
                "SELECT p.num, e.id, p.section, coalesce(o.id, ''), p.text FROM passage p"
                " JOIN entity e ON e.num = p.entity LEFT JOIN entity o ON o.num = p.other"
                f" WHERE p.num IN ({','.join('?' * len(part))})",
                tuple(part),
            )
            for num, entity, section, other, text in rows:
                found[num] = Passage(entity=entity, section=self._terms[section], other=other, text=text)
        return [found[num] for num in wanted if num in found]

    def of(self, id: str, sections: Iterable[str]) -> list[int]:
        """Numbers of the passages about an entity in some sections, in their order."""
        wanted = {self.section(name) for name in sections}
        rows = self._rows(
            "SELECT num, section FROM passage WHERE entity = ? ORDER BY num", (self.number(id),)
        )
        return [num for num, section in rows if section in wanted]

    def _read(
        self, word: str
    ) -> tuple[int, np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        import numpy as np

        found = self._rows("SELECT count, postings FROM passage_word WHERE word = ?", (word,))
        count, blob = found[0] if found else (0, b"")
        try:
            rows = read_postings(blob, self.count)
        except (ValueError, TypeError) as error:
            raise KnowledgeError(f"The knowledge bundle {str(self._path)!r} is damaged ({error}).") from error
        scale = np.float32(1 / SCALE)
        return (
            int(count),
            rows["passage"].astype(np.intp),
            rows["text"].astype(np.float32) * scale,
            rows["heading"].astype(np.float32) * scale,
        )
