"""Generated records for property tests: any shape that the types allow, with text that tries things."""

from __future__ import annotations

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


sources = st.builds(Source, path=texts, member=texts, record=counts, offset=st.integers(-1, 9), format=texts)
claims = st.builds(
    Claim,
    product=texts,
    rule=texts,
    rule_id=texts,
    severity=severities,
    description=texts,
    techniques=several(texts),
    fields=st.dictionaries(texts, texts, max_size=2),
)
events = st.builds(
    Event,
    id=names,
    category=st.sampled_from(Category),
    time=times,
    provider=texts,
    channel=texts,
    code=texts,
    host=texts,
    user=texts,
    fields=st.dictionaries(names, texts, max_size=3),
    claim=st.one_of(st.none(), claims),
    source=sources,
)
evidence = st.builds(Evidence, event=names, field=names, value=texts, layer=st.one_of(st.just(""), texts))
findings = st.builds(
    Finding,
    signal=names,
    title=texts,
    weight=weights,
    severity=severities,
    techniques=several(names),
    events=several(names),
    count=counts,
    evidence=several(evidence, 3),
    why=texts,
    ordinary=texts,
    group=texts,
)
indicators = st.builds(
    Indicator,
    type=st.sampled_from(["ipv4", "ipv6", "domain", "url", "email", "sha256", "file"]),
    value=texts,
    raw=texts,
    evidence=evidence,
    note=st.one_of(st.just(""), texts),
)
techniques = st.builds(
    Technique,
    id=names,
    name=texts,
    tactics=several(st.sampled_from(["execution", "impact", "evasion", ""])),
    findings=several(names),
)
processes = st.builds(
    ProcessNode,
    key=names,
    parent=names,
    name=texts,
    image=texts,
    command=texts,
    user=texts,
    time=times,
    pid=texts,
    event=names,
    signals=several(names),
)
incidents = st.builds(
    Incident,
    id=texts,
    title=texts,
    verdict=verdicts,
    severity=severities,
    confidence=shares,
    score=weights,
    hosts=several(texts),
    users=several(texts),
    start=times,
    end=times,
    findings=several(findings, 4),
    techniques=several(techniques, 3),
    indicators=several(indicators),
    processes=several(processes, 6),
    events=several(events, 3),
    event_count=counts,
    claims=several(claims),
    reasons=several(texts),
    next_steps=several(texts),
)
reports = st.builds(
    Report,
    task=texts,
    verdict=verdicts,
    severity=severities,
    confidence=shares,
    title=texts,
    sources=several(texts),
    counts=st.dictionaries(texts, counts, max_size=2),
    incidents=several(incidents, 3),
    findings=several(findings),
    indicators=several(indicators),
    techniques=several(techniques),
    narrative=several(st.builds(Sentence, text=texts, writer=texts, events=several(names)), 3),
    citations=several(st.builds(Citation, id=texts, name=texts, source=texts, url=texts)),
    problems=several(st.builds(Problem, stage=texts, message=texts, subject=texts, count=counts)),
    timings_ms=st.dictionaries(texts, st.floats(0, 1e7, allow_nan=False), max_size=2),
    provenance=st.builds(Provenance, version=texts, models=several(texts), knowledge=texts, rules=texts),
    extra=st.dictionaries(texts, st.one_of(texts, counts, st.lists(texts, max_size=2)), max_size=2),
)
"""Whole reports; every field may be hostile, empty, or refer to nothing."""
