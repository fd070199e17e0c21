"""Lookers for hashes, CVE numbers and ATT&CK identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from cybersecqwen.detect.text import codes, known
from cybersecqwen.detect.text.matches import Match, words

from .anchors import Anchors
from .identifiers import find_identifiers, identifier_starts
from .shaped import shaped

# Runs of digits of the length of a hash between letters that cannot belong to it: another script, the next
# word of a table whose cells lost their blanks, "_packed" and "md5_" of a file's name
_GLUED = re.compile(
    r"(?:(?<![0-9A-Za-z-])|(?<=md5)|(?<=MD5)|(?<=(?i:sha1))|(?<=(?i:sha256))|(?<=(?i:sha512))|(?<=(?i:hash)))"
    r"(?:(?P<low>[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9a-f-])"
    r"|(?P<up>[0-9A-F]{128}|[0-9A-F]{64}|[0-9A-F]{40}|[0-9A-F]{32})(?![0-9A-F-])"
    r"|(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![\w-]))"
)
# What the text calls something else (tests/data/intel/guidelines.md); a window of one line before it
_OTHER = re.compile(
    r"(?:\bcommits?(?: id| hash)?|\brevision|\betag|\bauthenti-?hash|\bvhash|\bimp-?hash|\bimport hash"
    r"|ja3s?|\bhassh(?:server)?|\bpe-?hash|\bsym-?hash|\btelfhash|\bdhash|\bblock(?: hash)?"
    r"|\bsession(?: id| key)?|\bcookie|\bbuild ?id|\bcontainer(?: id)?|\bnt ?hash|\bworkspace id|\btenant id"
    r"|\brich(?: pe)?(?: header)?(?: hash)?|\bserial(?: number| no\.?| #)?|\btransactions?(?: hash"
    r"| id)?|\btx(?:id| hash)?"
    r"|\buuid|\bguid|\bapi[ _-]key|\baes[ _-]key|\bkey|\biv|\bnonce|\bsalt|\bsecret|\btoken|\bpassword"
    r"|\bntlm(?: hash)?"
    r"|\blm hash|\bgit(?: hash)?|\bcampaign id|\bbot ?id|\bmachine ?id)"
    r"[ \t\"'`=:(\[|]{1,4}(?:is |of |in |was )?[\"'`(]?\Z"
)
# The same as the heading of a list
_OTHER_LIST = re.compile(
    r"(?:ja3s|\bimp-?hash(?:es)?|import hash(?:es)?|authenti-?hash(?:es)?|rich header hash(?:es)?|etags?)"
    r"(?: (?:fingerprints?|hash(?:es)?"
    r"|values?))?\s?[:=]?(?:[\s,;*\u2022|-]{1,6}[0-9a-f]{32,64}){0,10}[\s,;*\u2022|-]{1,6}\Z"
)
# "the ETag of the page was"
_ETAG = re.compile(r"\betags?\b[^\n.;,]{0,40}\Z")
# A line of half a SHA-256
_HALF = re.compile(r"((?:[0-9a-f]{32}|[0-9A-F]{32}))(?:\r?\n|\Z)")
_REACH = 40


def find_hashes(text: str, low: str, starts: Iterable[int] | None = None) -> Iterator[Match]:
    """Hashes of files by their length, glued to the next word or not; see `shaped.Finder`.

    What the text calls a commit, a key or another kind of hash is left out. A hash that serves as a file's
    name is the hash alone.
    """
    reached = 0
    for match in _candidates(text, starts):
        start, end = match.span()
        if start < reached:
            continue
        value = match.group().lower()
        if len(value) == 32 and (block := _wrapped(text, low, start)):
            for first, last in block:
                digits = low[first:last].replace("\n", "")
                yield Match(type="sha256", value=digits, start=first, end=last, note=known.hash_note(digits))
                reached = last
            continue
        if (value.isdigit() and len(set(value)) > 1) or (value.isalpha() and 1 < len(set(value)) < 4):
            continue  # a long number
        reached = end
        if not _is_whole(text, start, end) or _is_other(text, low, start):
            continue
        yield Match(
            type=codes.TYPES[len(value)], value=value, start=start, end=end, note=known.hash_note(value)
        )


def _wrapped(text: str, low: str, start: int) -> list[tuple[int, int]]:
    """Lines of half a SHA-256 each under a heading that says so, in pairs; none where it is not so."""
    if start > 32 and _HALF.match(text, start - 33, start):  # not the first line of them
        return []
    line = _HALF.match(text, start)
    if not line or text[start - 1 : start] not in ("", "\n"):
        return []
    heading = low[max(0, start - 200) : start]
    if "sha-256" not in heading and "sha256" not in heading:
        return []
    if "md5" in heading or "\n\n" in heading.rstrip():
        heading = heading.rstrip().rpartition("\n\n")[2]
        if "md5" in heading or ("sha-256" not in heading and "sha256" not in heading):
            return []
    spans: list[tuple[int, int]] = []
    while line and len(spans) < 200:
        spans.append(line.span(1))
        line = _HALF.match(text, line.end())
    if len(spans) % 2:
        return []
    return [(spans[at][0], spans[at + 1][1]) for at in range(0, len(spans), 2)]


def _candidates(text: str, starts: Iterable[int] | None) -> Iterator[re.Match[str]]:
    if starts is None:
        yield from _GLUED.finditer(text)
        return
    for start in starts:
        match = _GLUED.match(text, start)
        if match:
            yield match


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether digits end where the hash does: "…f0File" and "…f0のファイル" go on, "…f0DEAD" does not."""
    before, after = text[start - 1 : start], text[end : end + 2]
    if before == "_" and text[start - 2 : start - 1] in ("", " ", "\n"):
        return True
    if not after[:1].isascii() or not after[:1].isalnum():
        return True
    if after[0].isdigit():
        return False
    mixed = text[start:end].upper() == text[start:end]
    return after[0] not in "abcdefABCDEF" or (not mixed and after[0].isupper() and after[1:].islower())


