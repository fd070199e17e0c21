"""Whether a patch that a model wrote may be given out: what a rule's fix must hold, and that it mends at all.

A rule stops finding something also where the code is taken away, put where it never runs or hidden from the
rule. So a patch is held against these ways out before its effect is looked at.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
import tomllib
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from importlib.resources import files

from cybersecqwen.detect.code.fixing import applied, breaks, helps, unified
from cybersecqwen.detect.code.profile import profiles
from cybersecqwen.detect.code.tree import Node, Tree
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding, Edit

from .looking import Again

MOST_LINES = 30
"""Lines that a patch may take away and add, together."""


class Refusal(StrEnum):
    """Why a patch was not taken, as the end of a sentence that begins with "it"."""

    NO_ANSWER = "is no answer under the schema"
    LATE = "took too long"
    NOTHING = "changes nothing"
    OUTSIDE = "names lines that were not shown"
    TWICE = "names a line twice"
    LONG = f"changes more than {MOST_LINES} lines"
    UNSEEN = "has characters that nobody can see"
    INDENTATION = "is indented otherwise than the file"
    SILENCES = "only tells a reviewer to be silent"
    COMMENTS_OUT = "only makes a comment of the code"
    TAKES_AWAY = "only takes the code away"
    DROPS = "no longer uses a value that the code works on"
    DEAD = "puts code where it never runs"
    IMPORTS = "imports a package that the project does not name"
    UNBOUND = "uses a name that the file does not have"
    BREAKS = "does not parse"
    STILL = "leaves the finding where it was"
    NEW = "makes a rule find something else"


def _words_of(key: str) -> frozenset[str]:
    text = files(__package__).joinpath("patch_words.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[key].split())


_SILENCERS = re.compile(
    r"(?i)csq:\s*ignore|\bnosec\b|\bnoqa\b|\bnosemgrep\b|eslint-disable|\bnolint\b|\bnosonar\b|\blgtm\b"
    r"|(?:type|pyright|pylint|phpstan|codeql|checkov|tfsec|trivy|hadolint|zizmor)\s*[:=\[-]\s*\[?(?:ignore|skip|disable)"
)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_HASH = re.compile(r"(?m)(?:^|\s)#.*$")
_SAYS_ONLY = _words_of("says_only")
"""Words that refuse or tell, and do nothing of what was there."""
_NEVER = frozenset(
    ("False", "false", "0", "None", "null", "undefined", "not True", "!true", "!1", '""', "''")
)
_LEAVES = ("return_statement", "raise_statement", "throw_statement", "break_statement", "continue_statement")
_GRAMMAR = {"python": "python", "javascript": "javascript", "typescript": "javascript", "tsx": "javascript"}
"""Languages whose grammar is known well enough to say what runs and what a name stands for."""
_NODE_MODULES = _words_of("node_modules")
_GLOBALS = _words_of("javascript_globals")
_MEMBER = re.compile(r"\b([a-z]+)\.([a-z]+)\b")
_SUBMODULES = _words_of("submodules")
_IMPORTED = {
    "go": (r'"([^"\n]+)"', r"[^.]+"),
    "java": (r"(?m)^\s*import\s+(?:static\s+)?([\w.]+)", r"javax?\..*"),
    "c": (r"(?m)^\s*#\s*include\s*([<\"][^>\"\n]+)", r"<.*"),
    "cpp": (r"(?m)^\s*#\s*include\s*([<\"][^>\"\n]+)", r"<.*"),
    "csharp": (r"(?m)^\s*using\s+(?:static\s+)?([\w.]+)\s*;", r"System(?:\..*)?"),
    "php": (r"(?m)^\s*use\s+([\w\\]+)|\b(?:require|include)(?:_once)?\b[^;\n]*", r"(?!)"),
    "ruby": (
        r"\brequire(?:_relative)?[ (]+['\"]([^'\"\n]+)",
        r"shellwords|securerandom|open3|json|uri|digest|openssl|yaml|cgi|erb|tempfile|net/http|set|time",
    ),
}
"""Language → how an import is written there, and what the language brings along."""


def refusal_of(
    source: SourceFile,
    edit: Edit,
    finding: CodeFinding,
    before: Sequence[CodeFinding],
    look: Again,
    packages: Collection[str] = (),
) -> Refusal | None:
    """Why a patch may not be given out; None where it may.

    Args:
        source: The file as it is.
        edit: The patch, as one stretch of whole lines.
        finding: What it shall mend.
        before: All findings of the file.
        look: Looks at a text by the rules that found them.
        packages: Names that packages of the project are imported by.
    """
    text = applied(source.text, [edit])
    if "".join(text.split()) == "".join(source.text.split()):
        return Refusal.NOTHING
    if _changed(source.text, text) > MOST_LINES:
        return Refusal.LONG
    if any(not (char.isprintable() or char in "\t\r\n") for char in edit.text):
        return Refusal.UNSEEN
    if _indents_otherwise(source.text, edit):
        return Refusal.INDENTATION
    if len(_SILENCERS.findall(text)) > len(_SILENCERS.findall(source.text)):
        return Refusal.SILENCES
    seen, problem = look(replace(source, text=text))
    if problem:  # before it is parsed here, where nothing ends what takes too long
        return Refusal.BREAKS
    if source.language in profiles():
        was, now = (Tree(one, source.language) for one in (source.text, text))
        refused = _way_out(was, now, edit, finding, packages)
        if refused is not None:
            return refused
    elif not _WORD.findall(_HASH.sub("", edit.text)):
        return Refusal.TAKES_AWAY
    return _without_effect(finding, before, seen.findings)


def _without_effect(
    finding: CodeFinding, before: Sequence[CodeFinding], after: Sequence[CodeFinding]
) -> Refusal | None:
    """What a fix of a rule must hold, too: the finding is gone, nothing is new."""
    if any(_alike(finding, after, same) >= _alike(finding, before, same) for same in (True, False)):
        return Refusal.STILL
    return None if helps(finding.rule, before, after) else Refusal.NEW


def _alike(finding: CodeFinding, some: Sequence[CodeFinding], same: bool) -> int:
    """How many are of the rule of a finding, and of the `same` code."""
    text = finding.place.text
    return sum(one.rule == finding.rule and (not same or one.place.text == text) for one in some)


def _changed(before: str, after: str) -> int:
    diff = unified(before, after, "").split("\n")[2:]
    return sum(line.startswith(("+", "-")) for line in diff)


def _indents_otherwise(text: str, edit: Edit) -> bool:
    """Whether lines begin with tabs in a file of spaces, or the other way."""
    own = "".join(_INDENT.findall(text))
    new = "".join(_INDENT.findall(edit.text))
    return bool(own) and (("\t" in new and "\t" not in own) or (" " in new and " " not in own))


def _way_out(
    was: Tree, now: Tree, edit: Edit, finding: CodeFinding, packages: Collection[str]
) -> Refusal | None:
    """What takes the finding away without mending it, or cannot run."""
    if (
        breaks(was, now.text)
        or _missing(now) > _missing(was)
        or (was.language == "python" and _is_python(was.text) > _is_python(now.text))
    ):
        return Refusal.BREAKS
    old, new = (edit.start, edit.end), (edit.start, edit.start + len(edit.text))
    had, has = Counter(_words(was, *old)), Counter(_words(now, *new))
    added = [word for word in has - had if word not in _SAYS_ONLY]
    if not added:
        start, end = _reach(was, finding)
        own = Counter(_words(was, start, end))
        around = had - own
        stays = [word for word in has - around if word in own or word not in _SAYS_ONLY]
        if own and not stays:
            commented = len(_commented(now, *new)) > len(_commented(was, *old))
            return Refusal.COMMENTS_OUT if commented else Refusal.TAKES_AWAY
    if _dropped(was, edit, had, has):
        return Refusal.DROPS
    if _dead(now) > _dead(was):
        return Refusal.DEAD
    if any(not _is_known(name, now.language, packages) for name in _imports(now) - _imports(was)):
        return Refusal.IMPORTS
    return Refusal.UNBOUND if _unbound(was, now, added) else None


def lacking(source: SourceFile, edit: Edit) -> str:
    """The statement that imports what a patch uses and the file does not have; "" where there is none.

    Only modules that the language brings along are imported, and only where nothing else is lacking.
    """
    family = _GRAMMAR.get(source.language)
    text = applied(source.text, [edit])
    was, now = (Tree(one, source.language) for one in (source.text, text))
    words = _words(now, edit.start, edit.start + len(edit.text)) if family is not None else ()
    lacks = _unbound(was, now, list(dict.fromkeys(words)))
    names = sorted(lacks)
    if family == "python" and all(name in sys.stdlib_module_names for name in names):
        used = {f"{one[1]}.{one[2]}" for one in _MEMBER.finditer(edit.text)} & _SUBMODULES
        names = sorted({name for name in names if name not in {one.partition(".")[0] for one in used}} | used)
        return "".join(f"import {name}\n" for name in names if name.partition(".")[0] in lacks)
    if family == "javascript" and "require(" in source.text and all(name in _NODE_MODULES for name in names):
        return "".join(f'const {name} = require("{name}");\n' for name in names)
    return ""


def _missing(tree: Tree) -> int:
    """How many signs the parser had to think of itself: they are nodes without a text, and no ERROR."""
    return len(tree.root.find_all({"rule": {"regex": "^$"}})) if tree.profile.functions else 0


def _is_python(text: str) -> bool:
    """Whether Python itself can read it: it asks more of indentation than the grammar does."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _leaves(tree: Tree, start: int, end: int) -> Iterator[Node]:
    """The nodes without others in them, in a stretch of the text."""
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        reach = node.range()
        if reach.end.index <= start or reach.start.index >= end:
            continue
        inside = node.children()
        if inside:
            waiting += reversed(inside)
        else:
            yield node


