"""Which served model answers for which skill: three servers, or three adapters on one base.

    prompt.skill ──by_skill──▶ its model ──gate of its server──▶ answer
                 └─not there─▶ the default model

A way is written as "threat" (a model or adapter of the default server), "code@http://127.0.0.1:8001/v1" (one
of another server) or "http://127.0.0.1:8001/v1" (the only model of another server).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cybersecqwen.errors import SettingsError

from .breaker import Gate
from .interface import Cancel, Completion, LanguageModel, Options, Prompt, TextSink
from .openai_compatible import OpenAICompatible
from .profiles import Profile
from .wire import origin, parts

_MOST = 64
"""Skills that may be mapped."""


class Endpoints(LanguageModel):
    """Several models that answer as one; each prompt goes to the one for its skill."""

    def __init__(self, default: LanguageModel, by_skill: Mapping[str, LanguageModel]) -> None:
        """Takes the models over: `close` closes them.

        Args:
            default: Answers where no skill is named, or one that is not in `by_skill`.
            by_skill: Who answers for a skill; the same model may stand there more than once.
        """
        self._default = default
        self._by_skill = dict(by_skill)
        self.fitted = frozenset(by_skill)

    @property
    def name(self) -> str:  # type: ignore[override]
        """All who may have answered; a `Completion` names the one who did."""
        return " + ".join(dict.fromkeys(model.name for model in self._all()))

    @property
    def profile(self) -> Profile:  # type: ignore[override]
        """Facts about the family of the default model."""
        return self._default.profile

    def pick(self, skill: str) -> LanguageModel:
        """Who answers for a skill."""
        return self._by_skill.get(skill, self._default)

    def answerer(self, skill: str) -> str:
        """See `LanguageModel.answerer`."""
        return self.pick(skill).answerer(skill)

    def generate(
        self,
        prompt: Prompt,
        options: Options | None = None,
        *,
        on_text: TextSink | None = None,
        cancel: Cancel | None = None,
    ) -> Completion:
        """See `LanguageModel.generate`."""
        return self.pick(prompt.skill).generate(prompt, options, on_text=on_text, cancel=cancel)

    def choose(
        self,
        prompt: Prompt,
        choices: Sequence[str],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> tuple[float, ...]:
        """See `LanguageModel.choose`."""
        return self.pick(prompt.skill).choose(prompt, choices, options, cancel=cancel)

    def generate_json(
        self,
        prompt: Prompt,
        schema: dict[str, Any],
        options: Options | None = None,
        *,
        cancel: Cancel | None = None,
    ) -> Any:
        """See `LanguageModel.generate_json`."""
        return self.pick(prompt.skill).generate_json(prompt, schema, options, cancel=cancel)

    def close(self) -> None:
        """Close all of them."""
        for model in self._all():
            model.close()

    def _all(self) -> list[LanguageModel]:
        return [self._default, *self._by_skill.values()]


def connect(
    url: str,
    model: str,
    skills: Sequence[tuple[str, str]] = (),
    *,
    key_variable: str = "",
    allow_remote: bool = False,
    context: int = 4096,
    at_once: int = 4,
    failures: int = 3,
    pause_s: float = 30.0,
) -> LanguageModel:
    """The served model, or the served models by skill. Nothing is sent yet.

    Models of one server share its gate, so that its places and its failures count for all of them. The key
    goes to servers on the host of `url` alone: another host is no party to it.

    Args:
        url: The default server, up to and including /v1.
        model: Its model; the only one that it serves where empty.
        skills: Pairs of skill and way; see the top of this file.
        key_variable: See `OpenAICompatible`.
        allow_remote: See `OpenAICompatible`; for all of the servers.
        context: See `OpenAICompatible`.
        at_once: Calls that one server is given at a time; see `Gate`.
        failures: See `Breaker`.
        pause_s: See `Breaker`.

    Raises:
        SettingsError: An address, a way or a number cannot be.
    """
    if len(skills) > _MOST:
        raise SettingsError(f"server_skills has {len(skills)} entries.", hint=f"At most {_MOST}.")
    gates: dict[str, Gate] = {}
    opened: dict[tuple[str, str], OpenAICompatible] = {}
    home = parts(url)[1]

    def open_(at: str, name: str) -> OpenAICompatible:
        server = origin(at)
        if server not in gates:
            gates[server] = Gate(server, at_once=at_once, failures=failures, pause_s=pause_s)
        if (at, name) not in opened:
            opened[at, name] = OpenAICompatible(
                at,
                name,
                context=context,
                key_variable=key_variable if parts(at)[1] == home else "",
                allow_remote=allow_remote,
                gate=gates[server],
            )
        return opened[at, name]

    default = open_(url, model)
    by_skill = {skill: open_(*_way(skill, way, url)) for skill, way in skills}
    return Endpoints(default, by_skill) if by_skill else default


def _way(skill: str, way: str, default: str) -> tuple[str, str]:
    """Address and model of a way as it is written."""
    name, at, address = way.strip().partition("@http")
    if way.strip().startswith(("http://", "https://")):
        name, at, address = "", "@http", way.strip().removeprefix("http")
    name = name.strip()
    if not skill.strip() or not (name or at) or not name.isprintable():
        raise SettingsError(
            f"What server_skills says for {skill[:40]!r} names neither a model nor a server.",
            hint='Write "model", "model@http://127.0.0.1:8001/v1" or "http://127.0.0.1:8001/v1".',
        )
    return (f"http{address}".rstrip("/") if at else default), name
