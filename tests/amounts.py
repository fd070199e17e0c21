"""How much is drawn, and how much of a large set is looked at: a part as a rule, all where that is asked for.

`CSQ_TESTS=thorough` (`make test-thorough`) draws ten times as much and leaves nothing out. Otherwise
`TESTS_SHARE=n` says which part is taken; .ci/run takes another one for each commit.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import settings

THOROUGH = os.environ.get("CSQ_TESTS", "") == "thorough"
SHARE = int(os.environ.get("TESTS_SHARE", "0"))

Item = TypeVar("Item")


def draws(count: int) -> settings:
    """That many examples, and ten times as many of a thorough run; a busy machine is no failure."""
    return settings(max_examples=count * (10 if THOROUGH else 1), deadline=None)


def part(items: Sequence[Item], every: int) -> Sequence[Item]:
    """Every so many-th item, from one that the share decides; all of a thorough run."""
    return items if THOROUGH else items[SHARE % every :: every]
