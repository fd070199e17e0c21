"""No secret is shown: not on any page, not in what is kept, not in what is said of a change."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.secrets.joining import with_secrets
from cybersecqwen.detect.code.secrets.masking import STARS, Mask
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.interfaces.cli import main
from cybersecqwen.records.review import CodeFinding, Status
from cybersecqwen.render import FORMATS
from cybersecqwen.tasks.review.looking import look
from tests.amounts import draws
from tests.detect.code.test_secrets_kinds import MADE, Random, cases, pem

RULES = CodeRules.shipped()
SHORT = "Tr0ub" + "4dor-x"
TOKEN = MADE["github-token"](Random(5))
KEY = pem(Random(5))
APP = f"""import os, yaml, requests
from flask import request
DB_PASSWORD = "{SHORT}"
TOKEN = "{TOKEN}"
KEY = '''{KEY}'''
def f(url):
    os.system("login {TOKEN} " + url); requests.get(url, auth=("app", "{SHORT}"), verify=False)
    return yaml.load(url + "{TOKEN}")
def g():
    password = "{SHORT}"; os.system("ping " + request.args["{TOKEN}"])
"""
FILES = {
    "app.py": APP,
    "run.sh": f"mysqldump -u app -p{SHORT} shop > shop.sql\nexport API_TOKEN={TOKEN}\n",
    "Dockerfile": f"FROM alpine:3.20\nENV DB_PASSWORD={SHORT}\nUSER app\n",
    "main.tf": f'resource "aws_db_instance" "d" {{\n  password = "{SHORT}"\n}}\n',
    "A.java": f'class A {{ Object f() {{ return new SecretKeySpec("{SHORT}".getBytes(), "AES"); }} }}\n',
    "app.js": f"const dbPassword = '{SHORT}';\nconst t = '{TOKEN}'; eval(location.hash + '{TOKEN}')\n",
    "tests/app.yml": f"password: {SHORT}\nurl: https://app:{SHORT}@db.shop.internal/\n",
    "conf/id_rsa": KEY,
}


def found(path: str, language: str, text: str) -> list[CodeFinding]:
    return list(look(SourceFile(path=path, language=language, text=text), RULES)[0].findings)


def hidden() -> list[str]:
    values = [SHORT, TOKEN, *KEY.split("\n")[1:-1]]
    return [*values, *(value for _, _, _, value in cases(9))]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shown") / "tree"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    for number, (kind, path, text, _) in enumerate(cases(9)):
        file = folder / kind / f"{number}{Path(path).name}"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return folder


@pytest.mark.parametrize("name", list(FORMATS))
def test_no_format_shows_one(
    name: str, tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tree.parent / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tree.parent / "data"))
    main(["review", "--format", name, "--detail", "full", "--no-packages"])
    out = "".join(capsys.readouterr())
    assert [value for value in hidden() if value in out] == []
    if name in ("terminal", "json", "sarif", "markdown", "html"):
        assert STARS in out and "secret-github-token" in out


def test_what_is_kept_holds_none(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    main(["review", "--no-packages", "--write-baseline", str(tmp_path / "known.json")])
    base = sqlite3.connect(next(tmp_path.rglob("review.sqlite")))
    rows = base.execute("SELECT findings FROM kept").fetchall()
    base.close()
    held = "".join(str(row[0]) for row in rows) + (tmp_path / "known.json").read_text()
    assert len(rows) > 100
    assert [value for value in hidden() if value in held] == []


def test_a_place_is_told_once() -> None:
    findings = found("app.py", "python", f'DB_PASSWORD = "{SHORT}"\nAPI_TOKEN = "{TOKEN}"\n')
    assert [(one.place.line, one.rule) for one in findings] == [
        (1, "python-password-in-code"),
        (2, "secret-github-token"),
    ]
    assert findings[0].place.text == f'DB_PASSWORD = "{STARS}"'
    assert findings[1].place.text == f'API_TOKEN = "ghp_{STARS}"'.replace("ghp_", TOKEN[:4])


def test_marks_tell_nothing_of_what_may_be_guessed() -> None:
    def marks(value: str) -> list[str]:
        text = f"db_password: {value}\nurl: https://app:{value}@db.shop.internal/\n"
        (*first,) = found("a.yml", "text", text)
        (*second,) = found("app.py", "python", f'DB_PASSWORD = "{value}"\n')
        assert len(first) == 2 and len(second) == 1
        return [one.fingerprint for one in (*first, *second)]

    assert marks("Kf93-Sommer!") == marks("Lg04-Winter!")
    one, other = (found("a.yml", "text", f"t: {MADE['github-token'](Random(n))}")[0] for n in (1, 2))
    assert one.fingerprint != other.fingerprint
    moved = found("a.yml", "text", f"# new\nb: 1\nother: {MADE['github-token'](Random(1))}")[0]
    assert moved.fingerprint == one.fingerprint


def test_a_comment_with_a_reason_ignores_a_secret() -> None:
    text = f"# csq: ignore[secret-github-token] it was revoked in March\nt: {TOKEN}\n"
    assert [one.status for one in found("a.yml", "text", text)] == [Status.SUPPRESSED]
    text = f'API_TOKEN = "{TOKEN}"  # csq: ignore[python-password-in-code] it was revoked in March\n'
    assert [one.status for one in found("a.py", "python", text)] == [Status.SUPPRESSED]


def test_a_file_that_cannot_be_parsed_is_looked_at_all_the_same() -> None:
    text = "(" * 100_000 + f'"{TOKEN}"'
    assert "secret-github-token" in {one.rule for one in found("a.py", "python", text)}


@draws(100)
@given(
    st.lists(st.sampled_from([SHORT, TOKEN, KEY, "password = ", "é", "x", "url://a:", "@b", "\r\n", "://"])),
    st.sampled_from([" ", "\n", '"', "=", ";\n"]),
    st.sampled_from(["python", "text", "shell"]),
)
def test_whatever_stands_around_it(parts: list[str], between: str, language: str) -> None:
    text = between.join(parts)
    findings, _ = with_secrets([], None, SourceFile(path="a", language=language, text=text))
    shown = "".join(one.place.text for one in findings)
    assert TOKEN not in shown
    assert not any(line in shown for line in KEY.split("\n")[1:-1])
    tokens = {one.place.line for one in findings if one.rule == "secret-github-token"}
    assert bool(tokens) == (TOKEN in parts)


def test_a_mask_joins_what_overlaps() -> None:
    text = "aaaa bbbbbb cccc\nbbbbbb d"
    mask = Mask(text, [(5, 11), (7, 11)])
    place = mask.place("a", 5, 11)
    assert place.text == f"aaaa {STARS} cccc"
    assert mask.without("x bbbbbb y") == f"x {STARS} y"
    assert (mask.place("a", 17, 20).line, mask.place("a", 17, 20).text) == (2, f"{STARS} d")


def test_words_beside_a_secret_stay() -> None:
    """They are hidden where a rule tells of them, and shown where they are only words."""
    lines = 'A = hmac.new("correct horse", b"", "sha256")', 'B = eval("correct horse sha256" + input())'
    text = "\n".join(["import hmac", *lines, ""])
    found_there = {one.place.line: one.place.text for one in found("a.py", "python", text)}
    assert found_there[2] == f'A = hmac.new("{STARS}", b"", "sha256")'
    assert found_there[3] == text.split("\n")[2]


URL = "https://app:{}@db.shop.internal/"


@pytest.mark.parametrize(
    ("value", "line", "shown"),
    [
        # What everybody uses is a secret between quotes, and as it stands in the address.
        ("password", "eval(password + x)", "eval(password + x)"),
        ("password", "f(password_of, 'password', 'a password')", "f(password_of, '*', 'a password')"),
        ("password", "see app:password@db", "see app:*@db"),
        # A word is one wherever it is whole and names nothing.
        ("sunflower", "import sunflower", "import sunflower"),
        ("sunflower", "sunflower.run(sunflowers, a.sunflower)", "sunflower.run(sunflowers, a.sunflower)"),
        ("sunflower", "sunflower = f(sunflower=1)", "sunflower = f(sunflower=1)"),
        ("sunflower", "'login sunflower' + \"sunflower\"", "'login *' + \"*\""),
        ("sunflower", "'mysqldump -psunflower' + 'a\\nsunflower'", "'mysqldump -p*' + 'a\\n*'"),
        ("sunflower", "auth=('app', 'sunflower')", "auth=('app', '*')"),
        # What nobody can guess is one anywhere.
        (SHORT, f"a{SHORT}b {SHORT} = x", "a*b * = x"),
        ("qwertzuiopasdfghjk", "xqwertzuiopasdfghjkx = 1", "x*x = 1"),
        # A few characters are one where they stand.
        ("pw12", "a = pw12 + 'pw12'", "a = pw12 + 'pw12'"),
    ],
)
def test_ordinary_words_stay_where_they_are_no_secret(value: str, line: str, shown: str) -> None:
    text = f"{URL.format(value)}\n{line}"
    start = text.index(value)
    mask = Mask(text, [(start, start + len(value))])
    assert mask.whole() == f"{URL.format(STARS)}\n{shown.replace('*', STARS)}"
    assert mask.without(line) == shown.replace("*", STARS)


@pytest.mark.parametrize(
    ("value", "place", "line", "shown"),
    [
        ("pw12", URL, "-pw12 = f('pw12')\n+https://app:pw12@b", "-pw12 = f('*')\n+https://app:*@b"),
        ("hunting", 'pw = "{}"', "-pw = 'hunting'\n+hunting(x)", "-pw = '*'\n+hunting(x)"),
        ("hunting", 'pw = "{}"', '-run("login hunting")', '-run("login *")'),
        ("hunting", "ENV PW {}\n", "-ENV PW hunting\n+ARG hunting=1", "-ENV PW *\n+ARG hunting=1"),
        ("hunting", "ENV PW {}\n", '+CMD ["-p", "hunting"]', '+CMD ["-p", "*"]'),
        (
            "password",
            'password = "{}"',
            '-password = "password"\n+f(password)',
            '-password = "*"\n+f(password)',
        ),
        ("password", "ENV PW {}\n", "-ENV PW password\n+x(password)", "-ENV PW *\n+x(password)"),
        ("password", "{}\n", "-password\n+x", "-*\n+x"),
    ],
)
def test_words_are_hidden_in_fixes_where_they_stand_as_values(
    value: str, place: str, line: str, shown: str
) -> None:
    text = place.format(value)
    start = text.rindex(value)
    mask = Mask(text, [], [(start, start + len(value))])
    assert mask.without(line) == line
    assert mask.without(line, words=True) == shown.replace("*", STARS)


def test_every_line_of_a_key_is_looked_for_where_it_begins() -> None:
    text = "k: |\n  QWErty12345678\n  QWERTYUI\n"
    mask = Mask(text, [(text.index("QWErty"), len(text))])
    assert mask.without("aQWErty12345678a QWERTYUI QWERTYUIx") == f"a{STARS}a {STARS} QWERTYUIx"


@pytest.mark.timeout(60)
def test_many_secrets_on_one_line_take_no_time() -> None:
    text = " ".join(MADE["github-token"](Random(number)) for number in range(10_000))
    assert len(found("a.json", "text", text)) == 200


def test_addresses_of_packages_show_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = (
        f"git+https://{TOKEN}@github.com/o/r#egg=zork",
        f"--index-url https://bob:{SHORT}@pypi.shop.internal/x",
    )
    Path("requirements.txt").write_text("\n".join(["requests==2.0", *lines]))
    Path("package.json").write_text(f'{{"dependencies": {{"a": "git+https://{TOKEN}@github.com/o/r.git"}}}}')
    locked = f'{{"packages": {{"node_modules/a": {{"version": "1.0.0", "resolved": "https://u:{SHORT}@r.shop.internal/a"}}}}}}'
    Path("package-lock.json").write_text(locked)
    main(["review", "--no-cache", "--format", "json"])
    out = "".join(capsys.readouterr())
    assert TOKEN not in out and SHORT not in out
    assert "zork" in out and out.count("secret-url-password") == 2


def test_flows_between_files_show_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    web = f"from flask import request\nimport db\ndef g():\n    db.run(request.args['x'])  # {TOKEN}\n"
    Path("web.py").write_text(web)
    Path("db.py").write_text(f'import os\ndef run(v):\n    os.system("login {TOKEN} " + v)\n')
    for _ in ("looked at", "from what is kept"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        main(["review", "--no-packages", "--format", "json"])
        review = json.loads(capsys.readouterr().out)["extra"]["review"]
        proven = [one for one in review["findings"] if one["proven"]]
        assert [one["place"]["path"] for one in proven] == ["db.py"]
        assert len(proven[0]["flow"]) > 2 and TOKEN not in str(review)
        assert [one["rule"] for one in review["findings"]].count("secret-github-token") == 2
