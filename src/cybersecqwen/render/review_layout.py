"""What a review's page shows in every format: each finding with its code, its reason, the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cybersecqwen.records.review import CodeFinding, Epss, PackageFinding, Place, Review, Status

from .interface import Detail
from .sections import Line, Part, Sections

_MOST = {"brief": 10, "normal": 50, "full": 10_000}
"""Findings that are shown one by one."""
_AROUND = 6
"""Lines of code shown of a finding."""
_TAB = "    "


def review_sections(review: Review, detail: Detail) -> Sections:
    """The page, with paths as a reader opens them."""
    review = _opened(review)
    found = any(one.status is Status.OPEN for one in review.findings)
    found = found or any(one.status is Status.OPEN for one in review.vulnerabilities)
    return Sections(
        kind="review",
        banner="FINDINGS" if found else "CLEAN",
        good=not found,
        parts=tuple(part for part in _parts(review, detail) if part.code or part.lines),
        basis="Every finding stands on the lines shown with it; no language model made one up.",
    )


def _opened(review: Review) -> Review:
    def place(one: Place) -> Place:
        return replace(one, path=review.opened(one.path))

    if not review.root:
        return review
    return replace(
        review,
        findings=tuple(
            replace(
                one,
                place=place(one.place),
                flow=tuple(replace(step, place=place(step.place)) for step in one.flow),
            )
            for one in review.findings
        ),
        vulnerabilities=tuple(
            replace(one, package=replace(one.package, place=place(one.package.place)))
            for one in review.vulnerabilities
        ),
    )


def _parts(review: Review, detail: Detail) -> Iterator[Part]:
    most = _MOST[detail]
    groups = _groups([one for one in review.vulnerabilities if one.status is Status.OPEN])
    findings = [one for one in review.findings if one.status is Status.OPEN]
    # Most serious first, code before packages where they are equally serious.
    listed: list[tuple[int, CodeFinding | list[PackageFinding]]] = [(-one.severity, one) for one in findings]
    listed += [(-max(one.severity for one in some), some) for some in groups]
    listed.sort(key=lambda one: one[0])
    told: set[str] = set()
    for _, found in listed[:most]:
        if isinstance(found, list):
            yield _package(found, detail)
        else:
            yield _finding(found, brief=detail == "brief" or found.rule in told)
            told.add(found.rule)
    rest = [found for _, found in listed[most:]]
    if rest:
        code = [one for one in rest if isinstance(one, CodeFinding)]
        count = sum(len(one) if isinstance(one, list) else 1 for one in rest)
        yield Part(heading="And more", lines=tuple(_summary(code, count)))
    yield from _others(review, detail)
    yield _looked(review)


def _finding(one: CodeFinding, *, brief: bool) -> Part:
    lines = [] if brief else [Line(lead="why", body=one.why), Line(lead="instead", body=one.instead)]
    lines += [Line(lead="flow", body=f"{where(step.place)} {step.what}") for step in one.flow]
    if one.fix is not None and not brief:
        lines.append(Line(lead="fix", body=one.fix.what, good=True))
    code = frame(one.place)
    if one.fix is not None and one.fix.diff:
        code = f"{code}\n\n{one.fix.diff.rstrip()}"
    return Part(
        heading=one.title,
        level=one.severity.label,
        remark=" · ".join(
            part
            for part in (
                where(one.place),
                ", ".join(one.cwe),
                one.rule,
                f"{one.confidence} confidence",
            )
            if part
        ),
        code=code,
        lines=tuple(lines),
    )


def _groups(findings: Sequence[PackageFinding]) -> list[list[PackageFinding]]:
    """By package, the package with the most serious finding first."""
    made: dict[tuple[str, str, str, str], list[PackageFinding]] = {}
    for one in findings:
        package = one.package
        key = (package.ecosystem, package.name, package.version or package.wanted, package.place.path)
        made.setdefault(key, []).append(one)
    return list(made.values())


def _package(some: Sequence[PackageFinding], detail: Detail) -> Part:
    first = some[0]
    package = first.package
    name = f"{package.name} {package.version or package.wanted}".rstrip()
    vulnerable = [one for one in some if one.kind == "vulnerable"]
    if len(some) == 1 or not vulnerable:
        heading = f"{name}: {first.title}"
    else:
        heading = f"{name}: {len(vulnerable)} known vulnerabilities"
    lines = []
    if any(one.exploited for one in some):
        lines.append(Line(lead="exploited", body="CISA lists it as exploited by attackers.", good=False))
    likely = max((one.epss for one in some if one.epss), key=lambda epss: epss.score, default=None)
    if likely is not None and likely.is_likely:
        lines.append(Line(lead="likely", body=_likely(likely)))
    if first.reached:
        lines.append(Line(lead="reached", body=first.reached, good=not first.reachable))
    most = {"brief": 0, "normal": 5, "full": 1_000}[detail]
    if len(some) == 1:
        lines += [Line(lead="why", body=first.why)] if first.why and detail != "brief" else []
    else:
        lines += [Line(lead=_known(one), body=one.title, note=_rated(one)) for one in some[:most]]
        if most and len(some) > most:
            lines.append(Line(lead="and", body=f"{len(some) - most} more; --detail full has all."))
    fixed = next((one for one in some if one.fixed), None)
    if fixed is not None:
        step = "a step that may break what uses it" if fixed.breaking else "a small step"
        lines.append(Line(lead="fixed", body=f"{fixed.fixed}, {step}"))
    said = dict.fromkeys(one.instead for one in some if one.instead)
    lines += [Line(lead="instead", body=text) for text in list(said)[:2]]
    known = _known(first) if len(some) == 1 else ""
    return Part(
        heading=heading,
        level=max(one.severity for one in some).label,
        remark=" · ".join(
            mark for mark in (known, _rated(first) if known else "", where(package.place)) if mark
        ),
        lines=tuple(lines),
    )


def _known(one: PackageFinding) -> str:
    """The name by which most know an advisory: that of its CVE."""
    return next((id for id in (one.id, *one.aliases) if id.startswith("CVE-")), one.id)


def _likely(epss: Epss) -> str:
    """An EPSS score in words."""
    return (
        f"{percent(epss.score)} within 30 days of {epss.date} (EPSS of {epss.cve}),"
        f" as high as or higher than {percent(epss.percentile)} of all CVEs."
    )


def percent(share: float) -> str:
    """A share for people: "42.1 %"; no small one is made 0, and none but 1 is made 100."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    return "over 99.9 %" if 0.999 < share < 1 else f"{share * 100:.1f} %"


