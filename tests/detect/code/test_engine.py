"""What the engine knows of a file: functions, names, shapes, arguments; and rule files that are wrong."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rule import CodeRule
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.rulefile import FOLDERS, LARGEST, rule_of
from cybersecqwen.detect.code.runs import runs_joined
from cybersecqwen.detect.code.shapes import Shape
from cybersecqwen.detect.code.tree import Tree
from cybersecqwen.errors import RuleError
from cybersecqwen.inputs.source.files import SourceFile

HEAD = (
    "title: A title\ncwe: 78\nseverity: high\nwhy: It does harm.\ninstead: Do else.\n"
    "bad: bad()\ngood: good()\n"
)
RULE = HEAD + "calls: [{to: bad}]\n"


def look(text: str, language: str = "python") -> Look:
    return Look(SourceFile(path="example", language=language, text=text))


def shape(text: str, call: str = "f", language: str = "python", argument: str = "0") -> Shape:
    seen = look(text, language)
    found = seen.matcher.facts.calls[call][-1]
    return seen.matcher.facts.shapes.of(found.argument(argument, seen.matcher.facts.tree.profile.keywords))


def names(text: str, language: str) -> set[str]:
    return {call.name for calls in look(text, language).matcher.facts.calls.values() for call in calls}


# Functions


@st.composite
def programs(draw: st.DrawFn) -> str:
    """JavaScript with functions in functions and beside each other, with and without room between."""
    parts = draw(
        st.lists(
            st.sampled_from(["function f(){", "}", ";", " ", "x=>x", "(a)=>{", "a();", "é"]), max_size=24
        )
    )
    return "".join(parts)


@given(programs())
def test_functions_around_an_offset_are_those_of_a_slow_scan(text: str) -> None:
    tree = Tree(text, "javascript")

    def innermost(offset: int) -> int:
        around = [n for n, (start, end, _) in enumerate(tree.functions) if start <= offset < end]
        return max(around, default=-1)

    assert [tree.function_at(at) for at in range(len(text) + 1)] == [
        innermost(at) for at in range(len(text) + 1)
    ]
    for number, (start, end, _) in enumerate(tree.functions):
        outer = [n for n in range(number) if tree.functions[n][0] <= start and end <= tree.functions[n][1]]
        assert tree.function_around(number) == max(outer, default=-1)


def test_a_function_that_begins_where_another_ends_does_not_stand_in_it() -> None:
    tree = Tree("function a(){var x = '1'}function b(){f(x)}", "javascript")
    assert tree.function_around(1) == -1
    assert shape("function a(){var x = '1'}function b(){f(x)}", language="javascript") is Shape.OTHER


# Names


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("python", "import os\nos.system(1)", "os.system"),
        ("python", "import os as o\no.system(1)", "os.system"),
        ("python", "import os.path as p\np.join(1)", "os.path.join"),
        ("python", "from os import system as run\nrun(1)", "os.system"),
        ("python", "from os import (\n  path,\n  system,\n)\nsystem(1)", "os.system"),
        ("python", "from . import tools\ntools.run(1)", "tools.run"),
        ("python", "from ..a.b import c\nc(1)", "a.b.c"),
        ("python", "os  .  system(1)", "os.system"),
        ("python", "os.\\\n  system(1)", "os.system"),
        ("javascript", "const cp = require('child_process'); cp.exec(1)", "child_process.exec"),
        ("javascript", "const {exec: run} = require('node:child_process'); run(1)", "child_process.exec"),
        ("javascript", "const run = require('child_process').exec; run(1)", "child_process.exec"),
        ("javascript", "import * as cp from 'child_process'; cp.exec(1)", "child_process.exec"),
        ("javascript", "import {exec as run} from 'child_process'; run(1)", "child_process.exec"),
        ("javascript", "require('child_process').exec(1)", "child_process.exec"),
        ("javascript", 'require("node:fs").promises.readFile(1)', "fs.promises.readFile"),
        (
            "javascript",
            "const cp = require('child_process'); const run = cp.exec; run(1)",
            "child_process.exec",
        ),
        (
            "javascript",
            "const cp = require('child_process'); const {exec: run} = cp; run(1)",
            "child_process.exec",
        ),
        (
            "javascript",
            "const util = require('util'), cp = require('child_process');\n"
            "const run = util.promisify(cp.exec);\nrun(1)",
            "child_process.exec",
        ),
        (
            "typescript",
            "import {promisify} from 'util'; import {exec} from 'child_process';\n"
            "const run: any = promisify(exec);\nrun(1)",
            "child_process.exec",
        ),
        ("javascript", "require('util').promisify(require('fs').readFile)(1)", "fs.readFile"),
        ("javascript", "const run = promisify(client.exec); run(1)", "run"),
        ("javascript", "const own = require('./own'); const run = own.exec; run(1)", "run"),
        ("javascript", "const app = express(); app.get(1)", "app.get"),
        ("javascript", "require(name).exec(1)", "require(name).exec"),
        ("javascript", "a?.b?.(1)", "a.b"),
        ("typescript", "import cp from 'child_process'; cp.exec(1)", "child_process.exec"),
        ("javascript", "new Function(1)", "new Function"),
        ("go", 'import ("os/exec")\nfunc f() { exec.Command("a") }', "os/exec.Command"),
        ("go", 'import e "os/exec"\nfunc f() { e.Command("a") }', "os/exec.Command"),
        ("go", 'import "example.org/yaml/v3"\nfunc f() { yaml.Load(1) }', "example.org/yaml/v3.Load"),
        ("java", "import java.io.File; class A { Object f() { return new File(1); } }", "new java.io.File"),
        ("php", "<?php $db->query(1);", "$db.query"),
        ("php", "<?php DB::raw(1);", "DB.raw"),
        ("ruby", "Kernel.system(1)", "Kernel.system"),
        ("c", "void f() { p->run(1); }", "p.run"),
        ("cpp", "void f() { std::system(1); }", "std.system"),
    ],
)
def test_calls_have_full_names(language: str, text: str, name: str) -> None:
    assert name in names(text, language)


def test_names_that_are_hostile_are_names_all_the_same() -> None:
    assert names("(" + "a" * 500 + ")(1)", "javascript") == {"…" + "a" * 399 + ")"}
    assert names("import a as a\na.a(1)", "python") == {"a.a"}
    assert names("const {a: {b}} = require('x'); b(1)", "javascript")
    assert names("from x import *\nrun(1)", "python") == {"run"}
    assert names("const f = " + "promisify(" * 30 + "x" + ")" * 30 + "; f(1)", "javascript")
    assert names("const f = f; const g = g.h; f(1)", "javascript") == {"f"}


# Shapes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f('a')", Shape.CONSTANT),
        ("f()", Shape.CONSTANT),
        ("f(1)", Shape.CONSTANT),
        ("f('a' 'b')", Shape.CONSTANT),
        ("f('a' + 'b')", Shape.CONSTANT),
        ("f(['a', 'b'])", Shape.CONSTANT),
        ("f([])", Shape.OTHER),
        ("f(['a', b])", Shape.OTHER),
        ("f(f'a')", Shape.CONSTANT),
        ("f(f'a{b}')", Shape.BUILT),
        ("f('a' + b)", Shape.BUILT),
        ("f('a' % b)", Shape.BUILT),
        ("f('a{}'.format(b))", Shape.BUILT),
        ("f('a{}'.format('b'))", Shape.CONSTANT),
        ("f(b)", Shape.OTHER),
        ("f(b + c)", Shape.OTHER),
        ("f(b * 2)", Shape.OTHER),
        ("f(g('a'))", Shape.OTHER),
        ("f('a' if b else 'c')", Shape.CONSTANT),
        ("f('a' if b else c)", Shape.OTHER),
        ("f('a' if 'b' else c)", Shape.OTHER),
        ("f(c if 'b' else 'a')", Shape.OTHER),
        ("f('a' or 'c')", Shape.CONSTANT),
        ("f(('a'))", Shape.CONSTANT),
        ("x = 'a'\nf(x)", Shape.CONSTANT),
        ("x = 'a'\nx = 'b'\nf(x)", Shape.CONSTANT),
        ("x = 'a'\nx = b\nf(x)", Shape.OTHER),
        ("x = 'a'\nx += b\nf(x)", Shape.BUILT),
        ("x = 'a'\nx += 'b'\nf(x)", Shape.CONSTANT),
        ("x = x\nf(x)", Shape.OTHER),
        ("x = y\ny = x\nf(x)", Shape.OTHER),
        ("x, y = 'a', b\nf(x)", Shape.OTHER),
        ("def g(x):\n  f(x)", Shape.OTHER),
        ("def g(x):\n  x = 'a'\n  f(x)", Shape.OTHER),
        ("x = 'a'\ndef g(x):\n  f(x)", Shape.OTHER),
        ("x = 'a'\ndef g():\n  f(x)", Shape.CONSTANT),
        ("def g():\n  x = 'a'\ndef h():\n  f(x)", Shape.OTHER),
        ("for x in ('a', 'b'):\n  f(x)", Shape.OTHER),
        ("x = 'a'\n" * 9 + "f(x)", Shape.OTHER),
    ],
)
def test_shapes_of_python(text: str, expected: Shape) -> None:
    assert shape(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(`a`)", Shape.CONSTANT),
        ("f(`a${b}`)", Shape.BUILT),
        ("f(`a${'b'}`)", Shape.CONSTANT),
        ("f('a' + b)", Shape.BUILT),
        ("const x = 'a'; f(x)", Shape.CONSTANT),
        ("let x = 'a'; x += b; f(x)", Shape.BUILT),
        ("const g = x => f(x)", Shape.OTHER),
        ("const g = ({x}) => f(x)", Shape.OTHER),
    ],
)
def test_shapes_of_javascript(text: str, expected: Shape) -> None:
    assert shape(text, language="javascript") is expected


# Arguments


@pytest.mark.parametrize(
    ("language", "text", "where", "value"),
    [
        ("python", "f(1, 2, shell=3)", "0", "1"),
        ("python", "f(1, 2, shell=3)", "-1", "2"),
        ("python", "f(1, 2, shell=3)", "shell", "3"),
        ("python", "f(1, 2, shell=3)", "5|shell", "3"),
        ("python", "f(1, 2, shell=3)", "7", None),
        ("python", "f(1, 2, shell=3)", "text", None),
        ("python", "f(# 0\n1)", "0", "1"),
        ("javascript", "f(1, {a: 2, 'b': {c: 3}})", "a", "2"),
        ("javascript", "f(1, {a: 2, 'b': {c: 3}})", "c", "3"),
        ("javascript", "f(1, {a: 2}, {a: 4})", "a", "2"),
        ("php", "<?php f(1, ['a' => 2]);", "a", "2"),
        ("php", "<?php f(1, b: 2);", "b", "2"),
        ("csharp", "class A { void g() { f(1, b: 2); } }", "b", "2"),
        ("ruby", "f(1, a: 2)", "a", "2"),
        ("shell", "f 1 2", "1", "2"),
        ("go", "func g() { f(1, 2) }", "1", "2"),
    ],
)
def test_arguments_of_calls(language: str, text: str, where: str, value: str | None) -> None:
    seen = look(text, language)
    found = seen.matcher.facts.calls["f"][0].argument(where, seen.matcher.facts.tree.profile.keywords)
    assert (found.text() if found is not None else None) == value


@pytest.mark.parametrize(("text", "spreads"), [("f(*a)", True), ("f(1, **a)", True), ("f(a)", False)])
def test_arguments_out_of_lists_are_known_as_such(text: str, spreads: bool) -> None:
    seen = look(text)
    assert seen.matcher.facts.calls["f"][0].spreads(seen.matcher.facts.tree.profile.keywords) is spreads


# Hostile files


HOSTILE = {
    "chain": lambda n: "x = (a" + "\n.b(1)" * n + ")\n",
    "deep": lambda n: "(\n" * n + "1" + ")\n" * n,
    "open": lambda n: "f(\n" * n,
    "blocks": lambda n: "if (a) {\n" * n,
    "functions": lambda n: "function f(a) { return\n" * n,
    "sum": lambda n: "x = 'a'" + " +\n'b' + c" * n + ";\neval(x)\n",
    "grows": lambda n: "x = 'a';\n" + "x = x + y;\n" * n + "eval(x)\n",
    "set often": lambda n: "b = a\neval(b)\n" * n,
    "quotes": lambda n: "'\n\"\n`\n" * n,
    "texts": lambda n: "x = `a ${\n" * n,
    "imports": lambda n: "from a import b\nimport {a} from 'b'\n" * n,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("language", ["python", "javascript", "java", "c", "php", "ruby", "shell"])
@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_files_that_never_end_are_looked_at(kind: str, language: str) -> None:
    assert look(HOSTILE[kind](3_000), language).findings(BOOK.of(language)) is not None


@pytest.mark.timeout(60)
def test_a_name_that_is_set_and_used_very_often_takes_linear_time() -> None:
    assert look("b = a\neval(b)\n" * 20_000, "javascript").findings(BOOK.of("javascript"))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "part",
    [
        "#\n",
        "#\n\n",
        "\n",
        "  # a b\n\n\n",
        "//\n",
        "/*\n*/\n",
        "a\n#\n",
        "a(\n",
        "a\n//\n",
        "#" * 400 + "\n",
    ],
)
@pytest.mark.parametrize(
    "language",
    ["python", "javascript", "java", "go", "c", "csharp", "php", "ruby", "shell", "terraform"],
)
def test_a_file_of_comments_is_read_in_linear_time(language: str, part: str) -> None:
    head = "<?php\na\n" if language == "php" else "a\n"
    tree = Tree(head + part * (100_000 // len(part)), language)
    assert tree.root.range().end.index <= len(tree.text)


@given(
    st.lists(
        st.sampled_from(["#", "# a", "", " ", "x = 1", "#[a]", '"""', "// b", "é # c", "\r", "  #"]),
        max_size=40,
    ),
    st.integers(0, 150),
    st.sampled_from(["python", "php", "terraform", "ruby"]),
)
def test_runs_of_comments_that_are_joined_keep_what_is_code_where_it_is(
    lines: list[str], count: int, language: str
) -> None:
    text = "\n".join([*lines, *["# d"] * count, *lines])
    made = runs_joined(text, language)
    assert len(made) == len(text)
    assert all(one == other or (one, other) == ("\n", "#") for one, other in zip(text, made, strict=True))
    if language == "ruby" or count + 2 * len(lines) < 100:
        assert made == text
    after = made.split("\n")
    for line in text.split("\n"):
        if line.startswith(("x", "é", "#[", '"')) and not line.startswith("#[" if language != "php" else "-"):
            assert any(one == line for one in after)


