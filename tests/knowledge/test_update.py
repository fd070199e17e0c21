"""Downloads, from a small server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cybersecqwen.errors import CsqError, KnowledgeError, OfflineError
from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.update import OFFICIAL, Download, fetch_https, update


class Handler(BaseHTTPRequestHandler):
    """Serves the folder of the test; some paths answer as bad servers do."""

    folder: Path

    def do_GET(self) -> None:
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        if self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"less")
            return
        path = self.folder / Path(self.path).name
        if not path.is_file():
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(path.read_bytes())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(folder: Path) -> Iterator[str]:
    Handler.folder = folder
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            socket.create_connection(running.server_address[:2], timeout=5).close()
        except OSError:
            running.shutdown()
            thread.join()
            pytest.skip("this machine has no loopback interface to serve from")
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def sources(server: str, folder: Path) -> list[Download]:
    return [
        Download(name=path.name, url=f"{server}/{path.name}", max_bytes=1 << 20) for path in folder.iterdir()
    ]


def test_files_are_fetched_and_built(server: str, folder: Path, full: Store, tmp_path: Path) -> None:
    lines: list[str] = []
    manifest = update(tmp_path / "kb.sqlite", sources=sources(server, folder), progress=lines.append)
    assert manifest.content_sha256 == full.manifest.content_sha256
    with Store.open(tmp_path / "kb.sqlite") as store:
        assert store.exists("T1001")
    assert sum("sha256" in line for line in lines) == len(list(folder.iterdir()))


def failed(tmp_path: Path, source: Download, kind: type[CsqError], match: str) -> None:
    target = tmp_path / "kb.sqlite"
    target.write_bytes(b"the old bundle")
    with pytest.raises(kind, match=match):
        update(target, sources=[source])
    assert target.read_bytes() == b"the old bundle"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("path", "match"),
    [
        ("none", "answered 404"),
        ("to/http://example.org/a.json", "only https"),
        ("to/file:///etc/passwd", "only https"),
        ("to//to//to//to//to//to//to/a.json", "redirects more than"),
        ("cut", "failed"),
    ],
)
def test_bad_answers(server: str, tmp_path: Path, path: str, match: str) -> None:
    failed(tmp_path, Download(name="a", url=f"{server}/{path}", max_bytes=1 << 20), KnowledgeError, match)


def test_too_much(server: str, tmp_path: Path) -> None:
    failed(tmp_path, Download(name="a", url=f"{server}/a.json", max_bytes=100), KnowledgeError, "sends more")


def test_a_redirect_is_followed(server: str, tmp_path: Path) -> None:
    source = Download(name="a", url=f"{server}/to/{server}/a.json", max_bytes=1 << 20)
    assert len(fetch_https(source, tmp_path / "a")) == 64
    assert (tmp_path / "a").read_bytes().startswith(b"{")


def test_plain_http_to_elsewhere_is_refused(tmp_path: Path) -> None:
    failed(
        tmp_path, Download(name="a", url="http://example.org/a", max_bytes=9), KnowledgeError, "only https"
    )


def test_without_a_network(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = Download(name="a", url=f"https://127.0.0.1:{port}/a", max_bytes=9)
    failed(tmp_path, source, OfflineError, "No connection to 127.0.0.1")


def test_a_file_that_moved_is_left_out_where_it_may_be(server: str, folder: Path, tmp_path: Path) -> None:
    moved = Download(name="moved", url=f"{server}/none", max_bytes=9, optional=True)
    lines: list[str] = []
    update(tmp_path / "kb.sqlite", sources=[*sources(server, folder), moved], progress=lines.append)
    assert any(line.startswith("moved: left out: 127.0.0.1 answered 404") for line in lines)


def test_another_way_to_fetch(folder: Path, tmp_path: Path) -> None:
    def copy(source: Download, to: Path) -> str:
        to.write_bytes((folder / source.name).read_bytes())
        return "0" * 64

    update(tmp_path / "kb.sqlite", sources=[Download(name="d", url="", max_bytes=0)], fetch=copy)
    with Store.open(tmp_path / "kb.sqlite") as store:
        assert dict(store.counts()) == {"vulnerability": 1}


def test_the_official_addresses() -> None:
    assert len({source.name for source in OFFICIAL}) == len(OFFICIAL)
    for source in OFFICIAL:
        parts = urlsplit(source.url)
        assert parts.scheme == "https" and parts.hostname and not parts.username
        assert 0 < source.max_bytes <= 200 << 20
        assert Path(source.name).name == source.name
