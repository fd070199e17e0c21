"""The task: collect, look, hold against what is known, put in order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cybersecqwen import __version__
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.errors import InputError, NothingAnalysedError
from cybersecqwen.inputs.source.changes import change
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.records import Provenance, Report, Severity, Verdict
from cybersecqwen.records.review import CodeFinding, PackageFinding, Review, Skipped, Status
from cybersecqwen.tasks.interface import Ask, Request, Task, Tools

from .baseline import held_against, read_baseline, write_baseline
from .changed import look_at_changes
from .collecting import collect, summed
from .judging import is_askable, judged, judged_by
from .kept import Kept
from .looking import Looked, look_at
from .options import ReviewOptions
from .packaging import Packages, hold_against, packages_changed, packages_in, packages_installed
from .patching import is_wanted, patched, to_be_patched

if TYPE_CHECKING:
    from cybersecqwen.models.interface import LanguageModel


class ReviewTask(Task):
    """A tree, a file or a change → what is wrong with it."""

    name: ClassVar[str] = "review"
    help: ClassVar[str] = "Review code and packages: findings worth reading, fixes that are proven."

    def assess(self, request: Request, tools: Tools) -> Report:
        """See `Task.assess`; raises RuleError for rules of the user's own that cannot be read."""
        begun = time.perf_counter()
        given = request.parameters
        options = given if isinstance(given, ReviewOptions) else ReviewOptions()
        rules = CodeRules.shipped(options.rules)
        version = rules.version()
        asked = request.paths or (".",)
        found, packages, against, root = _looked(asked, options, rules, version, tools)
        if not found.files and not packages.manifests and not options.allow_nothing:
            _nothing([*found.skipped, *packages.skipped])
        findings, vulnerabilities = found.findings, list(packages.findings)
        if options.vex is not None:
            vulnerabilities = with_statements(vulnerabilities, options.vex)
        if options.baseline is not None:
            known = read_baseline(options.baseline)
            findings, vulnerabilities = held_against(findings, known), held_against(vulnerabilities, known)
        reached, start = root.from_here(asked)
        review = Review(
            findings=tuple(sorted(judged(findings), key=_order)),
            vulnerabilities=tuple(vulnerabilities),
            packages=tuple(packages.packages),
            skipped=tuple(summed([*found.skipped, *packages.skipped])),
            files=sum(found.files.values()),
            lines=found.lines,
            languages=tuple(sorted(found.files.items(), key=lambda one: (-one[1], one[0]))),
            advisories=packages.advisories,
            epss=packages.epss,
            root=reached,
            start=start,
            against=against,
        )
        if options.write_baseline is not None:
            write_baseline(options.write_baseline, review)
        return to_be_patched(_report(review, request.paths, tools, version, begun), options)

    def ask(self, report: Report, tools: Tools) -> Ask | None:
        """A model is only consulted."""
        del tools
        wanted = is_wanted(report) or is_askable(report)
        return Ask(instructions="", material=(), question="", max_tokens=0) if wanted else None

    def consult(self, report: Report, tools: Tools, model: LanguageModel, timeout_s: float) -> Report:
        """The report with fixes of a model where they are wanted, else with its judgements.

        See `patching` and `judging`. Raises ModelError.
        """
        del tools
        if is_wanted(report):
            return patched(report, model, timeout_s)
        made = judged_by(report, model, timeout_s)
        if made.review is None or made.review == report.review:
            return made
        review = replace(made.review, findings=tuple(sorted(made.review.findings, key=_order)))
        # Verdict and severity stay: what a model says turns no failing run into one that passes.
        _, _, title, count = _standing(review)
        return replace(made, review=review, title=title, counts={**made.counts, "findings": count})


