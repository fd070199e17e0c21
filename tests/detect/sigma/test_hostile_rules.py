"""Rule files and sets that were made to do harm: named as unsupported, or refused with RuleError."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import rulefiles
from cybersecqwen.detect.sigma.cache import load_set
from cybersecqwen.detect.sigma.collection import Collection
from cybersecqwen.detect.sigma.examples import check_examples
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.detect.sigma.plan import Plan
from cybersecqwen.detect.sigma.rulefiles import parse_files, rule_files
from cybersecqwen.errors import OutputError, RuleError

GOOD = """\
title: Good
id: 6a7c0a4e-5c0e-4b3e-9d41-0a5b1d3f7a01
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\\good.exe'
    CommandLine|contains|all: [a, b]
  condition: selection
level: high
"""


def parse(content: str | bytes) -> Ruleset:
    """One hostile file beside a good one, which must come through whatever the other does."""
    files = [
        ("bad.yml", content.encode() if isinstance(content, str) else content),
        ("good.yml", GOOD.encode()),
    ]
    made = parse_files(files)
    assert [rule.about.title for rule in made.rules if rule.about.path == "good.yml"] == ["Good"]
    Plan(list(enumerate(made.rules)))  # what is taken can be evaluated
    return made


def reason(content: str | bytes) -> str:
    made = parse(content)
    assert [rule.about.path for rule in made.rules] == ["good.yml"]
    (one,) = made.unsupported
    assert one.path == "bad.yml" and one.reason.endswith(".")
    return one.reason


def rule(detection: str = "{s: {f: 1}, condition: s}", more: str = "", title: str = "Bad") -> str:
    return f"title: {title}\nlogsource: {{product: p}}\n{more}\ndetection: {detection}\n"


def bomb(width: int = 10, depth: int = 9) -> str:
    """Nine levels, each of ten times the one before."""
    lines = ["x0: &x0 [lol, lol, lol]"]
    lines += [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * width)}]" for n in range(1, depth + 1)]
    return "\n".join(lines)


LONG = f"x: &x {'a' * 200_000}\n"
MERGES = "x0: &x0 {a: 1, b: 2}\n" + "\n".join(
    f"x{n}: &x{n} {{<<: [{', '.join([f'*x{n - 1}'] * 20)}]}}" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (rule(more=bomb()), "50,000 values"),
        (bomb() + "\ntitle: *x9\n", "50,000 values"),
        (bomb() + "\n" + rule("{s: {f: *x9}, condition: s}"), "50,000 values"),
        (rule(more=MERGES), "a key <<"),
        (rule(more="x0: &x0 {a: 1}\nx1:\n  <<: *x0"), "a key <<"),
        ("title: &t [*t]\n", "nests too deep"),
        (LONG + rule(f"{{s: {{f: [{', '.join(['*x'] * 500)}]}}, condition: s}}"), "too long"),
        (LONG + f"title: t\nreferences: [{', '.join(['*x'] * 30_000)}]\n", "too long"),
        (rule(f"{{s: {{f: [{', '.join(map(str, range(50_001)))}]}}, condition: s}}"), "50,000 values"),
        (rule(f"{{s: {{f: '{'a*' * 200_000}'}}, condition: s}}"), "linear time"),
        (rule(f"{{s: {{f|re: '{'(' * 3_000}'}}, condition: s}}"), "linear time"),
        (rule("{s: {f|re: '(x{900}){900}'}, condition: s}"), "linear time"),
        (rule(f"{{s: {{f: 0x{'f' * 20_000}}}, condition: s}}"), "number beyond"),
        (rule(title="0x" + "f" * 20_000), "number beyond"),
        (rule(more=f"level: 0x{'f' * 20_000}"), "number beyond"),
        (rule(more=f"1: {'9' * 20_000}"), "not valid YAML"),
        (rule("{s: {f: !!binary aGk=}, condition: s}"), "type bytes"),
        (rule("{s: {f: !!set {a, b}}, condition: s}"), "type set"),
        (bomb() + "\n" + rule("{s: {f: !!pairs [a: *x9, b: *x9]}, condition: s}"), "type tuple"),
        (rule("{s: {f: 2024-13-45}, condition: s}"), "not valid YAML"),
        (rule("{s: {f: 1, f: 2}, condition: s}"), "a key stands twice"),
        (rule() + "title: Again\n", "a key stands twice"),
        ("title: t\nlogsource:\n\tproduct: p\n", "not valid YAML"),
        ("title: t\x00\n", "not valid YAML"),
        ("title: 'open\n", "not valid YAML"),
        ("? [a, b]\n: c\n", "not valid YAML"),
        ("!!python/object/apply:os.system ['true']\n", "not valid YAML"),
        ("title: *nowhere\n", "not valid YAML"),
        ("- a\n- b\n", "no rule"),
        ("only text\n", "no rule"),
        ("action: global\ntitle: t\n", "global actions"),
        ("a: 1\n---\n" * 300, "more than 200"),
        (b"title: \xff\xfe\n", "not UTF-8"),
        (GOOD.encode("utf-16"), "not UTF-8"),
        (b"title: " + b"a" * (1 << 20), "larger than 1 MiB"),
        ("{" * 100_000, "nests too deep"),
        ("[" * 5_001, "nests too deep"),
        ("- " * 100_000, "nests too deep"),
        ("-\t" * 100_000, "nests too deep"),
        ("? " * 100_000, "nests too deep"),
        ("".join(" " * n + "a:\n" for n in range(1_400)), "nests too deep"),
        ("a: " + "!!str " * 1_000 + "[" * 3_000 + "]" * 3_000, ""),
        (rule("{s: {? {a: b} : c}, condition: s}"), "not valid YAML"),
    ],
)  # fmt: skip
def test_files_that_are_named_as_unsupported(content: str | bytes, words: str) -> None:
    assert words in reason(content)


def test_keys_need_not_be_text() -> None:
    made = parse(
        "1: a\nnull: b\n2.5: c\n2024-01-01: d\n" + rule("{1: {2: 3, null: 4, true: x}, condition: '1'}")
    )
    assert len(made.rules) == 2 and not made.unsupported


def test_files_that_hold_nothing_are_passed_over() -> None:
    for content in ("", "# nothing\n", "---\n---\n", "\ufeff", "null\n"):
        assert not parse(content).unsupported


def test_a_byte_order_mark_and_line_ends_of_windows_are_taken() -> None:
    for content in ("\ufeff" + rule(), rule().replace("\n", "\r\n")):
        assert [one.about.title for one in parse(content).rules] == ["Bad", "Good"]


def test_an_id_that_stands_twice_is_named() -> None:
    made = parse_files([("a.yml", GOOD.encode()), ("b.yml", GOOD.encode())])
    assert [one.reason for one in made.unsupported] == ["Its id stands in a.yml already."]


def test_many_values_are_taken_and_evaluated() -> None:
    values = ", ".join(f"v{n}" for n in range(30_000))
    made = parse(rule(f"{{s: {{f|contains: [{values}]}}, condition: s}}"))
    assert len(made.rules) == 2
    references = ", ".join(f"g{n}" for n in range(10_000))
    assert len(parse(rule(f"{{s: {{f|fieldref: [{references}]}}, condition: s}}")).rules) == 2


def test_many_correlations_that_depend_on_each_other_take_no_time() -> None:
    links = "---\n".join(
        f"title: T{n}\nid: c{n}\ncorrelation: {{type: event_count, rules: [c{n + 1}], group-by: [u],"
        " timespan: 1m, condition: {gte: 1}}\n"
        for n in range(150)
    )
    files = [
        (f"{at}.yml", links.replace("id: c", f"id: {at}c").replace("[c", f"[{at}c").encode())
        for at in range(20)
    ]
    made = parse_files(files)
    assert len(made.unsupported) == 3_000 and not made.correlations


DEEP = """
import resource, sys, threading
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
from cybersecqwen.detect.sigma.rulefiles import parse_files
kinds = {
    "flow": "[" * 100_000, "map": "{a: " * 100_000, "block": "- " * 100_000, "question": "? " * 100_000,
    "wide": "- " * 250_000, "limit": "[" * 5_000 + "]" * 5_000,
    "steps": "".join(" " * n + "a:\\n" for n in range(1_000)),
    "list steps": "".join(" " * n + "-\\n" for n in range(1_000)),
    "next line": "\\u0085".join(["- " * 400] * 100),
    "mixed": "- [" * 900 + "]" * 900, "anchors": "".join(f"- &a{n} " for n in range(900)),
}
def run():
    for name, text in kinds.items():
        for codec in ("utf-8", "utf-16", "utf-16-le", "utf-32"):
            (one,) = parse_files([("deep.yml", text.encode(codec)[:1 << 20])]).unsupported
            assert one.reason, name
