"""Fixes that add an import: where it goes, in which form, and when the fix is not given out."""

from __future__ import annotations

import ast

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.fixing import applied
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.errors import RuleError
from cybersecqwen.inputs.source.files import SourceFile
from tests.detect.code.test_fixing import fixed, rule

DRAW = rule("calls: [{to: random.random}]\nfix: {says: s, call: secrets.token_hex, imports: secrets}")
DEFINED = "def f():\n    return random.random()\n"
SCRIPT = rule(
    "calls: [{to: draw}]\nfix: {says: s, replace: crypto.draw(), imports: crypto}", folder="javascript"
)
RULES = CodeRules.shipped()


@pytest.mark.parametrize(
    ("head", "becomes"),
    [
        ("import random\n", "import random\nimport secrets\n"),
        ("import random\r\n\r\n", "import random\r\nimport secrets\r\n\r\n"),
        ("import random  # dice\nX = 1\n", "import random  # dice\nimport secrets\nX = 1\n"),
        ("import random;\n", "import random;\nimport secrets\n"),
        ('"""Dice."""\nimport random\nfrom os import (\n    path,\n)\n', "    path,\n)\nimport secrets\n"),
        ("from __future__ import annotations\nimport random\n", "import random\nimport secrets\n"),
        ("import random\nif A:\n    import os\n", "import random\nimport secrets\nif A:\n"),
        ("import os\ntry:\n    import random\nexcept E:\n    pass\n", "import os\nimport secrets\ntry:\n"),
        ("import random\ndef g():\n    pass\nimport os\n", "import random\nimport secrets\ndef g"),
        # What is there already stays alone; under another name it is another.
        ("import random\nimport secrets\n", "import random\nimport secrets\ndef f"),
        ("import random, secrets\n", "import random, secrets\ndef f"),
        ("import random\nimport secrets as s\n", "import secrets as s\nimport secrets\n"),
        ("import random\nfrom secrets import choice\n", "from secrets import choice\nimport secrets\n"),
        ("import random\ndef g():\n    import secrets\n", "import random\nimport secrets\ndef g"),
        ("import random\nx.secrets = g(secrets=1)\n", "import random\nimport secrets\nx.secrets"),
    ],
)
def test_where_an_import_goes(head: str, becomes: str) -> None:
    made = fixed(head + DEFINED, DRAW)
    assert made is not None and becomes in made and made.endswith("return secrets.token_hex()\n")
    assert made.count("import secrets\n") + made.count("import secrets\r") <= 1 + head.count("    import")
    ast.parse(made)


@pytest.mark.parametrize(
    "text",
    [
        "import random\nsecrets = {}\n" + DEFINED,
        "import random\nimport secrets\nsecrets = {}\n" + DEFINED,
        "import random\nimport vault as secrets\n" + DEFINED,
        "import random\nfrom vault import secrets\n" + DEFINED,
        "import random\nimport secrets\ndef g(secrets):\n    pass\n" + DEFINED,
        "import random\nimport secrets\ndef g():\n    for secrets in a: pass\n" + DEFINED,
        "import random\nimport secrets\ndef g():\n    with a as secrets: pass\n" + DEFINED,
        "import random\ndef secrets(): pass\n" + DEFINED,
        "import random\nimport secrets\ndef g():\n    match a:\n        case secrets: pass\n" + DEFINED,
        "import random\nimport secrets\ndef g():\n    match a:\n        case [_, *secrets]: pass\n" + DEFINED,
        "import random\nimport secrets\ndef g():\n    global secrets\n" + DEFINED,
        "import random\nimport secrets\nx = [secrets for secrets in a]\n" + DEFINED,
        "import random\nimport secrets\nif (secrets := a): pass\n" + DEFINED,
        # Somebody else's: nothing in the file says where it comes from.
        "import random\nfrom vault import *\nsecrets.open()\n" + DEFINED,
        # No statement at the top to put it under, or none that ends with its line.
        "def f():\n    import random\n    return random.random()\n",
        "def g():\n    import random\nimport os\nrandom.random()\n",
        'import random; x = """\n"""\n' + DEFINED,
    ],
)
def test_a_name_that_is_taken_or_has_no_place_is_not_imported(text: str) -> None:
    assert fixed(text, DRAW) is None


def test_a_fix_with_an_import_is_one_edit_more_and_its_diff_shows_both() -> None:
    text = "import random\n" + DEFINED
    (one,) = Look(SourceFile(path="a", language="python", text=text)).findings([DRAW])
    assert one.fix is not None and [edit.path for edit in one.fix.edits] == ["a", "a"]
    assert "+import secrets\n" in one.fix.diff and "+    return secrets.token_hex()\n" in one.fix.diff


