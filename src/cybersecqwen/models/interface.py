"""What every language model can do, whatever runs it.

    Prompt (instructions, material, question) ──framing──▶ messages ──backend──▶ Completion

Instructions and question are always our own words. Material is data: logs, alerts, reports, code.
It never stands where instructions stand (`framing.py`), and what comes back is text that others
check (`verify/`) before a person sees it.
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from cybersecqwen.errors import ModelError, SchemaError, UsageError

if TYPE_CHECKING:
    from .profiles import Profile

Finish = Literal["stop", "length", "cancelled"]
TextSink = Callable[[str], None]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A piece of untrusted data that the model may read."""

    label: str
    """What it is, in our words: "event e4", "report.txt". Cleaned and bounded like the text."""
    text: str
    """The data. Whatever it says, it is never an instruction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What a model is asked."""

    instructions: str
    """Ours: role and rules, the same for every call of a task, so that its prefix is reused."""
    material: tuple[Material, ...] = ()
    """Theirs: the data, oldest or most stable first."""
    question: str
    """Ours: what to do with the material now."""
    skill: str = ""
    """Which skill is asked for ("narrative", "cwe" …): the adapter made for it answers; "" for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How an answer is made."""

    max_tokens: int = 256
    """Longest answer, in tokens."""
    temperature: float = 0.0
    """0 takes the likeliest token each time, so that the same question has the same answer."""
    seed: int = 0
    """Of the sampler; without effect at temperature 0."""
    timeout_s: float = 60.0
    """Seconds for the whole call, reading of the prompt included."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer where they appear; they are not part of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """An answer and what it cost."""

    text: str
    """What the model wrote; thinking sections are removed."""
    model: str
    """Name of the model that wrote it."""
    prompt_tokens: int = 0
    """Length of the whole prompt; 0 where the backend does not say."""
    cached_tokens: int = 0
    """How many of them were reused from an earlier call."""
    answer_tokens: int = 0
    """Length of the answer."""
    seconds: float = 0.0
    """Wall time of the call."""
    finish: Finish = "stop"
    """Why it ended: by itself, at `max_tokens`, or because the caller cancelled."""


class Cancel:
    """A flag that any thread may set; the call that holds it ends soon after, with what it has."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the call to end."""
        self._event.set()

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()


