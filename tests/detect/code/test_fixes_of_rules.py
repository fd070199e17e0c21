"""Fixes of rules: what they write stands in the file, and is not written where it would not hold."""

from __future__ import annotations

import ast

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.fixing import applied
from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile

RULES = CodeRules.shipped()


def mended(text: str, language: str, rule: str) -> str:
    """The text with the fix of the only finding of a rule; "" where it has none."""
    look = Look(SourceFile(path="example", language=language, text=text))
    (found,) = (one for one in look.findings(RULES.of(language)) if one.rule == rule)
    return applied(text, found.fix.edits) if found.fix is not None else ""


@pytest.mark.parametrize(
    ("rule", "text", "becomes"),
    [
        ("yaml-load", "import yaml\nx = yaml.load(a)\n", "yaml.load(a, Loader=yaml.SafeLoader)"),
        ("yaml-load", "import yaml\nx = yaml.load(a, )\n", "yaml.load(a, Loader=yaml.SafeLoader )"),
        (
            "tar-extract",
            'import tarfile\ntarfile.open(a).extractall(b, filter="fully_trusted")\n',
            'extractall(b, filter="data")',
        ),
        (
            "temp-name",
            'import tempfile\nx = tempfile.mktemp(".a", dir=b)\n',
            'tempfile.mkstemp(".a", dir=b)[1]',
        ),
        ("tls-unchecked", "import requests\nrequests.get(a, verify=False)\n", "requests.get(a, verify=True)"),
        (
            "tls-unchecked",
            "import ssl\nx = ssl._create_unverified_context()\n",
            "x = ssl.create_default_context()",
        ),
        (
            "tls-unchecked",
            "import ssl\nx.verify_mode = ssl.CERT_NONE\n",
            "x.verify_mode = ssl.CERT_REQUIRED",
        ),
        (
            "cookie-flags",
            'a.set_cookie("session", b, secure=True)\n',
            'a.set_cookie("session", b, secure=True, httponly=True)',
        ),
        (
            "jinja-autoescape",
            "import jinja2\nx = jinja2.Environment()\n",
            "jinja2.Environment(autoescape=True)",
        ),
    ],
)
def test_python(rule: str, text: str, becomes: str) -> None:
    made = mended(text, "python", f"python-{rule}")
    assert becomes in made
    ast.parse(made)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("yaml-load", "from yaml import load, Loader\nyaml = {}\nx = load(a, Loader=Loader)\n"),
        ("temp-name", "from tempfile import mktemp\ntempfile = mktemp()\n"),
        ("temp-name", "import tempfile as t\ndef f(tempfile):\n    return t.mktemp()\n"),
        ("tls-unchecked", "from ssl import _create_unverified_context\nx = _create_unverified_context()\n"),
    ],
)
def test_names_that_a_file_does_not_know_are_not_written(rule: str, text: str) -> None:
    assert mended(text, "python", f"python-{rule}") == ""


def test_nothing_is_given_twice() -> None:
    """Two mends are needed here, and a fix is one: half of it would hide the other half."""
    assert mended('a.set_cookie("session", b, secure=False)\n', "python", "python-cookie-flags") == ""


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ("", ', { httpOnly: true, secure: true, sameSite: "lax" }'),
        (", {}", ', {httpOnly: true, secure: true, sameSite: "lax"}'),
        (", { maxAge: 1 }", ', { maxAge: 1, httpOnly: true, secure: true, sameSite: "lax" }'),
        (", { maxAge: 1, }", ', { maxAge: 1, httpOnly: true, secure: true, sameSite: "lax" }'),
        (", { secure: true }", ", { secure: true, httpOnly: true }"),
        (", { httpOnly: false }", ", { httpOnly: true }"),
    ],
)
def test_keys_are_put_into_the_object_that_is_there(given: str, becomes: str) -> None:
    text = mended(f'res.cookie("session", a{given});\n', "javascript", "javascript-cookie-flags")
    assert text == f'res.cookie("session", a{becomes});\n'


def test_keys_of_an_object_that_others_are_spread_into_are_not_known() -> None:
    text = 'res.cookie("session", a, { ...b });\n'
    look = Look(SourceFile(path="example", language="javascript", text=text))
    assert not look.findings(RULES.of("javascript"))
