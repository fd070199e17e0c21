"""Where in a text something stands."""

from __future__ import annotations

from bisect import bisect_right

from sqlglot import exp


class Positions:
    """Lines and columns of a text."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def of(self, node: exp.Expr) -> tuple[int, int]:
        """(line, column) of the first word under a node that the parser has marked; (1, 1) for none."""
        for number, one in enumerate(node.walk()):
            start = one.meta.get("start")
            if isinstance(start, int):
                line = bisect_right(self._starts, start)
                return line, start - self._starts[line - 1] + 1
            if number > 20:
                break
        return 1, 1
