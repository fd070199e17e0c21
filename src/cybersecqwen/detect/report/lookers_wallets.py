"""Wallets of Bitcoin, Ethereum and Monero: only those whose checksum is right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from . import checksums
from .interface import Looker
from .nearby import ahead, behind

_B58 = "1-9A-HJ-NP-Za-km-z"
# They begin with the set of first digits: such searches skip through a text three times as fast
_OLD = re.compile(rf"[13][{_B58}]{{25,34}}+(?![A-Za-z0-9])")
_SEGWIT = re.compile(r"bc1[02-9ac-hj-np-z]{11,87}+(?![A-Za-z0-9])")
_ETHEREUM = re.compile(r"0x[0-9a-f]{40}(?![0-9a-z])")
_MONERO = re.compile(rf"[48][{_B58}]{{94,105}}+(?![A-Za-z0-9])")
# What stands by an Ethereum address whose letters are all of one case and so carry no checksum
_CUE = re.compile(
    r"wallet|ethere?um|(?<![a-z])eth(?![a-z])|ether(?:scan|hiding)?(?![a-z])|address"
    r"|(?<![a-z])(?:bsc|bnb|binance|polygon|usdt|usdc|erc-?20|defi|nft|dao|crypto(?:currency)?)(?![a-z])"
    r"|blockchain|ransom|payment|\bfunds?\b|contract"
)


def find_bitcoin(text: str, low: str) -> Iterator[Match]:
    """Bitcoin addresses: Base58Check, Bech32, Bech32m; see `interface.Looker`."""
    spans = [
        (*match.span(), match.group())
        for match in _OLD.finditer(text)
        if _stands_alone(text, match.start()) and checksums.is_base58check(match.group())
    ]
    if "bc1" in low:
        for match in _SEGWIT.finditer(low):
            raw = text[match.start() : match.end()]
            if raw.isascii() and _stands_alone(text, match.start()) and checksums.is_segwit(raw):
                spans.append((*match.span(), raw.lower()))
    for start, end, value in sorted(spans):
        yield Match(type="btc", value=value, start=start, end=end)


def find_ethereum(text: str, low: str) -> Iterator[Match]:
    """Ethereum addresses: of mixed case by EIP-55, of one case by the words near them."""
    for match in _ETHEREUM.finditer(low):
        start, end = match.span()
        raw = text[start:end]
        digits = raw[2:]
        if not _stands_alone(text, start) or len(set(digits)) < 6:
            continue
        if digits in (digits.lower(), digits.upper()):
            near = low[behind(low, start, 300, 3) : start] + " " + low[end : ahead(low, end, 60, 0)]
            if not _CUE.search(near):
                continue
        elif not checksums.is_eip55(raw):
            continue
        yield Match(type="eth", value=match.group(), start=start, end=end)


def find_monero(text: str, low: str) -> Iterator[Match]:
    """Monero addresses, integrated ones and subaddresses; see `interface.Looker`."""
    del low
    for match in _MONERO.finditer(text):
        if _stands_alone(text, match.start()) and checksums.is_monero(match.group()):
            yield Match(type="xmr", value=match.group(), start=match.start(), end=match.end())


def _stands_alone(text: str, start: int) -> bool:
    return not start or not (text[start - 1].isascii() and text[start - 1].isalnum())


BITCOIN = Looker(find=find_bitcoin)
"""Without needles: an address stands alone on its line in most lists."""
ETHEREUM = Looker(find=find_ethereum, needles=("0x",), lines_before=3)
MONERO = Looker(find=find_monero)
"""Without needles, as Bitcoin's."""