def _words(tree: Tree, start: int, end: int) -> list[str]:
    """Names in code: not in comments, and in texts only where a value stands in them."""
    if not tree.profile.functions:  # a document: its texts are what it says
        return _WORD.findall(_HASH.sub("", tree.text[start:end]))
    return [
        node.text()
        for node in _leaves(tree, start, end)
        if node.kind().endswith(("identifier", "name")) or node.kind() in ("constant", "word")
    ]


def _commented(tree: Tree, start: int, end: int) -> str:
    return " ".join(n.text() for n in _leaves(tree, start, end) if n.kind() in tree.profile.comments)


def _reach(tree: Tree, finding: CodeFinding) -> tuple[int, int]:
    """Offsets of what was found; of the statement around it where that is no call by itself."""
    place = finding.place
    starts = [0, *(one.end() for one in re.finditer("\n", tree.text))]
    start = starts[place.line - 1] + place.column - 1
    last = max(place.end_line, place.line)
    end = starts[last - 1] + place.end_column - 1 if place.end_column else start + 1
    node = _covering(tree.root, start, end)
    while (
        node.parent() is not None
        and node.kind() not in tree.profile.calls
        and not node.kind().endswith(("statement", "declaration"))
        and node.parent().parent() is not None
    ):
        node = node.parent()
    reach = node.range()
    return reach.start.index, reach.end.index


