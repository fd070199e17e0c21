"""Records made from a query: what it must find, what it must not, and random events for comparing queries.

`making` gives the examples of a query in the middle's terms, `events` random records around the comparisons
of any text. Neither trusts a dialect.
"""

from __future__ import annotations

from .events import events
from .making import examples
from .model import Example, Examples

__all__ = ["Example", "Examples", "events", "examples"]
