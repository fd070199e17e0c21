"""The tasks, one line each."""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Task

TASKS: Registry[type[Task]] = Registry(
    "task",
    {
        "triage": "cybersecqwen.tasks.triage:Triage",
        "logs": "cybersecqwen.tasks.logs:Logs",
        "intel": "cybersecqwen.tasks.intel:Intel",
        "intel-match": "cybersecqwen.tasks.intel.matching:Match",
        "intel-diff": "cybersecqwen.tasks.intel.comparison:Diff",
        "query": "cybersecqwen.tasks.query.construct:Construct",
        "query-optimise": "cybersecqwen.tasks.query.tasks:Optimise",
        "query-explain": "cybersecqwen.tasks.query.tasks:Explain",
        "query-translate": "cybersecqwen.tasks.query.tasks:Translate",
        "review": "cybersecqwen.tasks.review.task:ReviewTask",
        "playbook": "cybersecqwen.tasks.playbook.task:PlaybookTask",
        "ask": "cybersecqwen.tasks.ask:Answer",
        "audit": "cybersecqwen.tasks.audit.task:AuditTask",
    },
    group="cybersecqwen.tasks",
)
