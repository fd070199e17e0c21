"""The tasks, one line each."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Task

TASKS: Registry[type[Task]] = Registry(
    "task",
    {
        "triage": "cybersecqwen.tasks.triage:Triage",
        "logs": "cybersecqwen.tasks.logs:Logs",
        "ask": "cybersecqwen.tasks.ask:Answer",
    },
    group="cybersecqwen.tasks",
)
