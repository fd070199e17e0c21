"""The one loop that applies cleaners and decoders to what they produced, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from cybersecqwen.records import Limits

from . import plausible
from .compression import unpack
from .interface import Cleaned, Cleaner, Decoder, Found, Layer, View

LAYERS = 48
"""Layers returned for one command; recorded attacks have fewer than ten."""
TRIES = 384
"""Stretches decoded for one command, fruitless ones included."""
KEYS = 4
"""XOR keys tried, those that stand in the text."""
_MEMO_CHARS = 1_024
# Characters that all cleaners and quoted commands need, a run that all encodings need, and the words
# that announce the short ones: options, pipes, number lists
_SIGN = re.compile(r"[`^%!$+&;<]")
_QUOTE_SIGN = re.compile(r"\w[\"']+\w|[\"']\)*\s*-f|''|\"\"|\\[\"']")
_QUOTE_WORDS = (
    *("sh", "cmd", "python", "perl", "ruby", "php", "node", "mshta", "iex", "expression", "eval", "exec"),
    *("replace", "join", "split", "substr", "concat", "format(", "unescape"),
)
_WORDS = (
    "-e",
    "/e",
    "64",
    "\\x",
    "\\u0",
    "\\1",
    "\\0",
    "char",
    "chr(",
    "chrw(",
    "byte",
    "script:",
    "hex",
    "xxd",
    "rev",
)
_XOR_REACH = 16_384

_XOR = re.compile(
    r"(?:-bxor|\bxor|\^)[\s(]{0,8}(?:(0x[0-9a-f]{1,2}|[0-9]{1,3})\b|\$(\w{1,40})\b)", re.IGNORECASE
)
_KEY = r"\$%s\s{0,4}=\s{0,4}(?:\[\w+\])?(0x[0-9a-f]{1,2}|[0-9]{1,3})\b"


def decode(text: str, limits: Limits) -> tuple[Layer, ...]:
    """Everything that a command or script hides, outer layers first.

    Args:
        text: A command line, script block or any other field.
        limits: `depth` bounds the encodings inside encodings, `decode_bytes` what all layers together
            may hold.

    Returns:
        The layers in order of discovery; () for a text without anything hidden. Never raises.
    """
    if len(text) <= _MEMO_CHARS:  # the same few commands recur thousands of times in a recording
        return _remembered(text, limits.depth, limits.decode_bytes)
    return _remembered.__wrapped__(text, limits.depth, limits.decode_bytes)


def _quiet(text: str) -> bool:
    """Whether a text has no sign that any technique needs: most of a recording ends here."""
    if not text.isascii() or _SIGN.search(text) or plausible.has_run(text, 20):
        return False
    low = text.lower()
    if ('"' in text or "'" in text) and (
        _QUOTE_SIGN.search(text) or any(word in low for word in _QUOTE_WORDS)
    ):
        return False
    if "sh -c" in low and ("\\" in text or "{" in text):
        return False
    return not any(word in low for word in _WORDS)


@lru_cache(maxsize=4_096)
def _remembered(text: str, depth: int, room: int) -> tuple[Layer, ...]:
    return () if _quiet(text) else _Run(depth, room).layers_of(text)


@cache
def _cleaners() -> tuple[Cleaner, ...]:
    from . import CLEANERS

    return tuple(cleaner for _, cleaner in CLEANERS)


@cache
def _decoders() -> tuple[Decoder, ...]:
    from . import DECODERS

    return tuple(decoder for _, decoder in DECODERS)


class _Run:
    """One call of `decode`: the queue and what is left of the bounds."""

    def __init__(self, depth: int, room: int) -> None:
        self.depth = depth
        self.room = room
        self.tries = TRIES
        self.layers: list[Layer] = []
        self.seen: set[str] = set()
        self.cleaned: set[int] = set()

    def layers_of(self, text: str) -> tuple[Layer, ...]:
        self.seen.add(text)
        self._examine(text, -1)
        done = 0
        while done < len(self.layers):  # breadth first, so that the bounds cut the deepest
            self._examine(self.layers[done].text, done)
            done += 1
        return tuple(self.layers)

    def _examine(self, text: str, parent: int) -> None:
        view = View(text=text, low=text.lower(), room=self.room)
        self._find(view, parent)
        if parent in self.cleaned:  # cleaners have run to their end on it
            return
        cleaned = _clean(view)
        if cleaned and cleaned.text not in self.seen:
            start, end = _difference(text, cleaned.text)
            if self._add(cleaned.text, cleaned.how, parent, start, end, counts=False):
                self.cleaned.add(len(self.layers) - 1)

    def _find(self, view: View, parent: int) -> None:
        depth = self.layers[parent].depth if parent >= 0 else 0
        keys = _xor_keys(view)
        deflate = "deflate" in view.low or "inflate" in view.low
        for decoder in _decoders():
            for found in decoder(view):
                if self.tries <= 0 or len(self.layers) >= LAYERS:
                    return
                self.tries -= 1
                if found.counts and depth >= self.depth:
                    continue
                for text, how in _readings(found, self.room, keys, deflate):
                    self._add(text, how, parent, found.start, found.end, counts=found.counts)

    def _add(self, text: str, how: str, parent: int, start: int, end: int, *, counts: bool) -> bool:
        size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
        if text in self.seen or size > self.room or len(self.layers) >= LAYERS:
            return False
        self.seen.add(text)
        self.room -= size
        above = self.layers[parent] if parent >= 0 else None
        self.layers.append(
            Layer(
                text=text,
                how=f"{above.how} > {how}" if above else how,
                depth=(above.depth if above else 0) + counts,
                start=start,
                end=end,
                parent=parent,
            )
        )
        return True


def _clean(view: View) -> Cleaned | None:
    """All cleaners, one after the other; None where none had anything to do."""
    names: list[str] = []
    for cleaner in _cleaners():
        cleaned = cleaner(view)
        if cleaned and len(cleaned.text) <= view.room:
            names.append(cleaned.how)
            view = View(text=cleaned.text, low=cleaned.text.lower(), room=view.room)
    return Cleaned(text=view.text, how=", ".join(names)) if names else None


def _readings(found: Found, room: int, keys: tuple[int, ...], deflate: bool) -> Iterator[tuple[str, str]]:
    """What a stretch says, as it is or under one of the XOR keys that stand beside it."""
    if isinstance(found.data, str):
        if found.data.strip():
            yield found.data, found.how
        return
    read = _read(found.data, room, deflate, sure=found.sure)
    if read:
        yield read[0], " > ".join(filter(None, (found.how, read[1])))
    for key in keys:
        raw = found.data.translate(bytes(byte ^ key for byte in range(256)))
        read = _read(raw, room, deflate, sure=False)
        if read:
            yield read[0], " > ".join(filter(None, (found.how, f"xor 0x{key:02x}", read[1])))
            return


def _read(raw: bytes, room: int, deflate: bool, *, sure: bool) -> tuple[str, str] | None:
    plain, names = unpack(raw, room, deflate=deflate)
    read = plausible.read(plain, sure=sure or bool(names))
    if read is None and names == ("deflate",):  # raw deflate was only a guess
        read, names = plausible.read(raw, sure=sure), ()
    return (read[0], " > ".join(filter(None, (*names, read[1])))) if read else None


def _xor_keys(view: View) -> tuple[int, ...]:
    if "xor" not in view.low and "^" not in view.low:
        return ()
    keys: list[int] = []
    for match in _XOR.finditer(view.text):
        literal = match[1] or _assigned(view.text, match[2])
        key = int(literal, 16) if literal[:2].lower() == "0x" else int(literal or 0)
        if 0 < key < 256 and key not in keys:
            keys.append(key)
        if len(keys) == KEYS or match.start() > _XOR_REACH:
            break
    return tuple(keys)


def _assigned(text: str, name: str) -> str:
    """The number that a variable is set to, or ""."""
    match = re.search(_KEY % re.escape(name), text[:_XOR_REACH], re.IGNORECASE)
    return match[1] if match else ""


def _difference(before: str, after: str) -> tuple[int, int]:
    """The span of `before` outside the common beginning and end."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return start, len(before) - end


def _common(one: str, other: str) -> int:
    """Length of the common beginning, by halving: comparisons run at memory speed."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
