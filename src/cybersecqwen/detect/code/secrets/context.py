"""What stands around a value and speaks for or against its being a secret."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

import re2

from .randomness import classes


@cache
def words(part: str, name: str) -> frozenset[str]:
    """A list of `words.toml`."""
    read = tomllib.loads(files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    return frozenset(read[part][name].split())


# RE2: a value made of such words has many readings, and a pattern that tries them one by one takes hours.
_PLACEHOLDER = re2.compile(
    "(?i)"
    + "".join(
        r"""
    (?:.*(?:change.?me|change.?it|replace.?(?:me|this|with)|place.?holder|example|dummy|redacted|censored|lorem
        |your[_\-.\x20]|your(?:api|key|token|secret|pass)|[_\-]here\b|foobar|to.?be.?(?:set|filled|replaced)
        |insert|sample|not.?a.?real|not.?real|fake|mock|<[^>]*>|\.\.\.|\*\*\*|x{4,}|0{6,}|1234567|abcdef|qwerty|deadbeef
        |do.?not.?use|\btodo\b|\bfixme\b).*
    |(?:my|the|some|a|an|test|new|old|default|super|top|very|db|user|admin|root|app|client|api|auth|access|secret
        |password|passw(?:or)?d|passphrase|pass|pwd|token|key|credentials?|value|string|text|hidden|none|null|nil
        |undefined|true|false|unset|empty|required|optional|invalid|wrong|correct|good|bad|valid|basic|bearer
        |[_\-.\x20:/]|[0-9]{1,3}|!)+)
    """.split()  # noqa: SIM905 - the pattern is written over lines
    )
)
_REPEATED = re.compile(r"(.)\1{3,}|[\W_]+")
_LOOKED_UP = re.compile(
    r"""(?ix)
    .*(?:\$\{|\$\(|\{\{|\}\}|<%|%\(|\#\{|\$[A-Za-z_]|%[A-Z_]+%|%[sdv]\b|\{[A-Za-z_0-9.]*\}|\\\(|os\.environ|process\.env
        |getenv|env\[|env\(|secretkeyref|valuefrom).*
    |\$.*|@.*|!.*vault.*|ENC\[.*|\{cipher\}.*|AQICAH.*
    |(?:vault|op|sm|ref\+|env|file|ssm|secret|secretsmanager|keyvault|keyring|arn|projects|data|https?|ldaps?|urn|gs|s3)
        [:/].*
    |(?:~|\.{1,2})?/[\w./-]*|[A-Za-z]:\\.*
    |[\w./-]+\.(?:txt|pem|key|json|ya?ml|html?|py|js|ts|java|go|rb|php|crt|cer|jks|p12|pfx|com|org|net|io|xml|cfg|conf|ini)
    """
)
_LONGEST = 500


def is_placeholder(value: str) -> bool:
    """Whether a value stands for one that comes later, or is looked up when the program runs."""
    shown = value[:_LONGEST]
    return any(one.fullmatch(shown) for one in (_PLACEHOLDER, _REPEATED, _LOOKED_UP)) or len(set(shown)) < 4


_SIGNALS = re.compile(
    r"(?i)example|sample|dummy|fake|x{6,}|0{8,}|12345678|abcdefgh|placeholder|changeme|redacted"
)


def says_example(value: str) -> bool:
    """Whether a value of a known format says of itself that it is none."""
    return bool(_SIGNALS.search(value[:_LONGEST])) or len(set(value)) < 8


def chosen_by_hand(value: str) -> bool:
    """Whether a value may be a password that somebody chose: more than a word or a name of words."""
    if len(value) < 6 or re.fullmatch(r"[A-Za-z]+(?:[_\-. :/][A-Za-z]+)*|[0-9.,:/-]+|\w+\([^)]*\)?", value):
        return False
    return classes(value) >= 2


_TEST_FILE = re.compile(
    r"(?i)(?:test_.*|conftest|.*[_.-](?:tests?|specs?|example|sample|template|dist|mock|fixture)|.*(?-i:Tests?|Spec))"
    r"(?:\.\w+)?|.*\.(?:example|sample|template|tmpl|dist|default)|(?:example|sample|dummy|fixture)[_.-].*"
)


def place_of_examples(path: str) -> str:
    """Why what stands in a file is probably no secret, a sentence; "" where its path does not say so."""
    name = PurePosixPath(path)
    # Of a long path from the root only the nearest folders belong to the project, as far as can be told.
    folders = name.parts[-5:-1] if name.is_absolute() else name.parts[:-1]
    for one in folders:
        if one.lower() in words("paths", "tests"):
            return f"It stands in a folder for tests or examples ({one})."
    if _TEST_FILE.fullmatch(name.name):
        return "It stands in a file of tests or examples."
    return ""


def examples_of_a_rule(data: bytes) -> int:
    """Where the examples of a file with a rule of ours begin, the end of the text for another file."""
    begin = data.find(b"\nbad:\n")
    if begin < 0 or b"\ngood:\n" not in data or b"\ncwe: " not in data:
        return len(data)
    return begin


def is_lock(path: str) -> bool:
    """Whether a file is full of hashes that are none of anybody's secrets."""
    return PurePosixPath(path).name.lower() in words("paths", "locks")
