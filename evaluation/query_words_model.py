"""Questions read with the standard model: what `query_words` measures beside the readings without one.

A model on two cores takes half a minute for a question, so every answer is written to a file as soon as it
is there. A run that was stopped goes on with what it has; an answer counts only for the same question in the
same words, asked of a model of the same name.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.detect.sigma.model import Expression, Logsource, Rule
from cybersecqwen.errors import CsqError, ModelTimeoutError, SchemaError
from cybersecqwen.models.interface import Cancel, Completion, LanguageModel, Options, Prompt, TextSink
from cybersecqwen.models.llama_cpp import LlamaCpp
from cybersecqwen.models.profiles import GENERIC
from cybersecqwen.tasks.query.asking import Library, fill, read_question

_NOW = 1_700_000_000.0
_TIMEOUT_S = 180.0


class Remembered(LanguageModel):
    """A model whose choices and JSON are kept in a file, an answer a line; loaded when first needed."""

    profile = GENERIC

    def __init__(self, name: str, load: Callable[[], LanguageModel], path: Path | None = None) -> None:
        """Read the answers that `path` holds; a line that was cut off is passed over."""
        self.name = name
        self.seconds: list[float] = []
        """Of every answer that was given, those from the file with the time that they once took."""
        self._load = load
        self._model: LanguageModel | None = None
        self._path = path
        self._known = _read(path) if path is not None else {}

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`; free text is not kept."""
        return self._loaded().generate(prompt, options, on_text=on_text, cancel=cancel)

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`."""

        def ask() -> tuple[float, ...]:
            return self._loaded().choose(prompt, choices, options, cancel=cancel)

        return tuple(self._answered(("choose", list(choices)), prompt, options, ask))

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`; an answer against the schema is kept as well."""

        def ask() -> Any:
            return self._loaded().generate_json(prompt, schema, options, cancel=cancel)

        return self._answered(("json", schema), prompt, options, ask)

    def close(self) -> None:
        """See `LanguageModel.close`."""
        if self._model is not None:
            self._model.close()

    def said(self) -> str:
        """How many answers there were, and how long they took."""
        times = sorted(self.seconds)
        if not times:
            return f"{self.name} was asked nothing."
        p50, p95 = (times[int(share * len(times))] for share in (0.5, 0.95))
        return f"{self.name} gave {len(times)} answers, in {p50:.1f} s (p50) and {p95:.1f} s (p95)."

    def _loaded(self) -> LanguageModel:
        if self._model is None:
            self._model = self._load()
        return self._model

    def _answered(
        self, how: tuple[str, Any], prompt: Prompt, options: Options | None, ask: Callable[[], Any]
    ) -> Any:
        key = self._key(how, prompt, options or Options())
        if key not in self._known:
            begun = time.perf_counter()
            try:
                kept = {"answer": ask()}
            except SchemaError as error:
                kept = {"refused": error.message}
            kept |= {"seconds": round(time.perf_counter() - begun, 2), "load": round(os.getloadavg()[0], 1)}
            self._known[key] = kept
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"key": key, **kept}) + "\n")
        found = self._known[key]
        self.seconds.append(found["seconds"])
        if "refused" in found:
            raise SchemaError(found["refused"])
        return found["answer"]

    def _key(self, how: tuple[str, Any], prompt: Prompt, options: Options) -> str:
        material = [[one.label, one.text] for one in prompt.material]
        asked = [self.name, how, prompt.instructions, material, prompt.question, options.max_tokens]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):  # the next answer must not join the line that was cut off
        with path.open("a", encoding="utf-8") as file:
            file.write("\n")
    found: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        try:
            one = json.loads(line)
            kept = {name: one[name] for name in ("answer", "refused", "load") if name in one}
            found[one["key"]] = {**kept, "seconds": float(one["seconds"])}
        except (ValueError, KeyError, TypeError):
            continue
    return found


def remembered(path: Path, answers: Path | None) -> Remembered:
    """The model of a GGUF file, with the answers that it has already given."""
    return Remembered(path.stem.lower(), lambda: LlamaCpp(path), answers)


def filled(
    model: LanguageModel, library: Library
) -> Callable[[Rule, str], tuple[Logsource, Expression | None]]:
    """Reads a question, and lets a model fill what stays open; without it where it takes too long."""

    def read(_rule: Rule, text: str) -> tuple[Logsource, Expression | None]:
        try:
            asked = read_question(text, library=library, store=None, now=_NOW)
        except CsqError:
            return Logsource(), None
        try:
            query = fill(asked, model, library=library, timeout_s=_TIMEOUT_S).query
        except ModelTimeoutError:
            query = asked.query
        return query.logsource, query.where

    return read
