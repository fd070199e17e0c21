"""Values followed from where they come in to where they do harm, and not where something ends the harm."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulefile import rule_of
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.records.review import CodeFinding, Confidence

RULE = """
title: Command with a value of strangers
cwe: [{cwe}]
severity: high
confidence: low
why: It is here for tests alone and finds what reaches the function sink.
instead: It is here for tests alone and has nothing better to offer.
calls: [{{to: [sink], where: {{"0": {condition}}}}}]
bad: [a]
good: [b]
"""


def look(
    text: str, language: str = "python", cwe: str = "78", condition: str = "tainted"
) -> list[CodeFinding]:
    folder = "python" if language == "python" else "javascript"
    rule = rule_of(RULE.format(cwe=cwe, condition=condition), folder, "test")
    return Look(SourceFile(path="a", language=language, text=text)).findings([rule])


@pytest.mark.parametrize(
    "text",
    [
        "sink(request.args['a'])",
        "a = request.args.get('a')\nsink(a)",
        "from flask import request as r\nsink(r.args['a'])",
        "def f():\n    a = request.form['a'].strip()\n    b = f'x {a}'\n    sink(b)",
        "def f():\n    a = 'x'\n    a += request.form['a']\n    sink('y' + a)",
        "def f(a):\n    sink(a)\ndef g():\n    f(request.args['a'])",
        "def f(b, a=1):\n    sink(a)\ndef g():\n    f(1, a=request.args['a'])",
        "def clean(x):\n    return x.lower()\ndef g():\n    sink(clean(request.args['a']))",
        "class A:\n    def m(self, a):\n        sink(a)\n    def n(self):\n        self.m(request.json['a'])",
        "def f():\n    for a in request.args.getlist('a'):\n        sink(a)",
        "def f():\n    with open('x') as g:\n        pass\n    sink([request.args['a'], 1])",
        "import os\ndef f():\n    sink(os.path.join('/a', request.args['a']))",
        "@app.route('/a/<name>')\ndef f(name):\n    sink(name)",
        "@app.get('/a/{name}')\nasync def f(name: str):\n    sink(name)",
        "def f():\n    if x:\n        a = 1\n    else:\n        a = request.args['a']\n    sink(a)",
        "def f():\n    a = request.args['a']\n    if x:\n        a = 'b'\n    sink(a)",
        "def f():\n    a = request.args['a']\n    a = a.strip()\n    a = 'x' + a\n    sink(a)",
        "@app.get('/<a>')\ndef f(a):\n    a = a.strip()\n    sink(a)",
        "@app.get('/<a>')\ndef f(a):\n    if x:\n        a = 'b'\n    sink(a)",
        "class A:\n    def m(self):\n        self.a = request.args['a']\n        self.a = self.a.strip()\n"
        "        sink(self.a)",
        "import sys\nsink(sys.argv[1])",
        "def f():\n    d = {}\n    d['k'] = request.args['a']\n    sink(d)",
        "def f():\n    sink([x for x in request.args.values()])",
        "def f():\n    sink(a if b else request.args['a'])",
        # each call of a function is gone into by itself
        "def g(x):\n    return x.strip()\nsink([g('a'), g('b'), g('c'), g(request.args['a'])])",
    ],
)
def test_a_value_of_strangers_is_followed(text: str) -> None:
    (found,) = look(text)
    assert found.proven and found.confidence is Confidence.HIGH
    assert len(found.flow) >= 2
    assert found.flow[-1].place == found.place


@pytest.mark.parametrize(
    "text",
    [
        "sink('a')",
        "def f(a):\n    sink(a)",
        "sink(int(request.args['a']))",
        "sink(request.args.get('a', type=int))",
        "import shlex\nsink('x ' + shlex.quote(request.args['a']))",
        "def f():\n    a = request.args['a']\n    a = int(a)\n    sink(a)",
        "def f():\n    a = request.args['a']\n    if a not in ('b', 'c'):\n        return\n    sink(a)",
        "def f():\n    a = request.args['a']\n    if not a.isdigit():\n        return\n    sink(a)",
        "def f():\n    sink(request.args['a'] == 'b')",
        "def f():\n    sink(b if request.args['a'] else c)",
        "def f():\n    a = request.args['a']\ndef g():\n    a = 1\n    sink(a)",
        "def clean(x):\n    return int(x)\ndef g():\n    sink(clean(request.args['a']))",
        "def f():\n    sink(lambda: request.args['a'])",
        "# sink(request.args['a'])",
        "sink(len(request.args))",
        "def f():\n    a = request.args['a']\n    a = 'b'\n    sink(a)",
        "@app.get('/<a>')\ndef f(a):\n    a = 'b'\n    sink(a)",
        "@app.get('/<a>')\ndef f(a):\n    a = int(a)\n    sink(a)",
        "def f():\n    a = request.args['a']\n    a = int(a)\n    a = a + 1\n    sink(a)",
        "def f(x):\n    return f(x)\ndef g():\n    sink(f(1))",
    ],
)
def test_what_is_harmless_is_not_told(text: str) -> None:
    assert look(text) == []


def test_what_ends_one_harm_does_not_end_another() -> None:
    text = "import os\nsink(os.path.basename(request.args['a']))"
    assert look(text, cwe="22") == []
    assert len(look(text, cwe="78")) == 1


def test_the_command_line_is_no_stranger_for_paths() -> None:
    assert look("import sys\nsink(sys.argv[1])", cwe="22") == []


@pytest.mark.parametrize(
    "text",
    [
        "sink(req.query.a)",
        "const {a} = req.body; sink(`x ${a}`)",
        "app.get('/', (req, res) => { const a = req.params.id; sink('x' + a) })",
        "function f(a) { sink(a) }\napp.get('/', (req, res) => { f(req.body.a) })",
        "const f = a => a.trim();\nsink(f(location.hash))",
        "let a = location.hash; a = a.trim(); sink(a)",
        "let a = location.hash; if (x) a = 'b'; sink(a)",
        "let a = location.hash; if (x) { b() } else a = 'b'; sink(a)",
        "let a = decodeURIComponent(location.search.slice(1)); sink(a)",
        "for (const a of req.body.list) { sink(a) }",
        "sink(x ? 'a' : req.query.a)",
        "const p = require('path'); sink(p.join('/a', req.query.a))",
    ],
)
@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_javascript_is_followed(text: str, language: str) -> None:
    assert len(look(text, language)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "sink(parseInt(req.query.a))",
        "sink(Number(req.query.a))",
        "const a = req.query.a; if (!['b'].includes(a)) { throw 1 } sink(a)",
        "sink(req.query.a === 'b')",
        "let a = req.query.a; a = 'b'; sink(a)",
        "let a = req.query.a; if (x) { a = 'b'; sink(a) }",
        "sink(() => req.query.a)",
        "function f(req) { return 1 } sink(f(req.query.a))",
    ],
)
def test_harmless_javascript_is_not_told(text: str) -> None:
    assert look(text, "javascript") == []


def test_a_text_of_numbers_alone_is_no_finding() -> None:
    assert look("def f(n):\n    n = int(n)\n    sink(f'a {n}')", condition="not constant") == []
    assert (
        look("def f(n):\n    if x:\n        n = int(n)\n    sink(f'a {n}')", condition="not constant") != []
    )
    assert look("def f():\n    n = int(input())\n    sink(f'a {n}')", condition="not constant") == []
    assert look("def f(m):\n    n = int(m)\n    sink(f'a {n} {m}')", condition="not constant") != []


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "a0 = request.args['a']\n"
        + "".join(f"a{n} = a{n - 1} + a{n - 1}\n" for n in range(1, 2_000))
        + "sink(a1999)",
        "".join(f"def f{n}(a):\n    return f{(n + 1) % 300}(a)\n" for n in range(300))
        + "sink(f0(request.args))",
        "".join(f"def f(a):\n    sink(a)\nf(a{n})\n" for n in range(2_000)),
        "def f():\n" + "".join(f"    a = a + b{n}\n" for n in range(5_000)) + "    sink(a)",
        "sink(" + "(" * 3_000 + "a" + ")" * 3_000 + ")",
        "sink(" + "a." * 5_000 + "b)",
        "def f():\n" + "".join(f"    if a in b{n}: pass\n" for n in range(3_000)) + "    sink(a)\n" * 200,
    ],
)
def test_work_is_bounded(text: str) -> None:
    look(text)
    look(text, condition="not constant")


SET = "class A:\n    def m(self):\n        self.x = "
USE = "\n    def n(self):\n        "


@pytest.mark.parametrize(
    "text",
    [
        # attributes of the object itself
        f"{SET}request.args['a']{USE}sink(self.x)",
        f"{SET}'a' + request.args['a']\n        sink(self.x.strip())",
        f"class A:\n    def __init__(self, x):\n        self.x = x{USE}sink(self.x)\nA(request.args['a'])",
        f"class A:\n    def m(self):\n        self.d['k'] = request.args['a']{USE}sink(self.d)",
        f"class A:{USE}if self.x:\n            sink(self.x)\n        self.x = request.args['a']",
        # items by a key that is written
        "d = {}\nd['a'] = request.args['a']\nd['b'] = 'c'\nsink(d['a'])",
        "d = {'a': request.args['a'], 'b': 'c'}\nsink(d['a'])",
        "d = {'a': request.args['a'], 'b': 'c'}\nsink(d.get('a'))",
        "d = {'a': 'b'}\nd['a'] = request.args['a']\nsink(d)",
        "d = {}\nd[k] = request.args['a']\nsink(d['a'])",
        "d = {}\nd['a'] = request.args['a']\nsink(d[k])",
        "d = {}\nd['a']['b'] = request.args['a']\nsink(d['a']['b'])",
        "d = {**e, 'a': 'b', 'c': request.args['a']}\nsink(d['c'])",
        "def f(o):\n    o.x = request.args['a']\n    sink(o.x)",
        # lists as a whole
        "a = []\na.append(request.args['a'])\nsink(a)",
        "a = ['x']\nfor b in request.args.values():\n    a.append(b)\nsink(' '.join(a))",
        "a = [request.args['a'], 'b']\nsink(a[1])",
    ],
)
def test_parts_are_followed(text: str) -> None:
    (found,) = look(text)
    assert found.proven and len(found.flow) >= 2


@pytest.mark.parametrize(
    "text",
    [
        f"{SET}request.args['a']\nclass B:{USE}sink(self.x)",
        f"class A:\n    def m(self):\n        self.y = request.args['a']{USE}sink(self.x)",
        f"{SET}int(request.args['a']){USE}sink(self.x)",
        f"{SET}request.args['a']{USE}self.x = 'b'\n        sink(self.x)",
        f"{SET}request.args['a']{USE}if self.x in ('a', 'b'):\n            sink(self.x)",
        f"import shlex\n{SET}shlex.quote(request.args['a']){USE}sink(self.x)",
        f"class A:\n    def __init__(self, x, y):\n        self.x = x{USE}sink(self.x)\nA(1, input())",
        "d = {}\nd['a'] = request.args['a']\nsink(d['b'])",
        "d = {}\nd['a'] = request.args['a']\nd['a'] = 'b'\nsink(d['a'])",
        "d = {'a': request.args['a'], 'b': 'c'}\nsink(d['b'])",
        "d = {'a': request.args['a'], 'b': 'c'}\nsink(d.get('b'))",
        "d = {}\nd['a'] = request.args['a']\ndef f():\n    if d['a'] in ('b', 'c'):\n        sink(d['a'])",
        "d = {'a': request.args['a']}\nd = {}\nsink(d['a'])",
        "def f(o, p):\n    o.x = request.args['a']\n    sink(o.y)\n    sink(p.x)",
        "def f(o):\n    o.x = request.args['a']\n    sink(o)",
        "a = []\na.append(request.args['a'])\na = []\nsink(a)",
        "a = []\nsink(a)\nb = []\nb.append(request.args['a'])",
        "a = []\na.append(int(request.args['a']))\nsink(a)",
    ],
)
def test_other_parts_are_not(text: str) -> None:
    assert look(text) == []


@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_parts_in_javascript(language: str) -> None:
    def found(text: str) -> int:
        return len(look(text, language))

    method = "class A { m(req) { this.x = %s; } n() { %s } }"
    assert found(method % ("req.query.a", "sink(this.x)")) == 1
    assert found(method % ("req.query.a", "[1].forEach(() => { sink(this.x) })")) == 1
    assert found(method % ("parseInt(req.query.a)", "sink(this.x)")) == 0
    assert found(method % ("req.query.a", "sink(this.y)")) == 0
    assert found(method % ("req.query.a", "(function () { sink(this.x) })()")) == 0
    assert found(method % ("req.query.a", "if (['b'].includes(this.x)) { sink(this.x) }")) == 0
    assert found(method % ("req.query.a", "") + " class B { n() { sink(this.x) } }") == 0
    made = "class A { constructor(x) { this.x = x; } n() { sink(this.x) } }"
    assert found(f"{made} new A(location.hash)") == 1
    assert found(f"{made} new B(location.hash)") == 0
    assert found("const d = {a: req.query.a, b: 'c'}; sink(d.a)") == 1
    assert found("const d = {a: req.query.a, b: 'c'}; sink(d.b)") == 0
    assert found("const a = req.query.a; const d = {a, b: 'c'}; sink(d['a'])") == 1
    assert found("const d = {}; d.a = req.query.a; d['b'] = 'c'; sink(d['a'])") == 1
    assert found("const d = {}; d.a = req.query.a; sink(d.b)") == 0
    assert found("const a = []; a.push(req.query.a); sink(a.join(' '))") == 1
