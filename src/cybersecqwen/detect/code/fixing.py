"""Fixes by rule, given out only where the result parses, the finding is gone and nothing is new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from cybersecqwen.inputs.source.changes import Stretch, unlike
from cybersecqwen.records.review import CodeFinding, Edit, Fix

from .calls import Call, Facts
from .importing import imported, is_global
from .names import dotted
from .rule import CodeRule, FixRule
from .tree import Node, Tree

Look = Callable[[str], Sequence[CodeFinding]]
"""What rules find in a text that stands in place of the file's."""
_VARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*|\{(?:\*|[A-Za-z0-9_|-]+)\})")
_MEMBER = re.compile(r"(?<![\w.$\"'])([A-Za-z_]\w*)\.[A-Za-z_]")
"""The beginning of a dotted name."""
_KEYWORD = re.compile(r"(?<!\w)(\w+)(?:=|: )")
"""The name of an argument, or the key of an object, in what is added."""
_CONTEXT = 2
"""Lines around a change that a diff shows."""
_HEAD = 2
"""Lines of a diff before the changes."""
Gap = tuple[Stretch, Stretch]


def fix_of(
    rule: CodeRule,
    node: Node,
    call: Call | None,
    facts: Facts,
    path: str,
    before: Sequence[CodeFinding],
    look: Look,
) -> Fix | None:
    """The first fix of a rule that holds, None where none does.

    Args:
        rule: The rule that found something.
        node: What it found.
        call: The same as a call, if it is one.
        facts: What is known of the file.
        path: Of the file.
        before: All findings of the file.
        look: Gives the findings of a changed text.
    """
    for one in rule.fixes:
        edits = _edits(one, node, call, facts)
        if edits is None:
            continue
        text = applied(facts.tree.text, edits)
        if text == facts.tree.text or breaks(facts.tree, text) or not helps(rule.id, before, look(text)):
            continue
        diff = unified(facts.tree.text, text, path)
        return Fix(edits=tuple(replace(edit, path=path) for edit in edits), what=one.says, diff=diff)
    return None


def applied(text: str, edits: Sequence[Edit]) -> str:
    """A text with edits that do not overlap."""
    parts, at = [], 0
    for one in sorted(edits, key=lambda one: (one.start, one.end)):
        parts += [text[at : one.start], one.text]
        at = one.end
    return "".join((*parts, text[at:]))


def unified(before: str, after: str, path: str) -> str:
    """What changes, as a unified diff; "" where nothing does."""
    old, new = _lines(before), _lines(after)
    made = [f"--- a/{path}\n", f"+++ b/{path}\n"]
    for gaps in _near(sorted(unlike(old, new))):
        made += _hunk(old, new, gaps)
    if len(made) == _HEAD:
        return ""
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in made
    )


def _near(gaps: Sequence[Gap]) -> Iterator[list[Gap]]:
    """Changes that share lines around them, together."""
    some: list[Gap] = []
    for gap in gaps:
        if some and gap[0][0] - some[-1][0][1] > 2 * _CONTEXT:
            yield some
            some = []
        some.append(gap)
    if some:
        yield some


def _hunk(old: Sequence[str], new: Sequence[str], gaps: Sequence[Gap]) -> Iterator[str]:
    (start, _), (begin, _) = gaps[0]
    (_, end), (_, until) = gaps[-1]
    ahead, behind = min(_CONTEXT, start), min(_CONTEXT, len(old) - end)
    at, place = start - ahead, begin - ahead
    yield f"@@ -{_span(at, end + behind)} +{_span(place, until + behind)} @@\n"
    for (start, end), (begin, until) in gaps:
        yield from (f" {line}" for line in old[at:start])
        yield from (f"-{line}" for line in old[start:end])
        yield from (f"+{line}" for line in new[begin:until])
        at = end
    yield from (f" {line}" for line in old[at : at + behind])


def _span(start: int, end: int) -> str:
    """Lines as the head of a hunk names them: an empty stretch by the line before it."""
    return f"{start + (end > start)}" + ("" if end - start == 1 else f",{end - start}")