def test_an_import_stands_before_what_is_mended_in_the_same_place() -> None:
    text = "import random\nrandom.random()\n"
    assert fixed(text, DRAW) == "import random\nimport secrets\nsecrets.token_hex()\n"


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("const fs = require('fs');\n", "const crypto = require('crypto');\n"),
        ("'use strict'\nvar fs = require(\"node:fs\")\n", 'var crypto = require("node:crypto")\n'),
        ("const express = require('express');\r\n", "const crypto = require('crypto');\r\n"),
        ("import fs from 'node:fs';\n", "import * as crypto from 'node:crypto';\n"),
        ('import { a } from "a"\nimport os from "os"\n', 'import * as crypto from "crypto"\n'),
        ("import { randomBytes } from 'crypto';\n", "import * as crypto from 'crypto';\n"),
        ("const { get } = require('https'); // a\n", "const crypto = require('crypto');\n"),
        ("const crypto = require('crypto');\n", ""),
        ("import * as crypto from 'crypto';\ncrypto.x();\n", ""),
        ("const fs = require('fs'), crypto = require('node:crypto');\n", ""),
    ],
)
@pytest.mark.parametrize("language", ["javascript", "typescript"])
def test_an_import_of_javascript_is_written_as_the_file_writes_them(
    head: str, line: str, language: str
) -> None:
    text = head + "function f() { return draw(); }\n"
    made = fixed(text, SCRIPT, language=language)
    assert made is not None and made.endswith("function f() { return crypto.draw(); }\n")
    assert made.count("crypto") == head.count("crypto") + 1 + line.count("crypto")
    assert line in made


@pytest.mark.parametrize(
    "head",
    [
        "",
        "import React from 'react';\n",  # it may be a page's
        "const _ = require('lodash');\n",
        "const fs = require('fs');\nconst crypto = window.crypto;\n",
        "const fs = require('fs');\nconst crypto = require('crypto-js');\n",
        "const fs = require('fs');\nfunction g(crypto) {}\n",
        "const fs = require('fs');\nfunction g() { const crypto = require('crypto'); }\n",
        "const fs = require('fs');\nconst { crypto } = require('a');\n",
        "import fs from 'fs';\nimport { crypto } from 'a';\n",
        "const fs = require('fs');\ncrypto.getRandomValues(a);\n",  # the global one
        "const fs = require('fs'); go(`\n`);\n",
    ],
)
def test_an_import_of_javascript_that_may_not_hold_is_not_given_out(head: str) -> None:
    assert fixed(head + "function f() { return draw(); }\n", SCRIPT, language="javascript") is None


def test_a_class_of_typescript_takes_a_name_too() -> None:
    text = "const fs = require('fs');\nfunction f() { return draw(); }\n"
    assert fixed(text, SCRIPT, language="typescript") is not None
    assert fixed(text + "class crypto {}\n", SCRIPT, language="typescript") is None


@pytest.mark.parametrize(
    ("head", "holds"),
    [
        ("", True),
        ("import a from 'a';\ncrypto.randomUUID();\n", True),
        ("const a = require('a');\n", False),
        ("module.exports = {};\n", False),
        ("import crypto from 'crypto';\n", False),
        ("const { crypto } = window;\n", False),
        ("function g(crypto) {}\n", False),
    ],
)
def test_a_name_of_every_file_must_be_nobody_elses(head: str, holds: bool) -> None:
    given = "calls: [{to: draw}]\nfix: {says: s, replace: crypto.draw(), globals: crypto}"
    text = head + "function f() { return draw(); }\n"
    made = fixed(text, rule(given, folder="javascript"), language="javascript")
    assert (made is not None) is holds


@pytest.mark.parametrize("name", ["a b", "a;x", "1a", "os\\nx", "é", "a..b"])
def test_what_is_no_module_is_refused(name: str) -> None:
    with pytest.raises(RuleError, match="no name of a module"):
        rule(f'calls: [{{to: a}}]\nfix: {{says: s, call: b, imports: "{name}"}}')


def test_imports_alone_mend_nothing() -> None:
    with pytest.raises(RuleError, match="does something"):
        rule("calls: [{to: a}]\nfix: {says: s, imports: os}")


def _mended(text: str, language: str, id: str) -> str:
    look = Look(SourceFile(path="example", language=language, text=text))
    found = [one for one in look.findings(RULES.of(language)) if one.rule == id]
    assert found
    return applied(text, found[0].fix.edits) if found[0].fix is not None else ""


