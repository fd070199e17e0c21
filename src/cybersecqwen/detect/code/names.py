"""The full names of what a file calls: aliases of imports are followed back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from .tree import Node, Tree

_LONGEST = 400
"""Characters of an expression that is called: a longer one has no name that a rule could know."""
_CLASS = re.compile(r"(?:\w+\.)*[A-Z]\w*(?:<[^;{}]{0,200}>)?$")
_SPACE = re.compile(r"(?:\\\r?\n|\s)+")
"""Room between the parts of a name, and the sign that a line goes on."""
_ARROWS = re.compile(r"\?->|->|::|\?\.")
_REQUIRED = re.compile(r"require\(([\x27\"`])(?:node:)?([^\x27\"`()]+)\1\)((?:\.[\w$]+)*)")
_PROMISED = re.compile(r"(?:.*\.)?promisify\((.*)\)")
_PARTS = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_MOST_WRAPPED = 3
_NAMES = frozenset(("identifier", "property_identifier"))


def dotted(text: str) -> str:
    """An expression that is called, as a name with dots: "$db->query" is "$db.query".

    Of a long one, such as the format of a statement, the end is left: which method is called of it.
    """
    if len(text) > _LONGEST:
        text = f"…{text[-_LONGEST:]}"  # which is the beginning of no name
    return _ARROWS.sub(".", _SPACE.sub("", text))


class Names:
    """What the names of a file stand for."""

    def __init__(self, tree: Tree) -> None:
        read = _READERS.get(tree.language)
        agreed = _agreed if tree.language in ("java", "csharp") else dict
        self.aliases: dict[str, str] = agreed(read(tree)) if read else {}
        """Name in the file → full name."""
        self._imports_in_place = read is _javascript

    def full(self, name: str) -> str:
        """A dotted name with its beginning followed back to what was imported."""
        name = name.lstrip("\\.")  # from the outermost namespace, as "\\exec" and "::system" say
        if self._imports_in_place and "(" in name:
            return _imported(name, self.aliases) or name
        first, dot, rest = name.partition(".")
        found = self.aliases.get(first)
        if found is None:
            return name
        return f"{found}{dot}{rest}"


def _python(tree: Tree) -> Iterator[tuple[str, str]]:
    for node in tree.find(["import_statement"]):
        for part in node.field_children("name"):
            if part.kind() == "aliased_import":
                yield _text(part.field("alias")), _text(part.field("name"))
            else:  # `import a.b` binds `a`, which is its own full name
                first = part.text().partition(".")[0]
                yield first, first
    for node in tree.find(["import_from_statement"]):
        module = _text(node.field("module_name")).lstrip(".")
        before = f"{module}." if module else ""
        for part in node.field_children("name"):
            if part.kind() == "aliased_import":
                yield _text(part.field("alias")), before + _text(part.field("name"))
            else:
                yield part.text(), before + part.text()


def _javascript(tree: Tree) -> Iterator[tuple[str, str]]:
    known: dict[str, str] = {}
    for node in tree.find(["import_statement"]):
        module = _module(node.field("source"))
        for part in node.children():
            if part.kind() == "import_clause":
                known.update(_import_clause(part, module))
    for node in tree.find(["variable_declarator"]):
        target, value = node.field("name"), node.field("value")
        if target is None or value is None:
            continue
        module, member = required(value)
        name = module + member if module else _renamed(value, known)
        if name:
            known.update(_bound(target, name))
    yield from known.items()


def _renamed(value: Node, known: Mapping[str, str]) -> str:
    """The full name of what a part of a module is called anew (`cp.exec`, `promisify(exec)`), "" for none."""
    if value.kind() == "call_expression":
        last = value.field("function")
        if last is not None and last.kind() == "member_expression":
            last = last.field("property")
        if last is None or last.kind() not in _NAMES or last.text() != "promisify":
            return ""
    else:
        inner = value
        while inner is not None and inner.kind() == "member_expression":
            inner = inner.field("object")
        if inner is None or inner.kind() != "identifier":
            return ""
    name = _imported(dotted(value.text()), known)
    # What other files of the project give out is followed by the names that they have there.
    return "" if name.startswith(".") else name


def _imported(text: str, known: Mapping[str, str], depth: int = 0) -> str:
    """The full name of a part of a module that is imported in place or known; "" for anything else."""
    promised = _PROMISED.fullmatch(text) if depth < _MOST_WRAPPED else None
    if promised is not None:
        return _imported(promised[1], known, depth + 1)
    required = _REQUIRED.fullmatch(text)
    if required is not None:
        return f"{required[2]}{required[3]}"
    first, dot, rest = text.partition(".")
    return f"{known[first]}{dot}{rest}" if first in known and _PARTS.fullmatch(text) else ""


def _import_clause(clause: Node, module: str) -> Iterator[tuple[str, str]]:
    for part in clause.named_children():
        if part.kind() == "identifier":
            yield part.text(), module
        elif part.kind() == "namespace_import":
            for inner in part.named_children():
                yield inner.text(), module
        elif part.kind() == "named_imports":
            for one in part.named_children():
                name = _text(one.field("name"))
                yield _text(one.field("alias")) or name, f"{module}.{name}"


def required(value: Node | None) -> tuple[str, str]:
    """(module, ".member" or "") of `require("module").member`; ("", "") for anything else."""
    member = ""
    while value is not None and value.kind() in ("member_expression", "await_expression"):
        if value.kind() == "member_expression":
            member = f".{_text(value.field('property'))}{member}"
            value = value.field("object")
        else:
            value = next(iter(value.named_children()), None)
    if value is None or value.kind() != "call_expression":
        return "", ""
    if _text(value.field("function")) not in ("require", "import"):
        return "", ""
    arguments = value.field("arguments")
    given = arguments.named_children() if arguments is not None else []
    return (_module(given[0]), member) if len(given) == 1 else ("", "")


def _bound(target: Node, name: str) -> Iterator[tuple[str, str]]:
    if target.kind() == "identifier":
        yield target.text(), name
    elif target.kind() == "object_pattern":
        for part in target.named_children():
            if part.kind() == "shorthand_property_identifier_pattern":
                yield part.text(), f"{name}.{part.text()}"
            elif part.kind() == "pair_pattern":
                yield _text(part.field("value")), f"{name}.{_text(part.field('key'))}"


def _module(node: Node | None) -> str:
    """A module's name; those of Node itself without "node:"."""
    return _text(node).strip("'\"`").removeprefix("node:")


