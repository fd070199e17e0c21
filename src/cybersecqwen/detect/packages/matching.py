"""Holds packages against advisories: what is known of each, how bad, and where to go.

A package of which only a range is known is reported where every version that the range allows is affected:
what a resolver takes today may be the newest, and a range that admits a good version is no finding. NuGet
takes the lowest version of a range, so that one is judged. What cannot be decided is told as skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cybersecqwen.knowledge.advisories import Advisories, Advisory
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Epss, Package, PackageFinding, Skipped

from . import orders
from .fingerprints import fingerprint
from .ranges import Affected, Answer, judge_all
from .scoring import rate
from .steps import Ladder, Step, is_breaking
from .unmaintained import end_of
from .wanted import lowest, spans

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

Reach = Callable[[Package], tuple[str, bool | None]]
"""How the code reaches a package, in words, and whether it does; None where that cannot be told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matched:
    """What came of holding packages against advisories."""

    findings: tuple[PackageFinding, ...]
    """Most serious first."""
    skipped: tuple[Skipped, ...]
    """What could not be decided."""


def exploited_in(store: Store) -> Callable[[str], bool]:
    """Whether a CVE stands in CISA's catalogue, by the knowledge store."""

    @lru_cache(maxsize=1 << 14)
    def exploited(cve: str) -> bool:
        entity = store.get(cve)
        return entity is not None and bool(entity.attributes.get("kev"))

    return exploited


def match(
    packages: Iterable[Package],
    advisories: Advisories,
    *,
    exploited: Callable[[str], bool] = lambda cve: False,
    likely: Callable[[Iterable[str]], Epss | None] = lambda cves: None,
    reach: Reach = lambda package: ("", None),
    reach_parts: Callable[[Package, tuple[str, ...]], tuple[str, bool | None]] | None = None,
) -> Matched:
    """What is known against packages; raises KnowledgeError where the advisories are damaged.

    `likely` gives the EPSS score of CVEs that are one problem. `reach_parts` is asked instead of `reach`
    where an advisory names parts of a module.
    """
    work = _Work(advisories, exploited, likely, reach, reach_parts or (lambda package, parts: reach(package)))
    for package in packages:
        work.add(package)
    return Matched(findings=ordered(work.findings), skipped=work.told())


def ordered(findings: Iterable[PackageFinding]) -> tuple[PackageFinding, ...]:
    """By what to do first: exploited and malicious ones, then those that are likely to be exploited soon.

    Then by severity, reached, asked for by name, and the EPSS and CVSS scores.
    """
    return tuple(sorted(findings, key=_priority))


def _priority(finding: PackageFinding) -> tuple[object, ...]:
    reached = {True: 0, None: 1, False: 2}[finding.reachable]
    return (
        not (finding.exploited or finding.kind == "malicious"),
        not (finding.epss and finding.epss.is_likely),
        -finding.severity,
        reached,
        not finding.package.direct,
        finding.package.dev,
        -(finding.epss.score if finding.epss else 0.0),
        -(finding.score or 0.0),
        finding.package.name,
        finding.id,
        finding.package.place.path,
        finding.package.place.line,
    )


@dataclass(kw_only=True, slots=True)
class _Known:
    """What is known of one package, all of its versions."""

    advisories: tuple[Advisory, ...]
    problems: dict[str, Affected]
    """Id to affected versions."""
    ladder: Ladder
    judged: dict[tuple[str, str], list[tuple[Advisory, Answer]]] = field(default_factory=dict)
    """By version and range: lock files name the same one again and again."""


