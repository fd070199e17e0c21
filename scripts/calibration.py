"""From the manifests of the specialists to the tables of docs/specialists.md and the reliability diagram."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WEIGHTS = "src/cybersecqwen/specialists/weights"
_MARK = re.compile(r"(<!-- manifest: (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.S)
_SIZE, _EDGE = 300, 42  # of the diagram and of its margin, in pixels
_SHADES = ("#1f5fa8", "#c0561a", "#4b8a3b")


def with_manifests(text: str, root: Path) -> str:
    """A page with the tables between its marks made again from the manifests."""

    def table(match: re.Match[str]) -> str:
        manifest = read(root, match["name"])
        lines = _TABLES[match["name"]](manifest)
        made = ", ".join(f"`{one['file']}`" for one in manifest["data"])
        return f"{match[1]}\n{''.join(lines)}\nTrained {manifest['trained']} on {made}.\n\n{match[3]}"

    return _MARK.sub(table, text)


def read(root: Path, name: str) -> dict[str, Any]:
    """The manifest of a specialist."""
    manifest: dict[str, Any] = json.loads((root / WEIGHTS / f"{name}.json").read_text("utf-8"))
    return manifest


def _cwe(manifest: dict[str, Any]) -> Iterator[str]:
    yield "| labelled by | n | first right | among the first three | first, at 80 % coverage | "
    yield "calibration error |\n"
    yield "|---|---|---|---|---|---|\n"
    for name, one in _sets(manifest):
        first, three, sure = (one[key] for key in ("first", "first three", "first at 80 % coverage"))
        yield f"| {name} | {first['n']:,} | {_share(first)} | {_share(three)} | {_share(sure)} | "
        yield f"{_plain(one['calibration error'])} |\n"


def _cvss(manifest: dict[str, Any]) -> Iterator[str]:
    yield "| scored by | n | mean deviation of the score | where it does not abstain | whole vector right | "
    yield "metrics right | calibration error of metrics |\n|---|---|---|---|---|---|---|\n"
    for name, one in _sets(manifest):
        low, high = one["interval"]
        right = sum(one["metrics"].values()) / len(one["metrics"])
        yield f"| {name} | {one['n']:,} | {one['mean deviation of the score']} ({low}–{high}) | "
        yield f"{one['where it does not abstain']} | {_share(one['whole vector'])} | {_plain(right)} | "
        yield f"{_plain(one['calibration error of metrics'])} |\n"


def _technique(manifest: dict[str, Any]) -> Iterator[str]:
    found = manifest["metrics"]
    sentences, cues = found["sentences"], found["mobile_cues"]
    yield "Sentences of unseen TRAM reports that have one of TRAM's 50 labels, one answer each: "
    yield f"**{_bracketed(sentences, 'value')}** right (n {sentences['n']:,}).\n\n"
    yield "| labels | texts | threshold | F1 | precision | recall |\n|---|---|---|---|---|---|\n"
    for kind, labels in (("rolled", "techniques (rolled up)"), ("plain", "sub-techniques told apart")):
        for texts in ("report", "joined", "merged"):
            for which in ("balanced", "precise"):
                one = found[kind][f"{texts}_{which}"]
                shown = "TRAM reports" if texts == "report" else f"{texts} documents"
                yield f"| {labels} | {shown} | {which} ({_plain(one['threshold'], 2)}) | "
                yield f"{_bracketed(one, 'f1')} | {_plain(one['precision'])} | {_plain(one['recall'])} |\n"
    rolled, plain = (found[kind]["calibration_error"] for kind in ("rolled", "plain"))
    least = f"{rolled['of_labels_at_least']:g} or more (rolled up)"
    yield f"\nProbabilities: of {rolled['n']:,} labels given with {least}, said and true frequency differ by "
    yield f"{_plain(rolled['value'])} on average; sub-techniques told apart: {_plain(plain['value'])}.\n\n"
    yield "Documents of mobile cue sentences, judged by machines trained without any cue, "
    yield f"n {cues['n']}, threshold {cues['threshold']:g}: micro-F1 {_bracketed(cues, 'f1')}.\n"


def _bracketed(one: dict[str, Any], key: str) -> str:
    low, high = one["interval"]
    return f"{_plain(one[key])} [{_plain(low)}, {_plain(high)}]"


_TABLES = {"cwe": _cwe, "cvss": _cvss, "technique": _technique}


def _sets(manifest: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((name, one) for name, one in manifest["metrics"].items() if isinstance(one, dict))


def _share(one: dict[str, Any]) -> str:
    low, high = one["interval"]
    return f"{_plain(one['value'])} ({_plain(low)}–{_plain(high)})"


def _plain(value: float, digits: int = 3) -> str:
    return f"{value:.{digits}f}".lstrip("0")


def reliability_svg(root: Path) -> str:
    """The reliability diagram of the weakness specialist: what it said against what was true."""
    chosen = [(name, one) for name, one in _sets(read(root, "cwe")) if "habits" not in name]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIZE + 220}" height="{_SIZE + 2 * _EDGE}" '
        'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n',
        f'<rect x="{_EDGE}" y="{_EDGE / 2:g}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>\n',
        f'<line x1="{_x(0):g}" y1="{_y(0):g}" x2="{_x(1):g}" y2="{_y(1):g}" stroke="#bbb" '
        'stroke-dasharray="4"/>\n',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{_x(tick):g}" y="{_y(0) + 16:g}" text-anchor="middle">{tick:g}</text>\n')
        parts.append(f'<text x="{_EDGE - 6}" y="{_y(tick) + 4:g}" text-anchor="end">{tick:g}</text>\n')
    label = "probability that was said (across), share that was right (up)"
    parts.append(f'<text x="{_x(0.5):g}" y="{_y(0) + 36:g}" text-anchor="middle">{label}</text>\n')
    for number, ((name, one), shade) in enumerate(zip(chosen, _SHADES, strict=False)):
        bins = [tuple(row) for row in one["reliability"]]
        line = " ".join(f"{_x(said):.1f},{_y(was):.1f}" for _, said, was in bins)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{shade}" stroke-width="2"/>\n')
        most = max(count for count, _, _ in bins)
        for count, said, was in bins:
            radius = 2 + 5 * (count / most) ** 0.5
            parts.append(
                f'<circle cx="{_x(said):.1f}" cy="{_y(was):.1f}" r="{radius:.1f}" fill="{shade}"/>\n'
            )
        high = _EDGE + 18 * number
        parts.append(
            f'<rect x="{_SIZE + _EDGE + 14}" y="{high - 9}" width="10" height="10" fill="{shade}"/>\n'
        )
        parts.append(f'<text x="{_SIZE + _EDGE + 30}" y="{high}">{name}</text>\n')
    return "".join(parts) + "</svg>\n"


def _x(value: float) -> float:
    return round(_EDGE + value * _SIZE, 1)


def _y(value: float) -> float:
    return round(_EDGE / 2 + (1 - value) * _SIZE, 1)
