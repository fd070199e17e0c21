"""Names of files: below the root of the repository, whatever is asked for and from where."""

from __future__ import annotations

from pathlib import Path

import pytest

from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.records.review import Review


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders side by side; the program is started in the one without a repository."""
    for name in ("shop/lib/deep", "here"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "shop/lib/deep/a.py").write_text("")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def opened(asked: str) -> str:
    """How the file is told to people."""
    root = Root.of([asked])
    reached, start = root.from_here([asked])
    path = Review(root=reached, start=start).opened(root.name(asked))
    assert Path(path).samefile(asked)
    return path


@pytest.mark.parametrize("worktree", [False, True])
def test_names_go_from_the_repository(home: Path, worktree: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = home / "shop"
    if worktree:
        (shop / ".git").write_text("gitdir: ../elsewhere\n")
    else:
        (shop / ".git").mkdir()
        (shop / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (home / "link").symlink_to(shop)
    for start, asked, told in (
        (shop, "lib/deep/a.py", "lib/deep/a.py"),
        (shop, str(shop / "lib/deep/a.py"), "lib/deep/a.py"),
        (shop / "lib", "deep/../deep/a.py", "deep/a.py"),
        (shop / "lib/deep", "a.py", "a.py"),
        (shop / "lib/deep", "../../lib/deep/a.py", "a.py"),
        (home, "shop/lib/deep/a.py", "shop/lib/deep/a.py"),
        (home / "here", "../shop/lib/deep/a.py", "../shop/lib/deep/a.py"),
        (home / "here", "../link/lib/deep/a.py", "../shop/lib/deep/a.py"),
        (home / "here", str(shop / "lib/deep/a.py"), str(shop / "lib/deep/a.py")),
    ):
        monkeypatch.chdir(start)
        assert Root.of([asked]) == Root(shop), asked
        assert Root.of([asked]).name(asked) == "lib/deep/a.py", asked
        assert opened(asked) == told


def test_without_a_repository_they_go_from_here_or_from_what_is_asked_for(home: Path) -> None:
    (home / "here/src").mkdir()
    assert Root.of(["."]) == Root.of(["src"]) == Root.of([str(home / "here/src")]) == Root(home / "here")
    assert Root.of(["../shop"]) == Root(home / "shop")
    assert Root.of(["../shop/lib/deep/a.py", "../shop/lib"]) == Root(home / "shop/lib")
    assert Root.of(["../shop", "src"]) == Root(home)
    assert opened("../shop/lib/deep/a.py") == "../shop/lib/deep/a.py"


def test_a_workflow_is_known_by_its_folders_without_a_repository(home: Path) -> None:
    flows = home / "shop/.github/workflows"
    flows.mkdir(parents=True)
    (flows / "ci.yml").write_text("on: push\n")
    for asked in (flows, flows / "ci.yml"):
        assert Root.of([str(asked)]) == Root(home / "shop")


def test_a_folder_named_git_alone_is_no_repository(home: Path) -> None:
    (home / "shop/lib/.git").mkdir()
    (home / "shop/.git").write_text("gitdir: ../elsewhere\n")
    assert Root.of(["../shop/lib/deep"]) == Root(home / "shop")


def test_links_have_names_of_their_own_and_loops_end(home: Path) -> None:
    shop = home / "shop"
    (shop / ".git").write_text("gitdir: ../elsewhere\n")
    (shop / "out.py").symlink_to("/etc/hostname")
    (shop / "round.py").symlink_to("round.py")
    for name in ("out.py", "round.py", "none.py"):
        asked = f"../shop/{name}"
        assert Root.of([asked]).name(asked) == name
    assert Root(shop).name("/etc/hostname") == "/etc/hostname"
    assert Root(shop).name("../shop/lib/..") == Root(shop).name("../shop") == "."
