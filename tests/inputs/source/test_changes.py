"""What changed in a repository, found out without running anything that it names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.source.changes import change, new_lines
from cybersecqwen.inputs.source.git import Repository, object_id


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.py").write_text("one\ntwo\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "ü b.py").write_text("x\n")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def paths(folder: Path, revision: str = "", *, staged: bool = False) -> dict[str, tuple[bytes, bytes | None]]:
    found = change((str(folder),), revision, staged=staged)
    return {one.path: (one.now, one.before) for one in found.files}


def test_nothing_changed(repository: Path) -> None:
    assert paths(repository) == {}


def test_the_work_tree(repository: Path) -> None:
    (repository / "a.py").write_text("one\nthree\n")
    (repository / "new.py").write_text("n\n")
    (repository / "ignored.py").write_text("i\n")
    (repository / "folder" / "ü b.py").unlink()
    assert paths(repository) == {"a.py": (b"one\nthree\n", b"one\ntwo\n"), "new.py": (b"n\n", None)}
    assert paths(repository / "folder") == {}


def test_what_is_staged(repository: Path) -> None:
    (repository / "a.py").write_text("staged\n")
    git(repository, "add", "a.py")
    (repository / "a.py").write_text("not staged\n")
    assert paths(repository, staged=True) == {"a.py": (b"staged\n", b"one\ntwo\n")}


def test_since_branches_parted(repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "other")
    (repository / "a.py").write_text("ours\n")
    git(repository, "commit", "-q", "-am", "two")
    git(repository, "checkout", "-q", "main")
    (repository / "folder" / "c.py").write_text("theirs\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "three")
    git(repository, "checkout", "-q", "other")
    assert set(paths(repository, "main...")) == {"a.py"}
    assert set(paths(repository, "main")) == {"a.py"}


@pytest.mark.parametrize("staged", [False, True])
def test_a_file_that_was_moved(repository: Path, staged: bool) -> None:
    (repository / "folder" / "new name.py").write_text("one\ntwo\n")
    (repository / "other").mkdir()
    (repository / "other" / "ü b.py").write_text("x\ny\n")
    (repository / "copy.py").write_text("x\n")
    (repository / "a.py").unlink()
    if staged:
        git(repository, "add", "-A")
    found = paths(repository, staged=staged)
    assert found["folder/new name.py"] == (b"one\ntwo\n", b"one\ntwo\n")
    assert found["copy.py"][1] is None and found["other/ü b.py"][1] is None  # the old one is still there
    (repository / "folder" / "ü b.py").unlink()
    (repository / "copy.py").unlink()
    if staged:
        git(repository, "add", "-A")
    assert paths(repository, staged=staged)["other/ü b.py"] == (b"x\ny\n", b"x\n")


def test_a_shallow_clone_is_named(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (repository / "a.py").write_text("new\n")
    git(repository, "commit", "-q", "-am", "two")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "-q", "--depth", "1", f"file://{repository}", ".")
    with pytest.raises(InputError) as error:
        change((str(clone),), "HEAD~1", staged=False)
    assert "shallow" in error.value.hint
    git(repository, "checkout", "-q", "--orphan", "other")
    git(repository, "commit", "-q", "-m", "unlike")
    with pytest.raises(InputError, match="'main' and HEAD have no commit in common") as error:
        change((str(repository),), "main...", staged=False)
    assert not error.value.hint


def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("one\n")
    assert paths(tmp_path) == {"a.py": (b"one\n", None)}
    assert paths(tmp_path, staged=True) == {}
    git(tmp_path, "add", "a.py")
    assert paths(tmp_path, staged=True) == {"a.py": (b"one\n", None)}


def test_the_index_that_a_hook_is_told_of(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`git commit -a` stages into another file than .git/index."""
    (repository / "a.py").write_text("one\nthree\n")
    own = repository / ".git" / "index"
    for index, seen in ((own.with_name("index.lock"), {"a.py"}), (tmp_path_factory.mktemp("o") / "i", set())):
        index.write_bytes(own.read_bytes())
        with monkeypatch.context() as patch:
            patch.setenv("GIT_INDEX_FILE", str(index))
            git(repository, "add", "a.py")
            assert set(paths(repository, staged=True)) == seen
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.lock")
    assert set(paths(repository / "folder", staged=True)) == set()
    assert set(paths(repository, staged=True)) == {"a.py"}


def test_long_files(repository: Path) -> None:
    """Lock files may be long; of others so long only the beginning is read, and none where they stayed."""
    lock = b'{"lockfileVersion": 3, "packages": {"a": "' + b"x" * (2 << 20) + b'"}}'
    (repository / "package-lock.json").write_bytes(lock)
    (repository / "data.py").write_bytes(b"x = 1\n" * 400_000)
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "two")
    assert paths(repository) == {}
    (repository / "package-lock.json").write_bytes(lock + b"\n")
    (repository / "data.py").write_bytes(b"y = 1\n" * 400_000)
    found = paths(repository)
    assert found["package-lock.json"] == (lock + b"\n", lock)
    assert len(found["data.py"][0]) == (1 << 20) + 1
    git(repository, "add", ".")
    staged = change((str(repository),), "", staged=True)
    assert [one.path for one in staged.files] == ["package-lock.json"]
    assert [(one.path, one.reason) for one in staged.skipped] == [("data.py", "It is longer than 1 MiB.")]


def test_contents_are_asked_for_in_parts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cybersecqwen.inputs.source.git._AT_ONCE", 3)
    found = Repository.around(repository)
    tree = found.tree("HEAD")
    assert found.contents([*tree.values(), "0" * 40])[tree["folder/ü b.py"]] == b"x\n"
    assert len(found.contents(tree.values())) == len(set(tree.values()))


