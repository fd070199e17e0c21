"""Style sheets and scripts of the pages: our own files, put into a page whole and allowed by their hash."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@cache
def asset(name: str) -> str:
    """The text of a file beside the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def digest(text: str) -> str:
    """For the policy of the page, https://www.w3.org/TR/CSP3/#framework-directive-source-list."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
