"""Several clauses about one field as one."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects import patterns
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.lucene.render import can_stand_bare
from cybersecqwen.dialects.lucene.tree import EXISTS, Clause, Field, Group, Node, Pattern, Phrase, Range, Word
from cybersecqwen.errors import UnsayableError

from .plain import Part, Plain, everywhere, leaves_changed, plain

_SYNTAX = "https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query"
_FEWEST = 3
"""Numbers in a row that are worth a range."""


def _values(node: Node) -> list[Node] | None:
    """The values of which one is looked for in a field; None where it asks for more."""
    if not isinstance(node, Field) or node.name == EXISTS:
        return None
    if not isinstance(node.inner, Group):
        return [node.inner]
    found = plain(node.inner)
    if found is None or node.inner.boost or (found.every and len(found.parts) > 1):
        return None
    return None if any(part.negated for part in found.parts) else [part.node for part in found.parts]


def _field_groups(found: Plain, _context: Context) -> Plain | None:
    """Any of several values of a field, or none of them, in one group of the field."""
    made: dict[str, tuple[int, Field, list[Node]]] = {}
    parts: list[Part] = []
    for part in found.parts:
        values = _values(part.node) if part.negated is found.every else None
        if values is None or not isinstance(part.node, Field):
            parts.append(part)
        elif part.node.name in made:
            made[part.node.name][2].extend(values)
        else:
            made[part.node.name] = (len(parts), part.node, list(values))
            parts.append(part)
    if len(parts) == len(found.parts):
        return None
    for at, field, values in made.values():
        if _values(field) != values:
            parts[at] = replace(parts[at], node=replace(field, inner=_any(list(dict.fromkeys(values)))))
    return Plain(found.every, tuple(parts))


def _any(values: list[Node]) -> Group | Word | Phrase | Pattern | Range:
    if len(values) == 1 and isinstance(values[0], Word | Phrase | Pattern | Range):
        return values[0]
    return Group(clauses=tuple(Clause(node=node, joint="OR" if at else "") for at, node in enumerate(values)))


def _wildcard(node: Node, _context: Context) -> Node | None:
    """The plain term, or the wildcard, that an expression says, letter for letter."""
    leaf = node.inner if isinstance(node, Field) else node
    if not isinstance(leaf, Pattern):
        return None
    try:
        text = patterns.wildcards_in(patterns.parse(leaf.source, patterns.LUCENE), cased=True)
    except UnsayableError:
        return None
    # An empty text, or a network, would be taken for something else.
    if not text or "/" in text or (isinstance(node, Field) is False and ANY not in (text[0], text[-1])):
        return None
    bare = can_stand_bare(text) or ANY in text or ONE in text
    made: Word | Phrase = Word(text=text, boost=leaf.boost) if bare else Phrase(text=text, boost=leaf.boost)
    return replace(node, inner=made) if isinstance(node, Field) else made


def _stars(node: Node, _context: Context) -> Node | None:
    """Several stars in a row as one."""
    leaf = node.inner if isinstance(node, Field) else node
    if not isinstance(leaf, Word) or ANY + ANY not in leaf.text:
        return None
    text = leaf.text
    while ANY + ANY in text:
        text = text.replace(ANY + ANY, ANY)
    made = replace(leaf, text=text)
    return replace(node, inner=made) if isinstance(node, Field) else made


def _ranges(node: Node, context: Context) -> Node | None:
    """Whole numbers in a row as a range."""
    values = _values(node)
    if values is None or not isinstance(node, Field) or len(values) < _FEWEST:
        return None
    if context.schema is not None and context.schema.type_of(node.name) != "number":
        return None
    texts = [one.text for one in values if isinstance(one, Word) and one.fuzzy is None and not one.boost]
    if len(texts) < len(values) or not all(text.isdecimal() and len(text) < 16 for text in texts):
        return None
    numbers = sorted(set(map(int, texts)))
    if numbers[-1] - numbers[0] != len(numbers) - 1 or len(numbers) < _FEWEST:
        return None
    return replace(node, inner=Range(low=str(numbers[0]), high=str(numbers[-1])))


RULES: tuple[Rule[Group], ...] = (
    Rule(
        name="or-chain-to-field-group",
        reason="Values of one field in one group are one list of terms, each looked up once.",
        source=_SYNTAX + "#_grouping",
        apply=everywhere(_field_groups),
    ),
    Rule(
        name="regex-to-wildcard",
        reason="A term is looked up and a wildcard is a simple automaton; an expression is compiled first.",
        source="https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-regexp-query",
        apply=leaves_changed(_wildcard),
    ),
    Rule(
        name="collapse-stars",
        reason="Each star makes the automaton of a wildcard larger, and two in a row say what one says.",
        source="https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-wildcard-query",
        apply=leaves_changed(_stars),
    ),
)

SUGGESTIONS: tuple[Rule[Group], ...] = (
    Rule(
        name="numbers-to-range",
        reason="A range of numbers is one walk through a tree of points, where a list is a look-up for each.",
        source="https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/number",
        apply=leaves_changed(_ranges),
        safe=False,
        caveat="The field must be mapped as whole numbers: of text, or with fractions, a range finds more.",
    ),
)