run()
thread = threading.Thread(target=run)
thread.start()
thread.join()
print("whole")
"""


def test_no_depth_of_nesting_ends_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr[-2_000:]


pieces = st.sampled_from([
    "title: t\n", "id: a\n", "logsource: {product: p}\n", "logsource:\n  product: p\n", "detection:\n",
    "  s:\n", "    f: 1\n",
    "    f|re: '['\n", "    - a\n", "    '|all': [a, b]\n", "  condition: s\n", "  condition: 1 of them\n",
    "correlation:\n",
    "  type: event_count\n", "  rules: [a]\n", "  timespan: 5m\n", "---\n", "&a ", "*a ", "<<: *a\n", "[",
    "]", "{", "}", ": ",
    "- ", "? ", "| ", "> ", "'", '"', "!!", "!!set ", "!!binary ", "\t", "\n", " ", "#", "%", "@", "\x00",
    "\ufeff", "\u2028",
    "~", "null", "0x1F", "1e999", ".nan", "2024-01-01", "f|cidr|gt|hour|base64: ", "|windash: -a", "\\", "*",
    "?", "\ue000",
])  # fmt: skip
valid = rule() + "---\n" + GOOD + "---\ntitle: c\ncorrelation: {type: temporal, rules: [Bad], timespan: 5m}\n"


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid file with parts cut out, put in, or changed."""
    text = valid
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:at] + draw(st.one_of(pieces, st.text(max_size=3))) + text[at + cut :]
    return text.encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.lists(pieces, max_size=25).map("".join).map(str.encode), mutated(), st.binary(max_size=60))
)
def test_nothing_but_rules_and_reasons_comes_of_any_bytes(content: bytes) -> None:
    made = parse_files([("x.yml", content)])
    assert all(one.reason and one.path.startswith("x.yml") for one in made.unsupported)
    Plan(list(enumerate(made.rules)))