def _covering(root: Node, start: int, end: int) -> Node:
    """The smallest node around a stretch of the text."""
    node = root
    while True:
        for one in node.children():
            reach = one.range()
            if reach.start.index <= start and end <= reach.end.index:
                node = one
                break
        else:
            return node


def _dead(tree: Tree) -> int:
    """How many places there are that never run, where the grammar is known."""
    family = _GRAMMAR.get(tree.language)
    if family is None:
        return 0
    count = 0
    for node in tree.find(["if_statement", "while_statement"]):
        condition = node.field("condition")
        parts = re.split(r"&&|\band\b", condition.text()) if condition is not None else []
        count += any(part.strip(" ()\t\n") in _NEVER for part in parts)
    kinds = [
        one for one in _LEAVES if one != ("raise_statement" if family == "javascript" else "throw_statement")
    ]
    for node in tree.find(kinds):
        after = node.next()
        while after is not None and (not after.is_named() or after.kind() in tree.profile.comments):
            after = after.next()
        count += after is not None and after.kind().endswith(("statement", "lexical_declaration"))
    kinds = ["identifier"]
    if family == "javascript":
        kinds += ["property_identifier", "shorthand_property_identifier"]
    used = Counter(node.text() for node in tree.find(kinds))
    named = Counter(_text(node.field("name")) for _, _, node in tree.functions)
    for _, _, node in tree.functions:
        name = _text(node.field("name"))
        parent = node.parent()
        if name and node.kind().startswith("function"):
            count += used[name] <= named[name]
        while parent is not None and parent.kind() == "parenthesized_expression":
            parent = parent.parent()
        count += not name and parent is not None and parent.kind() == "expression_statement"
    return count


def _text(node: Node | None) -> str:
    return str(node.text()) if node is not None else ""


