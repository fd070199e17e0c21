"""Octet-counted syslog messages (RFC 6587, 3.4.1): "LENGTH SP MESSAGE", one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from cybersecqwen.inputs.lines import BLOCK, Line, TooLong
from cybersecqwen.records import Limits

COUNTED = re.compile(rb"[1-9][0-9]{0,8} <[0-9]{1,3}>")
"""How such a stream begins."""
_HEADER = 32


def frames(stream: BinaryIO, limits: Limits) -> Iterator[Line | TooLong]:
    """Messages as lines that end in a line end; where a count is damaged, reading goes on at the next line.

    The stream is buffered and stands at its first byte.
    """
    number, offset = 0, 0
    while True:
        skipped, head = _count(stream)
        offset += skipped
        if not head:
            return
        number += 1
        digits = head[:-1]
        if not (head.endswith(b" ") and digits.isdigit()):
            rest = head if head.endswith(b"\n") else head + stream.readline(limits.line_bytes)
            yield number, offset, rest if rest.endswith(b"\n") else rest + b"\n"
            offset += len(rest)
            continue
        size = int(digits)
        if size > limits.line_bytes:
            passed = _pass_over(stream, size)
            yield TooLong(number, offset, passed)
            offset += len(head) + passed
            continue
        data = stream.read(size)
        offset += len(head)
        if data:
            yield number, offset, data.rstrip(b"\r\n") + b"\n"
        offset += len(data)


def _count(stream: BinaryIO) -> tuple[int, bytes]:
    """(line ends passed over, the digits and the blank); other bytes where there is no count."""
    found, skipped = bytearray(), 0
    while len(found) < _HEADER and (byte := stream.read(1)):
        found += byte
        if not found.strip(b"\r\n"):
            skipped += len(found)
            found.clear()
            continue
        if not byte.isdigit():
            break
    return skipped, bytes(found)


def _pass_over(stream: BinaryIO, size: int) -> int:
    left = size
    while left and (block := stream.read(min(left, BLOCK))):
        left -= len(block)
    return size - left
