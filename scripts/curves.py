"""Curves over a linear scale from zero, as SVG: readable on a light and on a dark page, without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

_WIDTH, _HEIGHT = 640, 340
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 20, 44, 52
_STYLE = """
.page{fill:#fff}.grid{stroke:#d8dee6}.text{fill:#3a4450}.mark0{fill:#1f5fa8}.mark1{fill:#c0561a}
.line0{stroke:#1f5fa8}.line1{stroke:#c0561a}
@media (prefers-color-scheme:dark){.page{fill:#0d1117}.grid{stroke:#2a323d}.text{fill:#c3ccd8}
.mark0{fill:#6aaef5}.mark1{fill:#f0935a}.line0{stroke:#6aaef5}.line1{stroke:#f0935a}}
"""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points that belong together."""

    name: str
    points: Sequence[tuple[float, float]]
    """(across, up), from left to right."""


def curves_svg(title: str, across: str, up: str, curves: Sequence[Curve]) -> str:
    """At most two curves, their points marked and the last one labelled with its value."""
    most_x, step_x = _scale(max(x for curve in curves for x, _ in curve.points))
    most_y, step_y = _scale(max(y for curve in curves for _, y in curve.points))

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            round(_LEFT + x / most_x * (_WIDTH - _LEFT - _RIGHT), 1),
            round(_HEIGHT - _BOTTOM - y / most_y * (_HEIGHT - _TOP - _BOTTOM), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" font-family="sans-serif" font-size="12">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        '<rect class="page" width="100%" height="100%"/>\n'
        f'<text class="text" x="{_LEFT}" y="18" font-weight="bold">{escape(title)}</text>\n'
    ]
    for value in _ticks(most_x, step_x):
        x, y = at(value, 0)
        parts.append(_line(x, y, x, at(0, most_y)[1]))
        parts.append(f'<text class="text" x="{x:g}" y="{y + 16:g}" text-anchor="middle">{value:,g}</text>\n')
    for value in _ticks(most_y, step_y):
        x, y = at(0, value)
        parts.append(_line(x, y, at(most_x, 0)[0], y))
        parts.append(f'<text class="text" x="{x - 6:g}" y="{y + 4:g}" text-anchor="end">{value:,g}</text>\n')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(
        f'<text class="text" x="{middle:g}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>\n'
        f'<text class="text" x="{_LEFT}" y="{_TOP - 8}">{escape(up)}</text>\n'
    )
    for number, curve in enumerate(curves):
        spots = [at(x, y) for x, y in curve.points]
        line = " ".join(f"{x:g},{y:g}" for x, y in spots)
        parts.append(f'<polyline class="line{number}" points="{line}" fill="none" stroke-width="2"/>\n')
        parts += [f'<circle class="mark{number}" cx="{x:g}" cy="{y:g}" r="3.5"/>\n' for x, y in spots]
        left = _WIDTH - _RIGHT - 150 * (len(curves) - number)
        parts.append(
            f'<rect class="mark{number}" x="{left}" y="{_TOP - 18}" width="10" height="10"/>\n'
            f'<text class="text" x="{left + 15}" y="{_TOP - 8}">{escape(curve.name)}</text>\n'
        )
    return "".join(parts) + "</svg>\n"


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>\n'


def _scale(most: float) -> tuple[float, float]:
    """(end of the axis, step between its marks) for values up to `most`."""
    rough = most / 5
    power = float(10 ** floor(log10(rough)))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)
    count = floor(most / step) + (most % step > 0)
    return step * count, step


def _ticks(most: float, step: float) -> Iterator[float]:
    value = 0.0
    while value <= most * 1.001:
        yield round(value, 6)
        value += step
