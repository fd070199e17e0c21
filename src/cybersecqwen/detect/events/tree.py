"""The process tree of a recording, from process events of any source.

Sysmon gives GUIDs; Security 4688 and alerts give process ids only. Both may record the same start;
then it is one process here. Where ids are all there is, a parent is the latest process with that id
on that host which started before its child.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cybersecqwen.detect.decode.places import file_name
from cybersecqwen.records import Category, Event

from .view import NONE, Surroundings

_SAME_START_S = 3.0  # Sysmon and the Security log stamp one start at most so far apart
_MAX_ABOVE = 32  # ancestors followed: deeper chains are loops or games
_TASK_LINK_S = 10.0  # a task's process starts within seconds of the record that its action ran

HUBS = frozenset(
    [
        "system",
        "smss.exe",
        "csrss.exe",
        "wininit.exe",
        "winlogon.exe",
        "services.exe",
        "svchost.exe",
        "lsass.exe",
        "explorer.exe",
        "userinit.exe",
        "taskhostw.exe",
        "taskeng.exe",
        "taskhost.exe",
        "runtimebroker.exe",
        "sihost.exe",
        "dllhost.exe",
        "systemd",
        "init",
        "launchd",
        "sshd",
        "cron",
        "crond",
        "containerd-shim",
        "dockerd",
    ]
)
"""Processes that start unrelated things: stories are not joined through them."""


REMOTE = frozenset(["wmiprvse.exe", "wsmprovhost.exe", "winrshost.exe", "psexesvc.exe", "sshd", "sshd.exe"])
"""Processes that run what another machine asks for."""

Kinds = Mapping[str, frozenset[str]]
"""Kind of context to the process names that give it: office, browser, web-server, management-agent."""


@dataclass(slots=True)
class Process:
    """One process; built up while reading, read-only afterwards."""

    key: str
    name: str
    """Lower-case file name."""
    image: str
    command: str = ""
    user: str = ""
    host: str = ""
    pid: str = ""
    time: float | None = None
    event: Event | None = None
    """The event that recorded its start; None for one known only as a parent."""
    parent: Process | None = None
    contexts: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    children: list[Process] = field(default_factory=list)

    def above(self) -> Iterator[Process]:
        """Ancestors, nearest first."""
        seen, node = {self.key}, self.parent
        for _ in range(_MAX_ABOVE):
            if node is None or node.key in seen:
                return
            yield node
            seen.add(node.key)
            node = node.parent

    def root(self) -> Process:
        """The highest ancestor that can be reached without passing a hub."""
        top = self
        for node in self.above():
            if node.name in HUBS:
                break
            top = node
        return top


class ProcessTree:
    """All processes of a recording, found by the event that names them."""

    def __init__(self, events: Iterable[Event], kinds: Kinds | None = None) -> None:
        self._kinds = kinds or {}
        self._by_guid: dict[str, Process] = {}
        self._by_pid: dict[tuple[str, str], list[Process]] = {}
        self._by_event: dict[str, Process] = {}
        starts = [e for e in events if e.category is Category.PROCESS]
        starts.sort(key=lambda e: e.time if e.time is not None else 0.0)
        for event in starts:
            self._add(event)
        for event in starts:
            self._join(event)

    def __len__(self) -> int:
        return len({id(p) for p in self._by_event.values()})

    def of(self, event: Event) -> Process | None:
        """The process that an event is about: that started, or that did what the event records."""
        found = self._by_event.get(event.id)
        if found is not None:
            return found
        guid = event.get("ProcessGuid") or event.get("SourceProcessGUID") or event.get("SourceProcessGuid")
        if guid and guid in self._by_guid:
            return self._by_guid[guid]
        pid = event.get("ProcessId") or event.get("SourceProcessId")
        return self._latest(event.host, pid, event.time) if pid else None

    def surroundings(self, event: Event) -> Surroundings:
        """What signals may know about the place of a process event in the tree."""
        process = self.of(event)
        if process is None:
            return NONE
        if event.category is not Category.PROCESS:
            names = (process.name, *(p.name for p in process.above()))
            return Surroundings(names, process.contexts, process.tasks)
        above = tuple(p.name for p in process.above() if p.name)
        tasks = process.tasks + tuple(t for p in process.above() for t in p.tasks)
        return Surroundings(above, process.contexts, tasks)

    def link_tasks(self, events: Iterable[Event]) -> None:
        """Name the scheduled task of a process where the Task Scheduler log says which one ran it.

        Events 129 (created task process) and 200 (action started) of
        Microsoft-Windows-TaskScheduler/Operational carry TaskName and the process or its program.
        """
        for event in events:
            if event.category is not Category.TASK or event.code not in ("129", "200", "201"):
                continue
            task = event.get("TaskName")
            pid = event.get("ProcessID") or event.get("ProcessId") or event.get("EnginePID")
            program = file_name(event.get("Path") or event.get("ActionName")).lower()
            for process in self._near(event, pid, program):
                if task and task not in process.tasks:
                    process.tasks += (task,)

    def _near(self, event: Event, pid: str, program: str) -> Iterator[Process]:
        host = event.host.lower()
        for (where, number), processes in self._by_pid.items():
            if where != host:
                continue
            for process in processes:
                close = (
                    event.time is None
                    or process.time is None
                    or abs(process.time - event.time) < _TASK_LINK_S
                )
                if close and process.event and (number == pid or (program and process.name == program)):
                    yield process

    def _add(self, event: Event) -> None:
        guid, pid = event.get("ProcessGuid"), event.get("ProcessId")
        name = file_name(event.get("Image")).lower()
        twin = self._twin(event, pid, name)
        if twin is not None:
            self._by_event[event.id] = twin
            twin.command = twin.command or event.get("CommandLine")
            twin.user = event.user if guid else twin.user or event.user
            if guid:
                self._by_guid[guid] = twin
            return
        process = Process(
            key=guid or f"{event.host.lower()}/{pid or event.id}/{event.time or 0:.3f}",
            name=name,
            image=event.get("Image"),
            command=event.get("CommandLine"),
            user=event.user,
            host=event.host,
            pid=pid,
            time=event.time,
            event=event,
            tasks=(event.get("TaskName"),) if event.get("TaskName") else (),
        )
        self._by_event[event.id] = process
        if guid:
            self._by_guid[guid] = process
        if pid:
            self._by_pid.setdefault((event.host.lower(), pid), []).append(process)

    def _twin(self, event: Event, pid: str, name: str) -> Process | None:
        for process in reversed(self._by_pid.get((event.host.lower(), pid), ())):
            if process.time is None or event.time is None:
                return None
            if abs(process.time - event.time) > _SAME_START_S:
                return None
            if process.name == name:
                return process
        return None

    def _latest(self, host: str, pid: str, time: float | None) -> Process | None:
        for process in reversed(self._by_pid.get((host.lower(), pid), ())):
            if time is None or process.time is None or process.time <= time:
                return process
        return None

    def _join(self, event: Event) -> None:
        process = self._by_event[event.id]
        if process.parent is not None:
            return
        parent = self._by_guid.get(event.get("ParentProcessGuid"))
        if parent is None and event.get("ParentProcessId"):
            parent = self._latest(event.host, event.get("ParentProcessId"), event.time)
        named = file_name(event.get("ParentImage")).lower()
        if parent is not None and named and parent.name != named and not event.get("ParentProcessGuid"):
            parent = None  # the id was used again: trust the name that the record gives
        if parent is None and named:
            parent = self._unseen(event, named)
        if parent is process:
            parent = None
        process.parent = parent
        if parent is not None:
            parent.children.append(process)
        process.contexts = _contexts(event, process, self._kinds)

    def _unseen(self, event: Event, name: str) -> Process:
        """A parent that started before the recording did."""
        guid = event.get("ParentProcessGuid")
        pid = event.get("ParentProcessId")
        key = guid or f"{event.host.lower()}/{pid or name}/parent-of-{'' if pid else event.id}"
        known = self._by_guid.get(key)
        if known is None:
            known = Process(
                key=key,
                name=name,
                image=event.get("ParentImage"),
                command=event.get("ParentCommandLine"),
                user=event.get("ParentUser"),
                host=event.host,
                pid=pid,
            )
            self._by_guid[key] = known
            above = event.get("GrandparentImage")
            if above:
                known.parent = Process(
                    key=f"{key}/above", name=file_name(above).lower(), image=above, host=event.host
                )
        return known


def _contexts(event: Event, process: Process, kinds: Kinds) -> tuple[str, ...]:
    """Kinds of the process that started this one, from names and from svchost's service group.

    `svchost.exe -k netsvcs -p -s Schedule` is the Task Scheduler since Windows 8.1
    (https://learn.microsoft.com/windows/application-management/svchost-service-refactoring).
    """
    parent = process.parent
    if parent is None:
        return ()
    command = (event.get("ParentCommandLine") or parent.command).lower()
    name, out = parent.name, []
    if (name == "svchost.exe" and "schedule" in command) or name in ("taskeng.exe", "cron", "crond"):
        out.append("scheduled-task")
    if event.get("TaskName") and "scheduled-task" not in out:
        out.append("scheduled-task")
    if name == "services.exe":
        out.append("service")
    if name in ("explorer.exe", "gnome-shell", "windowsterminal.exe"):
        out.append("interactive")
    if name in REMOTE or (name == "svchost.exe" and "dcomlaunch" in command):
        out.append("remote")
    for kind, names in kinds.items():
        if any(p.name in names for p in (parent, *parent.above())):
            out.append(kind)
    return tuple(out)
