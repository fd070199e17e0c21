"""Mail addresses, numbers of accounts, cards and telephones, private addresses: told by their form alone."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

Spotted = tuple[int, int, str, str]
"""Begin and end in characters; its kind, one of `masking.KINDS`; what it is, spelt in one way."""

_DOT = r"(?:\.|\[\.\])"
_MAIL = re.compile(
    rf"(?<![\w.+%-])[\w.+%-]+(?:@|\[@\]|\[at\]|\(at\))(?:[\w-]+{_DOT})+[A-Za-z]{{2,24}}", re.IGNORECASE
)


def mails_in(text: str) -> Iterator[Spotted]:
    """Mail addresses, also such as were made harmless ([@], [.])."""
    for match in _MAIL.finditer(text):
        value = match[0].casefold().replace("[.]", ".")
        for at in ("[@]", "[at]", "(at)"):
            value = value.replace(at, "@")
        yield (*match.span(), "e-mail", value)


_IBAN = re.compile(r"(?i)(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}")
# Characters of an account number in each country, as ISO 13616's registry has them.
_IBAN_SIZES = {
    code: size
    for size, codes in (
        *((15, "NO"), (16, "BE"), (18, "DK FI FO GL NL"), (19, "MK SI"), (20, "AT BA EE KZ LT LU XK")),
        *((21, "CH HR LI LV"), (22, "BG BH CR DE GB GE IE ME RS VA"), (23, "AE GI IL IQ TL")),
        *(
            (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
            (25, "PT ST LY"),
            (26, "IS TR"),
            (27, "FR GR IT MC MR SM"),
        ),
        *((28, "AL AZ BY CY DO GT HU LB PL SV"), (29, "BR EG PS QA UA"), (30, "JO KW MU"), (31, "MT SC")),
    )
    for code in codes.split()
}
_CARD = re.compile(r"(?<![\w.-])(?:3[47]|4[0-9]|5[1-5]|2[2-7]|6[0-9])(?:[ -]?[0-9]){11,17}(?![\w]|[.-][0-9])")
_PHONE = re.compile(
    r"(?<![\w+./-])(?:\+[1-9](?:[ ()./-]{0,3}[0-9]){6,14}+"  # +49 (0)170 1234567
    r"|\([2-9][0-9]{2}\)[ ]?[0-9]{3}[ .-][0-9]{4}|[2-9][0-9]{2}[.-][0-9]{3}[.-][0-9]{4}"  # 555-123-4567
    r"|0[1-9][0-9]{1,3}[ ]?[/-]?[ ]?[0-9]{6,9})(?![\w]|[.-][0-9])"  # 0170 1234567
)


def numbers_in(text: str) -> Iterator[Spotted]:
    """Numbers of accounts, cards and telephones that stand without a label."""
    for match in _IBAN.finditer(text):
        end = _iban_end(match)
        if end:
            value = "".join(text[match.start() : end].split()).upper()
            yield (match.start(), end, "iban", value)
    for match in _CARD.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        if len(digits) <= 19 and _luhn(digits):
            yield (*match.span(), "card", digits)
    for match in _PHONE.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        if 7 <= len(digits) <= 15:
            yield (*match.span(), "phone", digits)


def _iban_end(match: re.Match[str]) -> int:
    """Where the number ends whose check digits fit; 0 for none. What follows may look like a part of it."""
    left = _IBAN_SIZES.get(match[0][:2].upper(), 0)
    for at, character in enumerate(match[0]):
        left -= character != " "
        if left == 0:
            bare = "".join(match[0][: at + 1].split()).upper()
            after = match.string[match.start() + at + 1 : match.start() + at + 2]
            turned = int("".join(str(int(one, 36)) for one in bare[4:] + bare[:4]))
            return 0 if after.isalnum() or turned % 97 != 1 else match.start() + at + 1
    return 0


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


_FOUR = re.compile(rf"(?<![\w.])(?:[0-9]{{1,3}}{_DOT}){{3}}[0-9]{{1,3}}(?!\w|\.[0-9])")
_SIX = re.compile(r"(?i)(?<![\w:.])(?:fe[89ab]|f[cd][0-9a-f])[0-9a-f]:[0-9a-f:]{1,40}")
_PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")
)


def private_addresses_in(text: str) -> Iterator[Spotted]:
    """Addresses of networks that are nobody's on the internet (RFC 1918, 3927, 4193, 4291, 6598)."""
    for match in (*_FOUR.finditer(text), *_SIX.finditer(text)):
        try:
            address = ipaddress.ip_address(match[0].replace("[.]", "."))
        except ValueError:
            continue
        if address.version == 6 or any(address in one for one in _PRIVATE):
            yield (*match.span(), "address", str(address))
