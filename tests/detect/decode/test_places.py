"""Where a path lies, in every spelling that logs use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.decode.places import PLACES, extension, file_name, place, user_writable

CASES = {
    "C:\\Windows\\System32\\cmd.exe": "system",
    "c:/windows/syswow64/CMD.EXE": "system",
    '"C:\\Windows\\explorer.exe"': "system",
    "C:\\Windows\\WinSxS\\amd64_x\\a.dll": "system",
    "%SystemRoot%\\System32\\svchost.exe": "system",
    "\\SystemRoot\\System32\\drivers\\a.sys": "system",
    "system32\\drivers\\a.sys": "system",
    "\\Device\\HarddiskVolume3\\Windows\\System32\\lsass.exe": "system",
    "\\\\?\\C:\\Windows\\notepad.exe": "system",
    "\\??\\C:\\Windows\\notepad.exe": "system",
    "C:\\Users\\bob\\..\\..\\Windows\\System32\\cmd.exe": "system",
    "C:\\Windows": "system",
    "C:\\Users\\Public": "public",
    "C:\\Windows\\.\\System32\\cmd.exe": "system",
    "C:\\Windows.\\System32 \\cmd.exe": "system",
    "\\\\localhost\\C$\\Windows\\System32\\cmd.exe": "system",
    "C:\\Program Files\\Vendor\\a.exe": "programs",
    "C:\\Program Files (x86)\\Vendor\\a.exe": "programs",
    "C:\\PROGRA~1\\Vendor\\a.exe": "programs",
    "%ProgramFiles%\\a.exe": "programs",
    "C:\\ProgramData\\Vendor\\a.exe": "data",
    "C:\\Users\\All Users\\a.exe": "data",
    "C:\\Users\\bob\\Downloads\\a.exe": "user",
    "C:\\Users\\bob\\AppData\\Roaming\\a.exe": "user",
    "%APPDATA%\\a.exe": "user",
    "C:\\Documents and Settings\\bob\\Desktop\\a.exe": "user",
    "C:\\Users\\bob\\AppData\\Local\\Temp\\a.exe": "temp",
    "C:\\Users\\BOB~1\\AppData\\Local\\Temp\\7z\\a.exe": "temp",
    "%TEMP%\\a.exe": "temp",
    "$env:TEMP\\a.exe": "temp",
    "C:\\Windows\\Temp\\a.exe": "temp",
    "C:\\Temp\\a.exe": "temp",
    "C:\\Users\\Public\\a.exe": "public",
    "C:\\PerfLogs\\a.exe": "public",
    "C:\\$Recycle.Bin\\S-1-5-21\\a.exe": "public",
    "C:\\Windows\\Tasks\\a.exe": "public",
    "C:\\Windows\\debug\\WIA\\a.exe": "public",
    "C:\\Windows\\System32\\spool\\drivers\\color\\a.exe": "public",
    "C:\\inetpub\\wwwroot\\a.aspx": "web",
    "\\\\server\\share\\a.exe": "network",
    "\\\\tsclient\\C\\a.exe": "network",
    "\\\\?\\UNC\\server\\share\\a.exe": "network",
    "\\Device\\Mup\\server\\share\\a.exe": "network",
    "E:\\a.exe": "removable",
    "F:\\Windows\\System32\\cmd.exe": "removable",
    "C:\\a.exe": "root",
    "C:\\Tools\\a.exe": "other",
    "a.exe": "other",
    "\\Device\\NamedPipe\\x": "kernel",
    "/usr/bin/bash": "system",
    "/bin/../bin/sh": "system",
    "/etc/cron.d/x": "system",
    "/usr/local/bin/x": "programs",
    "/opt/app/x": "programs",
    "/home/bob/x": "user",
    "~/x": "user",
    "/root/.ssh/authorized_keys": "user",
    "/tmp/x": "temp",
    "/tmp": "temp",
    "//tmp//x": "temp",
    "/dev/shm/x": "temp",
    "/var/tmp/x": "temp",
    "/var/www/html/x.php": "web",
    "/home/bob/public_html/x.php": "web",
    "/var/log/syslog": "data",
    "/proc/self/exe": "kernel",
    "/mnt/usb/x": "removable",
    "": "",
    "   ": "",
}


@pytest.mark.parametrize(("path", "expected"), CASES.items())
def test_place(path: str, expected: str) -> None:
    assert place(path) == expected
    assert expected in (*PLACES, "")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:\\Users\\bob\\a.exe", True),
        ("C:\\Windows\\Tasks\\a.exe", True),
        ("C:\\ProgramData\\x\\a.exe", True),
        ("C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18\\MsMpEng.exe", False),
        ("\\\\server\\share\\a.exe", True),
        ("/tmp/a", True),
        ("C:\\Windows\\System32\\a.exe", False),
        ("C:\\Program Files\\a.exe", False),
        ("/usr/bin/a", False),
        ("a.exe", False),
    ],
)
def test_user_writable(path: str, expected: bool) -> None:
    assert user_writable(path) is expected


@pytest.mark.parametrize(
    ("path", "name", "ending"),
    [
        ("C:\\Windows\\System32\\CMD.EXE", "cmd.exe", ".exe"),
        ("C:/a/b/Tool.Ps1", "tool.ps1", ".ps1"),
        ("C:\\a\\report.pdf.exe ", "report.pdf.exe", ".exe"),
        ("C:\\a\\evil.exe...", "evil.exe", ".exe"),
        ("C:\\a\\readme.txt:hidden.exe", "readme.txt", ".txt"),
        ("C:\\a\\evil.exe::$DATA", "evil.exe", ".exe"),
        ('"C:\\Program Files\\a b.exe"', "a b.exe", ".exe"),
        ("/usr/bin/python3", "python3", ""),
        ("/home/a/.bashrc", ".bashrc", ""),
        ("cmd.exe", "cmd.exe", ".exe"),
        ("C:\\a\\", "a", ""),
        ("", "", ""),
    ],
)
def test_file_name_and_extension(path: str, name: str, ending: str) -> None:
    assert file_name(path) == name
    assert extension(path) == ending


@settings(max_examples=200, deadline=None)
@given(st.text("aAC:\\/.. ~%$?\"'\x00é", max_size=60))
def test_any_text_is_classified(path: str) -> None:
    assert place(path) in (*PLACES, "")
    assert user_writable(path) in (True, False)
    assert "\\" not in file_name(path)
    assert extension(path) == "" or extension(path)[0] == "."
