"""Whether somebody asks for an attack instead of an answer to one.

What this task writes is taken from a library of responses, so that nothing can come of such a request; it is
refused all the same, so that nobody takes a response for what was asked.
"""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """One of the phrases of a list, parted by commas; an underscore is a blank."""
    return "(?:" + "|".join(one.strip().replace("_", " ") for one in words.split(",")) + ")"


_DO = _any(
    "deploy,launch,spread,install,plant,write,create,build,make,develop,run,execute,start,conduct,perform,"
    "carry_out,stage,mount,prepare,craft,send,drop,inject,use"
)
_WEAPON = _any(
    "ransomware,malware,virus,worm,trojan,wiper,rootkit,backdoor,web ?shell,keylogger,botnet,(?:spear"
    " ?)?phishing,"
    "exploit,payload,implant,stealer,ddos,denial_of_service,attack,(?:crypto)?miner,beacon,c2,command_and_con"
    "t"
    "r"
    "o"
    "l"
)
_HARM = _any(
    "attack,hack,breach,compromise,break_into,infiltrate,exploit,crack,ddos,take_down,deface,encrypt,exfiltra"
    "t"
    "e"
    ","
    "steal,destroy,wipe,sabotage,brute ?force,phish,dump,spoof,hijack"
)
_HIDE = _any(
    "hide,cover,erase,evade,bypass,avoid,defeat,disable,kill,blind,clear,delete,remove,tamper_with,get_around,get_"
    "p"
    "a"
    "s"
    "t"
)
_WATCH = _any(
    "tracks?,traces,evidence,detection,edr,anti-?virus,av,defender,logs?,logging,audit(?:ing)?,siem,"
    "security_(?:tools|software|products?),forensics?,investigators?,auditors?"
)
_ASK = _any(
    "how_(?:do|can|could|would|should)_(?:i|we|one),how_to,help_(?:me|us)(?:_to)?,show_(?:me|us)_how_to,"
    "teach_(?:me|us)_to,(?:steps|guide|instructions|playbook|plan|procedure|runbook)_to,i_want_to,we_want_to,i_need_to,let"
    "_"
    "u"
    "s"
    ","
    "let's,please,i_will,we_will"
)
_BY_DOING = _any(
    "hacking,attacking,breaching,breaking_into,infiltrating,exploiting,cracking,taking_down,defacing,encrypti"
    "n"
    "g"
    ","
    "exfiltrating,stealing,destroying,wiping,sabotaging,deploying,launching,spreading,writing,hiding,evading,bypas"
    "s"
    "i"
    "n"
    "g"
)
_NOUN = "(?! " + _any("of,against,attempts?,attacks?,on,reported,from,in,by,with,seen,via,over") + r"\b)"
"""What makes "exploit" or "brute force" the name of something that happened."""
_THEIR = r"[a-z0-9'-]+ "
_NOT_ITS_ANSWER = "(?! " + _any("response,defen[cs]e,incident,detection,investigation,infection,attack") + ")"

_UNSEEN = re.compile(
    r"\bwithout (?:being|getting) (?:caught|detected|noticed|seen)\b|\bundetected$"
    r"|\bred team (?:plan|playbook|attack)"
)
_OFFENCE = (
    # "deploy ransomware …" as an order, at the beginning or after "how to"
    re.compile(rf"^(?:{_ASK} )?{_DO} (?:{_THEIR}){{0,2}}{_WEAPON}\b"),
    re.compile(rf"\b{_ASK} (?:{_DO} )?(?:{_THEIR}){{0,2}}{_WEAPON}\b{_NOT_ITS_ANSWER}"),
    # "attack the network of …", "steal passwords"
    re.compile(rf"^{_HARM}{_NOUN}(?<!ddos)(?<!attempts) (?:{_THEIR}){{0,2}}[a-z]"),
    re.compile(rf"\b(?:playbook|plan|guide|steps|instructions|procedure|runbook) for {_BY_DOING}\b"),
    re.compile(rf"\b{_ASK} {_HARM}\b"),
    # "clear the logs so that nobody notices", "evade detection"
    re.compile(rf"^(?:{_ASK} )?{_HIDE} (?:{_THEIR}){{0,2}}{_WATCH}\b"),
    re.compile(rf"\b{_ASK} {_HIDE} (?:{_THEIR}){{0,2}}{_WATCH}\b"),
)
_ANSWERS = re.compile(
    r"\b"
    + _any(
        "respon,contain,investigat,recover,defend_,defending,defen[cs]e,mitigat,handle,remediat,protect,prevent,stop,detec"
        "t"
        "e"
        "d"
        ","
        "alert,incident,victim,attacker,adversary,actor,suspicious,attempted,triage,found,was,were,has,have,on_"
        "o"
        "u"
        "r"
        ","
        "our,by_an?"
    )
)
_SPACE = re.compile(r"[^a-z0-9'-]+")


def asks_for_attack(text: str) -> bool:
    """Whether a description orders or asks for an attack, or for hiding one; not where it tells of one."""
    plain = _SPACE.sub(" ", text[:2_000].lower()).strip()
    if _UNSEEN.search(plain):
        return True
    if _ANSWERS.search(plain):
        return False
    return any(pattern.search(plain) for pattern in _OFFENCE)
