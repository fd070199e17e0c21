"""Training of the specialists: `make specialists DATA=…`.

Each trainer is a module with two functions:

    train(data: Path, out: Path, seed: int) -> None       writes NAME.npz and NAME.json into `out`
    training_inputs(data: Path) -> Iterator[(str, str)]   every text it learns from, with its source
    MANIFESTS: tuple[str, ...]                            only where it writes others than NAME.json

The second is what the test of contamination compares with the benchmarks.
"""

from __future__ import annotations

TRAINERS = {
    "vulnerability": "training.specialists.vulnerability",
    "technique": "training.specialists.technique",
    "actor": "training.specialists.actor",
    "control": "training.specialists.control",
}
"""Name of a specialist to the module that trains it, in the order in which they are trained."""
