"""Benchmarks that users run on their own machine: how good answers are, with intervals and conditions.

    file ──cti/──▶ items ──harness──▶ subject (specialist, language model, store) ──▶ answers
                                        answers ──cti/──▶ grades ──measures──▶ report

A subject sees the question alone: no address, no identifier that the question's own text does not hold.
"""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import CtiTask

CTI_TASKS: Registry[type[CtiTask]] = Registry(
    "CTI-Bench task",
    {
        "mcq": "cybersecqwen.bench.cti.mcq:MultipleChoice",
        "rcm": "cybersecqwen.bench.cti.rcm:RootCause",
        "vsp": "cybersecqwen.bench.cti.vsp:Severity",
        "ate": "cybersecqwen.bench.cti.ate:Techniques",
        "taa": "cybersecqwen.bench.cti.taa:Attribution",
    },
)

__all__ = ["CTI_TASKS", "CtiTask"]
