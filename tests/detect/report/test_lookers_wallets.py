"""Wallets: vectors that the standards publish, and that nothing with a wrong checksum is one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.report import checksums
from cybersecqwen.detect.report.interface import Looker
from cybersecqwen.detect.report.lookers_wallets import COIN, ETHEREUM

from .lookers import found, values

# From: the genesis block; Bitcoin Wiki, "Address" (P2PKH, P2SH); the hash of 20 zero bytes
OLD = (
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "1111111111111111111114oLvT2",
)
# From: BIP-173 and BIP-350, test vectors: valid addresses of the main network
SEGWIT = (
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
    "BC1SW50QGDZ25J",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
)
# From: BIP-350, test vectors: invalid addresses (and those of BIP-173 for the old checksum of version 1)
NO_SEGWIT = (
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
    "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
    "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
    "bc1pw5dgrnzv",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
    "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
    "bc1gmk9yu",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx",
)
# From: EIP-55, test cases
MIXED = (
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
# From: donation addresses that the Monero project publishes (getmonero.org; README of its repository)
XMR = (
    "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
    "888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H",
)


def test_keccak_with_its_published_vectors() -> None:
    """From: the known-answer tests of the Keccak submission (empty message); Ethereum's hash of "abc"."""
    assert (
        checksums.keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    )
    assert (
        checksums.keccak256(b"abc").hex()
        == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    )
    assert len({checksums.keccak256(b"a" * size) for size in range(130, 280)}) == 150


@pytest.mark.parametrize("address", [*OLD, *SEGWIT])
def test_bitcoin_address(address: str) -> None:
    (match,) = found(COIN, f"Pay to {address}, then wait.")
    assert match.type == "btc"
    assert match.value == (address.lower() if address[:2] in ("bc", "BC") else address)
    assert (match.start, match.end) == (7, 7 + len(address))


@pytest.mark.parametrize("address", NO_SEGWIT)
def test_no_witness_address(address: str) -> None:
    assert values(COIN, f"wallet {address} here") == []


@pytest.mark.parametrize("address", MIXED)
def test_ethereum_address(address: str) -> None:
    (match,) = found(ETHEREUM, f"seen {address}.")
    assert (match.type, match.value) == ("eth", address.lower())
    assert values(ETHEREUM, f"seen {address.lower()} in memory") == []
    assert values(ETHEREUM, f"The wallet is {address.lower()}") == [address.lower()]
    assert values(ETHEREUM, f"ETH:\n0x{address[2:].upper()}\n") == [address.lower()]


@pytest.mark.parametrize("address", XMR)
def test_monero_address(address: str) -> None:
    (match,) = found(COIN, f"xmr={address}&x")
    assert (match.type, match.value) == ("xmr", address)


@pytest.mark.parametrize(
    "text",
    [
        "a 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa1 b",
        "x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "the address 0x" + "0" * 40,
        "the address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0",
        "wallet 0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea",
        "transaction 0x" + "ab12" * 16,
        "BC1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "4" * 95,
        "1" * 34,
    ],
)
def test_no_address(text: str) -> None:
    assert values(COIN, text) + values(ETHEREUM, text) == []


ALL = [*((COIN, one) for one in (*OLD, *SEGWIT)), *((COIN, one) for one in XMR)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL), st.data())
def test_a_changed_character_makes_it_vanish(one: tuple[Looker, str], data: st.DataObject) -> None:
    """BIP-173 proves it for up to four errors; of the hashes one change in 2^32 goes unseen."""
    looker, address = one
    at = data.draw(st.integers(0, len(address) - 1))
    other = data.draw(st.sampled_from([c for c in checksums.BASE58 + "0OIl" if c != address[at]]))
    changed = address[:at] + other + address[at + 1 :]
    if changed.lower() == address.lower() and changed in (changed.lower(), changed.upper()):
        return
    assert values(looker, f"xx {changed} xx") == []


@pytest.mark.parametrize("address", MIXED)
def test_a_letter_of_the_other_case_makes_it_vanish(address: str) -> None:
    """Other digits are not tried: EIP-55 lets one change in about 4,000 pass."""
    for at in range(2, 42):
        changed = address[:at] + address[at].swapcase() + address[at + 1 :]
        assert changed == address or values(ETHEREUM, f"wallet {changed}") == []


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=120), st.text(alphabet=checksums.BASE58 + "0x", max_size=110)))
def test_checksums_take_any_text(text: str) -> None:
    for check in (checksums.is_base58check, checksums.is_segwit, checksums.is_monero, checksums.is_eip55):
        assert check(text) in (True, False)
