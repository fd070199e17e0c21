"""Tokens of every kind, made at run time from seeds: nothing here looks like a secret before it runs."""

from __future__ import annotations

import base64
import json
import random
import string
import zlib
from collections.abc import Callable, Iterator, Mapping

import pytest

from cybersecqwen.detect.code.secrets.context import is_placeholder
from cybersecqwen.detect.code.secrets.finding import NAMED, secrets_in
from cybersecqwen.detect.code.secrets.kinds import kinds

SMALL, LARGE, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LARGE + SMALL + DIGITS
HEX = "0123456789abcdef"
URL = f"{ALNUM}-_"
BASE32 = f"{LARGE}234567"
SIXTY_TWO = DIGITS + LARGE + SMALL
Random = random.Random


def some(rng: Random, letters: str, size: int) -> str:
    return "".join(rng.choices(letters, k=size))


def inner(rng: Random, letters: str, size: int) -> str:
    """With a letter at both ends, as nothing may stand apart by a sign."""
    return f"{some(rng, ALNUM, 1)}{some(rng, letters, size - 2)}{some(rng, ALNUM, 1)}"


def checked(rng: Random, head: str) -> str:
    body = some(rng, ALNUM, 30)
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits = SIXTY_TWO[digit] + digits
    return head + body + digits


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def pem(rng: Random, name: str = "RSA ") -> str:
    lines = "\n".join(some(rng, f"{ALNUM}+/", 64) for _ in range(12))
    return (
        "-" * 5
        + f"BEGIN {name}PRIVATE KEY"
        + "-" * 5
        + f"\n{lines}\n"
        + "-" * 5
        + f"END {name}PRIVATE KEY"
        + "-" * 5
    )


def jwt(rng: Random) -> str:
    parts = {"alg": "HS256", "typ": "JWT"}, {"sub": some(rng, DIGITS, 9), "iss": "shop", "iat": 1_700_000_000}
    head, claims = (encoded(json.dumps(part).encode()) for part in parts)
    return f"{head}.{claims}.{inner(rng, URL, 43)}"


def pypi(rng: Random) -> str:
    return "pypi-" + encoded(b"\x02\x01\x08" + b"pypi.org" + rng.randbytes(90))


