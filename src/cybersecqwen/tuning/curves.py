"""A run as a picture: its loss, and the loss on what is held out, over the steps."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 720, 360, 60, 34, 20, 40
_MOST = 1e12
_COLORS = {"loss": "#8a94a6", "held": "#0b5fff"}
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TITLES = {"loss": "what is learned", "held": "what is held out"}


def curves(log: Sequence[Mapping[str, Any]], title: str) -> str:
    """An SVG of the rows of `log.jsonl`; losses on a logarithmic scale, what is no loss passed over."""
    title = _NO_XML.sub(" ", title)
    series = {
        name: [
            (step, value)
            for row in log
            if (step := _number(row.get("step"))) >= 0 and (value := _number(row.get(name))) > 0
        ]
        for name in _COLORS
    }
    every = [value for points in series.values() for _, value in points] or [1.0]
    low, high = min(every) / 1.1, max(every) * 1.1
    last = max((step for points in series.values() for step, _ in points), default=1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img" aria-label="{html.escape(title, quote=True)}">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" fill="#1c2430">{html.escape(title)}</text>',
    ]
    edge = _WIDTH - _RIGHT
    for tick in _ticks(low, high):
        y = _y(tick, low, high)
        parts += [
            f'<line x1="{_LEFT}" x2="{edge}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e8ef"/>',
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#5b6677">{tick:g}</text>',
        ]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, shown = _x(share * last, last), f"{share * last:.0f}"
        parts.append(
            f'<text x="{x:.1f}" y="{_HEIGHT - 18}" text-anchor="middle" fill="#5b6677">{shown}</text>'
        )
    parts.append(f'<text x="{edge}" y="{_HEIGHT - 4}" text-anchor="end" fill="#5b6677">steps</text>')
    for number, (name, points) in enumerate(series.items()):
        if not points:
            continue
        line = " ".join(f"{_x(step, last):.1f},{_y(value, low, high):.1f}" for step, value in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{_COLORS[name]}" stroke-width="2"/>')
        end = points[-1]
        parts.append(
            f'<text x="{_WIDTH - _RIGHT - 190}" y="{_TOP + 18 + 18 * number}" fill="{_COLORS[name]}">'
            f"{_TITLES[name]}: {end[1]:.3f}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _number(value: object) -> float:
    """A number that can be drawn, else -1."""
    known = isinstance(value, (int, float)) and -_MOST < value < _MOST
    return float(value) if known else -1.0  # type: ignore[arg-type]


def _x(step: float, last: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * step / max(1.0, last)


def _y(value: float, low: float, high: float) -> float:
    share = (math.log(value) - math.log(low)) / max(1e-9, math.log(high) - math.log(low))
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share


def _ticks(low: float, high: float) -> list[float]:
    found = [m * 10.0**e for e in range(-4, 3) for m in (1, 2, 5)]
    return [one for one in found if low <= one <= high]
