"""Words: which ones carry no claim, and which forms are the same word.

Everything a model writes is one of three: glue from the closed lists here, a name or number of the
report, or a word of a finding's own title or reason. Whatever is none of them is taken for a name that
nobody recorded. The lists are short on purpose: a word belongs here only if leaving it out or putting
it in cannot make a sentence false.
"""

from __future__ import annotations

import re
from functools import lru_cache


def listed(words: str) -> frozenset[str]:
    """A set of words from a list with blanks between them."""
    return frozenset(words.split())


ARTICLES = listed("a an the this that these those it its they their them there")

GLUE = ARTICLES | listed(
    """
    and or as at by for from in into of on onto to under via with within through which who whose
    where when while also here so
    is are was were be been being has have had having does do did
    activity activities behavior behaviour event events evidence finding findings record records recorded
    recording sequence chain case incident observation observations story
    process processes program programs application executable command commands file files host hosts
    computer computers machine machines system systems account accounts user users name named names
    path line lines time technique techniques tactic tactics address detail details
    show shows showed shown indicate indicates indicated indicating suggest suggests suggested suggesting
    mean means involve involves involved involving include includes included including contain contains
    appear appears appeared seem seems seemed see sees saw seen observe observes
    observed observing detect detected note noted identify identified find found describe
    describes described relate related associated associate associates match matches matched matching
    occur occurs occurred happen happens happened
    mapped maps correspond corresponds called
    sha256 sha1 md5 utc
    """
)
"""Words that say nothing by themselves.

"no", "all", "before", "because" are missing on purpose, and what would say that it is over or ordinary:
"contained", "reported", "known", "consistent".
"""

THINGS = listed(
    """activity activities behavior behaviour event events evidence finding findings record records recording
    sequence chain case incident observation observations story processes programs executable command commands
    file files hosts computers machines system systems accounts users names path line lines time times
    technique techniques tactic tactics address detail details"""
)
"""Nouns among the glue: to call a name one of them would be a statement, which nobody recorded."""

KIND_NOUNS = {
    "user": "user",
    "account": "user",
    "host": "host",
    "computer": "host",
    "machine": "host",
    "workstation": "host",
    "server": "host",
    "process": "process",
    "program": "process",
    "executable": "process",
    "application": "process",
    "domain": "domain",
}
"""Nouns that say of the name beside them what it is: "user alice", "alice user"."""

NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
}

QUANTIFIERS = listed(
    """all any both each every everything everywhere few many most much multiple numerous only several single
    some various majority half dozen dozens hundreds thousands times twice once repeatedly"""
)
"""Amounts without a number; kept only inside words of ours."""

LIMITS = listed(
    """no not never none nothing nobody neither nor without cannot can't don't doesn't didn't isn't aren't
    wasn't weren't won't hardly barely rarely seldom unless except only but however although though instead
    failed fails fail failure denied blocked refused prevented stopped unsuccessful attempt attempted attempts
    tried almost nearly unlikely lack lacks lacking absent absence if"""
)
"""Words that turn or bound a statement: who repeats the statement must repeat them too."""

GENERIC = listed("can could may might often commonly typically usually frequently sometimes")
"""Words that say a statement is about such things in general."""

_IRREGULAR = {
    "ran": "run",
    "began": "begin",
    "begun": "begin",
    "wrote": "write",
    "written": "write",
    "hid": "hide",
    "hidden": "hide",
    "stole": "steal",
    "stolen": "steal",
    "made": "make",
    "sent": "send",
    "read": "read",
    "left": "leave",
    "kept": "keep",
    "got": "get",
    "took": "take",
    "taken": "take",
    "gave": "give",
    "given": "give",
    "came": "come",
    "went": "go",
    "gone": "go",
    "built": "build",
    "spread": "spread",
    "launch": "start",
    "launched": "start",
    "launches": "start",
    "launching": "start",
    "spawn": "start",
    "spawned": "start",
    "spawns": "start",
    "spawning": "start",
    "use": "use",
    "uses": "use",
    "used": "use",
    "using": "use",
    "people": "person",
    "children": "child",
}
"""Irregular forms, and the two words that say the same as "start" of a process."""

_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*(?:-[A-Za-z]+)*")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """One form for all inflections of a word; rough, and the same for both sides of a comparison."""
    low = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    if low in _IRREGULAR:
        base = _IRREGULAR[low]
        return base[:-1] if base.endswith("e") and len(base) > 3 else base
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ying", "y"), ("ied", "y")):
        if low.endswith(ending) and len(low) > len(ending) + 2:
            return low.removesuffix(ending) + instead
    base = low
    if base.endswith("s") and not base.endswith(("ss", "us", "is")) and len(base) > 3:
        base = base[:-1]
    for ending in ("ing", "ed"):
        if base.endswith(ending) and len(base) > len(ending) + 2:
            base = base.removesuffix(ending)
            if base[-1] == base[-2] and base[-1] not in "lsz":
                base = base[:-1]
            break
    return base[:-1] if base.endswith("e") and len(base) > 3 else base


LINKING = frozenset(
    stem(word)
    for word in listed(
        """
        show indicate suggest mean involve include contain match detect report identify find describe
        relate associate observe see note correspond map record call name happen occur appear seem
        """
    )
)
"""Stems of the verbs among the glue: between two names they do say something, which nobody recorded."""


def words(text: str) -> list[str]:
    """The words of a text, in order, without numbers and signs."""
    return _WORD.findall(text)


def is_glue(word: str) -> bool:
    """Whether a word claims nothing."""
    return word.lower() in GLUE


def content(text: str) -> tuple[str, ...]:
    """The stems of the words of a text that claim something, in order."""
    return tuple(stem(word) for word in words(text) if not is_glue(word))