# Ends of the words of `_OTHER`, and what stands between them and the digits
_ENDS = tuple(
    words(
        "commit commits id hash revision etag ja3 ja3s hassh server block session key cookie rich pe header"
        " serial number no. no # transaction transactions tx iv nonce salt secret token password ntlm git"
    )
)
_GAP = " \t\"'`=:([|"
_CELLS = (",", ";", "\t", "|")
_LINKS = (" is", " of", " in", "was")


def _is_other(text: str, low: str, start: int) -> bool:
    """Whether the words before a hash call it something else; the patterns are tried where they can match."""
    last = text[start - 1 : start]
    if not last or last.isalnum():
        return False
    if last in _GAP:
        line = text[max(0, start - _REACH) : start].rpartition("\n")[2].lower()
        head = line.rstrip(_GAP)
        if head.endswith(_LINKS):
            head = head[:-3].rstrip(_GAP)
        if "etag" in low[max(0, start - 60) : start] and _ETAG.search(low[max(0, start - 60) : start]):
            return True
        if head.endswith(_ENDS) and _OTHER.search(line[-_REACH:]):
            return True
    if not (last.isspace() or last in ",;*\u2022|-"):
        return False
    first = max(0, start - 400)
    if (
        low.find("hash", first, start) < 0
        and low.find("etag", first, start) < 0
        and low.find("ja3s", first, start) < 0
    ):
        return False
    heading = _OTHER_LIST.search(text[first:start].lower())
    # the last heading of a table is not that of the first cell below
    return heading is not None and text[first + heading.start() - 1 : first + heading.start()] not in _CELLS


def _hash_starts(anchors: Anchors) -> Any:
    """First characters of hashes: of runs as long as one, and within longer ones."""
    import numpy as np

    starts, lengths = anchors._name_starts, anchors._name_lengths
    long = lengths >= 32
    starts, lengths = starts[long], lengths[long]
    exact = np.isin(lengths, (32, 40, 64, 128))
    # a shorter hash may be glued to what makes the run as long as a longer one
    exact[exact] = [_GLUED.match(anchors.text, start) is not None for start in starts[exact].tolist()]
    found = starts[exact]
    within = [
        match.start()
        for start, length in zip(starts[~exact].tolist(), lengths[~exact].tolist(), strict=True)
        for match in _GLUED.finditer(anchors.text, start, start + length)
    ]
    return np.sort(np.concatenate((found, np.array(within, dtype=np.intp)))) if within else found


HASH = shaped(find_hashes, _hash_starts)
CVE = shaped(codes.find_cves, lambda anchors: anchors.words("cve"))
ATTACK = shaped(find_identifiers, identifier_starts)
