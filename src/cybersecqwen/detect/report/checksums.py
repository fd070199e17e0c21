"""Checksums that the addresses of wallets carry: Base58Check, Bech32, EIP-55, Monero's Base58.

A wrong checksum is no address: what passes here is one, whatever stands around it.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Digits of Base58. From: Bitcoin, src/base58.cpp; Monero uses the same ones."""

_BASE58 = {digit: value for value, digit in enumerate(BASE58)}
_BECH32 = {digit: value for value, digit in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# From: BIP-350, "Bech32m": the constant of Bech32 is 1
_BECH32M = 0x2BC830A3
# From: BIP-13 and Bitcoin's src/chainparams.cpp: P2PKH and P2SH of the main network
_VERSIONS = (0x00, 0x05)
# From: Monero's src/cryptonote_config.h: address, integrated address, subaddress of the main network
_MONERO = {18: 69, 19: 77, 42: 69}
# From: Monero's src/common/base58.cpp: digits of a block to its bytes
_BLOCK = {11: 8, 7: 5}


def is_base58check(address: str) -> bool:
    """Whether this is a Bitcoin address of the old kind (P2PKH or P2SH) with a right checksum."""
    if not 26 <= len(address) <= 35:
        return False
    number = _base58(address)
    if number is None or number.bit_length() > 200:
        return False
    raw = number.to_bytes(25, "big")
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    if raw[0] not in _VERSIONS or zeros != len(address) - len(address.lstrip("1")):
        return False
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def is_segwit(address: str) -> bool:
    """Whether this is a Bitcoin address of a witness program (BIP-173, BIP-350) of the main network."""
    low = address.lower()
    if not 14 <= len(low) <= 90 or not low.startswith("bc1") or address not in (low, address.upper()):
        return False
    data = [_BECH32.get(digit, -1) for digit in low[3:]]
    if -1 in data or data[0] > 16:
        return False
    # From: BIP-173, "human-readable part": its high bits, a zero, its low bits
    if _polymod([3, 3, 0, 2, 3, *data]) != (1 if data[0] == 0 else _BECH32M):
        return False
    program = data[1:-6]
    size, left = divmod(5 * len(program), 8)
    if left > 4 or (program and program[-1] & ((1 << left) - 1)):
        return False
    return size in (20, 32) if data[0] == 0 else 2 <= size <= 40


def is_eip55(address: str) -> bool:
    """Whether the capitals of an Ethereum address (0x and 40 hex digits) are those of EIP-55."""
    digits = address[2:]
    low = digits.lower()
    mask = keccak256(low.encode("ascii", "replace")).hex()
    return len(digits) == 40 and all(
        digit == (sign.upper() if nibble > "7" else sign)
        for digit, sign, nibble in zip(digits, low, mask, strict=False)
    )


def is_monero(address: str) -> bool:
    """Whether this is a Monero address (also an integrated one or a subaddress) of the main network."""
    if len(address) not in (95, 106):
        return False
    raw = b""
    for at in range(0, len(address), 11):
        block = address[at : at + 11]
        number = _base58(block)
        size = _BLOCK[len(block)]
        if number is None or number >> (8 * size):
            return False
        raw += number.to_bytes(size, "big")
    return _MONERO.get(raw[0]) == len(raw) and keccak256(raw[:-4])[:4] == raw[-4:]


def _base58(text: str) -> int | None:
    number = 0
    for digit in text:
        value = _BASE58.get(digit)
        if value is None:
            return None
        number = number * 58 + value
    return number


def _polymod(values: list[int]) -> int:
    """The checksum of BIP-173 over values of five bits."""
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATOR):
            if top >> at & 1:
                check ^= generator
    return check


_MASK = (1 << 64) - 1
_RATE = 136
"""Bytes of a block of Keccak-256."""


def _constants() -> tuple[int, ...]:
    """Round constants. From: The Keccak reference 3.0, §1.2 (a shift register of eight bits)."""
    found, register = [], 1
    for _ in range(24):
        constant = 0
        for at in range(7):
            if register & 1:
                constant |= 1 << ((1 << at) - 1)
            register = register << 1 ^ (0x171 if register >> 7 else 0)
        found.append(constant)
    return tuple(found)


def _lanes() -> tuple[tuple[int, int, int], ...]:
    """Where a lane goes and how far it is turned. From: The Keccak reference 3.0, §2.3.2, §2.3.3."""
    x, y, found = 1, 0, [(0, 0, 0)]
    for step in range(24):
        to_x, to_y = y, (2 * x + 3 * y) % 5
        found.append((x + 5 * y, to_x + 5 * to_y, (step + 1) * (step + 2) // 2 % 64))
        x, y = to_x, to_y
    return tuple(found)


_ROUNDS = _constants()
_LANES = _lanes()


@lru_cache(maxsize=4_096)
def keccak256(data: bytes) -> bytes:
    """Keccak-256 with the padding of the original submission, which is not that of SHA-3 (FIPS 202)."""
    padded = bytearray(data)
    padded += b"\0" * (_RATE - len(padded) % _RATE)
    padded[len(data)] |= 0x01
    padded[-1] |= 0x80
    state = [0] * 25
    for block in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = block + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(a: list[int]) -> list[int]:
    """Keccak-f[1600]: lane x + 5y of 64 bits."""
    b = [0] * 25
    for constant in _ROUNDS:
        c = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        d = [c[x - 1] ^ (c[x - 4] << 1 & _MASK | c[x - 4] >> 63) for x in range(5)]
        for source, target, turn in _LANES:
            lane = a[source] ^ d[source % 5]
            b[target] = lane << turn & _MASK | lane >> 64 - turn
        a = [
            b[at] ^ (~b[row + (at + 1) % 5] & b[row + (at + 2) % 5])
            for row in (0, 5, 10, 15, 20)
            for at in range(row, row + 5)
        ]
        a[0] ^= constant
    return a
