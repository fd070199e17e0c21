"""Keeping what identifies an item out of what is asked."""

from __future__ import annotations

import re

CVE = re.compile(r"CVE-\d{4}-\d{4,19}(?!\d)", re.I)


def address_id(address: str) -> str:
    """The identifier at the end of an address: a CVE, or an ATT&CK software or technique; "" without one."""
    found = CVE.search(address[:2_000])
    if found:
        return found.group().upper()
    parts = [part for part in address[:2_000].rstrip("/").split("/") if part]
    last = parts[-1] if parts else ""
    return last if re.fullmatch(r"[A-Z]{1,3}\d{4}", last) else ""


def without_id(text: str, address: str) -> str:
    """The text without the identifier that its own address holds, which would name the very record asked for.

    Other identifiers in it stay: they are part of what is said.
    """
    own = address_id(address)
    if not own:
        return text
    return re.sub(rf"{re.escape(own)}(?!\d)", "this vulnerability", text, flags=re.I)
