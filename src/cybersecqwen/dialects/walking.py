"""Walking over expressions of the middle."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Expression, Not, Test


def tests_of(expression: Expression) -> Iterator[Test]:
    """All tests, from left to right."""
    stack = [expression]
    while stack:
        one = stack.pop()
        if isinstance(one, Test):
            yield one
        elif isinstance(one, Not):
            stack.append(one.inner)
        else:
            stack += reversed(one.parts)