MADE: Mapping[str, Callable[[Random], str]] = {
    "github-token": lambda rng: checked(rng, rng.choice(["ghp", "gho", "ghu", "ghs", "ghr"]) + "_"),
    "github-fine-grained-token": lambda r: "github" + f"_pat_{some(r, ALNUM, 22)}_{some(r, ALNUM, 59)}",
    "gitlab-token": lambda rng: "glpat" + "-" + inner(rng, URL, 20),
    "aws-access-key": lambda rng: rng.choice(["AK", "AS"]) + "IA" + some(rng, BASE32, 16),
    "aws-secret-key": lambda rng: inner(rng, f"{ALNUM}/+", 40),
    "gcp-api-key": lambda rng: "AI" + "za" + inner(rng, URL, 35),
    "google-oauth-secret": lambda rng: "GOC" + "SPX-" + inner(rng, URL, 28),
    "azure-storage-key": lambda r: "Account" + f"Key={base64.b64encode(r.randbytes(64)).decode()}",
    "azure-client-secret": lambda r: f"{some(r, ALNUM, 3)}8" + "Q~" + inner(r, f"{URL}.~", 34),
    "slack-token": lambda r: "xox" + f"b-{some(r, DIGITS, 12)}-{some(r, DIGITS, 12)}-{some(r, ALNUM, 24)}",
    "slack-webhook": lambda r: (
        "https://hooks.slack.com"
        + f"/services/T{some(r, LARGE, 9)}/B{some(r, LARGE, 9)}/{some(r, ALNUM, 24)}"
    ),
    "stripe-key": lambda r: r.choice("sr") + "k_li" + f"ve_{some(r, ALNUM, 24)}",
    "stripe-test-key": lambda r: r.choice("sr") + "k_te" + f"st_{some(r, ALNUM, 24)}",
    "stripe-webhook-secret": lambda r: "wh" + f"sec_{some(r, ALNUM, 32)}",
    "sendgrid-key": lambda r: "S" + f"G.{inner(r, URL, 22)}.{inner(r, URL, 43)}",
    "mailgun-key": lambda r: "ke" + f"y-{some(r, HEX, 32)}",
    "mailchimp-key": lambda r: f"{some(r, HEX, 32)}-u" + f"s{r.randint(1, 21)}",
    "brevo-key": lambda r: "xkey" + f"sib-{some(r, HEX, 64)}-{some(r, ALNUM, 16)}",
    "npm-token": lambda r: checked(r, "np" + "m_"),
    "pypi-token": pypi,
    "docker-token": lambda r: "dckr" + f"_pat_{inner(r, URL, 27)}",
    "huggingface-token": lambda r: "h" + f"f_{some(r, SMALL + LARGE, 34)}",
    "anthropic-key": lambda r: "sk-a" + f"nt-api03-{inner(r, URL, 93)}AA",
    "openai-key": lambda r: "sk-pr" + f"oj-{some(r, ALNUM, 74)}T3Blb" + f"kFJ{some(r, ALNUM, 74)}",
    "model-service-key": lambda r: "gs" + f"k_{some(r, ALNUM, 52)}",
    "telegram-token": lambda r: f"{r.randint(1_000_000_000, 9_999_999_999)}:A" + f"A{inner(r, URL, 33)}",
    "discord-webhook": lambda r: (
        "https://discord.com" + f"/api/webhooks/{r.randint(10**17, 10**18)}/{inner(r, URL, 68)}"
    ),
    "shopify-token": lambda r: "shp" + f"at_{some(r, HEX, 32)}",
    "square-token": lambda r: "sq0" + f"atp-{inner(r, URL, 22)}",
    "heroku-key": lambda r: "HR" + f"KU-AA{inner(r, URL, 58)}",
    "digitalocean-token": lambda r: "do" + f"p_v1_{some(r, HEX, 64)}",
    "databricks-token": lambda r: "da" + f"pi{some(r, HEX, 32)}",
    "atlassian-token": lambda r: "ATA" + f"TT3xFfGF0{inner(r, URL, 178)}=1A2B3C4D",
    "vault-token": lambda r: "hv" + f"s.{inner(r, URL, 90)}",
    "terraform-cloud-token": lambda r: f"{some(r, ALNUM, 14)}.atla" + f"sv1.{inner(r, URL, 67)}",
    "observability-key": lambda r: "NR" + f"AK-{some(r, LARGE + DIGITS, 27)}",
    "developer-service-token": lambda r: "lin_" + f"api_{some(r, ALNUM, 40)}",
    "age-key": lambda r: "AGE-SEC" + f"RET-KEY-1{some(r, '023456789ACDEFGHJKLMNPQRSTUVWXYZ', 58)}",
    "aws-bedrock-key": lambda r: "ABSK" + f"QmVkcm9ja0FQSUtleS{some(r, ALNUM, 110)}",
    "docker-swarm-token": lambda r: "SWM" + f"TKN-1-{some(r, HEX, 50)}-{some(r, HEX, 25)}",
    "jwt": jwt,
    "url-password": lambda r: "postgres" + f"://app:{inner(r, ALNUM, 12)}9a@db.shop.internal:5432/shop",
}
"""Kinds whose value can stand anywhere."""
NEEDS = {"aws-secret-key": "aws_secret_access_key"}
"""The name that a kind needs beside its value."""

FILES: Mapping[str, Callable[[str, str], str]] = {
    "conf/.env": lambda name, value: f"DEBUG=0\n{name}={value}\nPORT=80\n",
    "conf/app.yaml": lambda name, value: f"app:\n  {name}: {value}\n  port: 80\n",
    "conf/app.json": lambda name, value: json.dumps({"port": 80, name: value}, indent=1),
    "conf/app.ini": lambda name, value: f"[app]\n{name} = {value}\n",
    "src/app.py": lambda name, value: f'import os\n{name} = "{value}"\nprint(os.name)\n',
    "src/app.js": lambda name, value: f"const x = {{ {name}: '{value}' }};\n",
    "conf/app.xml": lambda name, value: f"<app><port>80</port><{name}>{value}</{name}></app>\n",
}
LANGUAGES = {"py": "python", "js": "javascript"}


