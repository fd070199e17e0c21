"""Facts about an incident → the three sentences worth a line, word for word: skill "narrative".

The text is made as `tasks.triage.prompt` makes it: two process starts, a connection, the strongest finding by
its title, reasons of two others, a technique. Findings are those of the shipped signals; hosts, accounts,
programs and addresses are made up. The deterministic writer already tells how it began and the strongest
finding, so what is worth a line is what it has no room for: contacts, the second start, reasons, the
technique.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from cybersecqwen.detect.events.rulebook import load_signals
from cybersecqwen.tasks.triage.grammar import full_stop
from cybersecqwen.tasks.triage.prompt import INSTRUCTIONS, QUESTION
from cybersecqwen.tuning.records import Record

from .interface import Sources
from .names import account, address, host, program

_KEPT = 3


def narratives(sources: Sources, chance: Random, count: int) -> Iterator[Record]:
    """See `Corpus`."""
    signals = [one for one in load_signals() if one.why and one.weight > 0]
    for _ in range(count):
        text, worth = _incident(sources, chance, chance.sample(signals, 4))
        yield Record(
            skill="narrative",
            instructions=INSTRUCTIONS,
            material=(("text", " ".join(text)),),
            question=QUESTION,
            answer=" ".join(worth),
            source="template:narratives",
        )


def _incident(sources: Sources, chance: Random, signals: list[object]) -> tuple[list[str], list[str]]:
    """(All sentences, those worth a line in the order of the text)."""
    where, who = host(chance), account(chance)
    chain = [program(chance) for _ in range(3)]
    starts: list[str] = []
    if chance.random() < 0.85:
        starts.append(f"{chain[0]} started {chain[1]} on {where} as {who}.")
        if chance.random() < 0.7:
            starts.append(f"{chain[1]} started {chain[2]}.")
    contacts = [f"{chance.choice(chain)} connected to {address(chance)}."] if chance.random() < 0.5 else []
    chosen = signals[: chance.randint(1, 3)]
    first = [full_stop(chosen[0].title)]  # type: ignore[attr-defined]
    others = [full_stop(one.why) for one in chosen[1:]]  # type: ignore[attr-defined]
    techniques = []
    ids = [id for one in chosen for id in one.techniques]  # type: ignore[attr-defined]
    known = sources.store.get(ids[0]) if ids else None
    if known is not None and chance.random() < 0.85:
        techniques.append(f"The activity matches the technique {known.name} ({known.id}).")
    text = list(dict.fromkeys([*starts, *contacts, *first, *others, *techniques]))
    # Best last: what the reader does not know yet goes before what the report says anyway.
    rank = [*contacts, *starts[1:], *others, *techniques, *first, *starts[:1]]
    worth = set(rank[:_KEPT])
    return text, [sentence for sentence in text if sentence in worth]
