"""Generated records for property tests: any shape that the types allow, with text that tries things."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st

from cybersecqwen.records import (
    Category,
    Citation,
    Claim,
    Event,
    Evidence,
    Finding,
    Incident,
    Indicator,
    Problem,
    ProcessNode,
    Provenance,
    Report,
    Sentence,
    Severity,
    Source,
    Technique,
    Verdict,
)

FAST = (Phase.explicit, Phase.reuse, Phase.generate)
"""For tests over whole reports: shrinking one takes minutes and says little more."""

UNHURRIED = settings(deadline=None)
"""For every test: a busy machine is no failure."""

NASTY = (
    "\x1b[31m",
    "\x1b]8;;http://evil.example\x07",
    "\x9b2J",
    "\r\n",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ufeff",
    "\U000e0041",
    "\ud800",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "<script>",
    "</style>",
    "<!--",
    "&lt;",
    "'\" onload=alert(1) x=",
    "{{ 7*7 }}",
    "{% raw %}",
    "[link](http://evil.example/x)",
    "![x](//evil.example)",
    "http://evil.example/a.b?u=http://203.0.113.7",
    "admin@evil.example",
    "@everyone",
    "www.evil.example",
    "```",
    "`",
    "|",
    "# ",
    "1. ",
    "- ",
    "[bold]",
    "[/]",
    "漢字",
    "\U0001f600",
    "$a$",
    "*_~",
    "\\",
)
"""Fragments that some output obeys."""

texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)), max_size=5).map("".join)
"""Text of the input, hostile more often than not."""
words = st.sampled_from(
    ["", "word", "two words", *NASTY, *(a + b for a, b in zip(NASTY, NASTY[7:] + NASTY[:7], strict=True))]
)
"""The same in one draw, so that whole reports are made quickly."""
names = st.sampled_from(["", "a", "b", "c", "d"])
"""Few, so that references between records often hit."""
times = st.one_of(st.none(), st.floats(0, 4e9, allow_nan=False))
severities = st.sampled_from(Severity)
verdicts = st.sampled_from(Verdict)
weights = st.floats(-8, 8, allow_nan=False)
shares = st.floats(0, 1, allow_nan=False)
counts = st.integers(0, 10_000)


def several(items: st.SearchStrategy, most: int = 2) -> st.SearchStrategy[tuple]:
    """A tuple of up to `most` of `items`."""
    return st.lists(items, max_size=most).map(tuple)


few = st.sampled_from([(), ("one",), *((one, "two") for one in NASTY)])
few_names = st.sampled_from([(), ("a",), ("b",), ("a", "c"), ("d", "d", "")])
"""Tuples in one draw."""

sources = st.builds(Source, path=words, member=words, record=counts, offset=st.integers(-1, 9), format=words)
claims = st.builds(
    Claim,
    product=words,
    rule=words,
    rule_id=words,
    severity=severities,
    description=words,
    techniques=few,
    fields=st.dictionaries(words, words, max_size=2),
)
events = st.builds(
    Event,
    id=names,
    category=st.sampled_from(Category),
    time=times,
    provider=words,
    channel=words,
    code=words,
    host=words,
    user=words,
    fields=st.dictionaries(names, words, max_size=3),
    claim=st.one_of(st.none(), claims),
    source=sources,
)
evidence = st.builds(Evidence, event=names, field=names, value=words, layer=st.one_of(st.just(""), words))
findings = st.builds(
    Finding,
    signal=names,
    title=words,
    weight=weights,
    severity=severities,
    techniques=few_names,
    events=few_names,
    count=counts,
    evidence=several(evidence, 3),
    why=words,
    ordinary=words,
    group=words,
)
indicators = st.builds(
    Indicator,
    type=st.sampled_from(["ipv4", "ipv6", "domain", "url", "email", "sha256", "file"]),
    value=words,
    raw=words,
    evidence=evidence,
    note=st.one_of(st.just(""), words),
)
techniques = st.builds(
    Technique,
    id=names,
    name=words,
    tactics=several(st.sampled_from(["execution", "impact", "evasion", ""])),
    findings=few_names,
)
processes = st.builds(
    ProcessNode,
    key=names,
    parent=names,
    name=words,
    image=words,
    command=words,
    user=words,
    time=times,
    pid=words,
    event=names,
    signals=few_names,
)
incidents = st.builds(
    Incident,
    id=words,
    title=words,
    verdict=verdicts,
    severity=severities,
    confidence=shares,
    score=weights,
    hosts=few,
    users=few,
    start=times,
    end=times,
    findings=several(findings, 3),
    techniques=several(techniques),
    indicators=several(indicators),
    processes=several(processes, 4),
    events=several(events),
    event_count=counts,
    claims=several(claims),
    reasons=few,
    next_steps=few,
)
reports = st.builds(
    Report,
    task=words,
    verdict=verdicts,
    severity=severities,
    confidence=shares,
    title=words,
    sources=few,
    counts=st.dictionaries(words, counts, max_size=2),
    incidents=several(incidents),
    findings=several(findings),
    indicators=several(indicators),
    techniques=several(techniques),
    narrative=several(st.builds(Sentence, text=words, writer=words, events=few_names), 3),
    citations=several(st.builds(Citation, id=words, name=words, source=words, url=words)),
    problems=several(st.builds(Problem, stage=words, message=words, subject=words, count=counts)),
    timings_ms=st.dictionaries(words, st.floats(0, 1e7, allow_nan=False), max_size=2),
    provenance=st.builds(Provenance, version=words, models=few, knowledge=words, rules=words),
    extra=st.dictionaries(words, st.one_of(words, counts, st.lists(words, max_size=2)), max_size=2),
)
"""Whole reports; every field may be hostile, empty, or refer to nothing."""
