"""The texts of CWE beside the descriptions: consequences, mitigations, detection methods, examples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cybersecqwen.knowledge.interface import Passage
from cybersecqwen.knowledge.texts import passages_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_EXAMPLES = 12  # observed examples of one weakness; some have sixty, which say the same
# Element that holds one text, the section, the children that come first (each with a label), the text itself.
_SECTIONS: tuple[tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]], ...] = (
    ("Consequence", "consequence", (("Scope", "Scope"), ("Impact", "Impact")), ("Note",)),
    (
        "Mitigation", "mitigation", (("Phase", "Phase"), ("Strategy", "Strategy")),
        ("Description", "Effectiveness_Notes"),
    ),
    (
        "Detection_Method", "detection method", (("Method", "Method"), ("Effectiveness", "Effectiveness")),
        ("Description", "Effectiveness_Notes"),
    ),
    ("Introduction", "introduction", (("Phase", "Introduced in the phase"),), ("Note",)),
    ("Background_Detail", "background", (), ()),
    ("Alternate_Term", "alternate term", (("Term", "Alternate term"),), ("Description",)),
    ("Observed_Example", "observed example", (("Reference", "Example"),), ("Description",)),
    ("Weakness_Ordinality", "ordinality", (("Ordinality", "Ordinality"),), ("Description",)),
    ("Note", "note", (), ()),
)  # fmt: skip
_PLACES = ("Language", "Operating_System", "Architecture", "Technology")


def cwe_passages(element: Element, id: str) -> Iterator[Passage]:
    """Every text of a weakness or category but its description."""
    for holder, section, labels, bodies in _SECTIONS:
        count = 0
        for found in _named(element, holder):
            if holder == "Note" and not found.get("Type"):
                continue  # the note of a consequence or of a phase stands with it
            count += 1
            if holder == "Observed_Example" and count > _EXAMPLES:
                break
            head = _labelled(found, labels)
            body = "\n".join(filter(None, (_children(found, name) for name in bodies)))
            body = body if bodies else _lines(found)
            if holder == "Alternate_Term" or len(body) <= 400:
                yield from passages_of(id, section, [f"{head} {' '.join(body.split())}".strip()])
            else:
                first, _, rest = body.partition("\n")
                yield from passages_of(id, section, [f"{head} {first}".strip(), rest])
    places = [
        f"{found.get('Name') or found.get('Class')}"
        + (f" ({found.get('Prevalence')})" if found.get("Prevalence") else "")
        for name in _PLACES
        for found in _named(element, name)
        if found.get("Name") or found.get("Class")
    ]
    if places:
        yield from passages_of(id, "applicable platforms", [f"Applicable platforms: {', '.join(places)}."])


def _named(element: Element, name: str) -> Iterator[Element]:
    return (found for found in element.iter() if _local(found) == name)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _labelled(found: Element, labels: tuple[tuple[str, str], ...]) -> str:
    parts = []
    for name, label in labels:
        values = [" ".join("".join(c.itertext()).split()) for c in found if _local(c) == name]
        if values:
            parts.append(f"{label}: {', '.join(dict.fromkeys(values))}.")
    return " ".join(parts)


def _children(found: Element, name: str) -> str:
    return "\n".join(_lines(child) for child in found if _local(child) == name)


def _lines(element: Element) -> str:
    """Text of an element, one line per paragraph or item of a list."""
    blocks = [child for child in element.iter() if _local(child) in ("p", "li") and child is not element]
    if not blocks:
        return " ".join("".join(element.itertext()).split())
    lead = " ".join((element.text or "").split())
    lines = [" ".join("".join(block.itertext()).split()) for block in blocks]
    return "\n".join(line for line in (lead, *dict.fromkeys(lines)) if line)