def _dropped(was: Tree, edit: Edit, had: Counter[str], has: Counter[str]) -> bool:
    """Whether a parameter is used nowhere in its function any more, though the function stays."""
    number = was.function_at(edit.start)
    if number < 0:
        return False
    start, end, node = was.functions[number]
    given = node.field("parameters") or node.field("parameter")
    if given is None or edit.start < given.range().end.index:
        return False
    behind = given.range().end.index
    names = set(_words(was, start, behind)) - {_text(node.field("name"))}
    return any(
        had[name] and not has[name] and Counter(_words(was, behind, end))[name] <= had[name] for name in names
    )


def _imports(tree: Tree) -> set[str]:
    """What a file imports: modules or packages, as they are written; "." for what stands beside it."""
    family = _GRAMMAR.get(tree.language)
    if family is None:
        pattern = _IMPORTED.get(tree.language)
        return {one[1] or one[0] for one in re.finditer(pattern[0], tree.text)} if pattern else set()
    found = set()
    for node in tree.find(["import_statement"]):
        if family == "javascript":
            found.add(_unquoted(node.field("source")))
        else:
            names = [one.field("name") or one for one in node.field_children("name")]
            found.update(one.text().partition(".")[0] for one in names)
    if family == "python":
        for node in tree.find(["import_from_statement"]):
            found.add(node.field("module_name").text().partition(".")[0] or ".")
        found.update(
            re.findall(r"__import__\(\s*['\"](\w+)|import_module\(\s*['\"](\w+)", tree.text) and {"."}
        )
    else:
        for node in tree.find(["call_expression"]):
            called, given = node.field("function"), node.field("arguments")
            if called is not None and called.text() in ("require", "import") and given is not None:
                found.update(_unquoted(one) for one in given.named_children()[:1])
    return found


def _unquoted(node: Node | None) -> str:
    return str(node.text()).strip("'\"`") if node is not None else "."


def _is_known(name: str, language: str, packages: Collection[str]) -> bool:
    family = _GRAMMAR.get(language, language)
    if family == "python":
        return name in sys.stdlib_module_names or name in packages
    if family == "javascript":
        bare = name.removeprefix("node:")
        whole = "/".join(bare.split("/")[: 2 if bare.startswith("@") else 1])
        return whole in _NODE_MODULES or whole in packages
    return re.fullmatch(_IMPORTED[family][1], name) is not None or name in packages


_BINDS = _words_of("binds")
_BINDS_BY = {
    "assignment": "left",
    "named_expression": "name",
    "for_statement": "left",
    "for_in_clause": "left",
    "for_in_statement": "left",
    "function_definition": "name",
    "class_definition": "name",
    "variable_declarator": "name",
    "function_declaration": "name",
    "class_declaration": "name",
    "arrow_function": "parameter",
    "catch_clause": "parameter",
}
_IMPORTS_NAMES = frozenset(("import_statement", "import_from_statement"))


def _unbound(was: Tree, now: Tree, added: Sequence[str]) -> set[str]:
    """The names of a patch that stand for nothing in the file and in the language."""
    family = _GRAMMAR.get(now.language)
    if family is None:
        return set()
    given = _GLOBALS if family == "javascript" else frozenset(dir(builtins)) | {"self", "cls"}
    known = {node.text() for node in was.find(["identifier"]) if not _is_part(node)}
    wanted = {word for word in added if word not in given and word not in known}
    if not wanted:
        return set()
    used: set[str] = set()
    bound: set[str] = set()
    for node in now.find(["identifier"]):
        if node.text() in wanted and not _is_part(node):
            (bound if _is_bound(node) else used).add(node.text())
    shorthand = now.find(["shorthand_property_identifier_pattern"]) if family == "javascript" else ()
    bound.update(node.text() for node in shorthand)
    return used - bound


def _is_part(node: Node) -> bool:
    """Whether a name is that of an attribute or an argument, which no one has to bind."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() == "attribute":
        return _is_field(parent, "attribute", node)
    return parent.kind() == "keyword_argument" and _is_field(parent, "name", node)


def _is_bound(node: Node) -> bool:
    parent = node.parent()
    if parent is None:
        return False
    kind = parent.kind()
    if kind in _BINDS:
        return kind != "default_parameter" or _is_field(parent, "name", node)
    if kind == "dotted_name" and parent.parent() is not None:
        return parent.parent().kind() in _IMPORTS_NAMES | {"aliased_import"}
    return kind in _BINDS_BY and _is_field(parent, _BINDS_BY[kind], node)


def _is_field(parent: Node, name: str, node: Node) -> bool:
    given = parent.field(name)
    return given is not None and given.range().start.index == node.range().start.index
