"""The benchmark of reviews: rows, what is copied, which packages are named."""

from __future__ import annotations

import zipfile
from pathlib import Path

from benchmarks.processes import Cost
from benchmarks.review import Measured, _copied, _names


def cost(seconds: float, megabytes: float = 50) -> Cost:
    return Cost(wall_s=seconds, cpu_s=2 * seconds, largest_mb=megabytes, tree_mb=megabytes, load=1)


def test_a_row_holds_medians_the_most_memory_and_the_ratio_to_ours() -> None:
    one = Measured("peer", files=100, costs=[cost(1), cost(5, 90), cost(2)])
    assert one.row(0.5) == "| peer | 3 | 2.00 | 4.00 | 50 | 90 | 4.0 |"
    assert Measured("help", costs=[cost(1)]).row() == "| help | 1 | 1.00 | 2.00 |  | 50 |  |"
    assert one.to_json()["runs"][1]["tree_mb"] == 90


def test_the_files_of_the_library_alone_are_copied(tmp_path: Path) -> None:
    for name in ("a.py", "json/b.py", "test/c.py", "json/tests/d.py", "site-packages/e/f.py", "notes.txt"):
        path = tmp_path / "from" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert _copied(tmp_path / "from", tmp_path / "to") == 2
    assert sorted(one.name for one in tmp_path.joinpath("to").rglob("*.py")) == ["a.py", "b.py"]


def test_packages_are_named_as_advisories_name_them(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.json", '{"affected": [{"package": {"name": "one"}}, {}]}')
        archive.writestr("b.yaml", "affected:\n- package:\n    name: two\n    ecosystem: PyPI\n")
        archive.writestr("c.txt", "name: three")
    assert _names(tmp_path / "a.zip") == ["one", "two"]
