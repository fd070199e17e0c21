"""Suggestions: what another field, or a shorter time, would find for less."""

from __future__ import annotations

import re
from dataclasses import replace

from cybersecqwen.dialects.ecs_paths import NAMES, is_name
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.lucene.cost import is_bounded
from cybersecqwen.dialects.lucene.tree import Clause, Field, Group, Node, Range, Word

from .plain import grouped, leaves_changed, plain

_FIELDS = "https://www.elastic.co/docs/reference/ecs/ecs-"
_ANALYSED = frozenset(
    name + ".text"
    for name in (
        "process.command_line",
        "process.executable",
        "process.name",
        "process.parent.command_line",
        "process.parent.executable",
        "process.parent.name",
        "file.path",
        "user.name",
        "user_agent.original",
        "url.full",
        "url.original",
    )
)
"""Fields that ECS has a second time, analysed into words (ECS: multi-fields of type match_only_text)."""
_WORD = re.compile(r"[a-z0-9]{3,}", re.IGNORECASE)
_TIME_FIELD = "@timestamp"
_LAST_DAY = Range(low="now-1d", high="now")


def _known(name: str, context: Context, without: bool) -> bool:
    """Whether the schema has a field; where there is no schema what is known without it."""
    return bool(context.schema.type_of(name)) if context.schema is not None else without


def _by_name(node: Node, context: Context) -> Node | None:
    r"""`path:*\\name` by the field of the name."""
    if not isinstance(node, Field) or node.name not in NAMES or not isinstance(node.inner, Word):
        return None
    start, text = node.inner.text[:2], node.inner.text[2:]
    if start not in (ANY + "\\", ANY + "/") or {ANY, ONE} & set(text) or not is_name(text):
        return None
    name = NAMES[node.name]
    return replace(node, name=name, inner=Word(text=text)) if _known(name, context, True) else None


def _by_words(node: Node, context: Context) -> Node | None:
    """`field:*word*` by the field that is analysed into words."""
    if not isinstance(node, Field) or not isinstance(node.inner, Word) or node.inner.fuzzy is not None:
        return None
    text = node.inner.text
    if len(text) < 2 or (text[0], text[-1]) != (ANY, ANY) or not _WORD.fullmatch(text[1:-1]):
        return None
    name = node.name + ".text"
    if not _known(name, context, name in _ANALYSED):
        return None
    return replace(node, name=name, inner=replace(node.inner, text=text[1:-1]))


def _in_message(node: Node, context: Context) -> Node | None:
    """A term in no field in the field of the message."""
    if isinstance(node, Field | Group) or not _known("message", context, True):
        return None
    if isinstance(node, Word) and node.text.strip(ANY):
        return Field(name="message", inner=node)
    return None


def _in_time(tree: Group, context: Context) -> Group | None:
    """Bounded by the last day."""
    time_field = (context.schema.time_field if context.schema else "") or _TIME_FIELD
    if is_bounded(tree, time_field) or _asks_for(tree, time_field):
        return None
    bound = Clause(node=Field(name=time_field, inner=_LAST_DAY))
    found = plain(tree)
    if found is None or not found.every:
        return Group(clauses=(bound, Clause(node=tree, joint="AND")))
    clauses = grouped(found).clauses
    return Group(clauses=(bound, replace(clauses[0], joint="AND"), *clauses[1:]))


def _asks_for(node: Node, name: str) -> bool:
    if isinstance(node, Field):
        return node.name == name
    return isinstance(node, Group) and any(_asks_for(clause.node, name) for clause in node.clauses)


SUGGESTIONS: tuple[Rule[Group], ...] = (
    Rule(
        name="path-ending-to-name",
        reason="A wildcard at the beginning reads every term of the field, where a name is looked up.",
        source=_FIELDS + "process",
        apply=leaves_changed(_by_name),
        safe=False,
        caveat="The field of the name must be filled for these events, with the last part of the path.",
    ),
    Rule(
        name="contains-to-words",
        reason="A wildcard at the beginning reads every term of the field, where a word is looked up.",
        source="https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/text",
        apply=leaves_changed(_by_words),
        safe=False,
        caveat="The field of words finds the text as a whole word, not as a part of a longer one.",
    ),
    Rule(
        name="free-text-to-message",
        reason="A term without a field is looked for in every field of the index.",
        source="https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/search-speed",
        apply=leaves_changed(_in_message),
        safe=False,
        caveat="Events that have the text in another field than the message are no longer found.",
    ),
    Rule(
        name="bound-the-time",
        reason="Shards that hold no event of that time are passed over.",
        source="https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-range-query",
        apply=_in_time,
        safe=False,
        caveat="Only events of the last day are found; give the time that you mean.",
    ),
)
