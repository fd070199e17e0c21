"""Facts as sentences: what attributes and relations say, in words that people ask with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .interface import Entity, Passage
from .texts import LONGEST

Related = Callable[[str, str], Sequence[tuple[str, Entity]]]
"""Kind and entity at the other end of every relation from ("out") or to ("in") an identifier."""

_ITEMS = 24  # entities named in one sentence; more make another one
_SENTENCES = 40  # of one kind about one entity

# Kind and direction to the words between the two ends; kinds that are not here are not told.
_WORDS: dict[tuple[str, str], str] = {
    ("uses", "out"): "uses",
    ("uses", "in"): "is used by",
    ("mitigates", "out"): "mitigates",
    ("mitigates", "in"): "is mitigated by",
    ("detects", "out"): "detects",
    ("detects", "in"): "is detected by the detection strategy",
    ("has-analytic", "out"): "has the analytics",
    ("reads", "out"): "reads the data components",
    ("attributed-to", "out"): "is attributed to",
    ("attributed-to", "in"): "is behind the campaigns",
    ("targets", "out"): "targets the assets",
    ("targets", "in"): "is targeted by",
    ("subtechnique-of", "out"): "is a sub-technique of",
    ("subtechnique-of", "in"): "has the sub-techniques",
    ("achieves", "in"): "is the tactic of the techniques",
    ("child-of", "out"): "is a child of",
    ("child-of", "in"): "is the parent of",
    ("peer-of", "out"): "is a peer of",
    ("can-precede", "out"): "can precede",
    ("can-precede", "in"): "can follow",
    ("can-also-be", "out"): "can also be",
    ("requires", "out"): "requires",
    ("member-of", "in"): "has the members",
    ("exploits", "out"): "exploits the weaknesses",
    ("exploits", "in"): "is exploited by the attack patterns",
    ("matches", "out"): "matches the ATT&CK techniques",
    ("matches", "in"): "matches the CAPEC attack patterns",
    ("has-weakness", "out"): "has the weakness",
    ("counters", "out"): "counters the techniques",
    ("counters", "in"): "is countered by the D3FEND countermeasures",
    ("related-to", "out"): "is related to the controls",
    ("exploitation-technique", "out"): "is exploited with",
    ("primary-impact", "out"): "has the primary impact",
    ("secondary-impact", "out"): "has the secondary impact",
}
_ATTRIBUTES = (
    ("aliases", "is also known as"),
    ("platforms", "has the platforms"),
    ("domains", "belongs to the ATT&CK domains"),
    ("abstraction", "has the abstraction"),
    ("structure", "has the structure"),
    ("likelihood", "has the likelihood"),
    ("severity", "has the typical severity"),
    ("mapping", "has the mapping usage"),
    ("first_seen", "was first seen on"),
    ("last_seen", "was last seen on"),
    ("family", "belongs to the family"),
    ("vendor", "concerns the vendor"),
    ("product", "concerns the product"),
    ("added", "was added to the known exploited vulnerabilities on"),
    ("due", "has the due date"),
)


def statements(entity: Entity, related: Related) -> Iterator[Passage]:
    """Sentences about an entity: its tactics, platforms and names, and what it has to do with."""
    if entity.type == "analytic":
        return
    subject = f"{entity.name} ({entity.id})"
    told = list(_attributes(entity))
    if told:
        yield _told(entity, f"{subject} {'; it '.join(told)}."[:LONGEST])
    for direction in ("out", "in"):
        yield from _relations(entity, subject, direction, related(entity.id, direction))


def _attributes(entity: Entity) -> Iterator[str]:
    facts = entity.attributes
    if kind := facts.get("kind"):
        yield f"is a {kind}"
    tactics = facts.get("tactics", ())
    if tactics and entity.type == "technique":
        yield f"belongs to the tactic{'s' * (len(tactics) > 1)} {', '.join(map(_title, tactics))}"
    elif tactic := facts.get("tactic"):
        yield f"belongs to the D3FEND tactic {tactic}"
    for key, verb in _ATTRIBUTES:
        if value := facts.get(key):
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            yield f"{verb} {shown[:600]}"
    if facts.get("ransomware"):
        yield "is known to be used in ransomware campaigns"


def _relations(
    entity: Entity, subject: str, direction: str, related: Sequence[tuple[str, Entity]]
) -> Iterator[Passage]:
    groups: dict[tuple[str, str], list[Entity]] = {}
    for kind, other in related:
        if (kind, direction) in _WORDS:
            groups.setdefault((kind, other.type), []).append(other)
    for (kind, type), others in groups.items():
        verb = _WORDS[kind, direction]
        if kind in ("uses", "mitigates"):
            verb += f" the {_noun(type, len(others))}"
        for start in range(0, min(len(others), _ITEMS * _SENTENCES), _ITEMS):
            named = ", ".join(_named(other) for other in others[start : start + _ITEMS])
            yield _told(entity, f"{subject} {verb} {named}."[:LONGEST])


def _noun(type: str, count: int) -> str:
    noun = type.replace("-", " ")
    return noun if count == 1 or noun == "software" else f"{noun}s"


def _told(entity: Entity, text: str) -> Passage:
    return Passage(entity=entity.id, section="facts", text=text)


def _named(entity: Entity) -> str:
    return f"{entity.name} ({entity.id})" if entity.name != entity.id else entity.id


def _title(shortname: str) -> str:
    return " ".join(word if word in ("and", "of") else word.capitalize() for word in shortname.split("-"))
