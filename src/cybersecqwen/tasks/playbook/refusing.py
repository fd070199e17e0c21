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

_UNSEEN = re.compile(r"\bwithout (?:being|getting) (?:caught|detected|noticed|seen)\b")
_UNDETECTED = re.compile(r"\bundetected$")
_RED_TEAM = re.compile(r"\bred team (?:plan|playbook|attack)")
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
_INTRUDER = re.compile(r"\bintruders?\b")
# Who did something and what: "two intruders exfiltrated", "the data were copied"
_SOMEBODY = _any(
    "attackers?,intruders?,adversar(?:y|ies),actors?,hackers?,criminals?,thief,thieves,burglars?,insiders?,gang,group"
    ",operators?,someone,somebody,users?,employees?,contractors?,administrators?,admins?,malware,ransomware,trojan"
    ",backdoor,worm,implant,script,program,they"
)
_WHICH = _any(
    "the,an?,one,some,our,several,many,two,three,these,those,this,that,unknown,external,foreign,suspected,former"
    ",malicious,internal,remote,same,threat,disgruntled"
)
_DID = (
    r"(?:(?!(?:(?:n|f|s|w|br|bl|sp|exc|proc|succ|ind)eed|wanted|needed|asked|wished|hoped)\b)[a-z]{2,14}ed|"
    + _any(
        "stole,hid,ran,took,sent,got,made,left,went,came,broke,wrote,put,set,spread,built,kept,read,began,sold,did"
        ",was,were,has,have,had,(?:is|are)_(?:in|on|inside)"
    )
    + r")\b"
)
_DONE = (
    r"(?:[a-z]{2,14}ed|"
    + _any("stolen,taken,sent,read,hidden,run,sold,lost,broken,written,left,put,set")
    + r")\b"
)
_AT_FIRST = (
    _any("because,after,when,while,incident,but,since,until,help_us,help_me,please,urgent,playbook_for")
    + "|"
    + _any("yesterday,today,tonight,recently,(?:last|this|on|in)_[a-z]{3,10}")
    + "|"
    + _any("found,saw,see,suspect,believe,know,reports?,reported,alert")
    + "(?: that)?"
)
_ORDERED = re.compile(rf"^(?:{_ASK} )?(?:(?:{_DO}|{_HIDE})\b|{_HARM}\b{_NOUN})")
_TOLD = re.compile(
    rf"(?:^|\b(?:{_AT_FIRST}) )(?:{_WHICH} ){{0,3}}{_SOMEBODY} "
    rf"(?:(?:[a-z]{{3,14}}ly|also|then|already|later) )?{_DID}"
    rf"|^(?:(?!(?:what|how|which|that|who|to)\b){_THEIR}){{1,4}}"
    rf"(?:was|were|ha(?:s|ve|d) been) (?:[a-z]{{3,14}}ly )?{_DONE}"
)
"""What happened, told in the past; "what the attackers did" and "as they did" may be part of an order."""
_TO_ANSWER = re.compile(
    rf"^(?:{_ASK} )?(?:respond to|recover from|remediate|mitigate|contain|defend against|answer)\b"
)
_SPACE = re.compile(r"[^a-z0-9'-]+")
_STOP = re.compile(r"[.!?;](?:\s|\Z)|\n")


def asks_for_attack(text: str) -> bool:
    """Whether a description orders or asks for an attack, or for hiding one; not where it tells of one."""
    low = text[:2_000].lower()
    plain = _plain(low)
    if _RED_TEAM.search(plain):
        return True
    orders = any(pattern.search(plain) for pattern in _OFFENCE)
    hidden = [one for one in map(_plain, _STOP.split(low)) if _UNSEEN.search(one)]
    if _UNDETECTED.search(plain):
        hidden.append(_plain(_STOP.split(low.rstrip(" .!?;\n"))[-1]))
    if hidden:  # who wants to stay unseen asks for it, unless the sentence tells that somebody did
        return orders or not all(_tells(one) for one in hidden)
    return orders and not (_ANSWERS.search(plain) or (_INTRUDER.search(plain) and not _ORDERED.match(plain)))


def _tells(sentence: str) -> bool:
    """Whether a sentence tells what happened, or asks how to answer it."""
    if _TO_ANSWER.search(sentence):
        return True
    return _ORDERED.match(sentence) is None and _TOLD.search(sentence) is not None


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