keys = st.one_of(
    st.sampled_from([
        "s", "f", "condition", "selection", "product", "type", "rules", "timespan", "group-by", "aliases",
        "field", "gte",
        "f|contains", "f|re", "f|cidr", "f|gt", "f|hour", "f|base64offset|contains", "f|windash", "f|exists",
        "f|fieldref",
        "|all", "f|neq", "f|wide|base64",
    ]),
    st.text(max_size=4), st.integers(), st.none(),
)  # fmt: skip
loose = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.dates(),
        st.sampled_from(["s", "not s", "1 of s", "event_count", "5m", "a*", "%x%", "10.0.0.0/8", "\ud8ff"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["title", "id", "level", "tags", "logsource", "name"]), loose, max_size=3
    ),
    loose,
    loose,
)
def test_any_mapping_is_a_rule_or_is_refused(
    about: dict[str, object], detection: object, correlation: object
) -> None:
    from cybersecqwen.detect.sigma.parse import parse_rule

    base = {"title": "t", "logsource": {"product": "p"}, **about}
    for raw in ({**base, "detection": detection}, {**base, "correlation": correlation}, about):
        try:
            parse_rule(raw)
        except RuleError as error:
            assert error.message


# Sets: folders and archives.
def archive(path: Path, *members: tuple[str, str], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


def test_names_that_lead_out_of_an_archive_are_names_and_nothing_else(tmp_path: Path) -> None:
    names = ("../../out.yml", "/etc/out.yml", "C:\\out.yml", "a/../../b.yml", "nul\x00.yml")
    path = archive(tmp_path / "s.zip", *((name, rule(more=f"id: '{n}'")) for n, name in enumerate(names)))
    before = sorted(tmp_path.rglob("*"))
    assert len(parse_files(rule_files(path)).rules) == len(rule_files(path)) >= 4
    made, rules = Collection(tmp_path / "sets").add(path)
    assert len(rules.rules) >= 4 and made.path == tmp_path / "sets" / "s.zip"
    assert sorted(p for p in tmp_path.rglob("*") if "sets" not in p.parts) == before


def test_an_archive_that_says_or_holds_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "bomb.zip", *((f"{n}.yml", "a" * 200_000) for n in range(6)))
    monkeypatch.setattr(rulefiles, "_MOST_BYTES", 1_000_000)
    with pytest.raises(RuleError, match="more files or bytes"):
        rule_files(path)
    with zipfile.ZipFile(path) as opened:
        opened.extractall(tmp_path / "folder")
    with pytest.raises(RuleError, match="more files or bytes"):
        rule_files(tmp_path / "folder")
    monkeypatch.setattr(rulefiles, "_MOST_BYTES", 1 << 30)
    monkeypatch.setattr(rulefiles, "_MOST_FILES", 5)
    for one in (path, tmp_path / "folder"):
        with pytest.raises(RuleError, match="more files or bytes"):
            rule_files(one)


def test_a_member_that_unfolds_without_end_is_read_to_the_bound(tmp_path: Path) -> None:
    path = archive(tmp_path / "one.zip", ("a.yml", "a" * (50 << 20)), ("b.yml", GOOD))
    made = parse_files(rule_files(path))
    assert [len(made.rules), len(made.unsupported)] == [1, 1]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_archives_are_refused_or_read(data: st.DataObject) -> None:
    whole = bytearray(_whole_archive())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))
    path = Path(os.environ["HOME"]) / "set.zip"
    path.write_bytes(bytes(whole[:cut]))
    try:
        parse_files(rule_files(path))
    except RuleError as error:
        assert str(path) in error.message


