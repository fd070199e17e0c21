"""Wallets of Bitcoin, Ethereum and Monero: only those whose checksum is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cybersecqwen.detect.text.matches import Match, over

from . import checksums
from .interface import Looker
from .nearby import ahead, behind
from .shaped import shaped

# Letters beyond ASCII that turn into ASCII in the other case stand for letters
_LETTER = "A-Za-z0-9\u017f\u212a\u0130\u0131"
_COIN = re.compile(
    rf"(?<![{_LETTER}])(?:[1348][1-9A-HJ-NP-Za-km-z]{{25,105}}+"
    rf"|(?:bc1|BC1)[02-9AC-HJ-NP-Zac-hj-np-z]{{11,87}}+)(?![{_LETTER}])"
)
_ETHEREUM = re.compile(r"0x[0-9a-f]{40}(?![0-9a-z])")
# What stands by an Ethereum address whose letters are all of one case and so carry no checksum
_CUE = re.compile(
    r"wallet|ethere?um|(?<![a-z])eth(?![a-z])|ether(?:scan|hiding)?(?![a-z])|address"
    r"|(?<![a-z])(?:bsc|bnb|binance|polygon|usdt|usdc|erc-?20|defi|nft|dao|crypto(?:currency)?)(?![a-z])"
    r"|blockchain|ransom|payment|\bfunds?\b|contract|\btokens?\b"
)


def find_coins(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Addresses of Bitcoin (Base58Check, Bech32, Bech32m) and Monero; see `shaped.Finder`."""
    del low
    for match in over(_COIN, text, starts):
        raw = match.group()
        if raw[0] in "bB":
            kind = "btc" if checksums.is_segwit(raw) else ""
            raw = raw.lower()
        elif len(raw) <= 35:
            kind = "btc" if checksums.is_base58check(raw) else ""
        else:
            kind = "xmr" if checksums.is_monero(raw) else ""
        if kind:
            yield Match(type=kind, value=raw, start=match.start(), end=match.end())


def find_ethereum(text: str, low: str) -> Iterator[Match]:
    """Ethereum addresses: of mixed case by EIP-55, of one case by the words near them."""
    for match in _ETHEREUM.finditer(low):
        start, end = match.span()
        raw = text[start:end]
        digits = raw[2:]
        if (start and text[start - 1].isascii() and text[start - 1].isalnum()) or len(set(digits)) < 6:
            continue
        letters = sum(digit.isalpha() for digit in digits)
        # of one case: also what the checksum makes so, which chance does once in 2^letters
        if digits == digits.lower() or (
            digits == digits.upper() and not (letters >= 6 and checksums.is_eip55(raw))
        ):
            near = low[behind(low, start, 300, 3) : start] + " " + low[end : ahead(low, end, 60, 0)]
            if not _CUE.search(near):
                continue
        elif not checksums.is_eip55(raw):
            continue
        yield Match(type="eth", value=match.group(), start=start, end=end)


COIN = shaped(find_coins, lambda anchors: anchors.coins)
ETHEREUM = Looker(find=find_ethereum, needles=("0x",), lines_before=3)