class _Work:
    def __init__(
        self,
        advisories: Advisories,
        exploited: Callable[[str], bool],
        likely: Callable[[Iterable[str]], Epss | None],
        reach: Reach,
        reach_parts: Callable[[Package, tuple[str, ...]], tuple[str, bool | None]],
    ) -> None:
        self.advisories = advisories
        self.exploited = exploited
        self.likely = likely
        self.reach = reach
        self.reach_parts = reach_parts
        self.findings: list[PackageFinding] = []
        self.known: dict[tuple[str, str], _Known] = {}
        self.without: dict[tuple[str, str], int] = {}  # (path, ecosystem) to packages
        self.loose: dict[str, int] = {}  # path to packages that have advisories and no exact version
        self.undecided: list[Skipped] = []

    def add(self, package: Package) -> None:
        if package.ecosystem not in self.advisories.ecosystems:
            place = (package.place.path, package.ecosystem)
            self.without[place] = self.without.get(place, 0) + 1
            return
        known = self._known(package)
        if not known.advisories:
            return
        doubts: list[str] = []
        judged = known.judged.get((package.version, package.wanted))
        if judged is None:
            judged = known.judged[package.version, package.wanted] = _judged(package, known)
        for advisory, answer in judged:
            if answer.affected:
                self.findings.append(self._finding(package, advisory, known))
            elif answer.affected is None:
                doubts.append(answer.reason)
        if not package.version:
            self.loose[package.place.path] = self.loose.get(package.place.path, 0) + 1
        if doubts:
            self.undecided.append(
                Skipped(
                    path=package.place.path,
                    reason=f"{_named(package)}: {_amount(len(doubts))} could not be decided. {doubts[0]}",
                )
            )

    def told(self) -> tuple[Skipped, ...]:
        """What was not decided, the whole of ecosystems first."""
        found = [
            Skipped(
                path=path,
                reason=f"No advisories about {ecosystem} are imported: {_packages(count)} not looked up.",
            )
            for (path, ecosystem), count in self.without.items()
        ]
        found += [
            Skipped(
                path=path,
                reason=f"{_packages(count)} named without an exact version: reported only where every version"
                " that is allowed is affected.",
            )
            for path, count in self.loose.items()
        ]
        return (*found, *self.undecided)

    def _known(self, package: Package) -> _Known:
        place = (package.ecosystem, package.name)
        known = self.known.get(place)
        if known is None:
            found = self.advisories.for_package(*place)
            problems = {one.id: Affected(package.ecosystem, one.extents) for one in found}
            ladder = Ladder(package.ecosystem, found, problems)
            known = self.known[place] = _Known(advisories=found, problems=problems, ladder=ladder)
        return known

    def _finding(self, package: Package, advisory: Advisory, known: _Known) -> PackageFinding:
        rated = rate(advisory)
        exploited = any(self.exploited(cve) for cve in advisory.cves)
        epss = self.likely(advisory.cves)
        other = "unmaintained" if advisory.informational == "unmaintained" else "vulnerable"
        kind = "malicious" if advisory.malicious else other
        severity = Severity.CRITICAL if advisory.malicious else rated.severity
        base = package.version or lowest_of(package)
        better = known.ladder.step(base, advisory.id)
        parts = advisory.parts
        reached, reachable = self.reach_parts(package, parts) if parts else self.reach(package)
        breaking = bool(better.version) and is_breaking(package.ecosystem, base, better.version)
        return PackageFinding(
            kind=kind,
            package=package,
            id=advisory.id,
            aliases=advisory.aliases,
            title=advisory.title or advisory.id,
            # What is exploited is no small matter, whatever was thought when it was published.
            severity=max(severity, Severity.HIGH) if exploited else severity,
            score=rated.score,
            vector=rated.vector,
            exploited=exploited,
            epss=epss,
            cwe=advisory.cwe,
            fixed=better.version,
            breaking=breaking,
            reached=reached,
            reachable=reachable,
            why=_why(package, advisory, exploited, epss, "" if advisory.malicious else rated.note),
            instead=_instead(package, kind, better, breaking),
            fingerprint=fingerprint(kind, package, next(iter(sorted(advisory.cves)), advisory.id)),
        )


def _judged(package: Package, known: _Known) -> list[tuple[Advisory, Answer]]:
    advisories = known.advisories
    version = package.version
    if not version and package.ecosystem == "NuGet":
        version = lowest(package.wanted)
    if version:
        return [(found, known.problems[found.id].judge(version)) for found in advisories]
    if not orders.known(package.ecosystem):
        reason = f"The order of versions of {package.ecosystem} is not known."
        return [(found, Answer(None, reason)) for found in advisories]
    wanted = spans(package.ecosystem, package.wanted)
    if wanted is None:
        reason = f"The range {package.wanted[:60]!r} cannot be read."
        return [(found, Answer(None, reason)) for found in advisories]
    return [(found, judge_all(package.ecosystem, wanted, found.extents)) for found in advisories]


def lowest_of(package: Package) -> str:
    """The first version that a range names: where a step is counted from if no version is known."""
    found = orders.numbers(package.wanted.lstrip(" ^~<>=![("))
    return ".".join(map(str, found)) or "0"


def _why(package: Package, advisory: Advisory, exploited: bool, epss: Epss | None, note: str) -> str:
    if package.version:
        text = f"{package.name} {package.version} is one of the versions that {advisory.id} is about."
    elif package.wanted:
        allowed = f"Every version of {package.name} that {package.wanted!r} allows"
        text = f"{allowed} is one that {advisory.id} is about."
    else:
        text = f"Every version of {package.name} is one that {advisory.id} is about."
    if advisory.parts:
        more = f" and {len(advisory.parts) - 3} more" if len(advisory.parts) > 3 else ""
        text += f" It is in {', '.join(advisory.parts[:3])}{more}."
    if exploited:
        text += " It is exploited: CISA lists it."
    if epss is not None and epss.is_likely:
        text += f" {epss.cve} is exploited within 30 days of {epss.date} with {epss.score:.0%}, says EPSS."
    return f"{text} {note}".strip()


def _instead(package: Package, kind: str, better: Step, breaking: bool) -> str:
    if kind == "malicious":
        text = "Remove it, and take every secret of the machines that installed it for stolen."
        return (
            f"{text} Nothing is known against {better.version}."
            if better.version and not better.left
            else text
        )
    if kind == "unmaintained" and not better.version:
        end = end_of(package)
        return f"Take {end.use}." if end is not None else "Look for a package that is maintained."
    if not better.version:
        return "No fixed version is known: see whether the affected part is used, or take another package."
    text = f"Update to {better.version}, the nearest version that nothing is known against."
    if better.left:
        left = f"{min(better.left)} is" if len(better.left) == 1 else f"{len(better.left):,} others are"
        text = f"Update to {better.version}, the nearest version without this; {left} known of it."
    if not package.direct:
        text += " Another package asks for it: update that one, or pin this."
    if breaking:
        text += " The step may break what uses it: read its notes first."
    return text


def _named(package: Package) -> str:
    return f"{package.name} {package.version or package.wanted}".strip()[:160]


def _amount(count: int) -> str:
    return "1 advisory" if count == 1 else f"{count:,} advisories"


def _packages(count: int) -> str:
    return "1 package was" if count == 1 else f"{count:,} packages were"
