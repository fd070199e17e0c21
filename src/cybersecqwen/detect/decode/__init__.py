"""Hidden text made readable: encoded and obfuscated commands, and what a path says about a file.

`decode` gives every text that a command hides, `plain` its canonical form for matching, `places`
classifies paths. docs/decoding.md has an example of each technique.
"""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .engine import decode
from .interface import Cleaned, Cleaner, Decoder, Found, Layer, View
from .places import extension, file_name, place, user_writable
from .plain import plain

__all__ = [
    "CLEANERS",
    "DECODERS",
    "Cleaned",
    "Cleaner",
    "Decoder",
    "Found",
    "Layer",
    "View",
    "decode",
    "extension",
    "file_name",
    "place",
    "plain",
    "user_writable",
]

_HERE = "cybersecqwen.detect.decode"

# Order is meaning: markup and transport encodings wrap scripts, shells wrap PowerShell, and
# constants can only be folded once escapes and variables are out of the way.
CLEANERS: Registry[Cleaner] = Registry(
    "cleaner",
    {
        "html": f"{_HERE}.markup:clean_html",
        "url": f"{_HERE}.markup:clean_url",
        "escapes": f"{_HERE}.escapes:clean",
        "cmd": f"{_HERE}.cmd:clean",
        "shell": f"{_HERE}.shell:clean",
        "ticks": f"{_HERE}.powershell:clean_ticks",
        "constants": f"{_HERE}.constants:clean",
    },
    group="cybersecqwen.cleaners",
)
"""Rewriters of a whole text, applied one after the other."""

DECODERS: Registry[Decoder] = Registry(
    "decoder",
    {
        "base64": f"{_HERE}.base64:find",
        "hex": f"{_HERE}.hexadecimal:find",
        "char codes": f"{_HERE}.charcodes:find",
        "reverse": f"{_HERE}.shell:find",
        "inner command": f"{_HERE}.inner:find",  # last: it repeats what stands there already
    },
    group="cybersecqwen.decoders",
)
"""Finders of encoded stretches, each applied to every text and to its cleaned form."""
