"""Learning a baseline: the anomalies' counts of logs from ordinary times, without any rule."""

from __future__ import annotations

from cybersecqwen.detect.anomalies.baseline import Baseline
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.errors import InputError
from cybersecqwen.tasks.interface import Request, Tools

from .options import LogOptions
from .reading import read


def learn(request: Request, tools: Tools) -> tuple[Baseline, int]:
    """The baseline of what the user named, and over how many records.

    Raises InputError where the reading is interrupted: half a baseline would call the other half new.
    """
    reading = read(request, tools, Ruleset(version="none"), LogOptions())
    if reading.stopped or reading.scan.watcher is None:
        raise InputError("Learning was interrupted; nothing was written.")
    return reading.scan.watcher.learned(), reading.scan.records
