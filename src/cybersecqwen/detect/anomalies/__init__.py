"""Anomalies: what no rule describes, against a baseline or against the earlier part of the input.

    Observed (observed.py) ─batch→ every detector's bounded counts ─findings→ Anomaly, rarest first
                                                          └─learned→ Baseline (baseline.py)

Nothing is decided while records come in: detectors count, and `findings` looks at the counts. So parts
of an input can be counted in several processes and merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cybersecqwen.registry import Registry

if TYPE_CHECKING:
    from .detector import Detector

DETECTORS: Registry[type[Detector]] = Registry(
    "kind of anomaly",
    {
        "brute-force": f"{__name__}.brute_force:BruteForce",
        "password-spraying": f"{__name__}.password_spraying:PasswordSpraying",
        "impossible-travel": f"{__name__}.impossible_travel:ImpossibleTravel",
        "new-pair": f"{__name__}.new_pair:NewPair",
        "new-template": f"{__name__}.new_template:NewTemplate",
        "rare-template": f"{__name__}.rare_template:RareTemplate",
        "unusual-value": f"{__name__}.unusual_value:UnusualValue",
        "broken-sequence": f"{__name__}.broken_sequence:BrokenSequence",
        "rate-change": f"{__name__}.rate_change:RateChange",
    },
    group="cybersecqwen.anomalies",
)
"""One line for each kind, in the order in which they are shown."""
