"""llama.cpp inside this process, through xllamacpp: GGUF files on the CPU, without a network.

What xllamacpp runs inside is llama.cpp's server, which always listens somewhere. Here it listens on
a Unix socket in a directory that only this user can enter, behind a random key, and the socket's
name is removed as soon as the model is loaded: from then on nothing can connect to it, and no port
was ever opened. Requests are handed over by function call. It works without a loopback interface.

References:
    https://github.com/xorbitsai/xllamacpp (Server, CommonParams)
    https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md (host ending in .sock,
    return_progress, response_format)
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cybersecqwen.errors import ModelError, ModelServerError, SchemaError, WeightsError

from .adapters import Adapter
from .chat import Collector, ContextOverflowError, request, schema_format
from .choosing import asking, followed, one_of
from .framing import messages
from .gguf import Header, read_header
from .interface import (
    Cancel,
    Completion,
    LanguageModel,
    Options,
    Prompt,
    TextSink,
    checked_json,
    replace_tokens,
    shares,
)
from .profiles import Profile, guess

CONTEXT = 4096
"""Tokens of context unless the caller or the model wants less: memory grows with it."""

_BATCH = 128
"""Tokens of a prompt that are read between two looks at the clock and at `cancel`."""

_TOP = 256
"""Likeliest tokens looked at by `choose`."""

_MOST_TOKENS = 256
"""Of an answer in words: where options are alike for longer than that, they are as likely."""

_FRAMINGS = 5
"""Times a prompt that does not fit is framed again, each time with half the material."""


class LlamaCpp(LanguageModel):
    """A GGUF model in this process. Calls from several threads are served one after the other."""

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        profile: Profile | None = None,
        context: int = CONTEXT,
        threads: int = 0,
        adapters: Sequence[tuple[Path, float]] = (),
        skilled: Sequence[Adapter] = (),
        control_tokens: Iterable[str] | None = None,
    ) -> None:
        """Load the model; takes from a tenth of a second to some seconds.

        Args:
            path: A GGUF file.
            name: As reports show it; the file's stem where empty.
            profile: Facts about its family; guessed from the header where None.
            context: Most tokens of prompt and answer together, bounded by what the model was trained on.
            threads: CPU threads; 0 takes the cores that this process may use.
            adapters: LoRA adapters in GGUF, each with the scale that it is applied with to every prompt.
            skilled: Adapters that are applied to prompts of their skills alone, in place of those.
            control_tokens: The vocabulary's control tokens, if known; else they are read from the file.

        Raises:
            WeightsError: No GGUF, damaged, or an adapter for another architecture.
            ModelError: xllamacpp is not installed, or llama.cpp cannot load the file.
        """
        header = read_header(path)
        loaded = [*adapters, *((one.path, 0.0) for one in skilled)]
        _check_adapters(header, loaded)
        self.name = name or path.stem.lower()
        self.profile = profile or guess(header.architecture, f"{header.name} {path.stem}")
        self.context = min(context, header.context or self.profile.context)
        self._control_tokens = frozenset(header.control_tokens if control_tokens is None else control_tokens)
        self._turn = threading.Lock()
        self._skilled = {
            skill: (one.name, [{"id": number, "scale": one.scale}])
            for number, one in enumerate(skilled, len(adapters))
            for skill in one.skills
        }
        self.fitted = frozenset(self._skilled)
        self._server: Any = _load(path, self.context, threads or _cores(), loaded)

    def answerer(self, skill: str) -> str:
        """See `LanguageModel.answerer`."""
        adapter, _ = self._skilled.get(skill, ("", []))
        return f"{self.name} with {adapter}" if adapter else self.name

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`."""
        return self._ask(prompt, options or Options(), {}, on_text, cancel).completion()

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`; the probabilities are those before any sampling."""
        asked, answers, by_words = asking(prompt, choices, self.profile)
        more: dict[str, Any] = {"logprobs": True, "top_logprobs": _TOP}
        if not by_words:
            collected = self._ask(asked, replace_tokens(options, 1), more, None, cancel)
            collected.completion()
            return shares(collected.logprobs, answers) or tuple(1 / len(answers) for _ in answers)
        until = _Until(answers, cancel)
        more["grammar"] = one_of(answers)
        longest = min(_MOST_TOKENS, max(len(one.encode()) for one in answers) + 1)
        collected = self._ask(asked, replace_tokens(options, longest), more, until.heard, until)
        collected.completion()
        return followed(answers, collected.taken)

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`; llama.cpp constrains every token to the schema."""
        more = {"response_format": schema_format(schema)}
        completion = self._ask(prompt, options or Options(), more, None, cancel).completion()
        if completion.finish != "stop":
            raise SchemaError(
                f"The model's JSON was cut off ({completion.finish}).", hint="Allow a longer answer."
            )
        return checked_json(completion.text, schema)

    def close(self) -> None:
        """Stop llama.cpp and free its memory."""
        with self._turn:
            self._server = None

    def _ask(
        self,
        prompt: Prompt,
        options: Options,
        more: dict[str, Any],
        on_text: TextSink | None,
        cancel: Cancel | None,
    ) -> Collector:
        _, applied = self._skilled.get(prompt.skill, ("", []))
        collector = Collector(
            model=self.answerer(prompt.skill),
            profile=self.profile,
            options=options,
            on_text=on_text,
            cancel=cancel,
        )
        tokens = max(256, self.context - options.max_tokens)
        budget = int(tokens * self.profile.chars_per_token)
        with self._my_turn(collector) as mine:
            for attempt in range(_FRAMINGS if mine else 0):
                framed = messages(prompt, self.profile, budget=budget, control_tokens=self._control_tokens)
                body = {**request(framed, options, self.profile), **more}
                body |= {"cache_prompt": True, "return_progress": True}
                if applied:
                    body["lora"] = applied
                try:
                    self._stream(body, collector)
                    break
                except ContextOverflowError:
                    if attempt == _FRAMINGS - 1 or not prompt.material:
                        raise
                    budget //= 2
        return collector

    @contextmanager
    def _my_turn(self, collector: Collector) -> Iterator[bool]:
        """Wait for the model to be free; False if time was up or the caller cancelled before."""
        while not (taken := self._turn.acquire(timeout=0.05)) and not collector.stop_now():
            pass
        try:
            yield taken
        finally:
            if taken:
                self._turn.release()

    def _stream(self, body: dict[str, Any], collector: Collector) -> None:
        if self._server is None:
            raise ModelError(f"The model {self.name} has been closed.")
        raised: list[BaseException] = []

        def take(chunk: Any) -> bool:
            try:
                return collector.feed(chunk)
            except BaseException as error:  # it may not pass through C++; raised again below
                raised.append(error)
                return True

        try:
            self._server.handle_chat_completions(body, take)
        except (ValueError, RuntimeError) as error:
            raise ModelServerError(f"llama.cpp refused the request: {str(error)[:300]}") from error
        if raised:
            raise raised[0]


class _Until(Cancel):
    """Ends an answer that is held to some texts once only one of them is left: the rest is known."""

    def __init__(self, answers: Sequence[str], cancel: Cancel | None) -> None:
        super().__init__()
        self._answers, self._cancel, self._said = answers, cancel, ""

    def heard(self, text: str) -> None:
        self._said += text
        if sum(one.startswith(self._said) for one in self._answers) <= 1:
            self.set()

    def is_set(self) -> bool:
        return super().is_set() or (self._cancel is not None and self._cancel.is_set())


def _load(path: Path, context: int, threads: int, adapters: Sequence[tuple[Path, float]]) -> Any:
    try:
        with _short_spinning():
            import xllamacpp
    except ModuleNotFoundError as error:
        raise ModelError(
            "Running a model in this process needs the package xllamacpp, which is not installed.",
            hint="Install cybersecqwen[llm], or use a model server.",
        ) from error
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context
    params.n_parallel = 1
    params.n_batch = params.n_ubatch = _BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.verbosity = -1  # not a word: errors come back as exceptions
    params.warmup = False  # one token is asked for below
    params.fit_params = False  # would measure memory of graphics cards
    params.cache_ram_mib = 0  # prefixes are reused within the one slot; the default may take 8 GiB
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(one), scale) for one, scale in adapters]
    params.api_keys = [secrets.token_hex(32)]
    params.ui = params.endpoint_slots = params.endpoint_props = False
    params.n_threads_http = 1
    with _socket_directory() as directory, _own_signals():
        params.hostnames = [str(directory / "s.sock")]
        try:
            server = xllamacpp.Server(params)
            # NOTE: a server that is freed before its loop has begun waits for that loop for ever. One
            # token makes sure that it has, and reads in the weights, as a warm-up would.
            server.handle_completions({"prompt": "\n", "max_tokens": 1})
            return server
        except (RuntimeError, ValueError) as error:
            raise ModelError(
                f"llama.cpp cannot load {path}.",
                hint="Its architecture may be too new for this xllamacpp, or memory too small.",
            ) from error


@contextmanager
def _short_spinning() -> Iterator[None]:
    """Let threads that wait for each other sleep soon; GNU OpenMP reads this when it is loaded.

    By default they spin, which on a machine with other work costs ten times the speed: measured 1.2
    instead of 10 to 28 tokens a second, two threads on two cores with five other busy processes.
    https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html
    """
    if "GOMP_SPINCOUNT" in os.environ or "OMP_WAIT_POLICY" in os.environ:
        yield
        return
    os.environ["GOMP_SPINCOUNT"] = "100"
    try:
        yield
    finally:
        os.environ.pop("GOMP_SPINCOUNT", None)


@contextmanager
def _socket_directory() -> Iterator[Path]:
    """A directory only for this user, with a name short enough for a socket (104 bytes on macOS)."""
    directory = tempfile.mkdtemp(prefix="csq-")
    if len(directory) > 90 and os.name == "posix":
        shutil.rmtree(directory, ignore_errors=True)
        directory = tempfile.mkdtemp(prefix="csq-", dir="/tmp")
    try:
        yield Path(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep this program's handlers of SIGINT and SIGTERM: llama.cpp's server installs its own."""
    restore = _signal_saver()
    try:
        yield
    finally:
        restore()


def _signal_saver() -> Callable[[], None]:
    if os.name != "posix":
        return lambda: None
    import ctypes
    import signal

    # sigaction(2) rather than signal.signal: it works in every thread. A struct sigaction has at
    # most 152 bytes (Linux, x86-64 and arm64); its content is not looked at.
    libc = ctypes.CDLL(None)
    saved = {int(number): ctypes.create_string_buffer(512) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, buffer in saved.items():
        libc.sigaction(number, None, buffer)

    def restore() -> None:
        for number, buffer in saved.items():
            libc.sigaction(number, buffer, None)

    return restore


def _check_adapters(base: Header, adapters: Sequence[tuple[Path, float]]) -> None:
    for path, _ in adapters:
        header = read_header(path)
        if header.kind != "adapter":
            raise WeightsError(f"{path} is no LoRA adapter but a {header.kind or 'file of unknown kind'}.")
        if header.architecture != base.architecture:
            raise WeightsError(
                f"The adapter {path} is for the architecture {header.architecture!r}, "
                f"the model has {base.architecture!r}."
            )


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
