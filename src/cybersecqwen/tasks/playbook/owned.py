"""What a report names and is ours: mailboxes and domains of the organisation are no attacker's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cybersecqwen.records.playbook import Entity, Kind

from .environment import Environment
from .facts import Facts


def without_ours(facts: Facts, environment: Environment) -> Facts:
    """The facts with addresses of our domains as mailboxes, and without our domains and pages."""
    if not environment.domains:
        return facts
    return replace(facts, entities=tuple(_kept(facts, environment)))


def _kept(facts: Facts, environment: Environment) -> Iterator[Entity]:
    for one in facts.entities:
        if one.kind is Kind.EMAIL and environment.is_ours(one.value.rpartition("@")[2]):
            yield replace(one, kind=Kind.MAILBOX)
        elif not environment.is_ours(_domain(one)):
            yield one


def _domain(one: Entity) -> str:
    """Of what a step would block; "" for everything else."""
    if one.kind is Kind.DOMAIN:
        return one.value
    return _host(one.value) if one.kind is Kind.URL else ""


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
