"""The index of the passages: for each word the passages that have it, and how much it counts there.

A posting is six bytes: the number of the passage (unsigned 32 bits, little endian), its weight in the
text and its weight in the heading (unsigned bytes). All postings of a word are one value of the
database, so that a question costs one indexed read per word, and all passages are scored at once with
numpy. SQLite's own full-text index answers with the best few, but a choice among options needs the
support of every option in every passage.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .interface import Entity, Passage
from .words import words

if TYPE_CHECKING:
    import numpy as np

# BM25 (Robertson and Zaragoza, 2009): saturation and the share of the length that counts.
_K = 1.2
_B = 0.6
SCALE = 100.0
"""A weight of 1 in a byte; the largest is K + 1 = 2.2."""


POSTING = (("passage", "<u4"), ("text", "u1"), ("heading", "u1"))
"""Fields of a posting, as numpy names them."""


def heading(passage: Passage, get: Callable[[str], Entity | None]) -> str:
    """What stands above a passage: names and identifiers of what it is about, and its section."""
    parts = [passage.section]
    for id in (passage.entity, passage.other):
        entity = get(id) if id else None
        if entity is not None:
            parts += [entity.id, entity.name, *entity.attributes.get("aliases", ())[:12]]
    return " ".join(parts)


def build_postings(
    passages: Sequence[Passage], entities: Mapping[str, Entity]
) -> dict[str, tuple[int, bytes]]:
    """For each word the number of passages that have it in their text, and its postings."""
    import numpy as np

    counted = [Counter(words(passage.text)) for passage in passages]
    lengths = [sum(found.values()) for found in counted]
    mean = max(1.0, sum(lengths) / max(1, len(lengths)))
    table: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for num, (passage, found) in enumerate(zip(passages, counted, strict=True)):
        above = set(words(heading(passage, entities.get)))
        norm = _K * (1 - _B + _B * lengths[num] / mean)
        for word in sorted(found.keys() | above):
            often = found.get(word, 0)
            weight = round(SCALE * often * (_K + 1) / (often + norm)) if often else 0
            table[word].append((num, min(255, weight), 100 if word in above else 0))
    result = {}
    for word, rows in table.items():
        packed = np.array(rows, dtype=np.dtype(list(POSTING)))
        result[word] = (int((packed["text"] > 0).sum()), packed.tobytes())
    return result


def read_postings(blob: bytes, passages: int) -> np.ndarray[Any, Any]:
    """The postings of a word; raises ValueError where they name passages that do not exist."""
    import numpy as np

    rows = np.frombuffer(blob, dtype=np.dtype(list(POSTING)))
    if len(rows) and int(rows["passage"].max()) >= passages:
        raise ValueError("a posting names a passage that does not exist")
    return rows
