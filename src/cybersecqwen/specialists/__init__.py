"""Small trained classifiers behind one interface, each with its weights, metrics and data hashes."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Judgement, Manifest, Ranked, Specialist

SPECIALISTS: Registry[type[Specialist]] = Registry(
    "specialist",
    {
        # One line each: "name": "module:Class".
        "cwe": "cybersecqwen.specialists.cwe:CweSpecialist",
        "cvss": "cybersecqwen.specialists.cvss:CvssSpecialist",
        "technique": "cybersecqwen.specialists.technique:TechniqueSpecialist",
        "actor": "cybersecqwen.specialists.actor:ActorSpecialist",
        "control": "cybersecqwen.specialists.control:ControlSpecialist",
    },
    group="cybersecqwen.specialists",
)

__all__ = ["SPECIALISTS", "Judgement", "Manifest", "Ranked", "Specialist"]