@pytest.mark.parametrize(
    ("draw", "becomes"),
    [
        ("random.choice(a)", "secrets.choice(a)"),
        ("random.randint(1, 6)", "secrets.SystemRandom().randint(1, 6)"),
        ("random.getrandbits(64)", "secrets.randbits(64)"),
        ("random.randbytes(8)", "secrets.token_bytes(8)"),
    ],
)
def test_what_python_draws_for_a_secret(draw: str, becomes: str) -> None:
    made = _mended(f"import random\ntoken = {draw}\n", "python", "python-random-secret")
    assert made == f"import random\nimport secrets\ntoken = {becomes}\n"
    by_name = f"from random import {draw[7:].partition('(')[0]}\ntoken = {draw[7:]}\n"
    assert _mended(by_name, "python", "python-random-secret").endswith(f"token = {becomes}\n")


def test_a_mended_draw_hides_no_other() -> None:
    text = "import random\ntoken = random.randint(1, 6)\npin = random.randint(1, 6)\n"
    made = _mended(text, "python", "python-random-secret")
    (left,) = Look(SourceFile(path="example", language="python", text=made)).findings(RULES.of("python"))
    assert left.place.line == 4


@pytest.mark.parametrize("text", ["import numpy as np\n", "from numpy import random\n"])
def test_draws_of_others_are_not_mended(text: str) -> None:
    draw = "np.random.choice(a)" if " as np" in text else "random.choice(a)"
    assert _mended(f"{text}token = {draw}\n", "python", "python-random-secret") == ""


def test_javascript_of_node_and_of_pages_draws_each_with_its_own() -> None:
    line = "const token = Math.random().toString(36);\n"
    node = _mended("const fs = require('fs');\n" + line, "javascript", "javascript-random-secret")
    assert "const crypto = require('crypto');\n" in node and "(crypto.randomInt(2 ** 47) / 2 ** 47)" in node
    page = _mended("import React from 'react';\n" + line, "javascript", "javascript-random-secret")
    assert "crypto.getRandomValues(new Uint32Array(2))" in page and page.count("import") == 1
    assert _mended("const a = require('lodash');\n" + line, "javascript", "javascript-random-secret") == ""


@pytest.mark.parametrize(
    ("rule_", "text", "becomes"),
    [
        (
            "xml-standard",
            "import xml.etree.ElementTree as ET\nfrom defusedxml import lxml\nx = ET.parse(a)\n",
            "lxml\nimport defusedxml.ElementTree\nx = defusedxml.ElementTree.parse(a)\n",
        ),
        (
            "xml-standard",
            "import defusedxml as safe\nfrom xml import sax\nsax.parseString(a, b)\n",
            "sax\nimport defusedxml.sax\ndefusedxml.sax.parseString(a, b)\n",
        ),
        (
            "xml-lxml",
            "from lxml import etree\nx = etree.parse(a)\n",
            "import lxml.etree\nx = etree.parse(a, parser=lxml.etree.XMLParser(resolve_entities=False, no_",
        ),
        ("xml-lxml", "from lxml import etree\nx = etree.iterparse(a)\n", "(a, resolve_entities=False)"),
        (
            "temp-name",
            "from tempfile import mktemp\nx = mktemp()\n",
            "import tempfile\nx = tempfile.mkstemp()",
        ),
        (
            "yaml-load",
            "from yaml import load, Loader\nx = load(a, Loader=Loader)\n",
            "import yaml\nx = load(a, Loader=yaml.SafeLoader)\n",
        ),
        (
            "tls-unchecked",
            "from ssl import CERT_NONE\nx.verify_mode = CERT_NONE\n",
            "import ssl\nx.verify_mode = ssl.CERT_REQUIRED\n",
        ),
    ],
)
def test_other_rules_that_import(rule_: str, text: str, becomes: str) -> None:
    made = _mended(text, "python", f"python-{rule_}")
    assert becomes in made
    ast.parse(made)


@pytest.mark.parametrize(
    "text",
    [
        "import xml.etree.ElementTree as ET\nx = ET.parse(a)\n",
        "from .defusedxml import a\nimport xml.etree.ElementTree as ET\nx = ET.parse(a)\n",
        "import os\ntry:\n    from lxml import etree\nexcept ImportError:\n    pass\nx = etree.parse(a)\n",
        "import os\ndef f(a):\n    from lxml import etree\n    return etree.parse(a)\n",
    ],
)
def test_no_package_is_needed_that_the_file_did_without(text: str) -> None:
    rule_ = "python-xml-lxml" if "lxml" in text else "python-xml-standard"
    assert _mended(text, "python", rule_) == ""
