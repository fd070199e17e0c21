"""What can only be a number or one of known values does no harm, in each language that says so."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped()
PYTHON = "import flask\nfrom flask import request, abort\n"


def found(text: str, language: str) -> list[str]:
    look = Look(SourceFile(path="a", language=language, text=text))
    return [one.rule for one in look.findings(RULES.of(language))]


def python(body: str, head: str = "def f(db, n, m):") -> list[str]:
    return found(f"{PYTHON}{head}\n" + "".join(f"    {one}\n" for one in body.splitlines()), "python")


def go(body: str) -> list[str]:
    head = 'package a\nimport ("fmt"; "strconv")\nfunc f(db *sql.DB, s string, n int, id int64) {\n'
    return found(f"{head}{body}\n}}\n", "go")


def java(body: str) -> list[str]:
    head = "class A { int own; void f(Statement q, String s, int n, Long id, Object o) throws Exception { "
    return found(f"{head}{body} }} }}", "java")


def csharp(body: str) -> list[str]:
    return found(f"class A {{ void F(Db db, string s, int n, Guid? id) {{ {body} }} }}", "csharp")


def php(body: str) -> list[str]:
    return found(f"<?php function f($db, $s, int $n, ?float $x) {{ {body} }}", "php")


@pytest.mark.parametrize(
    ("route", "given", "there"),
    [
        ("@app.route('/a/<int:n>')", "n", False),
        ("@app.route('/a/<float:n>')", "n", False),
        ("@app.route('/a/<uuid:n>')", "n", False),
        ("@app.route('/<path:p>/<int(min=1):n>')", "p, n", False),
        ("@bottle.get('/a/<n:int>')", "n", False),
        ("@app.get('/a/{n}')", "n: int", False),
        ("@app.get('/a/{m}')", "m: str, n: int | None = None", False),
        ("@app.route('/a/{n:int}')", "n", False),
        ("@app.route('/a/<n>')", "n", True),
        ("@app.route('/a/<string:n>')", "n", True),
        ("@app.route('/a/<path:n>')", "n", True),
        ("@app.route('/<int:m>/<n>')", "m, n", True),
        ("@app.route('/a/<int:n>')\n@app.route('/b/<n>')", "n", True),
        ("@app.route('/a/<n>')", "n: int", True),  # Flask reads no type
        ("@app.get('/a/{n}')", "n: str", True),
    ],
)
def test_places_of_an_address(route: str, given: str, there: bool) -> None:
    said = python("db.execute(f'SELECT a FROM b WHERE c={n}')", f"{route}\ndef f({given}):")
    assert said == ["python-sql-built"] * there


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("q(request.args.get('n', type=int))", False),
        ("q(request.args.get('n', 1, type=int))", False),
        ("q(request.args.get('n', m, type=int))", True),
        ("q(request.args.get('n', type=str))", True),
        ("q(request.args.get('type=int'))", True),
        ("n = int(n)\nq(n)", False),
        ("if m:\n    n = int(n)\nq(n)", True),
        ("q(f'{n:d}')", False),
        ("q(f'{n:.2f}')", False),
        ("q(f'{n!r:d}')", True),
        ("q(f'{n:>10}')", True),
        ("q('%d' % n)", False),
        ("q('%d' % request.args['n'])", False),
        ("q('%d %05.1f' % (n, m))", False),
        ("q('%(a)d' % {'a': n})", False),
        ("q('%s %d' % ('x', n))", False),
        ("q('%s %d' % (n, 1))", True),
        ("q('%s %d' % m)", True),
        ("t = 'x %d'\nq(t % n)", False),
        ("q('{:d}'.format(n))", False),
        ("q('{a:d} {b}'.format(a=n, b='x'))", False),
        ("q('{:d} {}'.format(n, m))", True),
        ("q('{0:d} {0}'.format(n))", True),
        ("q('{} {'.format(n))", True),
        ("if n not in KNOWN:\n    abort(400)\nq(n)", False),
        ("if n not in KNOWN:\n    print(n)\nq(n)", True),
        ("if n not in KNOWN:\n    abort(400)\nq(n.upper())", False),
        ("if n not in KNOWN:\n    n = m\nq(n)", True),
        ("if request.args['n'] not in KNOWN:\n    abort(400)\nq(request.args['n'])", False),
        ("if request.args['n'] not in KNOWN:\n    abort(400)\nq(request.args['m'])", True),
        ("if not n.isdigit():\n    abort(400)\nq(n)", False),
        ("if not isinstance(n, int):\n    abort(400)\nq(n)", False),
        # such may let on more than lists do: no way of a stranger goes on there, but the value is told of
        ("if not is_valid(n):\n    abort(400)\nq(n)", True),
        ("if not re.fullmatch(PATTERN, n):\n    abort(400)\nq(n)", True),
        ("d = {'a': 'b'}\nq(d.get(n, 'c'))", False),
        ("d = {'a': 'b'}\nq(d[n])", False),
        ("d = {'a': 'b'}\nq(d.get(n, m))", True),
        ("d = {'a': m}\nq(d.get(n, 'c'))", True),
        ("d = {'a': 'b'}\nd[n] = m\nq(d[n])", True),
        ("d = {'a': 'b'}\nd.update(m)\nq(d[n])", True),
        ("d = {}\nfill(d)\nq(d[n])", True),
        ("q(n.get('a', 'b'))", True),
        ("while True:\n    n = input()\n    if n in ('a', 'b'):\n        break\nq(n)", False),
    ],
)
def test_python(body: str, there: bool) -> None:
    assert (
        python(body.replace("q(", "db.execute('SELECT a FROM b LIMIT ' + ")) == ["python-sql-built"] * there
    )


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("if (!KNOWN.includes(req.query.a)) return; q(req.query.a)", False),
        ("if (!KNOWN.includes(req.query.a)) return; q(req.query.a.trim())", False),
        ("if (!KNOWN.includes(req.query.a)) return; const a = req.query.a; q(a)", False),
        ("if (!KNOWN.includes(req.query.a)) return; later(() => q(req.query.a))", False),
        ("if (!KNOWN.includes(req.query.a)) log(1); q(req.query.a)", True),
        ("if (!KNOWN.includes(req.query.a)) return; q(req.query.b)", True),
        ("if (!KNOWN.includes(req.query.a)) return; q(req.query)", True),
        ("if (!KNOWN.includes(req.query.a.b)) return; q(req.query.a)", True),
        ("const d = { a: 'b' }; q(d[req.query.a] || 'c')", False),
        ("const d = { a: req.query.b }; q(d[req.query.a])", True),
        ("const d = { a: 'b' }; Object.assign(d, req.body); q(d[req.query.a])", True),
        ("const a = req.body; const d = { a }; q(d[req.query.a])", True),
        ("const d = req.body; if (KNOWN.includes(d.a)) q(d.a)", False),
        ("const d = req.body; if (KNOWN.includes(d.a)) q(d.b)", True),
    ],
)
def test_javascript(body: str, there: bool) -> None:
    text = f"app.get('/', (req, res) => {{ {body} }});"
    assert (
        found(text.replace("q(", "db.query('SELECT a FROM ' + "), "javascript") == ["javascript-sql"] * there
    )


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ('m, err := strconv.Atoi(s); q(fmt.Sprintf("%d", m))', False),
        ('m, _ := strconv.ParseInt(s, 10, 64); q(fmt.Sprintf("%v", m))', False),
        ("q(strconv.Itoa(n))", False),
        ('q(fmt.Sprintf("%v %s", n, "x"))', False),
        ("q(fmt.Sprint(id))", False),
        ("var m int64 = id; q(fmt.Sprint(m))", False),
        ('m, err := strconv.Atoi(s); q(fmt.Sprintf("%d %s", m, s))', True),
        ('m, err := parse(s); q(fmt.Sprintf("%v", m))', True),
        ('q(fmt.Sprintf("%s", s))', True),
        ('m, err := strconv.Atoi(s); m, err = other(s); q(fmt.Sprintf("%v", m))', True),
        ("q(s)", True),
        ("func(n string) { q(n) }(s)", True),
    ],
)
def test_go(body: str, there: bool) -> None:
    assert go(body.replace("q(", 'db.Query("SELECT a FROM b LIMIT " + ')) == ["go-sql-built"] * there


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("q(n)", False),
        ("q(id)", False),
        ("q(own)", False),
        ("q(n + 1)", False),
        ("q(o.size() - s)", False),
        ("q((int) o)", False),
        ("q(Long.parseLong(s))", False),
        ("var m = Integer.valueOf(s); q(m)", False),
        ("long m = o.count(); q(m)", False),
        ("for (int i : all) { q(i); }", False),
        ("q(String.valueOf(n))", False),
        ("q(id.toString())", False),
        ('q(String.format("%d", o))', False),
        ('q(String.format(Locale.ROOT, "%d", o))', False),
        ('q("%d".formatted(o))', False),
        ("q(s)", True),
        ("q(o)", True),
        ("q(n + s)", True),
        ("q((String) o)", True),
        ("q(s.toString())", True),
        ("q(name.toString())", True),
        ('q(String.format("%d %s", n, s))', True),
        ("Object m = Long.parseLong(s); m = s; q(m)", True),
        ("for (String i : all) { q(i); }", True),
        ("all.forEach(own -> { q(own); });", True),
        ("{ int m = 1; } { String m = s; q(m); }", True),
    ],
)
def test_java(body: str, there: bool) -> None:
    said = java(body.replace("q(", 'q.executeQuery("SELECT a FROM b LIMIT " + '))
    assert said == ["java-sql-built"] * there


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("q(n)", False),
        ("q(id)", False),
        ("q(int.Parse(s))", False),
        ("q(n.ToString())", False),
        ("if (int.TryParse(s, out var m)) { q(m); }", False),
        ("if (int.TryParse(s, out int m)) { q(m); }", False),
        ('q($"{n} {id}")', False),
        ("q(s)", True),
        ('q($"{n} {s}")', True),
        ("q(s.ToString())", True),
        ("if (Other.TryParse(s, out var m)) { q(m); }", True),
    ],
)
def test_csharp(body: str, there: bool) -> None:
    said = csharp(body.replace("q(", 'new SqlCommand("SELECT a FROM b WHERE c = " + '))
    assert said == ["csharp-sql-built"] * there


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("q($n)", False),
        ("q($x)", False),
        ("q((int) $s)", False),
        ("q(intval($s))", False),
        ("$m = (int) $s; q($m)", False),
        ("q(sprintf('%d', $s))", False),
        ("if (!in_array($s, $known, true)) { return; } q($s)", False),
        ("if (!in_array($s, $known, true)) { $s = 'b'; } q($s)", False),
        ("if (!in_array($s, $known, true)): exit; endif; q($s)", False),
        ("if (in_array($s, $known)) { q($s); }", False),
        ("if (!isset($known[$s])) die('no'); q($s)", False),
        ("if (!ctype_digit($s)) throw new X(); q($s)", False),
        ("if (!preg_match('/^[a-z]+$/', $s)) { exit; } q($s)", False),
        ("in_array($s, $known, true) or die(); q($s)", False),
        ("q(in_array($s, $known, true) ? $s : 'b')", False),
        ("q($s)", True),
        ("if (!in_array($s, $_GET['b'], true)) { return; } q($s)", True),
        ("$b = explode(',', $_COOKIE['b']); if (!in_array($s, $b, true)) { return; } q($s)", True),
        ("if (!in_array($s, $known, true)) { log($s); } q($s)", True),
        ("if (in_array($s, $known, true)) { return; } q($s)", True),
        ("if (!in_array($s, $known, true)) { $s = other(); } q($s)", True),
        ("if (!in_array($s, $known, true)) { return; } $s = other(); q($s)", True),
        ("if ($s == '') { return; } q($s)", True),
    ],
)
def test_php(body: str, there: bool) -> None:
    said = php(body.replace("q(", "mysqli_query($db, 'SELECT a FROM b WHERE c = ' . ") + ";")
    assert said == ["php-sql-built"] * there


@pytest.mark.parametrize(
    ("body", "there"),
    [
        ("$p = $_GET['p']; if (!in_array($p, ['a', 'b'], true)) { $p = 'a'; } q($p)", False),
        ("$p = $_GET['p'] ?? 'a'; if (!in_array($p, $known)) { exit; } q($p)", False),
        ("if (in_array($_GET['p'], $known, true)) { q($_GET['p']); }", False),
        ("$p = $_GET['p']; if (!in_array($p, ['a', 'b'], true)) { $p = $_GET['q']; } q($p)", True),
        ("$p = $_GET['p']; if (in_array($p, ['a', 'b'], true)) { log($p); } q($p)", True),
        ("if (in_array($_GET['p'], $known, true)) { q($_GET['q']); }", True),
    ],
)
def test_php_that_is_included(body: str, there: bool) -> None:
    said = found("<?php " + body.replace("q(", "include('pages/' . ") + ";", "php")
    assert said == ["php-include-request"] * there


def test_ruby() -> None:
    text = 'def f(s)\n  User.where("id = #{s}")\nend\n'
    assert found(text, "ruby") == ["ruby-sql-built"]
    assert found(text.replace("{s}", "{s.to_i}"), "ruby") == []


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "<?php "
            + "".join(f"$a{n} = $a{n - 1} . $a{n - 1};" for n in range(1, 2_000))
            + "include $a1999;",
            "php",
        ),
        ("<?php " + "if (!in_array($a, $b)) { exit; }" * 2_000 + 'include "$a";' * 100, "php"),
        (
            "class A { void f(Statement q, String s) { "
            + "".join(
                f'String a{n} = a{n - 1} + "b"; q.executeQuery("select " + a{n});' for n in range(1, 300)
            )
            + "} }",
            "java",
        ),
        ("def f(a):\n    b.execute('" + "%d" * 1_500 + "' % a)", "python"),
        ("def f(a):\n    b.execute('" + "%0" * 1_500 + "' % a)", "python"),
        ("def f(a):\n    b.execute(" + "a.get(" * 300 + "a" + ")" * 300 + ")", "python"),
    ],
)
def test_work_is_bounded(text: str, language: str) -> None:
    found(text, language)


@pytest.mark.parametrize("count", [3, 250])
def test_what_stands_behind_many_harmless_parts_counts(count: int) -> None:
    parts = ", ".join(["'x'"] * count)
    assert python(f"db.execute('select ' + ' '.join([{parts}, n]))")
    assert not python(f"db.execute('select ' + ' '.join([{parts}]))")
    places = "{} " * (count + 1)
    assert python(f"db.execute('select {places}'.format({parts}, n))")
    asked = f"$db->query(sprintf('select {'%s ' * (count + 1)}', {parts}, NAME));"
    assert php(asked.replace("NAME", "$_GET['s']")) and not php(asked.replace("NAME", "$n"))


@pytest.mark.parametrize("count", [10, 3_000])
def test_a_statement_may_be_long(count: int) -> None:
    text = "select " + "a" * count
    assert python(f"db.execute('{text} {{}}'.format(n))") and not python(f"db.execute('{text}'.format())")
    assert python(f"db.execute('{text} %s' % n)") and not python(f"db.execute('{text} %d' % n)")
    chain = ".where('b')" * count
    assert python(f"db.table('a'){chain}.execute('select ' + n)")
