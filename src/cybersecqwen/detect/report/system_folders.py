"""Folders and devices that every installation of a system has: a search for them finds every host."""

from __future__ import annotations

import re
from functools import cache

_LONGEST = 200
"""Characters of a path that is looked at."""
_DRIVE = re.compile(r"\A[a-z]:(?=\\|\Z)|\A%(?:systemdrive|homedrive)%(?=\\|\Z)")
_PERSON = re.compile(
    r"\A\\(?:users|documents and settings)\\[^\\]{1,64}(?=\\|\Z)|\A%(?:userprofile|homepath)%"
)
_HOME = re.compile(r"\A/(?:home|users)/[^/]{1,64}(?=/|\Z)|\A(?:~|\$home)(?=/|\Z)")

# From: the folders of a default installation of Windows 10 22H2, below the system drive
_WINDOWS = r"""
\ \windows \windows\temp \windows\tasks \windows\system32 \windows\system32\tasks \windows\syswow64 \perflogs
\program files \program files (x86) \program files\common files \program files (x86)\common files
\programdata \programdata\microsoft \programdata\microsoft\windows \users \users\public
\users\public\documents \users\public\downloads \users\public\music \users\public\pictures
\users\public\videos \users\public\desktop \users\public\libraries \users\default \users\all users
\programdata\microsoft\windows\start menu\programs\startup \documents and settings \$recycle.bin \temp
%temp% %tmp% %appdata% %localappdata% %programdata% %allusersprofile% %public% %systemroot% %windir%
%programfiles% %programfiles(x86)% %commonprogramfiles% %userprofile% %homepath%
%systemroot%\system32 %windir%\system32 %systemroot%\temp %windir%\temp %localappdata%\temp
%appdata%\microsoft\windows\start menu\programs\startup
"""
# below a person's folder there
_PERSONAL = r"""
\appdata \appdata\local \appdata\locallow \appdata\roaming \appdata\local\temp \appdata\roaming\microsoft
\appdata\roaming\microsoft\windows\start menu\programs\startup \desktop \documents \downloads \music
\pictures \videos
"""
# From: the Filesystem Hierarchy Standard 3.0, chapters 3 to 6, and the folders of macOS beside them
_UNIX = """
/ /bin /boot /dev /dev/null /dev/zero /dev/random /dev/urandom /dev/shm /dev/tcp /dev/stdin
/dev/stdout /dev/stderr /etc /etc/cron.d /etc/init.d /etc/systemd/system /home /lib /lib64 /media /mnt /opt
/proc /root /run /sbin
/srv /sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/sbin /usr/sbin /usr/share /var
/var/cache /var/lib /var/lock /var/log /var/run /var/spool /var/spool/cron /var/tmp /var/www /var/www/html
/applications /library /library/launchagents /library/launchdaemons /system /users /users/shared /private/tmp
"""
_HOMELY = "/.ssh /.config /desktop /documents /downloads /library /library/launchagents"


def reason(path: str) -> str:
    """Why a path is set apart: it is a bare folder or device of every system; "" for any other path.

    What lies below such a folder is another path. Linear; never raises.
    """
    if not path or len(path) > _LONGEST:
        return ""
    low = path.strip().lower()
    if "\\" in low or low.startswith("%") or _DRIVE.match(low):
        return _windows(low.replace("/", "\\"))
    if low.startswith(("/", "~", "$home")):
        bare = "/" + low.strip("/") if low.startswith("/") else low.rstrip("/")
        home = _HOME.match(bare)
        known = bare in _listed(_UNIX) or (home is not None and bare[home.end() :] in _below(_HOMELY))
        device = bare.startswith("/dev/") and bare != "/dev/shm"
        return ("device of every system" if device else "folder of every system") if known else ""
    return ""


def _windows(low: str) -> str:
    bare = _DRIVE.sub("", low, count=1).rstrip("\\") or "\\"
    if bare in _listed(_WINDOWS):
        return "folder of every system"
    person = _PERSON.match(bare)
    return (
        "folder of every system" if person is not None and bare[person.end() :] in _below(_PERSONAL) else ""
    )


@cache
def _listed(lines: str) -> frozenset[str]:
    """Paths of a list; one with blanks in it goes on until the next that begins as a path does."""
    return frozenset(one.strip() for one in re.split(r"\s(?=[\\/%])|\n", lines) if one.strip())


@cache
def _below(lines: str) -> frozenset[str]:
    return _listed(lines) | {""}
