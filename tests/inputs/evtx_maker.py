"""Writes small EVTX files, byte by byte, so that the tests need no recorded ones.

Only what the tests need of the format: binary XML without templates, names written in place.
"""

from __future__ import annotations

import struct
import zlib

CHUNK = 65_536
FILE_HEADER = 4_096


def _name(at: int, name: str) -> bytes:
    """A name in place: offset of the name structure (right behind), next, hash, length, text."""
    text = name.encode("utf-16-le")
    return struct.pack("<IIHH", at + 4, 0, 0, len(name)) + text + b"\x00\x00"


def _value(text: str) -> bytes:
    return b"\x05\x01" + struct.pack("<H", len(text)) + text.encode("utf-16-le")


class _Xml:
    """Binary XML that knows at which offset of the chunk it stands."""

    def __init__(self, at: int) -> None:
        self.base = at
        self.data = b"\x0f\x01\x01\x00"

    def open(self, name: str, attributes: dict[str, str] | None = None) -> None:
        kind = 0x41 if attributes else 0x01
        self.data += bytes([kind]) + struct.pack("<I", 0)
        self.data += _name(self.base + len(self.data), name)
        if attributes:
            size_at = len(self.data)
            self.data += struct.pack("<I", 0)
            for index, (key, value) in enumerate(attributes.items(), 1):
                self.data += b"\x46" if index < len(attributes) else b"\x06"
                self.data += _name(self.base + len(self.data), key) + _value(value)
            size = struct.pack("<I", len(self.data) - size_at - 4)
            self.data = self.data[:size_at] + size + self.data[size_at + 4 :]
        self.data += b"\x02"

    def text(self, value: str) -> None:
        self.data += _value(value)

    def close(self) -> None:
        self.data += b"\x04"

    def leaf(self, name: str, value: str, attributes: dict[str, str] | None = None) -> None:
        self.open(name, attributes)
        self.text(value)
        self.close()


def _event(at: int, number: int, command: str) -> bytes:
    xml = _Xml(at)
    xml.open("Event")
    xml.open("System")
    xml.open("Provider", {"Name": "Microsoft-Windows-Sysmon"})
    xml.close()
    xml.leaf("EventID", "1")
    xml.open("TimeCreated", {"SystemTime": "2024-05-06T07:08:09.123456Z"})
    xml.close()
    xml.leaf("Channel", "Microsoft-Windows-Sysmon/Operational")
    xml.leaf("Computer", "ws1.example.org")
    xml.close()
    xml.open("EventData")
    xml.leaf("Data", r"C:\Windows\System32\cmd.exe", {"Name": "Image"})
    xml.leaf("Data", f"{command} {number}", {"Name": "CommandLine"})
    xml.close()
    xml.close()
    return xml.data + b"\x00"


def chunk(first: int, count: int, command: str = "cmd.exe /c echo") -> bytes:
    """One chunk with `count` process starts, numbered from `first`."""
    body = b""
    for number in range(first, first + count):
        at = 512 + len(body)
        payload = _event(at + 24, number, command)
        size = 24 + len(payload) + 4
        moment = 133_594_484_891_234_560
        body += b"**\x00\x00" + struct.pack("<IQQ", size, number, moment) + payload + struct.pack("<I", size)
    free = 512 + len(body)
    header = bytearray(512)
    struct.pack_into("<8sQQQQIIII", header, 0, b"ElfChnk\x00", first, first + count - 1, first,
                     first + count - 1, 128, free - 4, free, zlib.crc32(body))  # fmt: skip
    struct.pack_into("<I", header, 124, zlib.crc32(bytes(header[:120]) + bytes(header[128:512])))
    return (bytes(header) + body).ljust(CHUNK, b"\x00")


def evtx(*chunks: bytes) -> bytes:
    """A file of these chunks."""
    header = bytearray(FILE_HEADER)
    struct.pack_into("<8sQQQIHHHH", header, 0, b"ElfFile\x00", 0, len(chunks) - 1, 1_000, 128, 1, 3,
                     FILE_HEADER, len(chunks))  # fmt: skip
    struct.pack_into("<I", header, 124, zlib.crc32(bytes(header[:120])))
    return bytes(header) + b"".join(chunks)
