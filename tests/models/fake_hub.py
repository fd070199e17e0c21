"""A server on loopback that plays the Hugging Face hub, with the faults that a test asks for."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" * 6 + "abcd"
REPOSITORY = "someone/small-model"


class FakeHub(ThreadingHTTPServer):
    """Holds one repository; `log` has every request as (method, path, range)."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.served = dict(files)
        """What is really sent; a wrong hash is a difference between the two."""
        self.cut_after: int | None = None
        """Break the connection after this many bytes of a file."""
        self.ranges = True
        """Whether ranges are understood."""
        self.status = 200
        """Of the listing."""
        self.error_code = ""
        """X-Error-Code of a refused listing."""
        self.listing: bytes | None = None
        """Sent instead of the true listing."""
        self.lfs = True
        """Whether the listing states sizes and hashes."""
        self.log: list[tuple[str, str, str]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def list_files(self) -> bytes:
        siblings = [self._sibling(name, data) for name, data in self.files.items()]
        return json.dumps({"id": REPOSITORY, "sha": COMMIT, "siblings": siblings, "private": False}).encode()

    def _sibling(self, name: str, data: bytes) -> dict[str, Any]:
        found: dict[str, Any] = {"rfilename": name}
        if self.lfs:
            digest = hashlib.sha256(data).hexdigest()
            found |= {"size": len(data), "lfs": {"sha256": digest, "size": len(data), "pointerSize": 134}}
        return found


class _Handler(BaseHTTPRequestHandler):
    server: FakeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub = self.server
        path = self.path.partition("?")[0]
        hub.log.append((self.command, path, self.headers.get("Range", "")))
        if path.startswith(f"/api/models/{REPOSITORY}"):
            if hub.status != 200:
                self._send(hub.status, b'{"error": "no"}', {"X-Error-Code": hub.error_code})
            else:
                body = hub.listing if hub.listing is not None else hub.list_files()
                self._send(200, body, {"Content-Type": "application/json"})
        elif path.startswith(f"/{REPOSITORY}/resolve/{COMMIT}/"):
            self._send(302, b"", {"Location": f"{hub.endpoint}/cdn/{path.rpartition('/')[2]}"})
        elif path.startswith("/cdn/"):
            self._file(hub.served[path.removeprefix("/cdn/")])
        else:
            self._send(404, b'{"error": "not found"}', {"X-Error-Code": "RepoNotFound"})

    def _file(self, data: bytes) -> None:
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked and self.server.ranges else 0
        rest = data[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        self.wfile.write(rest[: self.server.cut_after] if self.server.cut_after is not None else rest)
        self.close_connection = True

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    """Serve from a thread for as long as the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