def language(path: str) -> str:
    return LANGUAGES.get(path.rpartition(".")[2], "text")


def cases(seed: int) -> Iterator[tuple[str, str, str, str]]:
    """(kind, path, text, value)."""
    for kind, make in MADE.items():
        for path, write in FILES.items():
            value = make(Random(f"{seed} {kind} {path}"))
            yield kind, path, write(NEEDS.get(kind, "setting"), value), value


NEGATIVES: Mapping[str, Callable[[Random], str]] = {
    "uuid": lambda r: "-".join(some(r, HEX, size) for size in (8, 4, 4, 4, 12)),
    "md5": lambda r: some(r, HEX, 32),
    "sha1": lambda r: some(r, HEX, 40),
    "sha256": lambda r: some(r, HEX, 64),
    "integrity": lambda r: "sha512-" + base64.b64encode(r.randbytes(64)).decode(),
    "base64": lambda r: base64.b64encode(r.randbytes(48)).decode(),
    "number": lambda r: some(r, DIGITS, 20),
}
PLACEHOLDERS = (
    *("changeme", "changeme123", "xxxxxxxxxxxx", "your-api-key-here", "YOUR_API_KEY", "<your-token>"),
    *("${DB_PASSWORD}", "{{db_password}}", "example-password-1", "dummy-token-123456", "$PASSWORD"),
    *("%(password)s", "REPLACE_ME_1", "os.environ['DB_PASSWORD']", "process.env.DB_PASSWORD"),
    *("vault:secret/data/db#password", "ENC[AES256,data:8rHh]", "/run/secrets/db_password", "password"),
    *("postgres", "secret_key_name", "********", "arn:aws:secretsmanager:eu-west-1:1:secret:db", "0" * 16),
)
NAMES = ("id", "commit", "checksum", "integrity", "etag", "build", "request_id", "image")


def negatives(seed: int) -> Iterator[tuple[str, str, str]]:
    """(what, path, text) of texts that hold no secret."""
    for what, make in NEGATIVES.items():
        for path, write in FILES.items():
            rng = Random(f"{seed} {what} {path}")
            yield what, path, write(rng.choice(NAMES), make(rng))
    for value in PLACEHOLDERS:
        for path, write in FILES.items():
            if path.endswith("xml") and "<" in value:
                continue
            name = Random(f"{seed} {value} {path}").choice(
                ["password", "api_key", "client_secret", "authToken"]
            )
            yield "placeholder", path, write(name, value)
    rng = Random(seed)
    locked = {
        f"node_modules/{some(rng, SMALL, 8)}": {"integrity": NEGATIVES["integrity"](rng)} for _ in range(50)
    }
    yield "lock", "package-lock.json", json.dumps({"packages": locked}, indent=1)
    hashes = "\n".join(
        f'    {{file = "{some(rng, SMALL, 8)}.whl", hash = "sha256:{some(rng, HEX, 64)}"}},'
        for _ in range(50)
    )
    yield "lock", "poetry.lock", f"[[package]]\nfiles = [\n{hashes}\n]\n"


@pytest.mark.parametrize("seed", range(3))
def test_every_kind_is_found_in_every_file(seed: int) -> None:
    missed = []
    for kind, path, text, value in cases(seed):
        found = secrets_in(path, language(path), text)
        whole = [one for one in found if one.rule == f"secret-{kind}" and text[one.start : one.end] in value]
        if len(found) != 1 or not whole or whole[0].doubt:
            missed.append((kind, path, [(one.rule, one.doubt) for one in found]))
    assert missed == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_no_secret_is_left_alone(seed: int) -> None:
    wrong = []
    for what, path, text in negatives(seed):
        found = secrets_in(path, language(path), text)
        wrong += [(what, path, text, one.rule) for one in found]
    assert wrong == []


def test_every_kind_is_made_here_or_below() -> None:
    elsewhere = {
        *(
            "gcp-service-account",
            "gcp-user-credentials",
            "twilio-key",
            "npm-registry-token",
            "discord-token",
            "private-key",
        ),
        *("putty-key", "connection-string", "password-hash"),
    }
    assert {kind.id for kind in kinds()} == {*MADE, *elsewhere}