def test_findings_behind_a_long_run_of_comments_stand_where_they_stand() -> None:
    text = "import os\n" + "# é\n\n" * 300 + "os.system('a' + b)\n"
    (one,) = look(text).findings(BOOK.of("python"))
    assert (one.place.line, one.place.column, one.place.text) == (602, 1, "os.system('a' + b)")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("folder", FOLDERS)
def test_rules_survive_mutations_of_their_examples(folder: str) -> None:
    chance = random.Random(folder)
    for rule in [rule for rule in RULES if rule.id.startswith(f"{folder}-")]:
        text = _mutated(chance.choice(rule.bad), chance)
        seen = look(text, chance.choice(rule.languages))
        for one in seen.findings([rule]):
            place, lines = one.place, text.split("\n")
            assert 1 <= place.line <= place.end_line <= len(lines)
            assert 1 <= place.column <= len(lines[place.line - 1]) + 1
            assert 1 <= place.end_column <= len(lines[place.end_line - 1]) + 2


def _mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randrange(1, 6)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        part = text[at:to]
        text = chance.choice(
            (
                text[:at],
                text[:at] + text[to:],
                text[:to] + part * 3 + text[to:],
                text[:at]
                + chance.choice("([{'\"`\\\n\r\0\ud7ff😀:;#/*") * chance.choice((1, 40))
                + text[at:],
                part + text,
                text[:at] + "(" * 200 + part + ")" * 200 + text[to:],
                text.replace("\n", "\r\n"),
                text[:at] + part.replace(" ", " " * 4_000) + text[to:],
            )
        )[:60_000]
    return text or "x"


