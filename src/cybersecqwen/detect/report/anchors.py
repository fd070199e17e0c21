"""Where in a text an indicator can begin at all, found in passes over one byte a character.

Each property gives ascending offsets: a superset of those at which the pattern of its looker can match, so
that the pattern is only tried there. All passes are linear; most look only at the neighbours of rare
characters.
"""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from .folding import Offsets
from .shadow import LIKE_ASCII, WORD, spaced, table, union, within
from .signs import Signs, heads_of
from .url_anchors import scheme_starts

_DOT, _COLON, _SLASH, _BACKSLASH, _DASH, _AT, _TILDE, _PERCENT, _DOLLAR, _UNDERSCORE = b".:/\\-@~%$_"
LONGEST_HOST = 1_024
"""Characters of a host that is written with a port: 13 labels, each dot in brackets with blanks."""
LONGEST_LOCAL_PART = 64
"""Characters before the at sign (RFC 5321 §4.5.3.1.1)."""


class Anchors(Signs):
    """The candidates in one text."""

    @cached_property
    def dotted(self) -> Offsets:
        """First characters of names with a dot that can be a host's, by what stands before them."""
        heads = self._dotted
        before = self._at(heads - 1)
        path = (before == _SLASH) & (self._at(heads - 2) != _SLASH)
        return heads.compress(~(path | table("no host").take(before)))

    @cached_property
    def hosts_with_paths(self) -> Offsets:
        """Those of `dotted` behind nothing that belongs to a URL, with a slash behind them on their line."""
        heads = self.dotted
        heads = union(heads.compress(~self._near(heads - 1, "no bare host")), self._behind_foreign)
        slashes = self._slashes
        slashes = slashes.compress(self._near(slashes - 1, "name") | (self._at(slashes - 1) == ord("[")))
        heads = within(heads, slashes, LONGEST_HOST)
        if not len(heads):
            return heads
        breaks = np.append(self.line_breaks, self.size)
        slash = slashes.take(np.searchsorted(slashes, heads))
        return heads.compress(slash < breaks.take(np.searchsorted(breaks, heads)))

    @cached_property
    def _dotted(self) -> Offsets:
        """First characters of names with a dot, written in any way, behind their first label."""
        plain = heads_of(self._name_starts, self._dots - 1)
        plain = plain.compress(~((self._at(plain - 1) == _DOT) & self._near(plain - 2, "name")))
        dots = self._where(_DOT)
        slashes = self._backslashes
        marks = union(
            self._opened("dot"),
            dots[self._at(dots + 1) == ord("]")],
            slashes[self._at(slashes + 1) == _DOT],
        )
        before = marks - 1
        for _ in range(2):  # a blank, a dot too many
            before = np.where(self._near(before, "name"), before, before - 1)
        before = before[self._near(before, "name")]
        return union(plain, heads_of(self._name_starts, before))

    @cached_property
    def _behind_foreign(self) -> Offsets:
        """Letters, digits and dashes of ASCII behind a letter beyond it: scripts without blanks."""
        if self.text.isascii():
            return self._marks[:0]
        found = [np.flatnonzero(self._codes >= 128) + 1]
        alike = "".join(map(chr, LIKE_ASCII))
        if any(letter in self.text for letter in alike):
            ends = [match.end() for match in re.finditer(f"[{alike}]", self.text)]
            found.append(np.array(ends, dtype=np.intp))
        behind = union(*found)
        return behind.compress(self._near(behind, "name") & (self._at(behind) < 128))

    @cached_property
    def numbers(self) -> Offsets:
        """Dotted names that begin with a digit, and digits behind the dash of a range."""
        heads = self._dotted
        dashes = self._dashes
        dashes = dashes[self._near(dashes - 1, "digit") & self._near(dashes + 1, "digit")]
        behind = self._behind_foreign
        behind = behind.compress(self._near(behind, "digit"))
        found = union(heads.compress(self._near(heads, "digit")), dashes + 1, behind)
        # an octet has at most three digits, and a dot follows it, written in any way
        after = found + 1
        for _ in range(2):
            after = after + self._near(after, "digit")
        return found.compress(self._near(after, "dot begins"))

    @cached_property
    def colon_pairs(self) -> Offsets:
        """Where IPv6 addresses can begin: before two colons with few characters between."""
        colons = self._colons
        first = colons[:-1][np.diff(colons) <= 7] if len(colons) > 1 else colons[:0]
        found = [first]
        for end in (first, first[self._at(first - 1) == ord("[")] - 1):  # "[:]"
            for _ in range(5):
                found += [end, end[self._at(end - 1) == ord("[")] - 1]
                end = end[self._near(end - 1, "hex")] - 1
        return union(*found)

    @cached_property
    def networks(self) -> Offsets:
        """Where networks can begin: addresses shortly before a slash and a digit."""
        slashes = self._slashes
        digit = self._near(slashes + 1, "digit") | (self._at(slashes - 1) == ord("["))
        return within(union(self.numbers, self.colon_pairs), slashes[digit], 60)

    @cached_property
    def hardware(self) -> Offsets:
        """Where hardware addresses can begin: signs in a row at the right distance."""
        dots = self._dots
        found = union(
            spaced(self._colons, 3) - 2,
            spaced(self._dashes, 3) - 2,
            dots[:-1][np.diff(dots) == 5] - 4 if len(dots) > 1 else dots[:0],
        )
        return found[found >= 0]

    @cached_property
    def long_names(self) -> Offsets:
        """Runs of letters and digits that are longer than all hashes but the longest: TLSH."""
        found: Offsets = self._name_starts[self._name_lengths >= 70]
        return found

    @cached_property
    def digests(self) -> Offsets:
        """First colons of two, behind a digit and with more between than times have: ssdeep."""
        colons = self._colons
        if len(colons) < 2:
            return colons[:0]
        gap = np.diff(colons)
        first = colons[:-1][(gap > 3) & (gap <= 65)]
        return first[self._near(first - 1, "digit") & self._near(first + 1, "digest")]

    @cached_property
    def techniques(self) -> Offsets:
        """Identifiers of ATT&CK: one to three letters that begin a name, and four digits."""
        first = self._name_starts.compress(table("object").take(self._head_bytes))
        first = first.compress(self._near(first + 3, "digit") & self._near(first + 4, "digit"))
        return first.compress(self._at(first - 1) != _DOT)

    @cached_property
    def systems(self) -> Offsets:
        """AS before a number."""
        return self.words("as")

    @cached_property
    def coins(self) -> Offsets:
        """First digits of wallets: behind no letter, with at least 13 letters and digits to come."""
        joints = self._marks.compress(table("joint").take(self._mark_bytes)) + 1
        foreign = np.flatnonzero(self._codes == WORD) + 1  # other letters end what can belong to a wallet
        found = union(self._name_starts.compress(self._name_lengths > 13), joints, foreign)
        found = found.compress(self._near(found, "coin") & self._near(found + 13, "letter"))
        return found.compress(self._near(found + 6, "letter"))

    @cached_property
    def file_names(self) -> Offsets:
        """First characters of runs that hold a dot, as names of files are written."""
        dots = self._where(_DOT)
        dots = dots.compress(self._near(dots + 1, "word"))
        dots = dots.compress(self._near(dots - 1, "file"))
        return self._wider_heads("file", dots)

    @cached_property
    def urls(self) -> Offsets:
        """Schemes with what follows them."""
        colons = self._colons
        lines = self._where(_UNDERSCORE)
        lines = lines[(self._at(lines + 1) == _UNDERSCORE) & self._near(lines - 1, "scheme end")]
        return scheme_starts(self.text, union(colons[self._near(colons + 1, "separator")], lines))

    @cached_property
    def emails(self) -> Offsets:
        """First characters of what stands before an at sign, written in any way."""
        marks = union(self._where(_AT), self._opened("at"))
        first = np.where(self._near(marks - 1, "local"), marks - 1, marks - 2)
        first = first[self._near(first, "local")]
        found = []
        for _ in range(LONGEST_LOCAL_PART):
            more = self._near(first - 1, "local")
            found.append(first[~more])
            first = first[more] - 1
            if not len(first):
                break
        return union(*found) if found else first

    @cached_property
    def windows(self) -> Offsets:
        """Drives, shares, variables and devices."""
        slashes = self._backslashes
        percents, dollars = self._where(_PERCENT), self._where(_DOLLAR)
        before = self._at(slashes - 1)
        first = slashes[~self._near(slashes - 1, "unc")]
        return union(
            slashes[(before == _COLON) & (slashes > 1)] - 2,
            first[self._near(first + 1, "device")],
            percents[self._near(percents + 1, "word")],
            dollars[self._near(dollars + 1, "word")],
        )

    @cached_property
    def unix(self) -> Offsets:
        """Slashes and tildes at the beginning of a path."""
        slashes = self._slashes
        first = slashes[self._near(slashes + 1, "word") & ~self._near(slashes - 1, "unix")]
        return union(first, slashes[self._at(slashes - 1) == _TILDE] - 1)

    @cached_property
    def forward(self) -> Offsets:
        """Drives and variables before a slash."""
        slashes, percents = self._slashes, self._where(_PERCENT)
        drives = slashes[(self._at(slashes - 1) == _COLON) & (self._at(slashes + 1) != _SLASH)] - 2
        after = slashes[self._at(slashes - 1) == _PERCENT] - 1
        return union(drives[drives >= 0], within(percents, after, 30))

    @cached_property
    def relative(self) -> Offsets:
        """Runs of names with a backslash in them, and what stands in brackets before one."""
        slashes = self._backslashes
        if not len(slashes):
            return slashes
        runs = self._wider_heads("relative", slashes)
        return union(runs, within(self._opening, slashes[self._near(slashes - 1, "close")], 34))

    @cached_property
    def _before_backslash(self) -> Offsets:
        """First characters of names that stand before a backslash, or a colon and one."""
        slashes = self._backslashes
        last = np.where(self._at(slashes - 1) == _COLON, slashes - 2, slashes - 1)
        last = last[self._near(last, "name")]
        return union(heads_of(self._name_starts, last))

    @cached_property
    def registry(self) -> Offsets:
        """Hives."""
        slashes = self._backslashes
        names = self._before_backslash
        inner = self._before_backslash_after_dash
        return union(names[self._near(names, "h")], inner, slashes[self._near(slashes + 1, "r")])

    @cached_property
    def _before_backslash_after_dash(self) -> Offsets:
        """As `_before_backslash`, where the name begins behind a dash: "-HKLM"."""
        dashes = self._where(_DASH)
        return dashes[self._near(dashes + 1, "h")] + 1 if len(self._backslashes) else dashes[:0]

    @cached_property
    def bare_keys(self) -> Offsets:
        """First parts of registry keys without a hive."""
        dashes = self._where(_DASH) if len(self._backslashes) else self._backslashes
        found = union(self._before_backslash, dashes + 1)
        found = found[self._near(found, "s")]
        return union(found, found[self._at(found - 1) == _BACKSLASH] - 1)

    @cached_property
    def pipes(self) -> Offsets:
        """Backslashes shortly before the word pipe."""
        slashes = self._backslashes
        first = slashes[~self._near(slashes - 1, "unc")]
        words = slashes[self._near(slashes - 1, "e") & self._near(slashes - 4, "p")]
        return within(first, words, 290)
