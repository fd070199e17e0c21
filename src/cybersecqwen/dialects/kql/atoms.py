"""Every comparison of a query: what events are made from on which it is tried."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Op, Test
from cybersecqwen.dialects.interface import Atom
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .literals import moment_of, text_of
from .names import Foreseen
from .read_columns import asked
from .read_conditions import Scope, condition
from .steps import DataTable, Join, Search, Step, Union
from .tree import Among, Between, Binary, Call, KqlQuery, Let, Named, Pipeline, Star, Text, Typed
from .walk import children, walk

_ASKING = frozenset(
    [
        "isempty",
        "isnotempty",
        "notempty",
        "isnull",
        "isnotnull",
        "ipv4_is_private",
        "ipv4_is_in_range",
        "ipv4_is_in_any_range",
        "ipv4_is_match",
        "ipv6_is_in_range",
        "ipv6_is_in_any_range",
    ]
)


def atoms(tree: KqlQuery) -> tuple[Atom, ...]:
    """All comparisons of columns with values; a computed column stands for what it is made of."""
    values = {one.name.text: one.value for one in tree.statements if isinstance(one, Let)}
    scope = Scope(values=values)
    made = _made(tree)
    found: dict[Atom, None] = {}
    owners = _owners(tree)
    for node in walk((tree.statements, tree.body)):
        sides = _sides(node, made)
        if sides is not None:
            found[sides] = None
            continue
        for test in _tests(node, scope):
            found[Atom(_origin(test.field, made), test.op, test.values, owners.get(id(node), ""))] = None
        for pair in _keys(node, made):
            found[pair] = None
    return tuple(found)


def _made(tree: KqlQuery) -> dict[str, str]:
    """Columns that are another column in another form, with that column."""
    found: dict[str, str] = {}
    for node in walk((tree.statements, tree.body)):
        if isinstance(node, Named) and len(node.names) == 1:
            told = asked(node.value)
            if told is not None and told.field and told.field != node.names[0].text:
                found.setdefault(node.names[0].text, told.field)
    return found


def _owners(tree: KqlQuery) -> dict[int, str]:
    """Which table the nodes of a pipeline are about, by their identity, as far as it is one."""
    found: dict[int, str] = {}
    foreseen = Foreseen(tree)
    waiting: list[tuple[object, str]] = [((tree.statements, tree.body), "")]
    while waiting:
        node, table = waiting.pop()
        found[id(node)] = table
        if isinstance(node, Pipeline) and not isinstance(node.source, Step):
            waiting.append((node.source, table))
            table = foreseen.of(node.source).table
            for step in node.steps:
                if isinstance(step, Join | Union):
                    # Behind it stand columns of either.
                    table = ""
                waiting.append((step, table))
        else:
            waiting.extend((one, table) for one in children(node))
    return found


def _origin(name: str, made: dict[str, str]) -> str:
    for _ in range(5):
        base, dot, rest = name.partition(".")
        if name in made:
            name = made[name]
        elif dot and base in made:
            name = f"{made[base]}.{rest}"
        else:
            break
    return name


def _tests(node: object, scope: Scope) -> Iterator[Test]:
    """The tests of a node that is a comparison; none where the middle has no words for it."""
    if isinstance(node, Search) and isinstance(node.predicate, Text):
        node = Binary("has", Star(), node.predicate)
    comparison = isinstance(node, Binary | Among | Between) or (
        isinstance(node, Call) and node.name in _ASKING
    )
    if not comparison or _is_time(node):
        return
    try:
        yield from tests_of(condition(node, scope))  # type: ignore[arg-type]
    except UnsayableError:
        return


def _sides(node: object, made: dict[str, str]) -> Atom | None:
    """The columns of two tables by which these are joined."""
    if not isinstance(node, Binary) or node.operator != "==":
        return None
    one, other = asked(node.left), asked(node.right)
    if one is None or other is None or not one.field.startswith("$") or not other.field.startswith("$"):
        return None
    names = [_origin(side.field.partition(".")[2], made) for side in (one, other)]
    return Atom(names[0], Op.SAME_AS, (names[1], Op.EQUALS.value)) if names[0] != names[1] else None


def _is_time(node: object) -> bool:
    """Whether a comparison is with a literal moment, which no text is."""
    right = node.right if isinstance(node, Binary) else None
    return isinstance(right, Typed) and right.type == "datetime" and moment_of(right.text) is not None


def _keys(node: object, made: dict[str, str]) -> Iterator[Atom]:
    """The texts of a table that stands in the query, as values of columns of the same name."""
    if not isinstance(node, DataTable):
        return
    width = max(1, len(node.columns))
    for at, column in enumerate(node.columns):
        texts = [text for cell in node.values[at::width] if (text := text_of(cell))]
        if texts:
            yield Atom(_origin(column.name.text, made), Op.EQUALS, tuple(texts[:100]))