def test_a_replaced_object_is_seen_as_it_is(repository: Path) -> None:
    found = Repository.around(repository)
    id = found.tree("HEAD")["a.py"]
    git(repository, "replace", id, found.tree("HEAD")["folder/ü b.py"])
    assert found.contents([id]) == {id: b"one\ntwo\n"}


def test_links_are_not_followed(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.py"
    outside.write_text("s\n")
    (repository / "a.py").unlink()
    (repository / "a.py").symlink_to(outside)
    assert paths(repository) == {}
    (repository / "folder").rename(outside.parent / "folder")
    (repository / "folder").symlink_to(outside.parent / "folder")
    (outside.parent / "folder" / "ü b.py").write_text("s\n")
    assert paths(repository) == {}


def test_a_change_that_the_index_does_not_know_of_is_seen(repository: Path) -> None:
    """One of the same length and time, in a file that Git was told to take for unchanged."""
    file = repository / "a.py"
    git(repository, "update-index", "--assume-unchanged", "a.py")
    was = file.stat()
    file.write_text("one\nTWO\n")
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert file.stat().st_size == was.st_size
    assert list(paths(repository)) == ["a.py"]


def test_no_program_of_a_repository_is_run(repository: Path) -> None:
    """Filters, monitors, hooks and drivers that its configuration names stay where they are."""
    ran = repository / "ran"
    program = repository / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {ran}\ncat\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.smudge", "diff.x.command", "diff.x.textconv"):
        git(repository, "config", name, str(program))
    git(repository, "config", "core.pager", str(program))
    git(repository, "config", "diff.external", str(program))
    (repository / ".gitattributes").write_text("*.py filter=x diff=x\n")
    (repository / "a.py").write_text("one\nthree\n")
    assert "a.py" in paths(repository)
    paths(repository, "HEAD", staged=True)
    assert not ran.exists()


def test_mistakes_are_named(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(InputError, match="no commit 'nope'"):
        change((str(repository),), "nope", staged=False)
    with pytest.raises(InputError, match="no commit"):
        change((str(repository),), "--output=/tmp/x", staged=False)
    with pytest.raises(InputError, match="Git says: not a git repository"):
        change((str(tmp_path_factory.mktemp("plain")),), "HEAD", staged=False)
    with pytest.raises(InputError, match="no file or folder"):
        change(("not-there",), "HEAD", staged=False)
    with pytest.raises(InputError, match="is not in the repository"):
        change((str(repository), str(tmp_path_factory.mktemp("plain"))), "HEAD", staged=False)


def test_ids_are_those_of_git(repository: Path) -> None:
    found = Repository.around(repository)
    tree = found.tree(found.commit("HEAD"))
    assert tree["a.py"] == object_id(b"one\ntwo\n", tree["a.py"])
    assert found.contents(tree.values())[tree["a.py"]] == b"one\ntwo\n"
    assert found.contents(["0" * 40]) == {}


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        ("a\nb\n", "a\nc\n", {2}),
        ("a\nb\n", "x\na\nb\n", {1}),
        ("a\nb\nc\n", "a\nc\n", {2}),
        ("a\nb\n", "a\nb\n", set()),
        ("a\r\nb\r\n", "a\nb\n", set()),
        ("a\n", "a\nb\n", {2}),
        ("a\nb", "a", {1}),
        ("a\nb\n", "a\n", {1}),
        ("a\n", "", {1}),
        ("a\x0c\nb\n", "a\x0c\nc\n", {2}),
        ("a\u2028\x85\nb\n", "a\u2028\x85\nc\n", {2}),
        ("f\n\ng\n\nh\n", "h\n\nf\n\ng\n", {1, 2, 5}),
    ],
)
def test_new_lines(before: str, now: str, lines: set[int]) -> None:
    assert new_lines(before, now) == frozenset(lines)


def test_all_lines_of_a_new_file_are_new() -> None:
    assert new_lines(None, "a\nb\n") is None


@given(
    before=st.lists(st.sampled_from("abc"), max_size=12), now=st.lists(st.sampled_from("abc"), max_size=12)
)
def test_what_is_not_new_was_there(before: list[str], now: list[str]) -> None:
    found = new_lines("\n".join(before), "\n".join(now))
    assert found is not None
    kept = [line for number, line in enumerate("\n".join(now).splitlines(), 1) if number not in found]
    rest = iter("\n".join(before).splitlines())
    assert all(any(line == other for other in rest) for line in kept)


@pytest.mark.timeout(60)
def test_large_changes_are_bounded() -> None:
    old = "\n".join(f"a{n}" for n in range(15_000))
    new = "\n".join(f"b{n}" for n in range(15_000))
    found = new_lines(old, new)
    assert found is not None and len(found) == 15_000


@pytest.mark.timeout(60)
def test_every_other_line_the_same_is_bounded() -> None:
    """Nothing cuts such files into parts: each empty line may be taken for each other."""
    old = "\n\n".join(f"a{n}" for n in range(10_000))
    new = "\n\n".join(f"b{n}" for n in range(10_000))
    found = new_lines(old, new)
    assert found is not None and len(found) == 10_000
    assert len(new_lines(old, f"{new}\n") or ()) == 20_000
    one_by_one = "\n".join(f"a{n}\n\nb{n}\n\n" for n in range(5_000))
    other = "\n".join(f"c{n}\n\nb{n}\n\n" for n in range(5_000))
    assert new_lines(one_by_one, other) == frozenset(5 * n + 1 for n in range(5_000))
