"""Weights on the Hugging Face hub, or on a mirror that HF_ENDPOINT names.

huggingface_hub lists the repository (with the user's token, if there is one) and states the size
and sha256 of each large file. The bytes are fetched here with HTTP ranges, because since version 2
`hf_hub_download` writes to a file of its own per process and does not go on after a kill
(https://github.com/huggingface/huggingface_hub/pull/4228).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from cybersecqwen.errors import WeightsError
from cybersecqwen.models.portfolio import Origin

from .interface import Fetched, NoNetworkError, Progress, WeightsSource, disk_errors, need_space

_TIMEOUT_S = 30.0
_MAX_BYTES = 200 << 30


class Hub(WeightsSource):
    """One GGUF file of a repository."""

    kind = "hub"

    def fetch(self, origin: Origin, target: Path, *, total: int, progress: Progress) -> Fetched:
        """See `WeightsSource.fetch`. The commit is fixed first, so that list and file belong together.

        What an earlier try left is continued only if it was a beginning of the very same file.
        """
        hub = _hub()
        endpoint = os.environ.get("HF_ENDPOINT", "").rstrip("/") or None
        with _hub_errors(hub, origin.repository):
            api = hub.HfApi(endpoint=endpoint)
            info = api.model_info(origin.repository, files_metadata=True, timeout=_TIMEOUT_S)
            chosen = _choose(info.siblings or [], origin)
            name, size, digest = chosen.rfilename, int(chosen.size or 0), str(chosen.lfs.sha256)
            url = hub.hf_hub_url(origin.repository, name, revision=info.sha, endpoint=endpoint)
            headers = hub.utils.build_hf_headers()
        if total and size != total:
            raise WeightsError(f"{name} in {origin.repository} has {size:,} bytes, not {total:,}.")
        with disk_errors(target):
            start = _resume(target, digest, size)
            need_space(target.parent, size - start)
            with _hub_errors(hub, origin.repository):
                _download(url, headers, target, start, size, progress)
            _note(target).unlink(missing_ok=True)
        return Fetched(origin=f"hub {origin.repository}@{info.sha} {name}", sha256=digest)


def _hub() -> Any:
    try:
        import huggingface_hub
    except ModuleNotFoundError as error:
        raise WeightsError(
            "Fetching from a hub needs the package huggingface_hub, which is not installed.",
            hint="Install cybersecqwen[hub], or fetch the .gguf file by other means and import it.",
        ) from error
    return huggingface_hub


def _choose(siblings: list[Any], origin: Origin) -> Any:
    """The file that the pattern means: the first by name, no part of a split model, with a hash."""
    fitting = [
        one
        for one in sorted(siblings, key=lambda one: str(one.rfilename))
        if fnmatchcase(str(one.rfilename).lower(), origin.pattern.lower()) and "-of-" not in one.rfilename
    ]
    if not fitting:
        there = [one.rfilename for one in siblings if str(one.rfilename).lower().endswith(".gguf")]
        raise WeightsError(
            f"{origin.repository} has no file like {origin.pattern}.",
            hint=f"It has: {', '.join(map(str, there[:8])) or 'no GGUF file'}.",
        )
    chosen = fitting[0]
    if chosen.lfs is None or not chosen.lfs.sha256 or not 0 < int(chosen.size or 0) <= _MAX_BYTES:
        raise WeightsError(
            f"The hub states no sha256 or size for {chosen.rfilename}, so it cannot be checked."
        )
    return chosen


def _note(target: Path) -> Path:
    return target.with_name(f"{target.name}.of")


def _resume(target: Path, digest: str, size: int) -> int:
    """Bytes of this very file that are there already; a beginning of another file is dropped."""
    note = _note(target)
    same = note.is_file() and note.read_text("utf-8", "replace") == digest
    start = target.stat().st_size if same and target.is_file() else 0
    if start > size or not same:
        target.unlink(missing_ok=True)
        start = 0
    note.write_text(digest, "utf-8")
    return start


def _download(
    url: str, headers: dict[str, str], target: Path, start: int, size: int, progress: Progress
) -> None:
    import httpx2

    progress(start, size)
    if start == size:
        return
    asked = {**headers, "Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    # Redirects go to a content network; httpx2 drops the token when the host changes.
    with (
        httpx2.Client(follow_redirects=True, timeout=_TIMEOUT_S) as client,
        client.stream("GET", url, headers=asked) as response,
    ):
        response.raise_for_status()
        done = start if response.status_code == 206 else 0  # 200: the server knows no ranges
        with target.open("r+b" if done else "wb") as out:
            out.seek(done)
            for chunk in response.iter_raw():
                done += len(chunk)
                if done > size:
                    raise WeightsError(f"The hub sent more than the {size:,} bytes that it states.")
                out.write(chunk)
                progress(done, size)
            out.flush()
            os.fsync(out.fileno())
    if done < size:
        raise NoNetworkError(f"The connection broke after {done:,} of {size:,} bytes.")


@contextmanager
def _hub_errors(hub: Any, repository: str) -> Iterator[None]:
    import httpx2

    try:
        yield
    except hub.errors.GatedRepoError as error:
        raise WeightsError(
            f"{repository} asks for its terms to be accepted first.",
            hint="Accept them on the hub's page, then `hf auth login` and pull again.",
        ) from error
    except hub.errors.RepositoryNotFoundError as error:
        raise WeightsError(
            f"The hub has no repository {repository}, or it is private.",
            hint="Check HF_ENDPOINT and HF_TOKEN.",
        ) from error
    except (hub.errors.OfflineModeIsEnabled, httpx2.TransportError) as error:
        raise NoNetworkError(f"The hub could not be reached: {_reason(error)}.") from error
    except (hub.errors.HfHubHTTPError, httpx2.HTTPStatusError) as error:
        code = error.response.status_code if error.response is not None else "no"
        message = f"The hub answered with status {code} for {repository}."
        if isinstance(code, int) and (code >= 500 or code == 429):
            raise NoNetworkError(message, hint="Try again later; it goes on where it stopped.") from error
        raise WeightsError(message) from error
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"What the hub said about {repository} cannot be read: {_reason(error)}."
        ) from error


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200].rstrip(".") or type(error).__name__