def _looked(
    paths: Sequence[str], options: ReviewOptions, rules: CodeRules, version: str, tools: Tools
) -> tuple[Looked, Packages, str, Root]:
    """(what code has, what packages have, the commit that a change is counted from, what names go from)."""
    if options.diff or options.staged:
        changed = change(tuple(paths), options.diff, staged=options.staged)
        found = look_at_changes(changed.files, rules, tools.workers) if options.code else Looked()
        packages = packages_changed(changed.files, tools.limits) if options.packages else Packages()
        found.skipped += changed.skipped
        hold_against(packages, found, options.advisories, tools.store, options.epss)
        return found, packages, changed.against, Root(changed.root)
    root = Root.of(paths)
    collected = collect(paths, root)
    kept = Kept(options.cache, version) if options.cache is not None else None
    try:
        found = Looked()
        if options.code:
            found = look_at(collected.paths, rules, kept, tools.workers, tools.progress, root.path)
    finally:
        if kept is not None:
            kept.close()
    _beside(found, paths, options, root)
    packages = Packages()
    if options.packages:
        packages = packages_in(collected.paths, tools.limits, root.path)
    packages.add(packages_installed(options.environments, tools.limits, root))
    hold_against(packages, found, options.advisories, tools.store, options.epss)
    found.skipped[:0] = collected.skipped
    return found, packages, "", root


def _beside(found: Looked, paths: Sequence[str], options: ReviewOptions, root: Root) -> None:
    """Add what other programs find, where that is asked for, on lines where ours find nothing."""
    if not options.ruff and options.semgrep is None:
        return
    from .others import by_ruff, by_semgrep

    ours = {(one.place.path, one.place.line) for one in found.findings}
    theirs = by_ruff(paths, root) if options.ruff else []
    theirs += by_semgrep(paths, options.semgrep, root) if options.semgrep is not None else []
    found.findings += [one for one in theirs if (one.place.path, one.place.line) not in ours]


def with_statements(findings: Sequence[PackageFinding], path: Path) -> list[PackageFinding]:
    """The findings, those that an OpenVEX document says are none suppressed. Raises InputError."""
    from cybersecqwen.detect.packages.vex import apply, read

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The VEX document {str(path)!r} cannot be read: {error.strerror or error}."
        ) from error
    return list(apply(findings, read(data, str(path)))[0])


def _nothing(skipped: Sequence[Skipped]) -> None:
    why = f" {len(skipped):,} were left out: {skipped[0].reason}" if skipped else ""
    raise NothingAnalysedError(
        f"There is no file to review.{why}",
        hint="csq review looks at source files, configuration, manifests and lock files.",
    )


def _order(one: CodeFinding) -> tuple[int, int, int, str, int, int]:
    return (
        tuple(Status).index(one.status),
        -one.severity,
        -one.confidence.rank,
        one.place.path,
        one.place.line,
        one.place.column,
    )


def _report(review: Review, paths: Sequence[str], tools: Tools, version: str, begun: float) -> Report:
    verdict, severity, title, count = _standing(review)
    return Report(
        task="review",
        verdict=verdict,
        severity=severity,
        confidence=1.0,
        title=title,
        sources=tuple(str(Path(one)) for one in paths) or (".",),
        counts={
            "files": review.files,
            "lines": review.lines,
            "packages": len(review.packages),
            "findings": count,
            "skipped": sum(one.count for one in review.skipped),
        },
        timings_ms={"review": round((time.perf_counter() - begun) * 1000, 2)},
        provenance=Provenance(version=__version__, knowledge=tools.store.version, rules=version),
        review=review,
    )


def _standing(review: Review) -> tuple[Verdict, Severity, str, int]:
    """Verdict, severity, title and number of what is open."""
    open_: list[CodeFinding | PackageFinding] = [
        *(one for one in review.findings if one.status is Status.OPEN),
        *(one for one in review.vulnerabilities if one.status is Status.OPEN),
    ]
    severity = max((one.severity for one in open_), default=Severity.INFORMATIONAL)
    return Verdict.NEEDS_REVIEW if open_ else Verdict.BENIGN, severity, _title(open_), len(open_)


def _title(found: Sequence[CodeFinding | PackageFinding]) -> str:
    if not found:
        return "Nothing was found"
    counts = [
        (level, sum(one.severity is level for one in found)) for level in sorted(Severity, reverse=True)
    ]
    said = ", ".join(f"{count:,} {level.label}" for level, count in counts if count)
    return f"{len(found):,} {'finding' if len(found) == 1 else 'findings'}: {said}"
