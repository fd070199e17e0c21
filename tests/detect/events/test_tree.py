from __future__ import annotations

from cybersecqwen.detect.events.tree import ProcessTree
from cybersecqwen.records import Event
from tests.builders import event

SHELL = r"C:\Windows\System32\cmd.exe"
WORD = r"C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE"
KINDS = {"office": frozenset({"winword.exe"})}


def start(pid: str, image: str, parent: str = "", parent_image: str = "", **more: str) -> Event:
    time = float(more.pop("at", "0"))
    return event(
        time=time, Image=image, ProcessId=pid, ParentProcessId=parent, ParentImage=parent_image, **more
    )


def test_ancestors_are_found_by_process_id() -> None:
    word = start("10", WORD, "5", r"C:\Windows\explorer.exe", at="1")
    shell = start("11", SHELL, "10", WORD, at="2")
    who = start("12", r"C:\Windows\System32\whoami.exe", "11", SHELL, at="3")
    tree = ProcessTree([who, shell, word], KINDS)
    assert tree.surroundings(who).ancestors == ("cmd.exe", "winword.exe", "explorer.exe")
    assert "office" in tree.surroundings(who).contexts
    assert tree.of(who).root().name == "winword.exe"  # not joined through explorer.exe


def test_a_process_id_that_was_used_again_is_not_the_parent() -> None:
    old = start("10", WORD, at="1")
    new = start("10", r"C:\Tools\build.exe", at="50")
    child = start("11", SHELL, "10", r"C:\Tools\build.exe", at="60")
    early = start("12", SHELL, "10", WORD, at="20")
    tree = ProcessTree([old, new, child, early])
    assert tree.of(child).parent is tree.of(new)
    assert tree.of(early).parent is tree.of(old)


def test_two_logs_that_record_one_start_make_one_process() -> None:
    sysmon = start("10", SHELL, at="1", ProcessGuid="{a}", CommandLine="cmd /c dir")
    security = start("10", SHELL, at="1.2")
    tree = ProcessTree([sysmon, security])
    assert tree.of(sysmon) is tree.of(security)
    assert len(tree) == 1


def test_a_scheduled_task_is_seen_from_its_service_and_named_by_its_log() -> None:
    svchost = r"C:\Windows\System32\svchost.exe"
    command = svchost + " -k netsvcs -p -s Schedule"
    run = start("20", SHELL, "4", svchost, at="5", ParentCommandLine=command)
    named = event("task", time=4.0, code="129", TaskName=r"\Vendor\Inventory", ProcessID="20", Path="cmd.exe")
    tree = ProcessTree([run, named])
    tree.link_tasks([run, named])
    around = tree.surroundings(run)
    assert "scheduled-task" in around.contexts
    assert around.tasks == (r"\Vendor\Inventory",)


def test_a_loop_of_parents_ends() -> None:
    one = start("1", SHELL, at="1", ProcessGuid="{1}", ParentProcessGuid="{2}", parent_image=SHELL)
    two = start("2", SHELL, at="1", ProcessGuid="{2}", ParentProcessGuid="{1}", parent_image=SHELL)
    tree = ProcessTree([one, two])
    assert len(tree.surroundings(one).ancestors) <= 2


def test_what_a_process_did_is_told_by_its_guid() -> None:
    shell = start("10", SHELL, at="1", ProcessGuid="{a}")
    wrote = event("file", time=2.0, ProcessGuid="{a}", TargetFilename=r"C:\x.exe")
    other = event("file", time=2.0, ProcessGuid="{b}", TargetFilename=r"C:\x.exe")
    tree = ProcessTree([shell])
    assert tree.of(wrote) is tree.of(shell)
    assert tree.of(other) is None


def test_a_task_named_by_its_log_reaches_the_signals_that_ask_for_it() -> None:
    """The name stands in no field of the process event, so no prefilter may look for it there."""
    from cybersecqwen.detect.events.hits import match_event
    from cybersecqwen.detect.events.rulebook import load_rulebook

    rules = load_rulebook(known_tasks=("\\Corp\\Inventory",))
    svchost = r"C:\Windows\System32\svchost.exe"
    run = start("20", SHELL, "4", svchost, at="5", ParentCommandLine=svchost + " -k netsvcs -s Schedule")
    named = event("task", time=4.0, code="129", TaskName=r"\Corp\Inventory daily", ProcessID="20")
    tree = ProcessTree([run, named])
    tree.link_tasks([run, named])
    assert "context-own-task" in {h.signal.id for h in match_event(run, rules, tree.surroundings(run))}
    assert "context-own-task" not in {h.signal.id for h in match_event(run, rules)}