BOOK = CodeRules.shipped()
RULES = BOOK.all()


# Fixes of the rulebook


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixes], ids=lambda rule: rule.id)
def test_a_fix_of_a_rule_mends_one_of_its_examples(rule: CodeRule) -> None:
    for text in rule.bad:
        for one in look(text, rule.languages[0]).findings([rule]):
            if one.fix is not None:
                assert one.fix.what and one.fix.diff.startswith("--- a/example\n+++ b/example\n")
                return
    pytest.fail("none of its fixes holds in any of its examples")


# Rule files


def test_a_whole_rule_is_read() -> None:
    rule = rule_of(RULE, "python", "bad")
    assert (rule.id, rule.cwe, rule.words) == ("python-bad", ("CWE-78",), ("bad",))


NESTED = "".join(f"  - &a{i} [{','.join([f'*a{i - 1}'] * 9) if i else 'x'}]\n" for i in range(12))
WRONG = {
    "nothing": "",
    "no mapping": "- a",
    "unknown key": RULE + "other: 1",
    "no title": RULE.replace("title: A title\n", ""),
    "looks for nothing": HEAD,
    "title of another kind": RULE.replace("A title", "[a]"),
    "bad of another kind": RULE.replace("bad()", "{a: b}", 1),
    "number that is none": RULE.replace("78", "x"),
    "severity that is none": RULE.replace("high", "huge"),
    "confidence that is none": RULE + "confidence: huge",
    "language of another folder": RULE + "languages: [ruby]",
    "language that is a list": RULE + "languages: [[python]]",
    "calls of another kind": HEAD + "calls: bad",
    "call without a name": HEAD + "calls: [{where: {}}]",
    "call with an unknown key": HEAD + "calls: [{to: a, when: 1}]",
    "star in the middle": HEAD + "calls: [{to: a.*.b}]",
    "where of another kind": HEAD + "calls: [{to: a, where: [0]}]",
    "shape that is none": HEAD + "calls: [{to: a, where: {0: round}}]",
    "shape of another kind": HEAD + "calls: [{to: a, where: {0: {shape: [a]}}}]",
    "number of arguments": HEAD + "calls: [{to: a, fewer: many}]",
    "expression that is none": RULE + "requires: '('",
    "expression of another kind": RULE + "requires: {a: b}",
    "expression that is too much": RULE + "requires: '((a{999}){999}){999}'",
    "expression with a look behind": RULE + "requires: '(?<=a)b'",
    "line without an expression": HEAD + "lines: [{in_comments: true}]",
    "line with an empty one": HEAD + "lines: [{pattern: }]",
    "match of another kind": HEAD + "match: [a]",
    "match with an unknown key": HEAD + "match: [{rule: {kind: call}, other: 1}]",
    "document of another kind": HEAD + "document: a",
    "condition of a document": HEAD + "document: [{each: a, where: [a]}]",
    "condition without a path": HEAD + "document: [{each: a, where: [{is: b}]}]",
    "fix that does nothing": RULE + "fix: [{says: a}]",
    "fix with an unknown key": RULE + "fix: [{says: a, run: b}]",
    "huge": RULE + "#" * LARGEST,
    "huge number": RULE.replace("78", "9" * 5_000),
    "no YAML": RULE + "]",
    "tag": RULE.replace("A title", "!!python/object/apply:os.system [id]"),
    "unknown tag": RULE.replace("A title", "!made a"),
    "key twice merged": "a: &a {title: x}\n<<: *a\n" + RULE,
    "two documents": RULE + "---\n" + RULE,
    "control character": RULE + "\x00",
    "deep": "[" * 60_000,
    "deep and closed": "[" * 30_000 + "]" * 30_000,
    "deep below": RULE + "references: " + "[" * 30_000,
    "aliases of aliases": "references:\n" + NESTED + RULE.replace("A title", "*a11"),
    "alias of itself": RULE + "references: &a [*a]",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_rule_file_is_refused_in_one_sentence(kind: str) -> None:
    with pytest.raises(RuleError) as caught:
        rule_of(WRONG[kind], "python", "bad")
    assert "python/bad.yaml" in caught.value.message
    assert "\n" not in caught.value.message and len(caught.value.message) < 400


@given(st.data())
def test_a_rule_file_that_was_tampered_with_is_read_or_refused(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from([RULE, *WRONG.values()]).filter(lambda text: len(text) < 2_000))
    at = data.draw(st.integers(0, len(rule)))
    to = data.draw(st.integers(at, min(len(rule), at + 12)))
    more = data.draw(st.text(st.sampled_from("abc{}[]:,-&*!|>'\"\n #%@?0x~<="), max_size=8))
    try:
        rule_of(rule[:at] + more + rule[to:], "python", "bad")
    except RuleError as error:
        assert error.message


@pytest.mark.parametrize(
    "match",
    [
        "{kind: nonsense}",
        "{foo: 1}",
        "{regex: '('}",
        "{rule: a}",
        "{rule: {kind: 1}}",
        "{pattern: ''}",
        "{rule: {matches: a}, utils: {a: {matches: a}}}",
        "{rule: {matches: a}}",
    ],
)
def test_a_pattern_that_ast_grep_does_not_take_is_refused_when_rules_are_read(
    match: str, tmp_path: Path
) -> None:
    tmp_path.joinpath("python").mkdir()
    tmp_path.joinpath("python/bad.yaml").write_text(f"{HEAD}match: [{match}]\nwords: [a]\n", "utf-8")
    with pytest.raises(RuleError, match=r"python/bad\.yaml"):
        CodeRules.shipped([tmp_path]).of("python")
