"""OSV's archives, from a small server on this machine."""

from __future__ import annotations

import io
import json
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cybersecqwen.detect.packages.advisory_files import documents
from cybersecqwen.errors import KnowledgeError
from cybersecqwen.interfaces.cli import main
from cybersecqwen.knowledge.advisories import Advisories
from cybersecqwen.knowledge.advisories.update import ECOSYSTEMS, download, update

from .records import record


def archive(*found: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for document in found:
            made.writestr(f"{document['id']}.json", json.dumps(document))
    return buffer.getvalue()


class Handler(BaseHTTPRequestHandler):
    pages: dict[str, bytes]

    def do_GET(self) -> None:
        page = self.pages.get(self.path)
        if page is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[str]:
    Handler.pages = {}
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


def test_archives_replace_what_was_known_of_their_ecosystems(bucket: str, tmp_path: Path) -> None:
    file = tmp_path / "advisories.sqlite"
    Handler.pages = {
        "/PyPI/all.zip": archive(record("A-1", ("introduced", "0"))),
        "/crates.io/all.zip": archive(record("R-1", ("introduced", "0"), ecosystem="crates.io")),
    }
    said: list[str] = []
    update(file, documents, ecosystems=("PyPI", "crates.io"), bucket=bucket, progress=said.append)
    Handler.pages["/PyPI/all.zip"] = archive(record("A-2", ("introduced", "0")))
    update(file, documents, ecosystems=("PyPI",), bucket=bucket)
    with Advisories.open(file) as advisories:
        assert [found.id for found in advisories.for_package("PyPI", "acme")] == ["A-2"]
        assert len(advisories.for_package("crates.io", "acme")) == 1
    assert any("sha256" in line for line in said)


def test_one_archive_that_cannot_be_had_leaves_everything_as_it_was(bucket: str, tmp_path: Path) -> None:
    file = tmp_path / "advisories.sqlite"
    Handler.pages = {"/PyPI/all.zip": archive(record("A-1", ("introduced", "0")))}
    update(file, documents, ecosystems=("PyPI",), bucket=bucket)
    before = file.read_bytes()
    with pytest.raises(KnowledgeError, match="404"):
        update(file, documents, ecosystems=("PyPI", "npm"), bucket=bucket)
    assert file.read_bytes() == before


def test_only_https_is_fetched_from_elsewhere() -> None:
    assert all(download(ecosystem).url.startswith("https://") for ecosystem in ECOSYSTEMS)
    with pytest.raises(KnowledgeError, match="only https"):
        update(Path("never"), documents, ecosystems=("PyPI",), bucket="http://osv.example")


def say(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["kb", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_import_tells_advisories_from_a_bundle(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "no advisories about packages" in say(capsys, "status")[1]
    packed = tmp_path / "all.zip"
    packed.write_bytes(archive(record("A-1", ("introduced", "0"))))
    code, out, err = say(capsys, "import", str(packed))
    assert code == 0 and "1 in use, 1 read" in out and "csq: wrote " in err
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(record("N-1", ("introduced", "0"), ecosystem="npm")))
    (folder / "readme.txt").write_text("not an advisory")
    assert "2 in use" in say(capsys, "import", str(folder))[1]
    out = say(capsys, "status")[1]
    assert "PyPI" in out and "npm" in out


def test_import_checks_the_hash(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    packed = tmp_path / "all.zip"
    packed.write_bytes(archive(record("A-1", ("introduced", "0"))))
    code, _, err = say(capsys, "import", str(packed), "--sha256", "0" * 64)
    assert code == 2 and "nothing was imported" in err
    code, _, err = say(capsys, "import", str(tmp_path), "--sha256", "0" * 64)
    assert code == 2 and "folder has no hash" in err


def test_what_holds_no_advisory_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = tmp_path / "package.json"
    other.write_text('{"name": "acme"}')
    code, _, err = say(capsys, "import", str(other))
    assert code == 2 and "package.json holds no advisory" in err


def test_an_unknown_ecosystem_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = say(capsys, "update", "--ecosystem", "Pypi")
    assert code == 2 and "PyPI" in err
