"""Programs that a question names: by their file, by a name of their own, or as a group."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .asked import Sure
from .library import Library
from .mentions import Kind, Mention
from .vocabulary import Lexicon, Token
from .words import COMMON, SMALL, word_list

_BARE = re.compile(r"(?<![\w./\\:@-])[A-Za-z0-9][\w+-]{0,40}(?:\.[\w-]{2,20}){0,3}(?![\w@]|[./\\]\w)")
_OF_TWO = re.compile(r"(?<=[A-Za-z])/(?=[A-Z])")
_AFTER = re.compile(
    r"\"?'?`?,?\s+(?:\(\w+\)\s+)?(?:(?!(?:the|an?|all|any|every|some|which|that|account)\b)\w+\s+)?(?:binary|binaries|utility|utilities|command|"
    r"commands|tool|tools|process|processes|executable|"
    r"program|cli|client|application|hacktool|lolbin|command-line|command line|child|"
    r"spawning|spawns|starting|"
    r"launching|launches|execution|service)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:execution|invocation|launch|usage|use|instances?) of\s+(?:the\s+|a\s+)?[\"'`]?$", re.IGNORECASE
)
_NAME = re.compile(r"[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[a-z]\w*|[a-z]+\d+\w*")
_LOOK = 40
_ASKING = word_list("asking")
_PROGRAM_FIELDS = frozenset(("Image", "OriginalFileName", "ParentImage", "SourceImage"))


def named_programs(text: str, found: Sequence[Token], lexicon: Lexicon) -> Iterator[Mention]:
    """Programs that the lexicon has a phrase for: groups, and programs under another name."""
    for meaning, start, end in lexicon.programs.find(found):
        words = text[start:end]
        if meaning == "shells" and (
            _NAMED_SHELL.search(text[:start])
            or _NO_SHELL.search(text[:start])
            or _NO_SHELL_AFTER.match(text, end)
        ):
            continue
        if meaning in lexicon.single and meaning in lexicon.english and not _said(text, start, end):
            continue
        yield Mention(
            kind=Kind.PROGRAM, start=start, end=end, words=words, values=(), sure=Sure.KNOWN, group=meaning
        )


def bare_programs(text: str, lexicon: Lexicon, library: Library) -> Iterator[Mention]:
    """Programs written without an ending: known names, names of rules, and what "execution of" names."""
    # "Regasm/Regsvcs" names two.
    text = _OF_TWO.sub(" ", text)
    for match in _BARE.finditer(text):
        word = match[0].lower()
        if len(word) < 2 or word.isdigit():
            continue
        is_known = word in lexicon.known_anywhere
        learned = not is_known and _is_program(word, library)
        if is_known or learned:
            if learned and not _is_rare(word, library, _said(text, match.start(), match.end())):
                continue
            if learned and word in _ASKING:
                continue
            if word in lexicon.english and not _said(text, match.start(), match.end()):
                continue
            sure = Sure.KNOWN if is_known else Sure.LEARNED
        elif _is_new(match[0], text, match.start(), library):
            sure = Sure.ASSUMED
        else:
            continue
        yield Mention(
            kind=Kind.PROGRAM, start=match.start(), end=match.end(), words=match[0], values=(word,), sure=sure
        )


_NAMED_SHELL = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][a-z]+ $")
_NO_SHELL = re.compile(
    r"\b(?:web|reverse|remote|secure|cloud|serial|power|bind|windows|interactive)[ -]$", re.IGNORECASE
)
_NO_SHELL_AFTER = re.compile(
    r" (?:history|scripts?|environment|variables?|code|context|folders?|open|extension|"
    r"links?|core|api|function|activity|profile|config\w*)\b",
    re.IGNORECASE,
)

_MANY = 500
"""Rules of a library from which on it can be told how rare a word is."""
_RARE = 5.5
"""Nats above which a word that rules use as the name of a program is hardly anything else."""


def _is_rare(word: str, library: Library, said: bool) -> bool:
    """Whether a word is hardly anything but a name; where rules are too few to tell, whether it is said."""
    return library.rarity(word) >= _RARE if len(library.rules) >= _MANY else said


def _said(text: str, start: int, end: int) -> bool:
    """Whether the words around say that this is a program."""
    if text[max(0, start - 1) : start] in ('"', "'", "`") and text[end : end + 1] in ('"', "'", "`"):
        return True
    before = text[max(0, start - _LOOK) : start]
    return bool(_AFTER.match(text, end) or _STRONG.search(before))


def _is_program(word: str, library: Library) -> bool:
    uses = library.cores.get(word, ())
    return any(use.field in _PROGRAM_FIELDS for use in uses)


def _is_new(word: str, text: str, start: int, library: Library) -> bool:
    """A name that no rule has, where a program is named."""
    before = text[max(0, start - _LOOK) : start]
    if not _STRONG.search(before) and not _AFTER.match(text, start + len(word)):
        return False
    named = bool(_NAME.fullmatch(word)) or (len(library.rules) >= _MANY and len(word) > 3 and word.isascii())
    return (
        named
        and word.lower() not in SMALL
        and word.lower() not in COMMON
        and not library.knows(word.lower())
        and word.lower() not in _NO_NAME
    )


_NO_NAME = frozenset(
    ("powershell", "javascript", "vbscript", "github", "microsoft", "macos", "linkedin", "dll", "dlls", "ids")
)


def files_of(mention: Mention, product: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Names of files that a mention of programs means on a product; () where there are none."""
    if mention.group:
        group = lexicon.groups[mention.group].files
        return group.get(product) or (group.get("windows", ()) if not product else ())
    out = []
    for value in mention.values:
        if mention.sure is Sure.KNOWN and value not in lexicon.known.get(product or "windows", frozenset()):
            continue
        bare = value.removesuffix(".exe")
        if product == "windows" or not product:
            out.append(value if "." in value and value.rpartition(".")[2] in _ENDINGS else f"{value}.exe")
        else:
            out.append(bare)
    return tuple(out)


_ENDINGS = frozenset(("exe", "com", "scr", "pif", "cpl", "msc", "bat", "cmd", "dll", "sys"))