def _whole_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for n, how in enumerate(
            (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
        ):
            made.writestr(f"{n}.yml", GOOD.replace("7a01", f"7a0{n}"), how)
    return out.getvalue()


def test_an_archive_with_a_password_or_a_foreign_method_is_refused(tmp_path: Path) -> None:
    for at, value in ((6, 1), (8, 99)):
        whole = bytearray(_whole_archive())
        central = whole.index(b"PK\x01\x02")
        struct.pack_into("<H", whole, at, value)
        struct.pack_into("<H", whole, central + at + 2, value)
        path = tmp_path / "set.zip"
        path.write_bytes(whole)
        with pytest.raises(RuleError, match="damaged"):
            rule_files(path)


def test_links_are_followed_within_a_folder_and_not_out_of_it(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "rules"
    outside.mkdir()
    folder.mkdir()
    (outside / "secret.yml").write_text(GOOD)
    (folder / "here.yml").write_text(rule())
    (folder / "link.yml").symlink_to(outside / "secret.yml")
    (folder / "folder").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    (folder / "again.yml").symlink_to(folder / "here.yml")
    (folder / "round.yml").symlink_to(folder / "round.yml")
    (folder / "dir.yml").mkdir()
    assert [name for name, _ in rule_files(folder)] == ["again.yml", "here.yml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (tmp_path / "good.yml").write_text(GOOD)
    assert [name for name, _ in rule_files(tmp_path)] == ["good.yml"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode there")
def test_names_of_files_need_not_be_unicode(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff.yml")).write_text(GOOD)
    made = load_set(tmp_path, tmp_path / "cache")
    assert [rule.about.path for rule in made.rules] == ["b\\udcff.yml"]
    assert load_set(tmp_path, tmp_path / "cache") == made


def test_paths_without_rules_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("nothing")
    archive(tmp_path / "empty.zip", ("note.txt", "nothing"))
    for name, words in (
        ("empty", "no rules"),
        ("note.txt", "no rule file"),
        ("empty.zip", "no rules"),
        ("missing", "no rule set"),
        ("missing.yml", "cannot be read"),
    ):
        with pytest.raises(RuleError, match=words):
            rule_files(tmp_path / name)


def test_a_single_file_may_have_several_rules(tmp_path: Path) -> None:
    path = tmp_path / "two.YAML"
    path.write_text(rule() + "---\n" + GOOD)
    assert [one.about.id for one in parse_files(rule_files(path)).rules] == [
        "two.YAML#1",
        "6a7c0a4e-5c0e-4b3e-9d41-0a5b1d3f7a01",
    ]


def test_a_collection_keeps_nothing_of_what_is_refused(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "sets")
    (tmp_path / "bad.yml").write_text("title: t\n")
    with pytest.raises(RuleError, match="None of the 1 files"):
        collection.add(tmp_path / "bad.yml")
    (tmp_path / "good.yml").write_text(GOOD)
    for name in ("../out", ".hidden", "a/b", "", "x" * 65, "a\n"):
        if name:
            with pytest.raises(RuleError, match="no name"):
                collection.add(tmp_path / "good.yml", name)
        with pytest.raises(RuleError, match="no imported"):
            collection.remove(name)
    assert not list(collection.sets())
    collection.add(tmp_path / "good.yml")
    collection.add(tmp_path / "good.yml")  # replaces
    (tmp_path / "sets" / "good.json").write_text('{"files": "many", "origin": 5}')
    (one,) = collection.sets()
    assert (one.name, one.files, one.origin) == ("good", 0, "5")
    (tmp_path / "sets" / "good.json").write_text("[1")
    assert [one.origin for one in collection.sets()] == [""]
    collection.remove("good")
    assert not list(collection.sets()) and not list((tmp_path / "sets").iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        Collection(tmp_path / "file").add(tmp_path / "good.yml")


def test_examples_that_are_none_are_named(tmp_path: Path) -> None:
    examples = "x_examples: {match: [5, {f: 2}, {f: 1}], ignore: {f: 1}}"
    (tmp_path / "a.yml").write_text(rule(more=examples))
    (tmp_path / "b.yml").write_text("title: t\n")
    (tmp_path / "c.yml").write_text(rule(more="x_examples: [1, 2]"))
    first, second, third = check_examples(tmp_path)
    assert first.examples == 3 and "is no record" in first.problems[0]
    assert second.problems == ["It has no detection."] and not third.problems