def texts() -> Iterator[tuple[str, str, str]]:
    """(rule, path, text) of kinds that need more around them."""
    rng = Random(7)
    yield "private-key", "deploy/id_rsa", pem(rng)
    yield "private-key", "src/a.py", f'KEY = """{pem(rng, "")}"""\n'
    yield "private-key", "src/a.js", "const k = '{}'".format(pem(rng, "EC ").replace("\n", "\\n"))
    account = {"type": "service_account", "project_id": "shop", "private_key": pem(rng, "") + "\n"}
    yield "gcp-service-account", "key.json", json.dumps(account)
    ppk = (
        "PuTTY-User-Key"
        + f"-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\n{some(rng, ALNUM, 64)}\n"
    )
    yield "putty-key", "a.ppk", f"{ppk}Private-Lines: 1\n{some(rng, ALNUM, 48)}\nPrivate-MAC: 00\n"
    user = {"type": "authorized_user", "refresh_token": "1/" + f"/0{inner(rng, URL, 60)}"}
    yield "gcp-user-credentials", "adc.json", json.dumps(user)
    yield "twilio-key", ".env", f"TWILIO_AUTH_TOKEN={some(rng, HEX, 32)}\n"
    yield "twilio-key", "src/a.py", 'twilio = Client("S' + f'K{some(rng, HEX, 32)}")\n'
    yield "npm-registry-token", ".npmrc", "//npm.shop.internal/:_auth" + f"Token={some(rng, ALNUM, 40)}\n"
    number = encoded(b"3" + some(rng, DIGITS, 17).encode())
    yield "discord-token", ".env", f"TOKEN={number}.{inner(rng, URL, 6)}.{inner(rng, URL, 38)}\n"
    yield (
        "connection-string",
        "app.config",
        '"Server=db;User Id=app;Pass' + f'word={some(rng, ALNUM, 10)}4x;"\n',
    )
    yield "password-hash", ".htpasswd", "admin:$apr" + f"1${some(rng, ALNUM, 8)}${some(rng, ALNUM, 22)}\n"
    yield "password-hash", "users.conf", "a = 1\nadmin:$2" + f"y$10${some(rng, ALNUM, 53)}\n"


@pytest.mark.parametrize(("kind", "path", "text"), [*texts()])
def test_kinds_that_need_more_around_them(kind: str, path: str, text: str) -> None:
    (found,) = secrets_in(path, language(path), text)
    assert (found.rule, found.doubt, found.sealed) == (f"secret-{kind}", "", False)


def test_check_digits_decide() -> None:
    token = MADE["github-token"](Random(1))
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    (found,) = secrets_in("a.env", "text", f"T={wrong}")
    assert "check digits" in found.doubt
    # With right ones it counts even among tests: nobody writes such by chance.
    (found,) = secrets_in("tests/a.env", "text", f"T={token}")
    assert not found.doubt
    (found,) = secrets_in("tests/a.env", "text", f"T={MADE['stripe-key'](Random(1))}")
    assert "folder for tests" in found.doubt
    (found,) = secrets_in("a.env", "text", "T=AK" + "IAIOSFODNN7EXAMPLE")
    assert "example" in found.doubt


def test_examples_of_rules_are_none() -> None:
    token = MADE["stripe-key"](Random(1))
    rule = f"title: a\ncwe: [798]\nbad:\n  - |\n    k = '{token}'\ngood:\n  - ok\n"
    (found,) = secrets_in("rules/a.yaml", "text", rule)
    assert "examples of a rule" in found.doubt
    (found,) = secrets_in(
        "rules/a.yaml", "text", rule.replace("title: a", f"title: {token}").partition("bad:")[0]
    )
    assert not found.doubt


def test_a_sealed_key_counts_less() -> None:
    sealed = pem(Random(1), "ENCRYPTED ")
    (found,) = secrets_in("a.pem", "text", sealed)
    assert found.sealed
    assert not secrets_in("a.py", "python", 'HEAD = "' + sealed[:40] + '"\nEND = "x"\n' + "y = 1\n" * 40)


