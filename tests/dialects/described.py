"""What must be so of the sentences about any query."""

from __future__ import annotations

import unicodedata

HOSTILE = "a\u202eb\x1b[31m\n# heading\u2028x" + "y" * 300
"""A name that would change what a reader sees: a turned direction, colours, lines, and length."""


def sound(sentences: tuple[str, ...]) -> bool:
    """Whether sentences are short, few, whole, and on one line each."""
    assert 1 <= len(sentences) <= 40, len(sentences)
    for sentence in sentences:
        assert len(sentence) <= 400, sentence
        assert sentence.endswith("."), sentence
        assert sentence[:1].isupper() or sentence.startswith("…"), sentence
        hidden = [c for c in sentence if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")]
        assert not hidden, sentence
    return True
