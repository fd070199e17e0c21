"""Configuration as nested parts: paths, conditions, places, and documents that are hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.parts import Part, dockerfile, document_of
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.detect.code.rulefile import rule_of
from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.source.files import SourceFile

HEAD = "title: t\ncwe: 16\nseverity: low\nwhy: w\ninstead: i\nbad: b\ngood: g\n"
BOOK = CodeRules.shipped()


def found(document: str, text: str, language: str = "kubernetes") -> list[str]:
    """The first lines of what a rule finds."""
    folder = "dockerfile" if language == "dockerfile" else language
    rule = rule_of(f"{HEAD}document:\n{document}", folder, "x")
    look = Look(SourceFile(path="x", language=language, text=text))
    return [text[hit.start : hit.end].split("\n")[0] for hit in look.matcher.hits(rule)]


POD = """\
kind: Pod
spec:
  hostNetwork: true
  containers:
    - name: one
      image: a:latest
      env: [{name: A, value: b}]
    - name: two
      securityContext: {privileged: true, capabilities: {add: [NET_RAW, SYS_ADMIN]}}
"""


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        ("  - where: [{path: spec.hostNetwork, is: true}]", ["hostNetwork: true"]),
        ("  - where: [{path: spec.hostNetwork, is: false}]", []),
        ("  - where: [{path: spec.hostNetwork}]", ["hostNetwork: true"]),
        ("  - where: [{path: spec.hostPID}]", []),
        ("  - where: [{path: spec.hostPID, missing: true}]", ["kind: Pod"]),
        ("  - {each: spec.containers, where: [{path: image, missing: true}]}", []),
        ("  - {each: spec.containers.*, where: [{path: image, missing: true}]}", ["name: two"]),
        ("  - {each: spec.containers.-1, where: [{path: name}]}", ["name: two"]),
        (
            "  - {each: spec.containers.*, where: [{path: image, is_not: b}]}",
            ["image: a:latest", "name: two"],
        ),
        ("  - {each: spec.containers.*, where: [{path: image, is_not: 'a:latest'}]}", ["name: two"]),
        ("  - where: [{path: '**.privileged', is: true}]", ["privileged: true"]),
        ("  - {each: '**', where: [{path: privileged, is: true}]}", ["privileged: true"]),
        ("  - where: [{path: '**.add', is: SYS_ADMIN}]", ["add: [NET_RAW, SYS_ADMIN]"]),
        ("  - where: [{path: '**.add.*', is: SYS_ADMIN}]", ["SYS_ADMIN"]),
        ("  - where: [{path: '**.add.-1', is: NET_RAW}]", []),
        ("  - where: [{path: '*.hostNetwork', matches: '^t'}]", ["hostNetwork: true"]),
        ("  - {each: spec, where: [{path: hostNetwork}], unless: [{path: containers}]}", []),
        ("  - {each: spec, where: [{path: hostNetwork}], unless: [{path: other}]}", ["hostNetwork: true"]),
        ("  - {each: spec, where: [{path: hostNetwork}], unless: [{path: other, missing: true}]}", []),
        ("  - where: [{path: '**.value', is: b}, {path: spec.hostNetwork}]", ["value: b"]),
        ("  - where: [{path: '**.value', is: b}, {path: none}]", []),
    ],
)
def test_paths_and_conditions(document: str, lines: list[str]) -> None:
    assert found(document, POD) == lines


def test_every_document_of_a_file_is_looked_at() -> None:
    text = "a: 1\n---\nb: 1\n---\na: 2\n"
    assert found("  - where: [{path: a}]", text) == ["a: 1", "a: 2"]


TERRAFORM = """\
# resource "none" "none" { public = true }
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
  acl    = "public-read"
  tags   = { "a" = "b" }
  ports  = [22, "80"]
  rule {
    cidr = ["0.0.0.0/0"]
  }
  rule {
    cidr = [var.mine]
  }
}
"""


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (
            "  - {each: resource.aws_s3_bucket.*, where: [{path: acl, is: public-read}]}",
            ['acl    = "public-read"'],
        ),
        ("  - where: [{path: resource.*.logs.rule.cidr, is: 0.0.0.0/0}]", ['cidr = ["0.0.0.0/0"]']),
        ("  - where: [{path: '**.cidr.*', is: var.mine}]", ["var.mine"]),
        ("  - where: [{path: '**.ports', is: 22}]", ['ports  = [22, "80"]']),
        ("  - where: [{path: '**.tags.a', is: b}]", ['"a" = "b"']),
        ("  - where: [{path: '**.public'}]", []),
        (
            "  - {each: resource.aws_s3_bucket.*, where: [{path: lock, missing: true}]}",
            ['resource "aws_s3_bucket" "logs" {'],
        ),
    ],
)
def test_terraform(document: str, lines: list[str]) -> None:
    assert found(document, TERRAFORM, "terraform") == lines


def instructions(text: str) -> list[list[tuple[str, str | None]]]:
    (_, stages) = dockerfile(text).keys[0]
    return [[(name, part.text) for name, part in stage.keys] for stage in stages.items]


@pytest.mark.parametrize(
    ("text", "stages"),
    [
        ("FROM a\nRUN b", [[("FROM", "a"), ("RUN", "b")]]),
        ("from a\r\nrun b\r\n", [[("FROM", "a"), ("RUN", "b")]]),
        ("ARG x\nFROM a\nFROM b AS c", [[("ARG", "x")], [("FROM", "a")], [("FROM", "b AS c")]]),
        ("FROM a\nRUN b \\\n  c \\\n  d\nUSER e", [[("FROM", "a"), ("RUN", "b    c    d"), ("USER", "e")]]),
        ("FROM a\nRUN b \\\n# USER root\n  c", [[("FROM", "a"), ("RUN", "b    c")]]),
        ("FROM a\n# RUN b \\\nRUN c", [[("FROM", "a"), ("RUN", "c")]]),
        ("FROM a\nRUN b \\", [[("FROM", "a"), ("RUN", "b \\")]]),
        ("FROM a\nRUN 3<<E\nUSER b\nE\nUSER c", [[("FROM", "a"), ("RUN", "3<<E USER b E"), ("USER", "c")]]),
        (
            "FROM a\nRUN <<-'E' f\n\tb\n\tE\nUSER c",
            [[("FROM", "a"), ("RUN", "<<-'E' f \tb \tE"), ("USER", "c")]],
        ),
        ("FROM a\nRUN echo $((1<<n))\nUSER c", [[("FROM", "a"), ("RUN", "echo $((1<<n))"), ("USER", "c")]]),
        ("FROM a\nRUN cat <<<word\nUSER c", [[("FROM", "a"), ("RUN", "cat <<<word"), ("USER", "c")]]),
        ("FROM a\nRUN <<E\nno end", [[("FROM", "a"), ("RUN", "<<E no end")]]),
        ("FROM a\n\n  \n\tUSER b\n<html>", [[("FROM", "a"), ("USER", "b")]]),
        ("", []),
    ],
)
def test_dockerfiles(text: str, stages: list[list[tuple[str, str | None]]]) -> None:
    assert instructions(text) == stages


# Places


def every(part: Part) -> list[Part]:
    made, waiting = [], [part]
    while waiting:
        one = waiting.pop()
        made.append(one)
        waiting += [inner for _, inner in one.keys] + one.items
    return made


YAML = st.lists(
    st.sampled_from(
        [
            "a: ",
            "b:\n",
            "  ",
            "- ",
            "\n",
            "x",
            "é😀",
            "[",
            "]",
            "{",
            "}",
            ",",
            "'",
            '"',
            "&a ",
            "*a",
            "# c",
            "|\n",
            ">-\n",
            "---\n",
            "\t",
            "? ",
            "!t ",
            "\r\n",
            "apiVersion: v1\nkind: Pod\n",
        ]
    ),
    max_size=25,
).map("".join)
HCL = st.lists(
    st.sampled_from(
        [
            'a "b" {\n',
            "}\n",
            "c = ",
            '"d"',
            "1",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "\n",
            "# e\n",
            "<<E\n",
            "E\n",
            "é😀",
            "${",
            "/*",
            "*/",
            "x.y",
        ]
    ),
    max_size=25,
).map("".join)
DOCKER = st.lists(
    st.sampled_from(
        ["FROM a", "RUN b", " \\", "\n", "\r\n", "# c", "<<E", "E", "é😀", "\t", "USER root", "'", '"']
    ),
    max_size=25,
).map("".join)


@given(
    st.one_of(
        st.tuples(st.just("kubernetes"), YAML),
        st.tuples(st.just("terraform"), HCL),
        st.tuples(st.just("dockerfile"), DOCKER),
    )
)
def test_every_part_and_every_finding_lies_inside_the_file(given_: tuple[str, str]) -> None:
    language, text = given_
    try:
        documents = document_of(text, language)
    except (InputError, LimitError):
        documents = []
    for document in documents:
        for part in every(document):
            assert 0 <= part.start <= part.end <= len(text)
    lines = text.split("\n")
    for one in Look(SourceFile(path="x", language=language, text=text)).findings(BOOK.of(language)):
        place = one.place
        assert 1 <= place.line <= place.end_line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 2


# Hostile documents

LAUGHS = "".join(f"k{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9) if i else 'x'}]\n" for i in range(12))
HOSTILE = {
    "deep": "[" * 1_000_000,
    "deep and closed": "[" * 400_000 + "]" * 400_000,
    "deep mappings": "{a: " * 200_000,
    "deep lists": "- " * 400_000,
    "deep keys": "? " * 400_000,
    "deep lines": "".join(f"{' ' * depth}a:\n" for depth in range(1_200)),
    "aliases of aliases": LAUGHS,
    "alias of itself": "a: &a [*a]",
    "alias as key": "&a a: {*a : b}",
    "many documents": "---\na: 1\n" * 60_000,
    "many keys": "a: 1\n" * 120_000,
    "many anchors": "- &a x\n" * 60_000,
    "tag": "a: !!python/object/apply:os.system [id]",
    "no YAML": "a: [\nb: }",
    "control": "a: \x00",
    "directive": "%YAML 9.9\n---\na: 1",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_yaml_is_read_or_refused_in_a_sentence(kind: str) -> None:
    look = Look(SourceFile(path="x", language="kubernetes", text=HOSTILE[kind]))
    look.findings(BOOK.of("kubernetes"))
    assert "\n" not in look.problem and len(look.problem) < 300
    if kind in ("deep", "deep lines", "aliases of aliases", "alias of itself", "many keys", "no YAML"):
        assert look.problem


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("terraform", 'a "b" {\n' * 20_000),
        ("terraform", "a = " + "[\n" * 50_000),
        ("terraform", "a = " + "[" * 5_000 + "]" * 5_000),
        ("terraform", 'a = "${' * 20_000),
        ("terraform", "a = <<E\n" * 20_000),
        ("terraform", "a = 1\n" * 60_000),
        ("dockerfile", "RUN a \\\n" * 100_000),
        ("dockerfile", "RUN <<E\n" * 100_000),
        ("dockerfile", "FROM a\n" * 60_000),
        ("dockerfile", "RUN " + "<<E " * 100_000),
        ("dockerfile", "RUN a \\\n#\n" * 60_000),
        ("dockerfile", "\\\n" * 300_000),
        ("kubernetes", "a: {b: " * 20 + "}" * 20),
    ],
)
def test_hostile_configuration_ends(language: str, text: str) -> None:
    look = Look(SourceFile(path="x", language=language, text=text))
    assert look.findings(BOOK.of(language)) is not None
