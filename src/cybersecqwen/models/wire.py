"""One request to a model server and its response, bounded in time and size whatever the server does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from cybersecqwen import offline
from cybersecqwen.errors import ModelServerError

MAX_BYTES = 16 << 20
"""Of a response."""
_MAX_LINE = 1 << 20
_CONNECT_S = 5.0
_POLL_S = 0.05
"""How often the watchdog looks."""

Trace = Callable[[str, Any], None]


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
    left_s: float,
    stop_now: Callable[[], bool],
    read: Callable[[Any], None],
) -> bool:
    """Make one request and let `read` take its response.

    Args:
        method: "GET" or "POST".
        url: Where to; only its host is connected to, redirects and proxies are not followed.
        headers: To send.
        body: Sent as JSON; nothing where None.
        left_s: Seconds for all of it.
        stop_now: Asked again and again while waiting; the connection is closed where it says so.
        read: Takes the response.

    Returns:
        Whether `read` came to its end before time was up and before `stop_now` said so.

    Raises:
        ModelServerError: The server cannot be reached, or the connection broke.
    """
    import httpx2

    until = time.monotonic() + left_s

    def over() -> bool:
        return stop_now() or time.monotonic() > until

    if over():
        return False
    connect_s = min(_CONNECT_S, left_s)
    timeout = httpx2.Timeout(left_s, connect=connect_s)
    try:
        # trust_env: a proxy from the environment would be another machine that reads along.
        with (
            offline.allowed(urlsplit(url).hostname or ""),
            httpx2.Client(timeout=timeout, trust_env=False) as client,
            _watchdog(over) as trace,
            client.stream(
                method, url, json=body, headers=dict(headers), extensions={"trace": trace}
            ) as response,
        ):
            read(response)
    except ModelServerError:
        if over():  # it was judged by the half that arrived before the watchdog closed the connection
            return False
        raise
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
        if over():  # the watchdog closed the connection under the reader
            return False
        if isinstance(error, httpx2.TimeoutException) and not isinstance(error, httpx2.ConnectTimeout):
            return False
        raise _unreachable(origin(url), error, connect_s) from error
    return True


def lines(pieces: Iterator[bytes], most: int = MAX_BYTES) -> Iterator[str]:
    """Lines of a response, bounded in length and in all; raises ModelServerError past the bounds."""
    held, count = b"", 0
    for piece in pieces:
        count += len(piece)
        held += piece
        if count > most or len(held) > _MAX_LINE + len(piece):
            raise ModelServerError(
                "The model server sent more than any answer can be.", hint="Is it a model server?"
            )
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
    yield held.decode("utf-8", "replace")


def parts(url: str) -> tuple[str, str, bool]:
    """Scheme, host, and whether a user name or password stands in it; empty where it is no address."""
    try:
        found = urlsplit(url)
        return found.scheme, found.hostname or "", found.username is not None or found.password is not None
    except ValueError:
        return "", "", False


def origin(url: str) -> str:
    """Scheme, host and port, the same for all addresses of a server: "http://127.0.0.1:8080"; else empty."""
    try:
        found = urlsplit(url)
        port = found.port or {"https": 443}.get(found.scheme, 80)
    except ValueError:
        return ""
    host = found.hostname or ""
    return f"{found.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def _watchdog(over: Callable[[], bool]) -> Iterator[Trace]:
    """Close the connection when time is up or the caller cancels, even while nothing arrives.

    A timeout of the client starts anew with every byte, so a server that drips would hold us forever.
    Gives what the client calls as it goes along, which is how the connection is known before a response is.
    """
    done = threading.Event()
    streams: list[Any] = []

    def trace(event: str, info: Any) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            streams.append(info["return_value"])

    thread = threading.Thread(target=_watch, args=(done, over, streams), daemon=True)
    thread.start()
    try:
        yield trace
    finally:
        done.set()
        thread.join()


def _watch(done: threading.Event, over: Callable[[], bool], streams: Sequence[Any]) -> None:
    while not done.wait(_POLL_S):
        if streams and over():
            raw = streams[-1].get_extra_info("socket")
            if raw is not None:
                with suppress(OSError):  # it may have ended meanwhile
                    raw.shutdown(socket.SHUT_RDWR)  # wakes the reader, which sees the end of the stream
            return


def _unreachable(server: str, error: BaseException, connect_s: float) -> ModelServerError:
    """The typed error for a connection that failed."""
    import httpx2

    hint = "Is the server running, and is its address right (server_url)?"
    if isinstance(error, httpx2.ConnectTimeout):
        return ModelServerError(f"{server} took no connection within {connect_s:g} s.", hint=hint)
    cause: BaseException | None = error
    for _ in range(8):  # the client wraps what the system said
        if cause is None or isinstance(cause, ConnectionRefusedError):
            break
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ConnectionRefusedError):
        return ModelServerError(f"Nothing listens at {server}.", hint=hint)
    reason = str(error)[:200].rstrip(".") or type(error).__name__
    return ModelServerError(f"The model server at {server} cannot be used: {reason}.", hint=hint)
