"""What the dialects say of their queries, put together from words, conditions and sentences."""

from __future__ import annotations

from .comparing import ORDER, Verbs, alone, compared, globbed, grouped, merged, there
from .sentences import DEEPEST, LONGEST, SENTENCES, finished, inside, needed, split_up
from .showing import BY, TOLD, clean, length, name, names, ordinal, sign_words, some, value, values

__all__ = [
    "BY",
    "DEEPEST",
    "LONGEST",
    "ORDER",
    "SENTENCES",
    "TOLD",
    "Verbs",
    "alone",
    "clean",
    "compared",
    "finished",
    "globbed",
    "grouped",
    "inside",
    "length",
    "merged",
    "name",
    "names",
    "needed",
    "ordinal",
    "sign_words",
    "some",
    "split_up",
    "there",
    "value",
    "values",
]
