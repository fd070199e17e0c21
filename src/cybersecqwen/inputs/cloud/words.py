"""Names of actions as plain words, so that one signal reads many vendors.

`DeleteSAMLIdentityProvider`, `saml.idp.delete` and `sso_settings_removed` say the same thing; split
into lower-case words, one short pattern finds all three.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPLIT = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z]|[^A-Za-z]|$)|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CHARS = 2_000

FAILED = frozenset(
    {
        "fail",
        "failed",
        "failure",
        "denied",
        "deny",
        "error",
        "false",
        "no",
        "unauthorized",
        "unauthorised",
        "blocked",
        "block",
        "forbidden",
        "rejected",
        "reject",
        "invalid",
        "timeout",
        "challenge",
        "fraud",
        "drop",
        "unsuccessful",
        "failed_login",
        "login_failed",
        "clienterror",
        "interrupted",
        "unauthenticated",
    }
)
SUCCEEDED = frozenset(
    {
        "success",
        "succeeded",
        "ok",
        "true",
        "yes",
        "accept",
        "accepted",
        "allow",
        "allowed",
        "succeed",
        "successful",
        "partiallysucceeded",
        "login_no_error",
        "granted",
        "completed",
        "complete",
        "s_ok",
        "none",
        "0",
        "active",
    }
)


@lru_cache(maxsize=8192)
def words(text: str) -> str:
    """Lower-case words of a name or sentence, separated by single blanks: at most 2,000 characters in."""
    return " ".join(_SPLIT.findall(text[:_CHARS])).lower()


@lru_cache(maxsize=1024)
def outcome(text: str) -> str:
    """Gives "success", "failure", or "" where the text says neither; HTTP status codes count."""
    low = text.strip().lower()
    if low in SUCCEEDED:
        return "success"
    if low in FAILED:
        return "failure"
    if low.isascii() and low.isdigit() and len(low) == 3:
        return "failure" if int(low) >= 400 else "success"
    first = low.split(" ", 1)[0].rstrip(":;,.")
    return "failure" if first in FAILED else "success" if first in SUCCEEDED else ""
