"""Words as the passages are indexed by: lower case, without endings, without words that say nothing."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[a-z0-9]+(?:[._\-'’/\\:@+#][a-z0-9]+)*")
_PARTS = re.compile(r"[a-z0-9]+")
_LONGEST = 64  # characters of a word; longer ones are data, not words
_TEXT = 20_000  # characters of a text that are read

_SMALL = (
    "a about above after again all also am an and any are as at be because been before being below between"
    " both but by can could did do does doing down during each few for from further had has have having he"
    " her here hers him his how i if in into is it its itself just may me might more most must my no nor not"
    " now of off on once only or other our out over own same shall she should so some such than that the"
    " their them then there these they this those through to too under until up upon very was we were what"
    " when where which while who whom why will with within without would you your via etc e.g i.e eg ie s t"
    " following used uses use using usage often typically commonly according based one"
)
_STOP = frozenset(_SMALL.split())

# Endings, longest first, and what stands in their place: S-stemming and the common suffixes of English,
# after the idea of Porter (1980), https://tartarus.org/martin/PorterStemmer/, in one pass.
_ENDINGS = (
    ("izations", "iz"), ("ization", "iz"), ("isations", "iz"), ("isation", "iz"),
    ("ications", "ic"), ("ication", "ic"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
    ("ations", "at"), ("ation", "at"), ("ators", "at"), ("ator", "at"), ("ating", "at"), ("ated", "at"),
    ("ates", "at"), ("ative", "at"), ("ilities", "il"), ("ility", "il"),  # codespell:ignore
    ("ically", "ic"), ("icals", "ic"),
    ("ical", "ic"), ("izing", "iz"), ("izes", "iz"), ("ized", "iz"), ("izers", "iz"), ("izer", "iz"),
    ("ising", "iz"), ("ised", "iz"), ("ments", "ment"), ("nesses", ""), ("ness", ""),  # codespell:ignore
    ("ions", ""), ("ion", ""), ("ings", ""), ("ing", ""), ("edly", ""), ("ingly", ""), ("ately", "at"),
    ("ies", "y"), ("ied", "y"), ("ives", "iv"), ("ive", "iv"), ("ers", "er"),
    ("ably", "abl"), ("able", "abl"),  # codespell:ignore
    ("ibly", "ibl"), ("ible", "ibl"), ("ally", "al"), ("ly", ""), ("sses", "ss"),
    ("ed", ""), ("ate", "at"), ("ize", "iz"), ("ise", "iz"), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip
_BY_END: dict[str, list[tuple[str, str]]] = {}
for _ending, _put in _ENDINGS:
    _BY_END.setdefault(_ending[-1], []).append((_ending, _put))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word without its ending: "encrypted", "encryption" and "encrypts" are one."""
    if len(word) < 4 or not word.isalpha() or word.endswith(("ss", "us", "is")):
        return word
    for ending, put in _BY_END.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]  # stopped, stop
    return word[:-1] + "i" if len(word) > 3 and word.endswith("y") else word


def words(text: str) -> list[str]:
    """The words of a text in order, stemmed; compounds (cmd.exe, T1059.001) as they are and in parts."""
    found: list[str] = []
    for token in _TOKEN.findall(text[:_TEXT].lower().replace("_", " ")):
        parts = _PARTS.findall(token)
        if len(parts) > 1:
            if "'" in token or "’" in token:
                parts = [part for part in parts if len(part) > 1]
            elif len(token) <= _LONGEST:
                found.append("".join(parts) if "-" in token and not token[-1].isdigit() else token)
        found += [stem(part) for part in parts if part not in _STOP and len(part) <= _LONGEST]
    return [word for word in found if word not in _STOP]
