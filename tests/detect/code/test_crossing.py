"""Values of strangers that one file gives to a function of another, where they do harm."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.bordering import crossing_of
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.taint.crossing import Crossing, crossing_from, crossing_to, joined
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.inputs.source.languages import language_of
from cybersecqwen.records.review import CodeFinding

RULES = CodeRules.shipped()
DB = """
import os
def run(command, quiet=False):
    os.system(command)
def safe(number):
    os.system("kill %d" % int(number))
class A:
    def run(self, command):
        os.system(command)
"""


def crossings(files: dict[str, str]) -> list[Crossing]:
    made = []
    for path, text in files.items():
        language = language_of(path, text)
        look = Look(SourceFile(path=path, language=language, text=text))
        found = crossing_of(look, RULES.of(language))
        assert found is not None
        assert crossing_from(crossing_to(found)) == found
        made.append(found)
    return made


def found(files: dict[str, str]) -> list[CodeFinding]:
    return joined(crossings(files))


VIEW = "from flask import request\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("shop/views.py", "from .db import run\ndef f():\n    run(request.args['a'])"),
        ("shop/views.py", "from shop.db import run as go\ndef f():\n    go('ls ' + request.args['a'])"),
        ("shop/views.py", "from shop import db\ndef f():\n    db.run(command=request.args['a'])"),
        ("shop/views.py", "import shop.db\ndef f():\n    shop.db.run(request.args['a'])"),
        ("main.py", "from shop.db import run\ndef f():\n    a = request.form['a']\n    run(a)"),
    ],
)
def test_a_value_is_followed_into_another_file(path: str, text: str) -> None:
    (one,) = found({"shop/db.py": DB, path: VIEW + text})
    assert one.place.path == "shop/db.py" and one.place.line == 4
    assert one.proven
    assert one.flow[0].place.path == path and one.flow[-1].place == one.place


@pytest.mark.parametrize(
    "text",
    [
        "from .db import run\ndef f():\n    run('ls')",
        "from .db import run\ndef f(a):\n    run(a)",
        "from .db import run\ndef f():\n    run('ls', quiet=request.args['a'])",
        "from .db import run\ndef f():\n    run(int(request.args['a']))",
        "import shlex\nfrom .db import run\ndef f():\n    run(shlex.quote(request.args['a']))",
        "from .db import safe\ndef f():\n    safe(request.args['a'])",
        "from other.db import run\ndef f():\n    run(request.args['a'])",
        "from .db import A\ndef f():\n    A().run(request.args['a'])",
        "def run(a): pass\ndef f():\n    run(request.args['a'])",
    ],
)
def test_what_is_harmless_or_meant_for_others_is_not_told(text: str) -> None:
    assert found({"shop/db.py": DB, "shop/views.py": VIEW + text}) == []


def test_of_modules_with_one_name_the_near_one_is_meant() -> None:
    text = VIEW + "from .db import run\ndef f():\n    run(request.args['a'])"
    (one,) = found({"a/db.py": DB, "b/db.py": DB, "b/views.py": text})
    assert one.place.path == "b/db.py"
    assert found({"a/db.py": DB, "b/db.py": DB, "c/views.py": text}) == []


def test_javascript_by_the_path_of_the_module() -> None:
    lib = "const cp = require('child_process');\nfunction run(cmd) { cp.exec('ls ' + cmd); }"
    app = "const { run } = require('./lib');\napp.get('/', (req, res) => { run(req.query.x); });"
    (one,) = found({"src/lib.js": lib, "src/app.js": app})
    assert one.place.path == "src/lib.js"
    assert found({"other/lib.js": lib, "src/app.js": app}) == []
    (one,) = found({"src/lib/index.js": lib, "src/app.js": app})
    typed = app.replace("const { run } = require('./lib');", "import { run } from './lib';")
    assert len(found({"src/lib.ts": lib, "src/app.ts": typed})) == 1


@pytest.mark.timeout(60)
def test_many_files_are_joined_in_linear_time() -> None:
    (giver,) = crossings({"v.py": VIEW + "from .db import run\ndef f():\n    run(request.args['a'])"})
    (taker,) = crossings({"db.py": DB})
    from dataclasses import replace

    many = [replace(taker, path=f"p{n}/db.py") for n in range(3_000)]
    many += [replace(giver, path=f"p{n}/v.py") for n in range(3_000)]
    assert len(joined(many)) == 1  # the same finding, since its mark is that of the file it was made from


MIDDLE = "from .db import run\ndef go(x, y='a'):\n    run('ls ' + %s)\n"


@pytest.mark.parametrize(
    ("given", "view"),
    [
        ("x", "go(request.args['a'])"),
        ("x.strip()", "go(x=request.args['a'])"),
        ("y", "go('b', request.args['a'])"),
    ],
)
def test_a_value_is_followed_over_two_borders(given: str, view: str) -> None:
    files = {"shop/db.py": DB, "shop/middle.py": MIDDLE % given}
    (one,) = found({**files, "shop/views.py": f"{VIEW}from .middle import go\ndef f():\n    {view}"})
    assert one.place.path == "shop/db.py" and one.proven
    paths = [step.place.path for step in one.flow]
    assert paths == sorted(paths, key=["shop/views.py", "shop/middle.py", "shop/db.py"].index)
    assert len(set(paths)) == 3


@pytest.mark.parametrize(
    ("given", "view"),
    [
        ("y", "go(request.args['a'])"),
        ("x", "go('b', request.args['a'])"),
        ("str(int(x))", "go(request.args['a'])"),
        ("__import__('shlex').quote(x)", "go(int(request.args['a']))"),
        ("'b'", "go(request.args['a'])"),
    ],
)
def test_what_ends_on_the_way_crosses_no_second_border(given: str, view: str) -> None:
    files = {"shop/db.py": DB, "shop/middle.py": MIDDLE % given}
    assert found({**files, "shop/views.py": f"{VIEW}from .middle import go\ndef f():\n    {view}"}) == []


def test_what_ends_one_harm_in_between_ends_it_behind() -> None:
    middle = "import shlex\nfrom .db import run\ndef go(x):\n    run(shlex.quote(x))\n"
    view = f"{VIEW}from .middle import go\ndef f():\n    go(request.args['a'])"
    assert found({"shop/db.py": DB, "shop/middle.py": middle, "shop/views.py": view}) == []


def test_three_borders_are_not_crossed_and_circles_end() -> None:
    view = f"{VIEW}from .first import go\ndef f():\n    go(request.args['a'])"
    first = MIDDLE.replace(".db import run", ".middle import go as run") % "x"
    files = {"shop/db.py": DB, "shop/middle.py": MIDDLE % "x", "shop/first.py": first}
    assert found({**files, "shop/views.py": view}) == []
    circle = "from .first import go as run\ndef go(x):\n    run(x)\n"
    assert found({"shop/first.py": first, "shop/middle.py": circle, "shop/views.py": view}) == []


def test_an_object_that_is_made_with_a_value_in_another_file() -> None:
    job = "import os\nclass Job:\n    def __init__(self, cmd):\n        self.cmd = cmd\n"
    job += "    def start(self):\n        os.system('ls ' + self.cmd)\n"
    view = VIEW + "from .job import Job\ndef f():\n    Job(%s).start()"
    (one,) = found({"shop/job.py": job, "shop/views.py": view % "request.args['a']"})
    assert one.place.path == "shop/job.py" and one.place.line == 6
    assert found({"shop/job.py": job, "shop/views.py": view % "int(request.args['a'])"}) == []