NAMED_VALUES = [
    ("src/a.py", 'api_key = "{hex}"', True),
    ("src/a.js", "const o = { clientSecret: '{mixed}' }", True),
    ("src/A.java", 'props.put("password", "Kf93-Sommer!");', True),
    ("a.properties", "db.password=Kf93-Sommer!", True),
    ("a.yml", "db_password: 'Kf93-Sommer!'", True),
    ("a.xml", '<add key="ApiToken" value="{mixed}" />', True),
    ("a.env", "SESSION_SECRET={mixed}", True),
    ("a.toml", 'auth_token = "{mixed}"', True),
    ("a.ini", "password = XyZkQ!rTbWqL", True),
    ("src/a.php", "define('DB_PASS', '{chosen}');", True),
    ("src/a.php", "$dbpass = '{chosen}';", True),
    ("a.env", "SMTP_PASS={chosen}", True),
    ("a.env", "DB_PASS_PROD={chosen}", True),
    ("src/a.js", 'const o = { auth: { user: "u", pass: "{chosen}" } }', True),
    ("a.yml", "db:\n  pass: {chosen}", True),
    ("a.yml", "db_pass: {chosen}", True),
    ("a.yml", "smtp-pass2: {chosen}", True),
    ("src/a.go", 'var dbPass = "{chosen}"', True),
    ("src/a.py", 'SMTP_PASS = "{chosen}"', True),
    ("a.yml", "bypass: {chosen}", False),
    ("a.yml", "byPass: {chosen}", False),
    ("a.yml", "passed: {chosen}", False),
    ("a.yml", "passes: {chosen}", False),
    ("a.yml", "pass_rate: {chosen}", False),
    ("a.yml", "high_pass: {chosen}", False),
    ("a.yml", "compass: {chosen}", False),
    ("src/a.js", "const o = { passport: '{chosen}', bypass: '{chosen}', passRate: '{chosen}' }", False),
    ("a.env", "DB_PASS=changeme", False),
    ("a.env", "DB_PASS=${DB_PASS}", False),
    ("a.yml", "pass: sunflower", False),
    ("src/a.py", "def f():\n    pass\nx = '{chosen}'", False),
    ("src/a.py", 'public_key = "{mixed}"', False),
    ("src/a.py", 'password_field = "login-Form-2"', False),
    ("src/a.py", 'password = "Please enter 1 password"', False),
    ("src/a.py", 'names = ["password", "{mixed}"]', False),
    ("a.yml", "token_type: bearer", False),
    ("a.yml", "next_page_token: {mixed}", False),
    ("a.env", "PASSWORD_HASH={hex}", False),
    ("yarn.lock", 'token "{mixed}"', False),
]


@pytest.mark.parametrize(("path", "text", "there"), NAMED_VALUES)
def test_names_tell_what_values_are(path: str, text: str, there: bool) -> None:
    rng = Random(3)
    text = text.replace("{hex}", some(rng, HEX, 40)).replace("{mixed}", some(rng, ALNUM, 32))
    text = text.replace("{chosen}", "Kf93-Sommer!x7")
    found = secrets_in(path, {"java": "java"}.get(path.rpartition(".")[2], language(path)), text)
    assert [one.rule for one in found] == [NAMED] * there


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "unit",
    [
        *("password = ", "token", "://a:b", "://:", "eyJ", "-----BEGIN PRIVATE KEY-----", "ghp_", "AKIA"),
        *("pass=", "_PASS = '", "pass_", "passPass"),
        *('secret="', "PuTTY-User-Key-File-2: ", '"private_key": "-----BEGIN PRIVATE KEY-----', "a.b.secret"),
        *("Password=a;Server=", "password" + " " * 50, "x=$2y$", ":AA", "secret: " + "a1B" * 20 + "\n"),
    ],
)  # fmt: skip
def test_any_text_takes_a_time_that_grows_with_its_length(unit: str) -> None:
    secrets_in("a.yaml", "text", unit * (1_000_000 // len(unit)))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("word", ["1", "12", "password", "passwd1", "secret_pass", "value", "an"])
def test_values_with_many_readings_take_no_time(word: str) -> None:
    """One reading after the other would take longer than anybody waits: 2 to the number of words."""
    assert not is_placeholder(word * 40 + "q~Zk")
