"""What a query string cannot ask of a field, by the field's type.

Elasticsearch refuses wildcards and expressions in numbers and addresses ("Can only use wildcard queries on
keyword, text and wildcard fields"), and finds nothing where a network is looked for in text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.errors import UnsayableError

from .names import fields_in
from .tree import EXISTS, Comparison, Field, Group, Node, Pattern, Phrase, Range, Word
from .values import cannot, network_of


def typed(tree: Group, types: Mapping[str, str]) -> Group:
    """The tree as it is. Raises UnsayableError for what a field of its type cannot be asked."""
    for field in fields_in(tree):
        kind = types.get(field.name, "")
        if kind and field.name != EXISTS:
            for leaf in _leaves(field.inner):
                _check(field, leaf, kind)
    return tree


def _leaves(node: Node) -> Iterator[Node]:
    if isinstance(node, Group):
        for clause in node.clauses:
            yield from _leaves(clause.node)
    elif not isinstance(node, Field):
        yield node


def _check(field: Field, leaf: Node, kind: str) -> None:
    if isinstance(leaf, Range | Comparison) or (isinstance(leaf, Word) and leaf.text == ANY):
        return
    patterned = isinstance(leaf, Pattern) or (isinstance(leaf, Word) and bool({ANY, ONE} & set(leaf.text)))
    text = leaf.text if isinstance(leaf, Word | Phrase) else ""
    if kind == "text" and isinstance(leaf, Phrase) and network_of(text):
        raise _refused("networks in text", field, "text", "EQL and ES|QL take it.")
    if kind == "number" and (patterned or number_of(text) is None):
        raise _refused("text in numbers", field, "a number", "EQL and ES|QL take it.")
    if kind == "ip" and (patterned or not _is_address(text)):
        raise _refused("text in addresses", field, "an address", "Name a network, or take EQL or ES|QL.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _refused(what: str, field: Field, kind: str, hint: str) -> UnsayableError:
    return cannot(what, f"{field.name[:80]} is {kind}: a query string cannot look for that in it.", hint)
