"""A condition ends the way of a value only where it lets known values alone on to the use."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from .test_flows import look

_PYTHON = {
    # what a condition asks, and where the use stands: found or not
    "if a == '':\n    return\nsink(a)": True,
    "if not a:\n    return\nsink(a)": True,
    "if a != '':\n    sink(a)": True,
    "if a in SEEN:\n    print('again')\nsink(a)": True,
    "if a == 'b':\n    return\nsink(a)": True,
    "if a in BLOCKED:\n    abort(400)\nsink(a)": True,
    "if a not in KNOWN:\n    print('odd')\nsink(a)": True,
    "if a not in KNOWN:\n    sink(a)": True,
    "if a in KNOWN:\n    pass\nelse:\n    print('odd')\nsink(a)": True,
    "if a not in KNOWN and x:\n    abort(400)\nsink(a)": True,
    "if a in KNOWN or x:\n    sink(a)": True,
    "if x:\n    if a not in KNOWN:\n        abort(400)\nsink(a)": True,
    "if a not in KNOWN:\n    a = request.args['b']\nsink(a)": True,
    "if a not in KNOWN:\n    if x:\n        a = 'b'\nsink(a)": True,
    "if a not in KNOWN:\n    abort(400)\na = request.args['b']\nsink(a)": True,
    "if x:\n    a = request.args['b']\nelif a not in KNOWN:\n    return\nsink(a)": True,
    "while a not in KNOWN:\n    break\nsink(a)": True,
    "while True:\n    if x or a in KNOWN:\n        break\nsink(a)": True,
    "if ab in KNOWN or a_b == 'c':\n    sink(a)": True,
    "if len(a) == 1:\n    return\nsink(a)": True,
    "try:\n    if a not in KNOWN:\n        raise KeyError(a)\nexcept KeyError:\n    pass\nsink(a)": True,
    "def f():\n    print(a)\nif a not in KNOWN:\n    f()\nsink(a)": True,
    "x = [sink(a) for a in request.args if a != 'b']": True,
    "if a in request.args['b']:\n    sink(a)": True,
    "b = request.args.getlist('b')\nif a not in b:\n    abort(400)\nsink(a)": True,
    "b = sorted(request.form['b'])\nif a in b:\n    sink(a)": True,
    "b = sorted(my_request.args_known)\nif a in b:\n    sink(a)": False,
    "if a == 'b':\n    sink(a)": False,
    "if 'b' == a:\n    sink(a)": False,
    "if a in KNOWN:\n    sink(a)\nabort(400)": False,
    "if a.lower() in KNOWN:\n    sink(a)": False,
    "if a in KNOWN and x:\n    sink(a)": False,
    "if a == 'b' or a == 'c':\n    sink(a)": False,
    "if a not in KNOWN:\n    abort(400)\nsink(a)": False,
    "if a != 'b':\n    raise ValueError(a)\nsink(a)": False,
    "if a != 'b' and a != 'c':\n    return\nsink(a)": False,
    "if not (a == 'b' or a in KNOWN):\n    return\nsink(a)": False,
    "if a not in KNOWN:\n    a = 'b'\nsink(a)": False,
    "if a and a not in KNOWN:\n    abort(400)\nsink(a)": False,
    "if a is None or a not in KNOWN:\n    abort(400)\nsink(a)": False,
    "if not a:\n    a = 'b'\nelif a not in KNOWN:\n    abort(400)\nsink(a)": False,
    "if x:\n    return\nelif a in KNOWN:\n    print(a)\nelse:\n    return\nsink(a)": False,
    "if a in KNOWN:\n    pass\nelse:\n    abort(400)\nsink(a)": False,
    "if a:\n    if a not in KNOWN:\n        abort(400)\nsink(a)": False,
    "if a not in KNOWN:\n    with x:\n        return\nsink(a)": False,
    "assert a in KNOWN\nsink(a)": False,
    "a in KNOWN or abort(400)\nsink(a)": False,
    "sink(a if a in KNOWN else 'b')": False,
    "sink('b' if a not in KNOWN else a)": False,
    "x = a in KNOWN and sink(a)": False,
    "for a in request.args:\n    if a not in KNOWN:\n        continue\n    sink(a)": False,
    "while a not in KNOWN:\n    a = 'b'\nsink(a)": False,
    "while True:\n    a = request.args['a']\n    if a in KNOWN:\n        break\nsink(a)": False,
    "x = [sink(a) for a in request.args if a in KNOWN]": False,
    "with x:\n    if a not in KNOWN:\n        return\nsink(a)": False,
    "try:\n    if a not in KNOWN:\n        raise KeyError(a)\nexcept KeyError:\n    return\nsink(a)": False,
    "def f():\n    raise ValueError(a)\nif a not in KNOWN:\n    f()\nsink(a)": False,
    "if a not in KNOWN:\n    sys.exit(1)\ndef f():\n    sink(a)": False,
    "if not re.fullmatch(r'\\w+', a):\n    abort(400)\nsink(a)": False,
    "if re.match(r'\\w+$', a) is None:\n    abort(400)\nsink(a)": False,
    "if re.match(r'\\w+$', a) is None:\n    sink(a)": True,
    "if not is_valid(a):\n    abort(400)\nsink(a)": False,
    "if is_valid(a):\n    abort(400)\nsink(a)": True,
    "if validate(a):\n    return\nsink(a)": False,
    "if validate(a):\n    print(a)\nsink(a)": True,
}
_FILES = {
    "if '..' in a:\n    abort(400)\nsink(a)": False,
    "if '..' in a:\n    sink(a)": True,
    "if '..' not in a:\n    sink(a)": False,
    "if '..' in a:\n    print(a)\nsink(a)": True,
    "b = os.path.realpath(a)\nif not b.startswith(X):\n    abort(400)\nsink(b)": False,
    "b = os.path.realpath(a)\nif os.path.commonpath([b, X]) != X:\n    abort(400)\nsink(b)": False,
    "b = os.path.realpath(a)\nif os.path.commonpath([b, X]) == X:\n    abort(400)\nsink(b)": True,
}
_ADDRESSES = {
    "b = urlparse(a)\nif b.netloc not in KNOWN:\n    abort(400)\nsink(a)": False,
    "b = urlparse(a)\nif b.netloc in KNOWN:\n    abort(400)\nsink(a)": True,
    "b = urlparse(x)\nif b.netloc not in KNOWN:\n    abort(400)\nsink(a)": True,
    "if urlparse(a).hostname != 'b':\n    abort(400)\nsink(a)": False,
}
_JAVASCRIPT = {
    "if (typeof a !== 'string') return; sink(a)": True,
    "if (typeof a === 'string') sink(a)": True,
    "if (a === '') return; sink(a)": True,
    "if (a !== 'x') sink(a)": True,
    "if (a === 'x') return; sink(a)": True,
    "if (!KNOWN.includes(a)) { log(a) } sink(a)": True,
    "if (KNOWN.includes(a)) return; sink(a)": True,
    "if (KNOWN.indexOf(a) === -1) sink(a)": True,
    "KNOWN.includes(a) || sink(a)": True,
    "sink(a !== 'x' ? a : 'y')": True,
    "if (!/^\\w+$/.test(a)) sink(a)": True,
    "if (req.query.b.includes(a)) sink(a)": True,
    "const b = req.body.b; if (!b.includes(a)) return; sink(a)": True,
    "if (a in req.body) sink(a)": True,
    "if (a === 'x') sink(a)": False,
    "if (a === 'x') { sink(a) } else { b() }": False,
    "if (a !== 'x') { b() } else { sink(a) }": False,
    "if (a !== 'x' && a !== 'y') return; sink(a)": False,
    "if (!KNOWN.includes(a)) return; sink(a)": False,
    "if (!KNOWN.includes(a)) return; setTimeout(() => sink(a))": False,
    "if (typeof a !== 'string' || !KNOWN.includes(a)) { b(); return } sink(a)": False,
    "if (KNOWN.indexOf(a) === -1) throw 1; sink(a)": False,
    "if (KNOWN.indexOf(a) < 0) throw 1; sink(a)": False,
    "if (KNOWN.indexOf(a) >= 0) sink(a)": False,
    "if (KNOWN.has(a) === false) throw 1; sink(a)": False,
    "if (!(a in KNOWN)) process.exit(1); sink(a)": False,
    "if (!Object.hasOwnProperty.call(KNOWN, a)) return; sink(a)": False,
    "if (x) b(); else if (KNOWN.has(a)) sink(a)": False,
    "if (!KNOWN.has(a)) a = 'x'; sink(a)": False,
    "if (!KNOWN.has(a)) { a = 'x' } sink(a)": False,
    "KNOWN.includes(a) && sink(a)": False,
    "sink(KNOWN.has(a) ? a : 'y')": False,
    "if (/[^\\w]/.test(a)) return; sink(a)": False,
    "if (isNaN(a)) return; sink(a)": False,
    "if (typeof a !== 'number') return; sink(a)": False,
}


def _inside(body: str) -> str:
    return "def g():\n    a = request.args['a']\n" + "".join(f"    {one}\n" for one in body.splitlines())


@pytest.mark.parametrize("body", _PYTHON)
def test_conditions_of_python(body: str) -> None:
    assert bool(look(_inside(body))) is _PYTHON[body]


@pytest.mark.parametrize("body", _FILES)
def test_conditions_on_paths(body: str) -> None:
    assert bool(look(_inside(body), cwe="22")) is _FILES[body]


@pytest.mark.parametrize("body", _ADDRESSES)
def test_conditions_on_addresses(body: str) -> None:
    assert bool(look(_inside(body), cwe="918")) is _ADDRESSES[body]


@pytest.mark.parametrize("body", _JAVASCRIPT)
def test_conditions_of_javascript(body: str) -> None:
    text = f"app.get('/', (req, res) => {{ let a = req.query.a; {body} }})"
    assert bool(look(text, "javascript")) is _JAVASCRIPT[body]


@pytest.mark.parametrize("part", ["d['a']", "self.x"])
def test_conditions_on_parts(part: str) -> None:
    def found(body: str) -> bool:
        lines = f"a = request.args['b']\n{body}".replace("a ", f"{part} ").replace("(a)", f"({part})")
        text = "".join(f"        {one}\n" for one in lines.splitlines())
        return bool(look(f"class A:\n    def m(self, d):\n{text}"))

    assert not found("if a not in K:\n    return\nsink(a)")
    assert not found("if a not in K:\n    a = 'b'\nsink(a)")
    assert found("if a in K:\n    return\nsink(a)")
    assert found("if a not in K:\n    return\na = input()\nsink(a)")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    a = input()\n" + "    if a not in b: return\n" * 2_000 + "    sink(a)\n" * 200,
        "def f():\n    a = input()\n    if " + "a in b or " * 5_000 + "c: return\n    sink(a)",
        "def f():\n    a = input()\n    if " + "not " * 3_000 + "a in b: return\n    sink(a)",
        "def f():\n    a = input()\n    if a == 'b':\n        pass\n"
        + "    elif a == 'c':\n        pass\n" * 2_000
        + "    sink(a)",
        "def f():\n    a = input()\n    if a == 'b':\n        pass\n"
        + "    elif a == 'c':\n        if a not in b: return\n" * 2_000
        + "    sink(a)",
        "def f():\n"
        + "".join(f"    a{n} = input()\n    if a{n} in b{n}: pass\n    sink(a{n})\n" for n in range(2_000)),
        "def f():\n    a = input()\n"
        + "".join(f"{'    ' * n}if a in b:\n" for n in range(1, 90))
        + "    " * 90
        + "sink(a)",
    ],
)
def test_work_on_conditions_is_bounded(text: str) -> None:
    look(text)
