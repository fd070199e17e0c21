"""How much a model's choice should count is told from made questions."""

from __future__ import annotations

import math

import pytest
from training.ask.reading import tell


def test_accuracy_and_loss_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell("both", [((0.5, 0.25, 0.25), 0), ((0.25, 0.75), 0)])
    assert capsys.readouterr().out.split() == [
        "both",
        "accuracy",
        "0.500",
        "loss",
        f"{1.5 * math.log(2):.4f}",
    ]
