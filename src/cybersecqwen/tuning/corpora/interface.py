"""What a corpus is: a way to make records of one skill from facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Protocol

from cybersecqwen.models.interface import (
    Cancel,
    Completion,
    LanguageModel,
    Options,
    Prompt,
    TextSink,
)
from cybersecqwen.models.profiles import GENERIC
from cybersecqwen.tuning.records import Record

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store

LICENCE = "Apache-2.0"
"""Of records that hold nothing but our own words."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where facts are taken from."""

    store: Store
    """The knowledge bundle; a full one where questions are to be made from passages."""
    vulnerabilities: tuple[Path, ...] = ()
    """Files of CVEs as lines of JSON: id, desc, cwe, cwe_src, cvss3, cvss3_src."""
    wording: Path | None = None
    """Lines of JSON with a `prompt` whose head, up to the description, is how weaknesses are asked for.

    Where they have a `response` that ends in a line with the weakness, they are learned, too.
    """


class Corpus(Protocol):
    """Makes records of one skill."""

    def __call__(self, sources: Sources, chance: Random, count: int) -> Iterator[Record]:
        """At most `count` records, the same for the same seed; fewer where there are not so many facts."""


class Listener(LanguageModel):
    """Stands where a model would, and keeps what it is asked: so a corpus asks as the product does."""

    name = "listener"
    profile = GENERIC

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.heard: list[tuple[Prompt, tuple[str, ...]]] = []

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """Keeps the prompt and says nothing."""
        self.heard.append((prompt, ()))
        return Completion(text="", model=self.name)

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """Keeps the prompt with its choices and prefers nothing."""
        self.heard.append((prompt, tuple(choices)))
        return tuple(1 / len(choices) for _ in choices)


def recorded(
    prompt: Prompt,
    answer: str,
    *,
    skill: str,
    source: str,
    choices: Sequence[str] = (),
    licence: str = "Apache-2.0",
) -> Record:
    """A prompt that was heard, with its answer."""
    return Record(
        skill=skill,
        instructions=prompt.instructions,
        material=tuple((one.label, one.text) for one in prompt.material),
        question=prompt.question,
        choices=tuple(choices),
        answer=answer,
        source=source,
        licence=licence,
    )


def reworded(record: Record, **changes: object) -> Record:
    """A record with other parts."""
    return replace(record, **changes)  # type: ignore[arg-type]
