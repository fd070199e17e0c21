"""What is in a baseline, and how two differ, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .clock import Clock
from .comparison import Comparison, Section
from .wording import many, span, when

_CHARS = 100


def summary_lines(name: str, clock: Clock, learned: int, sections: Mapping[str, Section]) -> list[str]:
    """The extent, then each subject with its number of entries and the most frequent of them."""
    of = f" of {name}" if name else ""
    lines = [f"Baseline{of}, learned {many(learned, 'time')}: {_extent(clock)}"]
    for subject, section in sections.items():
        if section.entries:
            lines += ["", f"{subject}: {section.entries:,}, counted {section.total:,.0f} times"]
            lines += [f"  {n:>14,.0f}  {_cut(entry)}" for entry, n in section.top]
            if section.entries > len(section.top):
                lines.append(f"  {'':>14}  and {section.entries - len(section.top):,} more")
    return lines


def comparison_lines(before: Clock, after: Clock, comparisons: Mapping[str, Comparison]) -> list[str]:
    """The extents, then for each subject what is new, gone, more and less frequent."""
    lines = [f"before: {_extent(before)}", f"after:  {_extent(after)}"]
    for subject, found in comparisons.items():
        counts = found.counts
        lines += [
            "",
            f"{subject}: {counts['new']:,} new, {counts['gone']:,} gone, {counts['more']:,} more frequent, "
            f"{counts['less']:,} less frequent, {found.same:,} the same",
        ]
        lines += _differences(found)
    return lines


def _differences(found: Comparison) -> Iterator[str]:
    for word, counted in (("new", found.new), ("gone", found.gone)):
        for entry, n in counted:
            yield f"  {word:<5} {n:>14,.0f} times            {_cut(entry)}"
        yield from _rest(found.counts[word] - len(counted), word)
    for word, rated in (("more", found.more), ("less", found.less)):
        for entry, one, other in rated:
            yield f"  {word:<5} {one:>10,.4g} → {other:<10,.4g} a day  {_cut(entry)}"
        yield from _rest(found.counts[word] - len(rated), word)


def _rest(number: int, word: str) -> Iterator[str]:
    if number:
        yield f"  {word:<5} and {number:,} further"


def _extent(clock: Clock) -> str:
    records = many(clock.records, "record")
    if not clock.by_time:
        return f"{records}, without times"
    return f"{records} from {when(clock.first)} to {when(clock.last)} ({span(clock.days)})"


def _cut(entry: str) -> str:
    flat = "".join(c if c.isprintable() else "·" for c in entry)
    return flat if len(flat) <= _CHARS else flat[: _CHARS - 1] + "…"
