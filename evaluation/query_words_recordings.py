"""Which of many rules match which of the recorded events, in one pass over them."""

from __future__ import annotations

import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from cybersecqwen.detect.rows import rows
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Rule, Ruleset
from evaluation.recordings import ATTACKS
from evaluation.sigma import _batches as batches


def fired(data: Path, numbered: Sequence[Rule]) -> dict[int, set[int]]:
    """Number of a rule to the numbers of the records that it matches."""
    engine = Engine(Ruleset(rules=tuple(numbered)))
    matched: dict[int, set[int]] = defaultdict(set)
    count = 0
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(data / ATTACKS) as archive:
        archive.extractall(folder)
        for path in sorted(p for p in Path(folder).rglob("*.zip") if p.is_file()):
            for kind, batch in batches(path):
                for number, positions in engine.run(rows(kind, batch)):
                    matched[number].update(count + at for at in positions)
                count += len(batch)
    return matched
