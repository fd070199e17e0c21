"""Generated playbooks: any that the records allow, with text that tries things."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from cybersecqwen.records.playbook import (
    LANES,
    Basis,
    Command,
    Duty,
    Effect,
    Entity,
    Evidence,
    Kind,
    Message,
    Phase,
    Playbook,
    Role,
    Step,
    StepQuery,
)
from tests.strategies import few, reports, several, texts, words

long = st.one_of(words, texts, st.sampled_from(["x" * 1_000, "<HOST> " * 30, "</script>" * 9, "\n\n"]))
ids = st.sampled_from(["s1", "s2", "s3", "s10", "", "</script>"])
entities = st.builds(
    Entity, kind=st.sampled_from(Kind), value=long, platform=words, basis=words, criticality=words
)
evidence = several(st.sampled_from(Evidence))
steps = st.builds(
    Step,
    id=ids,
    action=words,
    title=long,
    phase=st.sampled_from(Phase),
    do=long,
    acts_on=several(entities),
    role=st.sampled_from(Role),
    person=words,
    tool=words,
    needs=words,
    commands=several(st.builds(Command, tool=words, text=long, platform=words, open=few)),
    queries=several(st.builds(StepQuery, title=words, dialect=words, text=long, checks=few, problem=words)),
    when=words,
    effect=st.sampled_from(Effect),
    collects=evidence,
    destroys=evidence,
    reversible=st.booleans(),
    undo=words,
    breaks=words,
    minutes=st.integers(-5, 100_000),
    verify=words,
    approval=words,
    decides=few,
    basis=several(st.builds(Basis, kind=words, id=words, text=words)),
    after=several(ids, 3),
    lane=st.sampled_from(["", *LANES, "<b>"]),
)
duties = st.builds(
    Duty,
    id=words,
    name=words,
    hours=st.integers(-10, 10**9),
    condition=words,
    to=words,
    source=words,
    chosen=st.booleans(),
)
playbooks = st.builds(
    Playbook,
    name=long,
    about=long,
    trigger=words,
    severity=st.integers(-1, 200),
    techniques=few,
    incidents=few,
    entities=several(entities, 3),
    platforms=few,
    steps=several(steps, 8),
    messages=several(st.builds(Message, audience=words, role=st.sampled_from(Role), text=long, writer=words)),
    duties=several(duties),
    roles=st.dictionaries(st.sampled_from(Role), words, max_size=3),
    organisation=words,
    marking=st.one_of(words, st.just("TLP:AMBER+STRICT")),
    general=few,
    left_out=st.integers(0, 99),
    created=words,
)
planned_reports = st.builds(lambda report, playbook: replace(report, playbook=playbook), reports, playbooks)
"""Whole reports with a playbook."""
