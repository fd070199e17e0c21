"""A model server on the loopback interface that behaves as a test says, request by request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler", dict[str, Any]], None]


def listing(*names: str) -> Behaviour:
    """Serves these models, and says so."""
    said = {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "vllm"} for name in names]}
    return lambda handler, _: handler.answer(200, json.dumps(said).encode())


class FakeServer(ThreadingHTTPServer):
    """A model server that behaves as the test says, request by request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave: Behaviour = lambda handler, _: handler.stream("Hello", " there")
        self.models: Behaviour = listing("qwen3-4b")
        self.gets = 0
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: Any) -> None:
        return  # a client that hangs up is what some tests are about


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_GET(self) -> None:
        self.server.gets += 1
        self.server.keys.append(self.headers.get("Authorization", ""))
        if self.path == "/v1/models":
            self.server.models(self, {})
        else:
            self.answer(404, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append(body)
        self.server.keys.append(self.headers.get("Authorization", ""))
        if self.path == "/v1/chat/completions":
            self.server.behave(self, body)
        else:
            self.answer(404, b"{}")

    def head(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()

    def answer(self, status: int, data: bytes, kind: str = "application/json") -> None:
        self.head(status, kind)
        self.wfile.write(data)

    def event(self, value: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")
        self.wfile.flush()

    def text(self, text: str, reason: str | None = None, **more: Any) -> None:
        self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason, **more}]})

    def stream(self, *texts: str) -> None:
        self.head()
        self.wfile.write(b": ping\n\nevent: message\n")
        for text in texts:
            self.text(text)
        self.text("", "stop")
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 3}}
        self.event({"choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: Any) -> None:
        return
