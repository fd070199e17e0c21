"""What malware leaves on a host: mutexes, services, scheduled tasks; each text is our own."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.lookers_mutexes import MUTEX
from cybersecqwen.detect.report.lookers_services import SERVICE
from cybersecqwen.detect.report.lookers_tasks import TASK

from .lookers import found, values

MUTEXES: tuple[tuple[str, list[str]], ...] = (
    ('It creates a mutex named "Global\\QwLock77" at start.', ["Global\\QwLock77"]),
    ("The mutex `DCMIN_LOCK-9H5` keeps a second copy from running.", ["DCMIN_LOCK-9H5"]),
    ("A mutex called RunOnlyOnce is made.", ["RunOnlyOnce"]),
    ("a mutex with the name “hsfjuukj”, then", ["hsfjuukj"]),
    ("Mutex: 8761abbd-7f85-42ee-b272-a76179687c63", ["8761abbd-7f85-42ee-b272-a76179687c63"]),
    ('CreateMutexW(NULL, TRUE, L"ab12-cd34");', ["ab12-cd34"]),
    ('handle = OpenMutexA(0x1F0001, 0, "keep_alive");', ["keep_alive"]),
    ('new Mutex(true, @"single")', ["single"]),
    ("It uses Local\\\\{8F6F0AC4-B9A1-45fd-A8CF-72F04E6BDE8F} as its mutex.",
     ["Local\\{8F6F0AC4-B9A1-45fd-A8CF-72F04E6BDE8F}"]),
    ("the “Xr9_run” mutex", ["Xr9_run"]),
    ("mutexes “a1b2c3”, “d4e5f6” and `gg_1`", ["a1b2c3", "d4e5f6", "gg_1"]),
    ("checks for the mutex screen#77, which", ["screen#77"]),
    ("Mutex\tRasphone_88", ["Rasphone_88"]),
    ("Rasphone_88\tMutex", ["Rasphone_88"]),
    ("Mutexes\n\n- Global\\abc\n- qaz_12\n\nHashes\nabc_13", ["Global\\abc", "qaz_12"]),
    ("Mutex\nSessionLockOne\nC2\nevil.example", ["SessionLockOne"]),
    ("the mutant \\BaseNamedObjects\\zxc1", ["\\BaseNamedObjects\\zxc1"]),
    ("the malware creates a mutex named\n“split-over-lines”.", ["split-over-lines"]),
    ("a mutex using the hard-coded value ` {8761abbd-7f85-42ee-b272-a76179687c63}`",
     ["{8761abbd-7f85-42ee-b272-a76179687c63}"]),
    ('It calls CreateMutexA with the name "Zx81_guard".', ["Zx81_guard"]),
    ('Mutexes observed: "abc", "def"', ["abc", "def"]),
    ("Mutex name: 0123456789abcdef0123456789abcdef", ["0123456789abcdef0123456789abcdef"]),
    ("makes a mutex so that only one copy runs: Local\\\\751E355F-B066.", ["Local\\751E355F-B066"]),
    ("a mutex, and writes to C:\\Users\\a\\AppData\\Local\\Temp", []),
    ("The malware creates a mutex to make sure that one copy runs.", []),
    ("A mutex named after the host is created.", []),
    ("It checks whether the mutex already exists and quits.", []),
    ("This mutex value differs from sample to sample.", []),
    ("A mutant gene was named Kras by them.", []),
    ("mutex: true", []),
    ("mutex: <random>", []),
    ("immutex_1 named foo_1", []),
    ("the mutex “%s” is built from the name", []),
    ("Mutex\nhttp://evil.example/a", []),
    ("Mutex\n0123456789abcdef0123456789abcdef", []),
)  # fmt: skip

SERVICES: tuple[tuple[str, list[str]], ...] = (
    (
        "It stops the services SQLWriter, AcmeBackupSvc and dhcp, then encrypts.",
        ["SQLWriter", "AcmeBackupSvc", "dhcp"],
    ),
    ("It stops the services SQLWriter and deletes the shadow copies.", ["SQLWriter"]),
    ("It stops services and then deletes files.", []),
    ("We started the services in May, June and July.", []),
    (
        'Services installed by the group: NetHlpSvc and "Remote Disk Agent".',
        ["NetHlpSvc", "Remote Disk Agent"],
    ),
    ("Services stopped during the outage: mail and chat.", []),
    ("It installs itself as a service named NetHelperSvc.", ["NetHelperSvc"]),
    ('It installs itself as a service "Remote Print Helper" on the host.', ["Remote Print Helper"]),
    ("The loader creates a Windows service called “winupd”.", ["winupd"]),
    ("sc create evilsvc binPath= C:\\x.exe start= auto", ["evilsvc"]),
    ('sc.exe \\\\srv01 create "Good Name" binPath= x', ["Good Name"]),
    ('New-Service -Name "MyDrv" -BinaryPathName x', ["MyDrv"]),
    ("net stop WinDefend /y", ["WinDefend"]),
    ('it runs "net stop Some Agent" first', ["Some Agent"]),
    ('CreateServiceA(scm, "zzsvc", "ZZ", 0xF01FF)', ["zzsvc"]),
    ("systemctl enable --now sshf", ["sshf"]),
    ("It drops the systemd unit kworkerds.service and starts it.", ["kworkerds.service"]),
    ("Service Name: TcwvBcuf\nAction: x", ["TcwvBcuf"]),
    ("ServiceName: bthsvcs", ["bthsvcs"]),
    ("It registers the `NetSvc_1` service to persist.", ["NetSvc_1"]),
    ("It stops the services ‘VSS’, ‘SQLWriter’ and ‘MSExchangeIS’.", ["VSS", "SQLWriter", "MSExchangeIS"]),
    ("It looks whether the service name `FAX` is present.", ["FAX"]),
    ("It has used a service named `WSearch` to run.", ["WSearch"]),
    ("dll files as services with names generated from a list", []),
    ("The service WinRMHelper was installed on the host.", ["WinRMHelper"]),
    ("Event 7045 shows that the service BTOBTO was created.", ["BTOBTO"]),
    ("It kills services including MSSQLSERVER, SQLWriter and VSS.", ["MSSQLSERVER", "SQLWriter", "VSS"]),
    ("It stops services such as those of backups.", []),
    ("The service was installed and the service then is started.", []),
    ("It stops what the `build-x` service account runs.", []),
    ("It installs a service to maintain persistence.", []),
    ("It creates a Windows service named after the host.", []),
    ("They stored it at a cloud service called Mega.", []),
    ("LockBit is ransomware as a service named by its makers.", []),
    ("The file-sharing service named “Dropit” was used.", []),
    ("They started to use a translation service called DeepX.", []),
    ("systemd reads /etc/systemd/system/kworkerds.service", []),
    ("this.service.start() in the code", []),
    ("Disc start menu", []),
    ("the service “is as described” by them when they created it", []),
    ("logsource:\n    product: zeek\n    service: smb_files", []),
    ("A denial of service (“DoS”) stops it.", []),
)

TASKS: tuple[tuple[str, list[str]], ...] = (
    ('Scheduled tasks: \\Up\\One_1 and "Disk Check Nightly".', ["\\Up\\One_1", "Disk Check Nightly"]),
    ("TaskName:      \\Night Run X   Next Run: 03:00", ["\\Night Run X"]),
    ("TaskName: none", []),
    ('A scheduled task named "OneDrive Sync Helper" runs it.', ["OneDrive Sync Helper"]),
    ("schtasks /create /sc minute /mo 15 /tn WinSecurity /tr x.exe", ["WinSecurity"]),
    (
        'schtasks.exe /Create /TN "\\Microsoft\\Up" /TR a && schtasks /run /tn other1',
        ["\\Microsoft\\Up", "other1"],
    ),
    ('Register-ScheduledTask -Action $a -TaskName "Edge Up" -Trigger $t', ["Edge Up"]),
    ("the scheduled task `abc` is made", ["abc"]),
    ("the “Updater” scheduled task", ["Updater"]),
    ("It creates a task called WinUp that runs daily.", ["WinUp"]),
    ("Task Name: \\Foo\\Bar", ["\\Foo\\Bar"]),
    (
        "It hides as the \\Microsoft\\Windows\\PLA\\Sys\\Conv scheduled task.",
        ["\\Microsoft\\Windows\\PLA\\Sys\\Conv"],
    ),
    ("two scheduled tasks called test and test2 start it", ["test", "test2"]),
    ("It has named a task `RecTask` to persist.", ["RecTask"]),
    ("It can create “hidden” scheduled tasks.", []),
    ('Register-ScheduledTask "UpdX" -InputObject $t', ["UpdX"]),
    ("Scheduled tasks are named after common tasks.", []),
    ("It completes the task called upon by its operator.", []),
    ("A scheduled task to run the payload every hour.", []),
    ("HKLM\\Software\\Microsoft\\Windows\\X is read by the task", []),
    ("schtasks /create /tn %s /tr %s", []),
    ("The scheduled task runs “C:\\a\\b.exe”: nothing else", []),
    ("Scheduled Task/Job: Scheduled Task", []),
)


@pytest.mark.parametrize(("text", "expected"), MUTEXES, ids=[text[:40] for text, _ in MUTEXES])
def test_mutex(text: str, expected: list[str]) -> None:
    assert values(MUTEX, text) == expected
    for match in found(MUTEX, text):
        assert text[match.start : match.end].replace("\\\\", "\\") == match.value


@pytest.mark.parametrize(("text", "expected"), SERVICES, ids=[text[:40] for text, _ in SERVICES])
def test_service(text: str, expected: list[str]) -> None:
    assert values(SERVICE, text) == expected
    for match in found(SERVICE, text):
        assert text[match.start : match.end] == match.value


@pytest.mark.parametrize(("text", "expected"), TASKS, ids=[text[:40] for text, _ in TASKS])
def test_task(text: str, expected: list[str]) -> None:
    assert values(TASK, text) == expected
    for match in found(TASK, text):
        assert text[match.start : match.end].replace("\\\\", "\\") == match.value