class LanguageModel(ABC):
    """A model that can be asked. One call at a time unless the backend says otherwise."""

    name: str
    """As the report names it: "smollm2-135m-instruct-q4_1"."""
    profile: Profile
    """Facts about its family."""
    fitted: frozenset[str] = frozenset()
    """Skills that it was fitted to: an adapter of its own answers their prompts."""

    def answerer(self, skill: str) -> str:
        """As reports name what answers prompts of a skill: the model, with its adapter where one does."""
        del skill
        return self.name

    @abstractmethod
    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """Write an answer.

        Args:
            prompt: What to ask.
            options: Bounds and sampling; the defaults of `Options` where None.
            on_text: Called with each new piece of text, in order, in the thread of the caller.
            cancel: Ends the call early; the answer so far is returned with finish "cancelled".

        Raises:
            ModelTimeoutError: `options.timeout_s` passed first. The work is really stopped.
            ModelServerError: The backend failed or answered with nonsense.
            ModelError: The prompt cannot be answered (too long, model closed).
        """

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """Probabilities of the given choices, in their order; they sum to 1.

        Single capital letters ("A", "B", …) are taken as labels that the question already explains;
        other choices are listed under letters after the question. One token is asked for, and the
        mass of each letter (with and without a leading space) among the likeliest tokens is
        normalised over the choices. A backend may ask a family that does not learn letters for the
        words of a choice (`choosing.py`). This default has no probabilities to work with: it generates
        and gives all mass to the letter that the answer begins with, or an even share to each
        choice if it begins with none.

        Raises:
            UsageError: Fewer than 2 or more than 26 choices, or two that are the same.
            ModelError: As `generate`.
        """
        asked, letters = lettered(prompt, choices)
        answer = self.generate(asked, replace_tokens(options, 4), cancel=cancel).text.lstrip(" (*\"'`")
        head = answer[:1].upper()
        alone = not answer[1:2].isalpha()
        if head in letters and alone:
            return tuple(float(letter == head) for letter in letters)
        return tuple(1 / len(letters) for _ in letters)

    def choose_about(
        self,
        instructions: str,
        material: Sequence[tuple[str, str]],
        question: str,
        choices: Sequence[str],
        *,
        timeout_s: float = 60.0,
        skill: str = "",
    ) -> tuple[float, ...]:
        """As `choose`, for callers that hold the parts of a prompt: material as pairs of label and text."""
        pieces = tuple(Material(label=label, text=text) for label, text in material)
        prompt = Prompt(instructions=instructions, material=pieces, question=question, skill=skill)
        return self.choose(prompt, choices, Options(max_tokens=1, timeout_s=timeout_s))

    def generate_about(
        self,
        instructions: str,
        material: Sequence[tuple[str, str]],
        question: str,
        *,
        max_tokens: int = 160,
        timeout_s: float = 60.0,
        skill: str = "",
    ) -> str:
        """The text of `generate`, for callers that hold the parts of a prompt; see `choose_about`."""
        pieces = tuple(Material(label=label, text=text) for label, text in material)
        prompt = Prompt(instructions=instructions, material=pieces, question=question, skill=skill)
        return self.generate(prompt, Options(max_tokens=max_tokens, timeout_s=timeout_s)).text

    def generate_json_about(
        self,
        instructions: str,
        material: Sequence[tuple[str, str]],
        question: str,
        schema: dict[str, Any],
        *,
        max_tokens: int = 160,
        timeout_s: float = 60.0,
        skill: str = "",
    ) -> Any:
        """As `generate_json`, for callers that hold the parts of a prompt; see `choose_about`."""
        pieces = tuple(Material(label=label, text=text) for label, text in material)
        prompt = Prompt(instructions=instructions, material=pieces, question=question, skill=skill)
        return self.generate_json(prompt, schema, Options(max_tokens=max_tokens, timeout_s=timeout_s))

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """A value that follows the JSON schema.

        Backends that can constrain their output do so; the answer is validated here in any case.
        This default asks in words.

        Raises:
            SchemaError: It is not JSON, or JSON that does not follow the schema.
            ModelError: As `generate`.
        """
        words = (
            f"{prompt.question}\nAnswer with JSON alone, following this JSON schema:\n{json.dumps(schema)}"
        )
        asked = replace(prompt, question=words)
        return checked_json(self.generate(asked, options, cancel=cancel).text, schema)

    def close(self) -> None:  # noqa: B027 - most models hold nothing
        """Free what the model holds; calling it again does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def replace_tokens(options: Options | None, max_tokens: int) -> Options:
    """The same options with another bound on the answer."""
    return replace(options or Options(), max_tokens=max_tokens)


def lettered(prompt: Prompt, choices: Sequence[str]) -> tuple[Prompt, tuple[str, ...]]:
    """The prompt that asks for a letter, and the letter of each choice.

    Raises:
        UsageError: Fewer than 2 or more than 26 choices, or two that are the same.
    """
    if not 2 <= len(choices) <= len(LETTERS) or len(set(choices)) != len(choices):
        raise UsageError(f"A model can choose among 2 to 26 different choices, not {len(choices)}.")
    if all(len(choice) == 1 and choice in LETTERS for choice in choices):
        letters = tuple(choices)
        question = prompt.question
    else:
        letters = tuple(LETTERS[: len(choices)])
        # The letter stands right after the line break: small models bind it best there.
        lines = "\n".join(f"{letter}. {choice}" for letter, choice in zip(letters, choices, strict=True))
        question = f"{prompt.question}\n{lines}"
    question += f"\nAnswer with one letter ({', '.join(letters)}) and nothing else."
    return replace(prompt, question=question), letters


def shares(found: Sequence[tuple[str, float]], letters: Sequence[str]) -> tuple[float, ...] | None:
    """Probabilities of the letters from (token, log-probability) pairs, normalised; None if none appears.

    A letter that is not among the tokens gets half of the least probability that is.
    """
    import math

    mass = dict.fromkeys(letters, 0.0)
    floor = 1.0
    for token, logprob in found:
        probability = math.exp(min(0.0, logprob))
        floor = min(floor, probability)
        letter = token.strip(" \u2581\u0120")  # the space marks of SentencePiece and of byte-level BPE
        if letter in mass:
            mass[letter] += probability
    if not any(mass.values()):
        return None
    filled = [value or floor / 2 for value in mass.values()]
    return tuple(value / sum(filled) for value in filled)


def checked_json(text: str, schema: dict[str, Any]) -> Any:
    """The JSON value in `text`, if it follows `schema`; a Markdown fence around it is forgiven.

    Raises:
        SchemaError: It is not JSON, is nested too deeply, or does not follow the schema.
        ModelError: The package jsonschema is not installed.
    """
    try:
        import jsonschema
    except ModuleNotFoundError as error:
        raise ModelError(
            "Checking a model's JSON needs the package jsonschema, which is not installed.",
            hint="Install cybersecqwen[llm].",
        ) from error
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.strip("`").removeprefix("json").strip()
    try:
        value = json.loads(bare, parse_constant=_no_constant)
        jsonschema.validate(value, schema, cls=jsonschema.validators.validator_for(schema))
    except (ValueError, RecursionError) as error:
        raise SchemaError(
            "The model's answer is not JSON.", hint="Ask again or allow a longer answer."
        ) from error
    except jsonschema.ValidationError as error:
        where = "/".join(str(part) for part in error.absolute_path) or "its top"
        raise SchemaError(
            f"The model's JSON does not follow the schema at {where}: {error.message[:200]}"
        ) from error
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")  # RFC 8259 has neither NaN nor Infinity