def _go(tree: Tree) -> Iterator[tuple[str, str]]:
    for node in tree.find(["import_spec"]):
        path = _text(node.field("path")).strip('"`')
        last = path.rsplit("/", 1)[-1]
        if re.fullmatch(r"v\d+", last) and "/" in path:  # the major version of a module
            last = path.rsplit("/", 2)[-2]
        yield _text(node.field("name")) or last, path


def _java(tree: Tree) -> Iterator[tuple[str, str]]:
    for node in tree.find(["import_declaration"]):
        name = node.text().removeprefix("import").strip().removeprefix("static ").rstrip("; ")
        if not name.endswith("*"):
            yield name.rsplit(".", 1)[-1], name


def _java_types(tree: Tree) -> Iterator[tuple[str, str]]:
    imported = dict(_java(tree))
    yield from imported.items()
    kinds = ["local_variable_declaration", "field_declaration", "formal_parameter", "resource"]
    for node in tree.find(kinds):
        declared = [one for one in node.named_children() if one.kind() == "variable_declarator"] or [node]
        for one in declared:
            kind = _type_name(node.field("type"), one.field("value"))
            if kind:
                yield _text(one.field("name")), imported.get(kind, kind)


def _csharp(tree: Tree) -> Iterator[tuple[str, str]]:
    for node in tree.find(["variable_declaration", "parameter"]):
        declared = [one for one in node.named_children() if one.kind() == "variable_declarator"] or [node]
        for one in declared:
            kind = _type_name(node.field("type"), next(iter(one.named_children()[1:]), None))
            if kind:
                yield _text(one.field("name")), kind


def _type_name(kind: Node | None, value: Node | None) -> str:
    """The name of a class, without what stands for its parts; "" for a plain type."""
    text = _text(kind)
    if text == "var" and value is not None and value.kind() == "object_creation_expression":
        text = _text(value.field("type"))
    return text.partition("<")[0] if _CLASS.match(text) else ""


def _agreed(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """Without the names that are declared as two things."""
    made: dict[str, str] = {}
    unclear = set()
    for name, full in pairs:
        if made.setdefault(name, full) != full:
            unclear.add(name)
    return {name: full for name, full in made.items() if name not in unclear}


def _text(node: Node | None) -> str:
    return str(node.text()) if node is not None else ""


_READERS: dict[str, Callable[[Tree], Iterator[tuple[str, str]]]] = {
    "python": _python,
    "javascript": _javascript,
    "typescript": _javascript,
    "tsx": _javascript,
    "go": _go,
    "java": _java_types,
    "csharp": _csharp,
}
"""The others import by whole files: what they call has the name that stands there.

In Java and C# a variable stands for its class: `Random dice` makes `dice.nextInt` `Random.nextInt`.
"""