def _lines(text: str) -> list[str]:
    """Lines as those who apply a patch count them: a form feed, say, ends none."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def breaks(tree: Tree, text: str) -> bool:
    """Whether a text reads worse than before: what was broken already may stay so."""
    return len(Tree(text, tree.language).find(["ERROR"])) > len(tree.find(["ERROR"]))


def helps(rule: str, before: Sequence[CodeFinding], after: Sequence[CodeFinding]) -> bool:
    """Whether a rule, by its id, finds one thing less and no rule finds more."""
    was = Counter(one.rule for one in before)
    now = Counter(one.rule for one in after)
    return now[rule] < was[rule] and all(now[name] <= was[name] for name in now)


def _edits(fix: FixRule, node: Node, call: Call | None, facts: Facts) -> list[Edit] | None:
    """The imports of a fix and what it is about, in the order of the file."""
    if fix.of and _name_of(node, facts) not in fix.of:
        return None
    if not all(is_global(one, facts) for one in fix.globals):
        return None
    edit = _edit(fix, node, call, facts)
    if edit is None or not fix.imports:
        return None if edit is None else [edit]
    made = imported(fix.imports, node, facts)
    return None if made is None else [*made, edit]


def _name_of(node: Node, facts: Facts) -> str:
    """The full name of what is called; "" where nothing is."""
    function = node.field("function")
    return facts.names.full(dotted(function.text())) if function is not None else ""


def _edit(fix: FixRule, node: Node, call: Call | None, facts: Facts) -> Edit | None:
    keywords = facts.tree.profile.keywords
    if not _are_known(f"{fix.replace} {fix.becomes} {fix.add}", fix, facts):
        return None
    if fix.argument:
        value = call.argument(fix.argument, keywords) if call is not None else None
        return _over(value, fix.becomes) if value is not None else None
    if fix.call:
        return _renamed(fix, node, facts)
    if fix.add:
        return _added(fix.add, node, call, facts)
    text = _filled(fix.replace, node, call, keywords)
    return _over(node, text) if text is not None else None


def _are_known(text: str, fix: FixRule, facts: Facts) -> bool:
    """Whether a file of Python imports, by their own names, the modules that a text begins names with.

    Those that the fix imports are known by then.
    """
    if facts.tree.language != "python":
        return True
    added = {one.partition(".")[0] for one in fix.imports}
    return all(facts.names.aliases.get(one) == one for one in _MEMBER.findall(text) if one not in added)


def _added(text: str, node: Node, call: Call | None, facts: Facts) -> Edit | None:
    """An argument behind the others, or keys behind those of the object that is the last of them.

    Only where nothing of it is given yet: Python refuses the same keyword twice, and of two objects one is
    not looked at.
    """
    keywords = facts.tree.profile.keywords
    holder = node.field("arguments")
    if holder is None or holder.kind() == "generator_expression":
        return None
    if call is None or call.spreads(keywords):
        return None
    if any(call.argument(name, keywords) is not None for name in _KEYWORD.findall(text)):
        return None
    given = [one for one in holder.named_children() if one.kind() not in facts.tree.profile.comments]
    if text.startswith("{") and any(one.kind() == "object" for one in given):
        if given[-1].kind() != "object":
            return None
        holder, text = given[-1], text.strip("{ }")
        given = holder.named_children()
    reach = holder.range()
    at = reach.end.index - 1
    inside = facts.tree.text[reach.start.index + 1 : at]
    at -= len(inside) - len(inside.rstrip())
    comma = "" if not given else " " if inside.rstrip().endswith(",") else ", "
    return Edit(path="", start=at, end=at, text=f"{comma}{text}")


def _renamed(fix: FixRule, node: Node, facts: Facts) -> Edit | None:
    """The called name becomes another; only where what that begins with is already known in the file."""
    function = node.field("function")
    if function is None:
        return None
    written = dotted(function.text())
    first, dot, _ = fix.call.partition(".")
    known = written.partition(".")[0] == first and facts.names.full(first) == first
    if dot and not known and first not in {one.partition(".")[0] for one in fix.imports}:
        return None
    return _over(function, fix.call)


def _filled(template: str, node: Node, call: Call | None, keywords: frozenset[str]) -> str | None:
    """A template filled in: $NAME is what the pattern has, ${0}, ${name} and ${*} what the call is given."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name = found[1].strip("{}")
        if name == "*" and call is not None and (holder := node.field("arguments")) is not None:
            return str(holder.text())[1:-1]
        if found[1].startswith("{"):
            given = call.argument(name, keywords) if call is not None else None
        else:
            given = node.get_match(name)
        if given is None:
            missing = True
            return ""
        return str(given.text())

    made = _VARIABLE.sub(value, template)
    return None if missing else made


def _over(node: Node, text: str) -> Edit:
    reach = node.range()
    return Edit(path="", start=reach.start.index, end=reach.end.index, text=text)