def _rated(one: PackageFinding) -> str:
    scored = f"CVSS {one.score:.1f}" if one.score is not None else ""
    likely = f"EPSS {percent(one.epss.score)}" if one.epss is not None else ""
    return ", ".join(
        part for part in (one.severity.label, scored, likely, "exploited" if one.exploited else "") if part
    )


def where(place: Place) -> str:
    """A place as terminals and editors take it: path:line:column."""
    return f"{place.path}:{place.line}:{place.column}" if place.line else place.path


def frame(place: Place) -> str:
    """The lines of a place with their numbers, and a mark under what is meant where that is one line."""
    if not place.text:
        return ""
    shown = place.text.replace("\r", "").split("\n")[:_AROUND]
    width = len(str(place.line + len(shown) - 1))
    made = []
    for number, line in enumerate(shown):
        made.append(f"  {place.line + number:>{width}} │ {line.replace(chr(9), _TAB)[:160]}")
        if number == 0 and place.end_line in (0, place.line) and place.end_column > place.column:
            before = line[: place.column - 1].replace("\t", _TAB)
            length = len(line[place.column - 1 : place.end_column - 1].replace("\t", _TAB))
            if len(before) < 160:
                marks = "^" * max(1, min(length, 160 - len(before)))
                made.append(f"  {'':>{width}} │ {' ' * len(before)}{marks}")
    if place.end_line > place.line + len(shown) - 1:
        made.append(f"  {'':>{width}} │ …")
    return "\n".join(made)


def _summary(findings: Sequence[CodeFinding], more: int) -> Iterator[Line]:
    yield Line(body=f"{more:,} are not shown here; --detail full and --format json have all.")
    for rule, count in Counter(one.rule for one in findings).most_common(20):
        yield Line(lead=f"{count:,}", body=rule)


def _others(review: Review, detail: Detail) -> Iterator[Part]:
    for status, heading in (
        (Status.UNLIKELY, "Probably not"),
        (Status.SUPPRESSED, "Ignored in the code"),
        (Status.BASELINE, "Known before"),
    ):
        findings = [one for one in review.findings if one.status is status]
        packages = [one for one in review.vulnerabilities if one.status is status]
        if not findings and not packages:
            continue
        shown = findings if detail == "full" else findings[:5]
        lines = [Line(lead=where(one.place), body=one.title, note=one.reason) for one in shown]
        lines += [
            Line(lead=f"{one.package.name} {one.package.version}", body=one.id or one.title, note=one.reason)
            for one in (packages if detail == "full" else packages[:5])
        ]
        if status is Status.BASELINE and detail != "full":
            lines = [Line(body="They stand in the baseline and do not count.")]
        yield Part(heading=heading, remark=f"{len(findings) + len(packages):,}", lines=tuple(lines))


def _looked(review: Review) -> Part:
    names = ", ".join(f"{count:,} {name}" for name, count in review.languages)
    lines = []
    if review.files:
        files = "1 file" if review.files == 1 else f"{review.files:,} files"
        lines.append(Line(lead="code", body=f"{files}, {review.lines:,} lines: {names}"))
    if review.packages:
        against = review.advisories or "no advisories: `csq kb import` takes them in"
        lines.append(Line(lead="packages", body=f"{len(review.packages):,}, held against {against}"))
    if review.epss:
        lines.append(Line(lead="EPSS", body=review.epss))
    if review.against:
        lines.append(Line(lead="change", body=f"counted from commit {review.against[:12]}"))
    reasons = Counter[str]()
    for one in review.skipped:
        reasons[one.reason] += one.count
    for reason, count in reasons.most_common(8):
        lines.append(Line(lead="left out", body=f"{count:,}: {reason}"))
    return Part(heading="Looked at", lines=tuple(lines))
