"""Any other mapping: best effort by names that many products share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cybersecqwen.records import Event, Limits, Source

from .ecs_fields import by_fields
from .fields import flatten
from .shapes import Shape
from .times import parse_time

# Canonical name to the names that products use for it, the most telling first; compared in lower case
# without "_", "-", "." and blanks, first as a whole, then by the last part of a dotted name.
_NAMES: dict[str, str] = {
    "CommandLine": (
        "commandline cmdline processcommandline proccmdline cmd command filecommandline args argv exec"
    ),
    "ParentCommandLine": (
        "parentcommandline parentcmdline parentprocesscommandline initiatingprocesscommandline pcmdline"
    ),
    "Image": (
        "image newprocessname processpath processimage processexecutable exepath executable exe procexepath "
        "processfilepath processname procname process comm program"
    ),
    "ParentImage": (
        "parentimage parentprocesspath parentprocessname parentpath parentexecutable parentprocess "
        "parentname ppath procpname initiatingprocessfolderpath initiatingprocessfilename parentcomm"
    ),
    "ProcessId": "processid pid newprocessid procpid",
    "ParentProcessId": "parentprocessid ppid parentpid procppid initiatingprocessid",
    "ProcessGuid": "processguid processuniqueid processentityid processunique",
    "ParentProcessGuid": "parentprocessguid parentprocessentityid",
    "CurrentDirectory": "currentdirectory workingdirectory cwd",
    "User": "user username useraccount accountname account subjectusername uid auid",
    "IntegrityLevel": "integritylevel processintegritylevel",
    "Hashes": "hashes sha256 filehash filesha256 processsha256 md5",
    "TargetFilename": "targetfilename filepath filename filefullpath objectfilename fdname",
    "TargetObject": "targetobject registrykey registrypath regkey registrykeypath",
    "Details": "details registryvaluedata registrydata",
    "ImageLoaded": "imageloaded dllpath modulepath loadedimage",
    "SourceIp": (
        "sourceip srcip srcaddr sourceaddress clientip ipaddress remoteaddr callerip sourceipaddress src"
    ),
    "SourcePort": "sourceport srcport spt clientport",
    "DestinationIp": "destinationip dstip destip destaddr dstaddr destinationaddress remoteip dst",
    "DestinationPort": "destinationport dstport destport dpt remoteport",
    "DestinationHostname": "destinationhostname desthost dsthost remoteurl destinationhost servername",
    "Protocol": "protocol proto ipprotocol transport",
    "QueryName": "queryname dnsquery dnsquestionname rrname",
    "Url": "url requesturl uri httpurl",
    "ScriptBlockText": "scriptblocktext scriptblock scriptcontent",
    "ServiceName": "servicename",
    "ImagePath": "servicefilename imagepath servicepath",
    "TaskName": "taskname scheduledtaskname",
    "LogonType": "logontype",
    "PipeName": "pipename",
}
_TIMES = (
    "timestamp time eventtime timecreated utctime createdat creationtime generatedtime datetime date ts "
    "starttime start"
)
_HOSTS = "host hostname computer computername devicename machine machinename hostidentifier agentname node"
_CODES = "eventid eventcode eventname eventtype type action operation category"
_PROVIDERS = "sourcename provider providername source product vendor eventsource sourcetype"
_PLAIN = str.maketrans("", "", "_-. @")


def _index(names: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(names.split())}


_RANKS = {canonical: _index(names) for canonical, names in _NAMES.items()}
_BY_NAME: dict[str, tuple[tuple[str, int], ...]] = {}
for _canonical, _ranks in _RANKS.items():
    for _name, _rank in _ranks.items():
        _BY_NAME[_name] = (*_BY_NAME.get(_name, ()), (_canonical, _rank))


class GenericShape(Shape):
    """Every mapping: all leaves under their dotted names, and the canonical names that can be told."""

    name = "generic"

    def recognise(self, raw: Mapping[str, Any]) -> bool:
        """See `Shape.recognise`: always."""
        return True

    def head(self, raw: Mapping[str, Any]) -> tuple[str, str]:
        """See `Shape.head`: only `normalise` can tell."""
        return "", ""

    def normalise(self, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
        """See `Shape.normalise`."""
        leaves = flatten(raw, limits)
        plain = {name: name.lower().translate(_PLAIN) for name in leaves}
        fields = dict(leaves)
        for canonical, value in canonical_of(leaves, plain).items():
            fields.setdefault(canonical, value)
        category = by_fields(fields)
        return Event(
            id=id,
            category=category,
            time=parse_time(_pick(leaves, plain, _TIMES)),
            provider=_pick(leaves, plain, _PROVIDERS)[:256],
            code=_pick(leaves, plain, _CODES)[:128],
            host=_pick(leaves, plain, _HOSTS)[:256],
            user=fields.get("User", "")[:1_024],
            fields=fields,
            source=source,
        )


def canonical_of(leaves: Mapping[str, str], plain: Mapping[str, str]) -> dict[str, str]:
    """Canonical name to value: the best-ranked name wins, whole names before last parts."""
    best: dict[str, tuple[int, str]] = {}
    for name, value in leaves.items():
        whole = _BY_NAME.get(plain[name])
        penalty = 0
        if whole is None:
            whole = _BY_NAME.get(name.rpartition(".")[2].lower().translate(_PLAIN), ())
            penalty = 100 if "." in name else 0
        for canonical, rank in whole:
            if canonical not in best or best[canonical][0] > rank + penalty:
                best[canonical] = (rank + penalty, value)
    return {canonical: value for canonical, (_, value) in best.items()}


def _pick(leaves: Mapping[str, str], plain: Mapping[str, str], names: str) -> str:
    ranks = _index(names)
    best, found = 1_000, ""
    for name, value in leaves.items():
        rank = ranks.get(plain[name])
        if rank is None:
            rank = ranks.get(name.rpartition(".")[2].lower().translate(_PLAIN), 900) + 100
        if rank < best:
            best, found = rank, value
    return found
