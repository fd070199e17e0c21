"""The import that a fix needs: where it goes, in the form of the file, or that its name is taken."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from cybersecqwen.records.review import Edit

from .calls import Facts
from .names import required
from .tree import Node

_IMPORTS = {
    "python": ("import_statement", "import_from_statement", "future_import_statement"),
    "javascript": ("import_statement", "lexical_declaration", "variable_declaration"),
}
_DEFINITIONS = frozenset(
    (
        *("function_definition", "class_definition", "decorated_definition"),
        *("function_declaration", "generator_function_declaration", "class_declaration", "export_statement"),
    )
)
"""What stands below the imports: one further down may come too late for what these are called for."""
_REST = re.compile(r"[ \t]*;?[ \t]*(?:(?:#|//)[^\n]*?)?(\r?\n)")
"""What may follow an import in its line: nothing that goes on in the next."""
_OF_NODE = frozenset(
    (
        *(
            "child_process",
            "cluster",
            "crypto",
            "dgram",
            "dns",
            "fs",
            "fs/promises",
            "http",
            "http2",
            "https",
        ),
        *("net", "os", "readline", "tls", "worker_threads", "zlib", "fs-extra"),
        *("express", "fastify", "koa"),
    )
)
"""Modules that no browser has (https://nodejs.org/api/), and servers made of them."""
_QUOTED = re.compile(r"""(["'])(node:)?[^"']*\1""")


def imported(modules: Sequence[str], before: Node, facts: Facts) -> list[Edit] | None:
    """What adds imports above a node; None where one has no place or its name is taken.

    A program must not need what it did not need before. So of Python's packages only those are added that it
    brings along, or that the file imports at its top whatever happens; and a module of Node only to files
    that use others of Node, since a browser has none of them.
    """
    made = []
    for module in modules:
        name = module.partition(".")[0]
        known = _is_imported(module, before, facts)
        if not _is_free(name, facts):
            return None
        if known:
            continue
        edit = _added(module, before, facts)
        if edit is None:
            return None
        made.append(edit)
    return made


def is_global(name: str, facts: Facts) -> bool:
    """Whether a name of JavaScript is what the browser, or Node from version 19 on, gives every file.

    CommonJS is read by older versions, too.
    """
    if re.search(r"\brequire\s*\(|\bmodule\.exports\b", facts.tree.text):
        return False
    return all(one == "use" for one in _roles(name, facts))


def _family(facts: Facts) -> str:
    return "python" if facts.tree.language == "python" else "javascript"


def _is_free(name: str, facts: Facts) -> bool:
    """Whether the file sets the name to nothing but the module, and uses it only where it imports it."""
    known = facts.names.aliases.get(name)
    if known is not None and known != name:
        return False
    return all((one == "use" and known is not None) or one == "import" for one in _roles(name, facts))


def _roles(name: str, facts: Facts) -> Iterator[str]:
    """What a name does where it stands: "use", "import", or "other", which may set it."""
    kinds = ["identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"]
    if _family(facts) == "python":
        kinds = ["identifier"]
    elif facts.tree.language != "javascript":
        kinds.append("type_identifier")
    rule = {"any": [{"kind": kind} for kind in kinds], "regex": f"^{re.escape(name)}$"}
    for node in facts.tree.root.find_all({"rule": rule}):
        role = _role(node, node.parent())
        if role:
            yield role


def _role(node: Node, parent: Node) -> str:
    """The same of one node; "" where it is a name of another kind: of an attribute, of an argument."""
    kind = parent.kind()
    if kind in ("attribute", "member_expression"):
        return "use" if _same(parent.field("object"), node) else ""
    if kind == "keyword_argument":
        return "" if _same(parent.field("name"), node) else "other"
    if kind == "dotted_name":
        return "import" if _is_path(parent, parent.parent()) else "other"
    if kind in ("import_clause", "namespace_import"):
        return "import"  # under its own name, or the file's names would say otherwise
    if kind == "variable_declarator" and _same(parent.field("name"), node):
        around = parent.parent().parent()
        return "import" if required(parent.field("value"))[0] and around.kind() == "program" else "other"
    return "other"


def _is_path(name: Node, statement: Node) -> bool:
    """Whether a dotted name says what is imported, and is none that a `from` or a `case` sets."""
    if statement.kind() == "import_from_statement":
        return _same(statement.field("module_name"), name)
    return statement.kind() in ("import_statement", "aliased_import", "relative_import")


def _same(one: Node | None, other: Node) -> bool:
    return one is not None and one.range() == other.range()


def _statements(before: Node, facts: Facts) -> Iterator[Node]:
    """The imports at the top of the file that stand above a node and above all functions and classes."""
    kinds = _IMPORTS[_family(facts)]
    start = before.range().start.index
    for node in facts.tree.root.children():
        if node.range().end.index > start or node.kind() in _DEFINITIONS:
            return
        if node.kind() in kinds and (not node.kind().endswith("declaration") or _modules(node)):
            yield node


def _modules(node: Node) -> list[str]:
    """What a declaration or an import of JavaScript takes in."""
    if node.kind() == "import_statement":
        return [node.field("source").text()] if node.field("source") is not None else []
    declared = [one for one in node.named_children() if one.kind() == "variable_declarator"]
    return [name for name, _ in (required(one.field("value")) for one in declared) if name]


def _is_imported(module: str, before: Node, facts: Facts) -> bool:
    """Whether a statement at the top of the file, above a node, binds the module's own name to it."""
    if _family(facts) == "javascript":
        above = "\n".join(one.text() for one in _statements(before, facts))
        return facts.names.aliases.get(module) == module and re.search(rf"\b{module}\b", above) is not None
    return any(
        part.text() == module
        for node in _statements(before, facts)
        if node.kind() == "import_statement"
        for part in node.field_children("name")
    )


def _added(module: str, before: Node, facts: Facts) -> Edit | None:
    *_, last = (None, *_statements(before, facts))
    there = _has_package if _family(facts) == "python" else _is_of_node
    if last is None or not there(module, before, facts):
        return None
    line = f"import {module}"
    if _family(facts) == "javascript":
        line = _in_its_form(module, last, facts.tree.text)
    rest = _REST.match(facts.tree.text, last.range().end.index)
    if rest is None:
        return None
    return Edit(path="", start=rest.end(), end=rest.end(), text=f"{line}{rest[1]}")


def _has_package(module: str, before: Node, facts: Facts) -> bool:
    package = module.partition(".")[0]
    return package in sys.stdlib_module_names or any(
        package == path.partition(".")[0] for node in _statements(before, facts) for path in _paths(node)
    )


def _paths(node: Node) -> list[str]:
    """The modules that a statement of Python imports, or imports from."""
    if node.kind() == "import_from_statement":
        return [node.field("module_name").text()]
    return [(part.field("name") or part).text() for part in node.field_children("name")]


def _is_of_node(module: str, before: Node, facts: Facts) -> bool:
    """Whether the file runs in Node, which has all of its own modules."""
    taken = [one for node in _statements(before, facts) for one in _modules(node)]
    return any(one.strip("'\"").startswith("node:") or one.strip("'\"") in _OF_NODE for one in taken)


def _in_its_form(module: str, last: Node, text: str) -> str:
    """An import of JavaScript as the one above it is written."""
    written = last.text()
    found = _QUOTED.search(written)
    quote, scheme = (found[1], found[2] or "") if found is not None else ("'", "")
    end = ";" if written.rstrip().endswith(";") or text[last.range().end.index :][:1] == ";" else ""
    name = f"{quote}{scheme}{module}{quote}"
    if last.kind() == "import_statement":
        return f"import * as {module} from {name}{end}"
    return f"{written.split(maxsplit=1)[0]} {module} = require({name}){end}"
