"""Domains and mail addresses with blanks about their dots: "evil dot com", "john at evil dot com".

These forms look like ordinary English, so much of what has their shape is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text import known
from cybersecqwen.detect.text.matches import Match, words
from cybersecqwen.detect.text.names import is_domain

from .interface import Looker

_ENDINGS = words(
    """
        com net org info biz ru cn io co xyz top site online club pw cc su tk me us uk de eu ir kr jp br onion
        shop live icu vip space website tech store pro
        """
)
_WORDS = re.compile(
    r"(?<![\w.@+-])(?:([\w.+-]{1,64}+) at )?+((?:[\w-]{1,63}+ dot ){1,5}+[a-z]{2,24}+)(?![\w@-])",
    re.IGNORECASE,
)
_SPACED = re.compile(
    r"(?<![\w.@+/\\-])([\w-]{2,63}+(?:\.[\w-]{1,63}+){0,3}+ \.([a-z]{2,7}+)(?:\.[a-z]{2,3}+)?+)(?![\w@-])"
)
# Words that stand before ".com" or "dot com" when an ending is spoken about
_NO_NAMES = words(
    """
        a an the and or of in on at to for from with by as is are was were be been this that these
        those its their our your any all each every other some many no not only use uses used using
        like such via under into than new old own same malicious legitimate generic registered
        register registering popular common rare dot single different several various custom written
        based compiled obfuscated called
        """
)
_ERA = re.compile(r" (?:bubble|boom|era|crash|compan|business|start-?up|domains?|tlds?|zone)")
_MORE = re.compile(
    r" (?!and\b|or\b|to\b|at\b|is\b|was\b|which\b|that\b|on\b|for\b|in\b|as\b|with\b|via\b)[A-Za-z]"
)


def find_spaced(text: str, low: str) -> Iterator[Match]:
    """Domains and mail addresses with blanks about their dots; see `interface.Looker`."""
    if " dot " in low:
        for match in _WORDS.finditer(text):
            value = re.sub(r"\s+dot\s+", ".", match[2].lower())
            first = value.partition(".")[0]
            ending = value.rpartition(".")[2]
            if ending not in _ENDINGS or ending in ("me", "us", "so"):
                continue
            if first in _NO_NAMES or len(first) < 3 or not is_domain(value) or _ERA.match(low, match.end()):
                continue
            local = (match[1] or "").lower()
            if (
                local
                and not local.startswith(".")
                and local not in _NO_NAMES
                and not _is_place(low, match.start())
            ):
                yield Match(type="email", value=f"{local}@{value}", start=match.start(), end=match.end())
            else:
                note = known.domain(value)
                yield Match(type="domain", value=value, start=match.start(2), end=match.end(), note=note)
    if " ." in text:
        for match in _SPACED.finditer(text):
            value = match[1].lower().replace(" ", "")
            first = value.partition(".")[0]
            if match[2] not in _ENDINGS or first in _NO_NAMES or _MORE.match(text, match.end()):
                continue
            if is_domain(value):
                note = known.domain(value)
                yield Match(type="domain", value=value, start=match.start(1), end=match.end(), note=note)


_PLACE = re.compile(
    r"(?:hosted|located|found|site|server|available|registered|looked|seen|reached|page|is)\Z"
)


def _is_place(low: str, start: int) -> bool:
    """Whether the word before " at " says where something is: "hosted at evil dot com"."""
    word = re.compile(r"[\w.+-]+").match(low, start)
    return bool(word and _PLACE.fullmatch(word.group()))


SPACED = Looker(find=find_spaced, needles=(" dot ", *(f" .{ending}" for ending in sorted(_ENDINGS))))
