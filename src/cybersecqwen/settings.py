"""Settings, read once: defaults, then the settings file, then CSQ_* variables.

`docs/settings.md` documents each; a test holds both lists equal. Written by hand because the library for
it costs more to import than a whole triage may take to start (docs/decisions/0003-settings.md).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from .errors import SettingsError
from .records import Limits

_MAX_FILE = 1 << 20

Table = tuple[tuple[str, str], ...]
"""A table of texts, in its order; "key=value,key=value" in a variable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that can be set. Each field is a key of the file and the variable CSQ_<FIELD>."""

    data_dir: Path = field(default_factory=lambda: _xdg("XDG_DATA_HOME", ".local/share"))
    """Where models and the knowledge bundle are kept."""
    cache_dir: Path = field(default_factory=lambda: _xdg("XDG_CACHE_HOME", ".cache"))
    """Where what can be made again is kept."""
    models_dir: Path | None = None
    """Where weights are kept; `data_dir`/models where not set."""
    knowledge: Path | None = None
    """The knowledge bundle to use; else `data_dir`/knowledge.sqlite if it exists, else the starter."""
    advisories: Path | None = None
    """The file of advisories about packages; `data_dir`/advisories.sqlite where not set."""
    epss: Path | None = None
    """The file of EPSS scores of CVEs; `data_dir`/epss.sqlite where not set."""
    model: str = "auto"
    """Language model for narratives: "auto" takes the best installed one within the time, "none" none."""
    adapters: bool = True
    """Whether adapters that were made for the model answer prompts of their skills."""
    model_timeout_s: float = 30.0
    """Seconds that a narrative may take."""
    server_url: str = ""
    """OpenAI-compatible server to use as a model: "http://127.0.0.1:8080/v1"."""
    server_model: str = ""
    """Name of the model on that server."""
    server_key_env: str = "CSQ_SERVER_KEY"
    """Name of the variable that holds the server's key; the key itself is never written down."""
    server_allow_remote: bool = False
    """Whether the server may be on another machine. Evidence is then sent to it."""
    server_context: int = 4096
    """Tokens of prompt and answer together that the server takes."""
    server_concurrency: int = 4
    """Questions that one server is asked at a time; others wait within their time."""
    server_failures: int = 3
    """Failures in a row after which a server is left alone for a while."""
    server_pause_s: float = 30.0
    """Seconds that it is left alone before one question tries it again."""
    server_skills: Table = ()
    """Who answers for a skill: a model of the server, or "model@http://127.0.0.1:8001/v1" on another."""
    signals: tuple[Path, ...] = ()
    """Folders with signals of your own."""
    known_tasks: tuple[str, ...] = ()
    """Beginnings of the names of scheduled tasks that are known to be yours: "\\\\Corp\\\\Inventory"."""
    workers: int = field(default_factory=lambda: len(os.sched_getaffinity(0)))
    """Processes that large inputs are spread over."""
    limits: Limits = field(default_factory=Limits)
    """Bounds on what comes in; the table [limits] of the file, CSQ_LIMIT_<FIELD> in the environment."""

    @property
    def models_path(self) -> Path:
        """Where weights are kept."""
        return self.models_dir or self.data_dir / "models"

    @property
    def rules_path(self) -> Path:
        """Where imported Sigma rule sets are kept."""
        return self.data_dir / "rules"

    @property
    def schemas_path(self) -> Path:
        """Where imported schemas are kept."""
        return self.data_dir / "schemas"

    @property
    def user_bundle(self) -> Path:
        """Where the user's own knowledge bundle stands, if there is one."""
        return self.knowledge or self.data_dir / "knowledge.sqlite"

    @property
    def advisories_path(self) -> Path:
        """Where the advisories about packages are kept, if any were imported."""
        return self.advisories or self.data_dir / "advisories.sqlite"

    @property
    def epss_path(self) -> Path:
        """Where the EPSS scores of CVEs are kept, if any were imported."""
        return self.epss or self.data_dir / "epss.sqlite"


def _xdg(variable: str, fallback: str) -> Path:
    """The user's folder for this program (XDG Base Directory Specification 0.8)."""
    base = os.environ.get(variable, "")
    root = Path(base) if base.startswith("/") else Path.home() / fallback
    return root / "cybersecqwen"


def load_settings(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Settings from the file and the environment.

    The file is `file`, or CSQ_SETTINGS, or settings.toml in the user's configuration folder if it exists.
    Raises SettingsError for a key that does not exist and for a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    table = _table(environ, file)
    limits = table.pop("limits", {})
    if not isinstance(limits, dict):
        raise SettingsError("`limits` in the settings file is a table: [limits].")
    values: dict[str, tuple[str, Any]] = {key: (key, value) for key, value in table.items()}
    bounds: dict[str, tuple[str, Any]] = {key: (f"limits.{key}", value) for key, value in limits.items()}
    for name, value in environ.items():
        if name.startswith("CSQ_LIMIT_"):
            bounds[name[10:].lower()] = (name, value)
        elif name.startswith("CSQ_") and name not in _OTHER_VARIABLES:
            values[name[4:].lower()] = (name, value)
    settings: Settings = _apply(Settings(), values)
    return replace(settings, limits=_apply(settings.limits, bounds))


_OTHER_VARIABLES = frozenset({"CSQ_SETTINGS", "CSQ_SERVER_KEY", "CSQ_DATA", "CSQ_MODELS", "CSQ_DEBUG"})


def _table(environ: Mapping[str, str], file: Path | None) -> dict[str, Any]:
    named = file or (Path(environ["CSQ_SETTINGS"]) if environ.get("CSQ_SETTINGS") else None)
    path = named or _xdg("XDG_CONFIG_HOME", ".config") / "settings.toml"
    try:
        if path.stat().st_size > _MAX_FILE:
            raise SettingsError(f"The settings file {path} is larger than 1 MiB.")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(f"There is no settings file {path}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from error


def _apply(target: Any, values: Mapping[str, tuple[str, Any]]) -> Any:
    known = {f.name: f for f in fields(target)}
    changes = {}
    for key, (said, value) in values.items():
        if key not in known or key == "limits":
            near = get_close_matches(key, known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else ""
            raise SettingsError(f"There is no setting {said!r}.", hint=hint)
        changes[key] = _convert(str(known[key].type), said, value)
    return replace(target, **changes)


def _convert(kind: str, said: str, value: Any) -> Any:
    try:
        if kind == "bool":
            return value if isinstance(value, bool) else _BOOLEANS[str(value).lower()]
        if kind == "int":
            number = int(str(value))
            if number < 1:
                raise ValueError
            return number
        if kind == "float":
            return float(value)
        if kind == "Table":
            return _pairs(value)
        if kind.startswith("tuple"):
            items = value if isinstance(value, list) else [v for v in str(value).split(os.pathsep) if v]
            return tuple(Path(v).expanduser() for v in items) if "Path" in kind else tuple(map(str, items))
        if kind.startswith("Path"):
            return Path(str(value)).expanduser()
    except (ValueError, KeyError, TypeError):
        raise SettingsError(f"The setting {said} = {str(value)[:80]!r} is not a valid {kind}.") from None
    return str(value)


def _pairs(value: Any) -> Table:
    """Raises ValueError for what is no table of texts."""
    if not isinstance(value, dict):
        items = (item.partition("=") for item in str(value).split(",") if item.strip())
        value = {key.strip(): text.strip() for key, _, text in items}
    if not all(key and isinstance(text, str) and text for key, text in value.items()):
        raise ValueError
    return tuple((str(key), text) for key, text in value.items())


_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
