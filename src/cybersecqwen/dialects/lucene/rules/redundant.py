"""Clauses that add nothing."""

from __future__ import annotations

from dataclasses import replace

from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.lucene.read import is_everything, required
from cybersecqwen.dialects.lucene.tree import EXISTS, Clause, Field, Group, Node, Phrase, Word

from .covering import covers
from .plain import Part, Plain, everywhere, groups_changed, leaves_changed, plain

_SYNTAX = "https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query"
_BOOL = "https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-bool-query"


_MOST = 200
"""Parts of a group that are compared with each other; of more only equal ones are seen."""


def _only_required(group: Group) -> Group:
    must, may, _ = required(group)
    if not must or not may:
        return group
    clauses = [one for one in group.clauses if not any(one.node is node for node in may)]
    return Group(
        clauses=tuple(
            Clause(node=one.node, sign="NOT" if one.sign in ("NOT", "-") else "", joint="AND" if at else "")
            for at, one in enumerate(clauses)
        ),
        boost=group.boost,
    )


def _without_boost(group: Group) -> Group:
    return replace(
        group, boost="", clauses=tuple(replace(one, node=_unboosted(one.node)) for one in group.clauses)
    )


def _unboosted(node: Node) -> Node:
    if isinstance(node, Field):
        inner = _unboosted(node.inner)
        return node if isinstance(inner, Field) or inner == node.inner else replace(node, inner=inner)
    return replace(node, boost="") if node.boost else node


def _flat(found: Plain, _context: Context) -> Plain | None:
    """Brackets within brackets of a kind, double negations, and what everything or nothing adds."""
    parts: list[Part] = []
    for part in found.parts:
        parts += _opened(part, found.every)
    kept = [part for part in parts if not (is_everything(part.node) and part.negated is not found.every)]
    decided = [part for part in parts if is_everything(part.node) and part.negated is found.every]
    made = tuple(decided[:1] or kept or parts[:1])
    return None if made == found.parts else Plain(found.every, made)


def _unwrapped(node: Node, _context: Context) -> Node | None:
    """A field with a single value that stands in brackets of its own."""
    if not isinstance(node, Field) or not isinstance(node.inner, Group) or node.inner.boost:
        return None
    clause = node.inner.clauses[0]
    if len(node.inner.clauses) > 1 or clause.sign in ("NOT", "-") or isinstance(clause.node, Field):
        return None
    return replace(node, inner=clause.node)


_flat_groups, _bare_values = everywhere(_flat), leaves_changed(_unwrapped)


def _without_brackets(tree: Group, context: Context) -> Group | None:
    flat = _flat_groups(tree, context)
    bare = _bare_values(flat or tree, context)
    return bare or flat


def _opened(part: Part, every: bool) -> list[Part]:
    if not isinstance(part.node, Group) or part.node.boost:
        return [part]
    inner = plain(part.node)
    if inner is None:
        return [part]
    if len(inner.parts) == 1:
        return [Part(inner.parts[0].node, inner.parts[0].negated is not part.negated)]
    if not part.negated and inner.every is every:
        return list(inner.parts)
    if part.negated and inner.every is not every and every:
        return [Part(one.node, not one.negated) for one in inner.parts]
    return [part]


def _once(found: Plain, _context: Context) -> Plain | None:
    """Without what another part says already, or says more of."""
    if len(found.parts) > _MOST:
        once = tuple(dict.fromkeys(found.parts))
        return None if len(once) == len(found.parts) else Plain(found.every, once)
    kept: list[Part] = []
    for at, part in enumerate(found.parts):
        others = [*kept, *found.parts[at + 1 :]]
        if not any(_makes_idle(other, part, found.every) for other in others):
            kept.append(part)
    return None if len(kept) == len(found.parts) else Plain(found.every, tuple(kept))


def _makes_idle(other: Part, part: Part, every: bool) -> bool:
    """Whether one part is idle beside another: of all the wider one, of any the narrower one."""
    if other.negated is not part.negated:
        return False
    wider, narrower = (part, other) if every is not part.negated else (other, part)
    return covers(wider.node, narrower.node)


def _without_exists(found: Plain, _context: Context) -> Plain | None:
    """Of all: a field is there where a test of it holds. Of any: where it is there suffices."""
    if not found.every:
        return None
    tested = {part.node.name for part in found.parts if isinstance(part.node, Field) and not part.negated} - {
        EXISTS
    }
    kept = tuple(part for part in found.parts if part.negated or _asked(part.node) not in tested)
    return None if len(kept) == len(found.parts) else Plain(True, kept)


def _asked(node: Node) -> str:
    """The field that `_exists_` asks for; "" for any other clause."""
    if isinstance(node, Field) and node.name == EXISTS and isinstance(node.inner, Word | Phrase):
        return node.inner.text
    return ""


RULES: tuple[Rule[Group], ...] = (
    Rule(
        name="drop-scoring-clauses",
        reason="Beside required clauses the others change the score alone, and are looked up all the same.",
        source=_BOOL,
        apply=groups_changed(_only_required),
    ),
    Rule(
        name="drop-boosts",
        reason="Boosts change the score alone, and hits of a detection are in order of time.",
        source=_SYNTAX + "#_boosting",
        apply=groups_changed(_without_boost),
    ),
    Rule(
        name="drop-idle-brackets",
        reason="Brackets of one clause, double negations and clauses that every event meets select nothing.",
        source=_SYNTAX + "#_grouping",
        apply=_without_brackets,
    ),
    Rule(
        name="drop-covered-clauses",
        reason="A clause that another one implies is looked up and changes nothing.",
        source=_BOOL,
        apply=everywhere(_once),
    ),
    Rule(
        name="drop-exists-beside-test",
        reason="A test of a field holds only where the field is there.",
        source="https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-exists-query",
        apply=everywhere(_without_exists),
    ),
)
