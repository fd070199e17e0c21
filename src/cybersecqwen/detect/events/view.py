"""An event as signals see it: recorded fields and derived ones, as lower-case values.

Derived names:
  X.name X.ext X.place X.writable   of a path field X (detect.decode.places)
  Command.text      what was run: as recorded, plain form, and every decoded layer
  Command.decoded   the decoded layers alone
  Command.how       how each layer was decoded
  Ancestors.names   file names of the processes above, nearest first
  Parent.context    what kind of process started it: scheduled-task, service, interactive, remote, …
  User.kind         system, service, machine, admin, person
  event.provider event.channel event.code event.host event.user event.category
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cybersecqwen.detect.decode import Layer, decode, plain
from cybersecqwen.detect.decode.places import extension, file_name, place, user_writable
from cybersecqwen.records import Event, Limits

from .patterns import FieldPatterns

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the process tree knows about one event."""

    ancestors: tuple[str, ...] = ()
    """Lower-case file names above it, nearest first."""
    contexts: tuple[str, ...] = ()
    """Kinds of the process that started it."""
    tasks: tuple[str, ...] = ()
    """Names of scheduled tasks that started it, where the recording says so."""


NONE = Surroundings()


@dataclass(frozen=True, slots=True)
class Command:
    """A command in every form that can be read from it."""

    forms: tuple[str, ...]
    """Lower case: as recorded, plain, layers."""
    layers: tuple[Layer, ...]


@lru_cache(maxsize=16_384)
def read_command(text: str) -> Command:
    """Decode a command once; recordings repeat the same ones thousands of times."""
    layers = decode(text, _LIMITS)
    forms = dict.fromkeys([text.lower(), plain(text)])
    for layer in layers:
        forms[layer.text.lower()] = None
        forms[plain(layer.text)] = None
    return Command(tuple(forms), layers)


class View:
    """One event with its surroundings; values are computed when asked for, and once."""

    __slots__ = ("_hits", "_values", "event", "surroundings")

    def __init__(self, event: Event, surroundings: Surroundings = NONE) -> None:
        self.event = event
        self.surroundings = surroundings
        self._values: dict[str, tuple[str, ...]] = {}
        self._hits: dict[str, frozenset[int]] = {}

    def values(self, name: str) -> tuple[str, ...]:
        """Lower-case values of a recorded or derived field; empty where the event has none."""
        found = self._values.get(name)
        if found is None:
            text = self.event.fields.get(name)
            if text is None:
                found = self._derive(name)
            elif text.__class__ is str:
                found = (text.lower(),) if text and text != "-" else ()
            else:
                found = (str(text).lower(),)  # of a record that is only peeked at
            self._values[name] = found
        return found

    def pattern_hits(self, name: str, patterns: FieldPatterns) -> frozenset[int]:
        """Ids of the patterns that match any value of the field."""
        found = self._hits.get(name)
        if found is None:
            found = frozenset().union(*map(patterns.hits, self.values(name)))
            self._hits[name] = found
        return found

    def command(self) -> Command:
        """The command or script of this event."""
        return read_command(command_text(self.event))

    def _derive(self, name: str) -> tuple[str, ...]:
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self)
        base, _, what = name.rpartition(".")
        derive = _PATHS.get(what)
        if derive is None or not base:
            return ()
        text = self.event.fields.get(base)
        if not text:
            return ()
        value = derive(text)
        return (value,) if value else ()


COMMAND_FIELDS = (
    "CommandLine",
    "ScriptBlockText",
    "ImagePath",
    "TaskArguments",
    "Payload",
    "HostApplication",
)
"""Fields that hold what was run, the first that is present counts."""


def command_text(event: Event) -> str:
    """The text of the command or script that this event is about, or ""."""
    fields = event.fields
    for name in COMMAND_FIELDS:
        text = fields.get(name)
        if text:
            if name == "TaskArguments":
                return f"{fields.get('TaskCommand', '')} {text}".strip()
            return text
    return fields.get("TaskCommand", "")


def command_field(event: Event) -> str:
    """Name of the field that `command_text` reads."""
    return next((name for name in COMMAND_FIELDS if event.fields.get(name)), "TaskCommand")


def command_layers(event: Event) -> tuple[Layer, ...]:
    """What can be decoded from what was run."""
    text = command_text(event)
    return read_command(text).layers if text else ()


def user_kind(user: str) -> str:
    """What kind of account a name stands for; "" where there is none.

    Well-known names: https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
    """
    short = user.lower().rpartition("\\")[2].partition("@")[0].strip()
    if not short or short == "-":
        return ""
    if short in ("system", "s-1-5-18", "root", "localsystem"):
        return "system"
    if short in _SERVICE_ACCOUNTS or short.startswith(("svc", "dwm-", "umfd-")):
        return "service"
    if short.endswith("$"):
        return "machine"
    if short.startswith(("adm", "da-", "sa-")) or short.endswith(("-adm", "_adm", ".adm", "admin")):
        return "admin"
    return "person"


_SERVICE_ACCOUNTS = frozenset(
    {"local service", "network service", "s-1-5-19", "s-1-5-20", "www-data", "nobody", "daemon", "iusr"}
)

_PATHS: dict[str, Callable[[str], str]] = {
    "name": lambda text: file_name(text).lower(),
    "ext": lambda text: extension(text).lower(),
    "place": place,
    "writable": lambda text: "true" if user_writable(text) else "false",
}


def _ancestors(view: View) -> tuple[str, ...]:
    above = view.surroundings.ancestors
    return above or view.values("ParentImage.name")


_SPECIAL: dict[str, Callable[[View], tuple[str, ...]]] = {
    "Command.text": lambda v: v.command().forms if command_text(v.event) else (),
    "Command.decoded": lambda v: tuple(
        dict.fromkeys(
            form for layer in v.command().layers for form in (layer.text.lower(), plain(layer.text))
        )
    ),
    "Command.how": lambda v: tuple(layer.how.lower() for layer in v.command().layers),
    "Ancestors.names": _ancestors,
    "Parent.context": lambda v: v.surroundings.contexts,
    "TaskName": lambda v: tuple(task.lower() for task in v.surroundings.tasks),
    "User.kind": lambda v: (kind,) if (kind := user_kind(v.event.user)) else (),
    "event.provider": lambda v: (v.event.provider.lower(),) if v.event.provider else (),
    "event.channel": lambda v: (v.event.channel.lower(),) if v.event.channel else (),
    "event.code": lambda v: (v.event.code.lower(),) if v.event.code else (),
    "event.host": lambda v: (v.event.host.lower(),) if v.event.host else (),
    "event.user": lambda v: (v.event.user.lower(),) if v.event.user else (),
    "event.category": lambda v: (v.event.category.value,),
}
