from __future__ import annotations

import hashlib
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cybersecqwen.errors import WeightsError
from cybersecqwen.models import weights
from cybersecqwen.models.portfolio import Known, Origin
from cybersecqwen.models.shelf import Shelf
from cybersecqwen.models.sources.interface import NoNetworkError, NoSpaceError, WrongHashError

from .fake_hub import COMMIT, REPOSITORY, FakeHub, running
from .tiny_gguf import gguf_bytes, model_header

pytest.importorskip("huggingface_hub")

pytestmark = pytest.mark.usefixtures("loopback")

MODEL = gguf_bytes(model_header(), [("w", (256, 256), bytes(range(256)) * 1024)])
FILE = "Small-Model.Q4_K_M.gguf"


def entry(**more) -> Known:
    values = {
        "name": "small",
        "size": "reference",
        "title": "Small",
        "profile": "qwen3",
        "file": "small.gguf",
        "bytes": len(MODEL),
        "sha256": "",
        "licence": "Apache-2.0",
        "ram_mb": 1,
        "good_for": "tests",
        "sources": (Origin(kind="hub", repository=REPOSITORY, pattern="*q4_k_m*.gguf"),),
    }
    return Known(**{**values, **more})


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    server = FakeHub({"README.md": b"hello", "Small-Model.Q8_0.gguf": b"other", FILE: MODEL})
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    with running(server):
        yield server


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_right_file_comes_from_a_fixed_commit_and_its_hash_is_recorded(hub: FakeHub, tmp_path: Path):
    seen: list[tuple[int, int]] = []
    shelf = Shelf(tmp_path, entries=[entry()])
    model = shelf.pull("reference", progress=lambda done, total: seen.append((done, total)))
    assert shelf.path(model).read_bytes() == MODEL
    assert model.sha256 == hashlib.sha256(MODEL).hexdigest()
    assert model.origin == f"hub {REPOSITORY}@{COMMIT} {FILE}"
    assert seen[-1] == (len(MODEL), len(MODEL))
    assert files(tmp_path) == {"small.gguf", "shelf.json"}
    requests = len(hub.log)
    assert shelf.pull("small") == model
    assert len(hub.log) == requests, "what is here is not asked for again"


def test_it_goes_on_where_it_stopped(hub: FakeHub, tmp_path: Path):
    hub.cut_after = 100_000
    target = tmp_path / "small.gguf"
    with pytest.raises(NoNetworkError) as caught:
        weights.fetch(entry(), target)
    assert caught.value.hint
    assert not target.exists()
    hub.cut_after = None
    weights.fetch(entry(), target)
    assert target.read_bytes() == MODEL
    assert hub.log[-1] == ("GET", f"/cdn/{FILE}", "bytes=100000-")
    assert files(tmp_path) == {"small.gguf"}


def test_a_server_without_ranges_starts_over(hub: FakeHub, tmp_path: Path):
    hub.cut_after = 1000
    with pytest.raises(NoNetworkError):
        weights.fetch(entry(), tmp_path / "x.gguf")
    hub.cut_after, hub.ranges = None, False
    weights.fetch(entry(), tmp_path / "x.gguf")
    assert (tmp_path / "x.gguf").read_bytes() == MODEL


def test_the_beginning_of_another_file_is_not_continued(hub: FakeHub, tmp_path: Path):
    hub.cut_after = 1000
    with pytest.raises(NoNetworkError):
        weights.fetch(entry(), tmp_path / "x.gguf")
    newer = gguf_bytes(model_header(name="Newer"), [("w", (256, 256), bytes(262144))])
    hub.files[FILE] = hub.served[FILE] = newer
    hub.cut_after = None
    weights.fetch(entry(), tmp_path / "x.gguf")
    assert (tmp_path / "x.gguf").read_bytes() == newer
    assert hub.log[-1][2] == ""


def test_a_wrong_hash_leaves_nothing_behind(hub: FakeHub, tmp_path: Path):
    hub.served[FILE] = MODEL[:-1] + b"!"
    with pytest.raises(WrongHashError) as caught:
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert "sha256" in caught.value.message
    assert caught.value.hint
    assert files(tmp_path) <= {"x.gguf.hub.part.lock"}


def test_a_hash_of_the_portfolio_wins_over_what_the_hub_says(hub: FakeHub, tmp_path: Path):
    with pytest.raises(WrongHashError):
        weights.fetch(entry(sha256="0" * 64), tmp_path / "x.gguf")
    with pytest.raises(WeightsError, match="bytes, not"):
        weights.fetch(entry(sha256="0" * 64, bytes=5), tmp_path / "x.gguf")


def test_a_server_that_sends_too_much_is_stopped(hub: FakeHub, tmp_path: Path):
    hub.served[FILE] = MODEL + bytes(5_000_000)
    with pytest.raises(WeightsError, match="more than"):
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert not (tmp_path / "x.gguf").exists()


def test_a_file_that_is_no_model_is_refused_though_its_hash_fits(hub: FakeHub, tmp_path: Path):
    hub.files[FILE] = hub.served[FILE] = b"<html>not a model</html>" * 10
    with pytest.raises(WeightsError, match="no GGUF"):
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert files(tmp_path) <= {"x.gguf.hub.part.lock"}


def test_no_space_is_said_before_anything_is_fetched(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(NoSpaceError) as caught:
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert "MB are needed" in caught.value.message
    assert not any(path.startswith("/cdn/") for _, path, _ in hub.log)


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(NoNetworkError) as caught:
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert "import FILE" in caught.value.hint
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "RepoNotFound", "no repository"),
        (401, "RepoNotFound", "no repository"),
        (403, "GatedRepo", "terms"),
        (418, "", "status 418"),
    ],
)
def test_refusals_are_one_sentence(hub: FakeHub, tmp_path: Path, status: int, code: str, message: str):
    hub.status, hub.error_code = status, code
    with pytest.raises(WeightsError, match=message):
        weights.fetch(entry(), tmp_path / "x.gguf")


@pytest.mark.parametrize(
    "listing", [b"[]", b"nonsense", b'{"siblings": 5}', b'{"siblings": [{}]}', b'{"id": "a"}']
)
def test_a_listing_that_is_nonsense(hub: FakeHub, tmp_path: Path, listing: bytes):
    hub.listing = listing
    with pytest.raises(WeightsError):
        weights.fetch(entry(), tmp_path / "x.gguf")


def test_without_a_stated_hash_nothing_is_fetched(hub: FakeHub, tmp_path: Path):
    hub.lfs = False
    with pytest.raises(WeightsError, match="states no sha256"):
        weights.fetch(entry(), tmp_path / "x.gguf")


def test_a_repository_without_such_a_file_names_what_it_has(hub: FakeHub, tmp_path: Path):
    del hub.files[FILE]
    with pytest.raises(WeightsError) as caught:
        weights.fetch(entry(), tmp_path / "x.gguf")
    assert "Q8_0" in caught.value.hint


def test_the_second_source_is_tried_when_the_first_fails(hub: FakeHub, tmp_path: Path):
    broken = Origin(kind="hub", repository="someone/gone", pattern="*.gguf")
    weights.fetch(entry(sources=(broken, *entry().sources)), tmp_path / "x.gguf")
    assert (tmp_path / "x.gguf").read_bytes() == MODEL
