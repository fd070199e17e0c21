"""Words around names that state, weaken or deny a relation; all linear, all bounded."""

from __future__ import annotations

import re

from .ends import HEAD, NOUN, TAIL

MAYBE = re.compile(
    r"\b(?:may|might|could|can|would|should|possibl[ey]|probabl[ey]|potential(?:ly)?|likely"
    r"|perhaps|suspected|believed?|alleged(?:ly)?|purported(?:ly)?"
    r"|assess\w*|appears?|appeared|seems?|seemed|suggest\w*|claim\w*|rumou?red|attempt\w*"
    r"|tried|tries|try|if|plan\w*|unclear|low confidence|think|thought|reportedly|ability"
    r"|capab\w+|able|unconfirmed|hypothe\w+)\b",
    re.IGNORECASE,
)
"""What makes a sentence less than a statement."""
FORMER = re.compile(
    r"\b(?:former|ex-?)[ -]?(?:\w+ )?(?:members|developers|affiliates|operators|actors)\b", re.IGNORECASE
)
"""Before a group: it is not the group that acts."""
DENIED = re.compile(
    r"\b(?:not|never|no|without|neither|nor|none|cannot|rather than|instead of|unable"
    r"|fail(?:s|ed)? to|unrelated|no longer|refut\w+|den(?:y|ies|ied)|false(?:ly)?)\b"
    r"|n['’]t\b|\?\s*\Z",
    re.IGNORECASE,
)
"""What turns it into its opposite, or a question."""
COMPARED = re.compile(
    r"\b(?:similar(?:ly|ity|ities)?|resembl\w+|reminiscent|compar\w+|same|overlap\w*"
    r"|mimic\w*|imitat\w+|masquerad\w+|disguis\w+|impersonat\w+|pretend\w*|pos(?:es|ing) as"
    r"|inspired|detect(?:s|ed|ion)? (?:for|as))\b",
    re.IGNORECASE,
)
"""What only compares two things."""
ADVERB = (
    r"(?:also|later on|meanwhile|however|then|often|frequently|typically|commonly|usually"
    r"|primarily|mainly|recently"
    r"|previously|currently|heavily|now|first|initially|subsequently|later|still|actively"
    r"|successfully|repeatedly|historically|regularly|directly|reportedly|likely|possibly"
    r"|ultimately|eventually|widely|exclusively|mostly|consistently|in turn|\w{3,14}ly)"
)
"""Words between a subject and its verb."""
AUX = (
    r"(?:has|have|had|is|are|was|were|be|been|being|may|might|could|can|would|will|did|do"
    r"|does|to|known to|used(?: now| primarily| mainly)? to|known for|seen|observed|spotted"
    r"|caught|found|reported|continues? to"
    r"|continued to|began|started|believed to|suspected of|thought to|able to|attempt(?:s|ed"
    r"|ing)? to|tried to|likely to|appears to|not|never)"
)
"""Auxiliaries and what reports put before a verb."""
APPOSITIVE = (
    r"(?:,\s(?:a|an|the|one of the|another)\s(?:[\w'’/-]+\s){0,6}?(?:[\w'’/-]+)(?:,|(?=\s"
    r"(?:that|which|who|used)\b))|\s(?:is|are|was)\s(?:a|an|the|one of the)\s"
    r"(?:[\w'’/,-]+\s){0,9}?[\w'’/-]+(?=\s(?:that|which|who)\b))"
)
"""What a subject is called between commas."""
SUBJECT_TAIL = (
    rf"{TAIL}(?:\s?\([^()]{{0,80}}\)|\s?\[[^\[\]]{{0,16}}\])?(?:{APPOSITIVE})?(?P<rel>,?\s"
    rf"(?:which|that|who)(?=\s))?(?P<aux>(?:,?\s(?:{AUX}|{ADVERB}),?){{0,6}})(?:\s"
    rf"(?:obtained|created|developed|acquired|customi[sz]ed|modified|downloaded|purchased"
    rf"|adapted)\sand)?\s"
)
"""Everything that may stand between a subject and its verb."""
_BREAKS = (
    r"to|by|from|via|through|against|that|which|who|whose|when|while|after|before|if|because"
    r"|but|not|instead|than|like|similar|with|without|for|during|under|into|onto|using|upon"
    r"|is|are|was|were|has|have|had|then|where|since|until|as part|used|targeted|between"
)
OBJECT_HEAD = (
    rf"(?:(?:such\sas|known\sas|(?!(?:{_BREAKS}|as)\b)[\w'’&+.-]+(?<![.!?])),?\s){{0,9}}"
    r"[\"“'‘(\[*`]{0,3}"
)
"""Everything that may stand between a verb and its object."""
BY_HEAD = rf"(?:the\s|a\s|an\s)?(?:[\w'’/-]+\s){{0,5}}?{HEAD}"
"""What may stand between "by" and the one who did it."""
SERVER = re.compile(
    r"(?:['’]s)?(?:\s(?:malware|backdoor|ransomware|primary|main|new|known|trojan|botnet|RAT"
    r"|beacon|loader))?\s(?:C2|C&C|CnC|command[- ]and[- ]control|(?:team )?servers?"
    r"|listeners?)"
    r"(?:\s(?:servers?|domains?|address(?:es)?|IPs?|infrastructure|hosts?|URLs?|IP address"
    r"(?:es)?)){0,2}(?:\s(?:is|are|was|were|at|located at|include|includes"
    r"|hosted at)){0,2}\s?[:=(\[-]?\s?",
    re.IGNORECASE,
)
"""Between a family and the address of its server."""
OWNED = re.compile(
    r"(?:['’]s)?(?:\s(?:ransomware|malware|group|gang|owned|controlled|operated|known|leak"
    r"|staging|attacker|actor)){0,2}\s(?:C2|C&C|command[- ]and[- ]control|(?:sub)?domains?|servers?"
    r"|IP address(?:es)?"
    r"|IPs?|URLs?|infrastructure|websites?|sites?|repository)(?:\s(?:servers?|domains?"
    r"|address(?:es)?|infrastructure|at|is|was|are|of)){0,3}\s?[:(\[]?\s?",
    re.IGNORECASE,
)
"""Between a group and an address of its own."""
SAMPLE = re.compile(
    rf"(?:\s(?:{NOUN}|DLLs?|executables?|binar(?:y|ies)|files?|installers?|document"
    rf"|archive)){{1,3}},?(?:\s(?:is|was|are|were))?(?:\s(?:named|called|with the "
    rf"(?:file ?)?name(?: of)?|with (?:the )?(?:hash|SHA-?256|MD5)(?: of"
    rf"| hash)?))?\s?[:=(]?\s?[\"“'‘(]{{0,2}}",
    re.IGNORECASE,
)
"""Between a family and a file that is a sample of it."""
IS_SAMPLE = re.compile(
    r"[\"”'’]{0,2},?\s(?:\(|(?:is|was|were|are)\s(?:\w+ly\s)?(?:(?:identified|determined"
    r"|found|confirmed)\s(?:as|to be)\s)?)(?:determined to be\s|identified as\s)?(?:(?:a|an"
    r"|the|modified|malicious|new|packed)\s){0,3}",
    re.IGNORECASE,
)
"""Between a file and the family that it is a sample of."""
MEANS = re.compile(
    r"(?P<tail>[^;:.()]{5,130}?),?\s(?:by\s|through\s(?:the\s)?)?(?P<verb>using|exploiting"
    r"|deploying|leveraging|employing|utilizing|installing|use of|repurposing)\s"
    r"(?P<head>.{0,90})",
    re.IGNORECASE | re.DOTALL,
)
"""What a group did and by what: "moved laterally using"."""
NOT_MEANS = re.compile(
    r"\b(?:that|which|who|whose|but|while|when|after|before|victims?(?! (?:networks?"
    r"|environments?|systems?|machines?|hosts?|data))|users?|if|because|where"
    r"|until|than|like|and|software|malware to|researchers?|we|defenders|to)\b",
    re.IGNORECASE,
)
"""Words that change who acts."""
TECHNIQUE_HEAD = re.compile(r"(?P<tail>.{0,180}?)\s?[\[(]\s?\Z", re.DOTALL)
"""Before an identifier of a technique in brackets."""
DOES = re.compile(
    rf"{TAIL}(?P<aux>(?:,?\s(?:{AUX}|{ADVERB})){{0,4}})\s(?!servers|beacons|tools|samples"
    rf"|is\s|was\s|has\s|as\s|this\s|teams)(?:\w{{2,20}}(?:ed|s)|\w{{3,20}}ing|sent|made|took"
    rf"|stole|hid|ran|wrote|set|gained|sought|built)\s",
    re.IGNORECASE,
)
"""A subject goes on with any verb."""
ROW_HEAD = re.compile(r"[\])\s]{0,3}[;\t|][^;\t|]{3,90}[;\t|]\s?(?:the\s)?", re.IGNORECASE)
"""Between an identifier and the use in a table of techniques."""
GENITIVE = re.compile(rf"['’](?:s)?\s{HEAD}", re.IGNORECASE)
"""Between a group and what is its own."""
PREPOSITION = re.compile(
    r"\b(?:of|by|with|from|to|in|against|on|for|like|than|via|using|through|as|into|between"
    r"|at|including|similar to|track|tracks|tracking|study|studying|investigating|monitoring"
    r"|analy[sz]ing)\s(?:the\s|a\s|an\s|its\s|their\s)?[\"“'‘(]?\Z",
    re.IGNORECASE,
)
"""Before a name that is no subject."""
SUBJECT_OF = re.compile(
    r"(?:\b(?:operators?|actors?|variants?|versions?|samples?|groups?|affiliates?|campaigns?"
    r"|developers?|gang|members|family|malware|ransomware|named|called)\s(?:of|behind"
    r"|known as|named|called|using|like|such as|dubbed|tracked as)"
    r"|\A|[.:]\s|\bthat|\b(?:when|while|where|as|if|which|because|since|although|and"
    r"|in which))\s?(?:the\s|a\s)?[\"“'‘(]?\Z",
    re.IGNORECASE,
)
"""Before a name that is one after all."""
AFTER_OBJECT = re.compile(
    r"-(?:like|style|derived|based|related|themed|linked)|['’]s?\s(?:victims?|code|source)", re.IGNORECASE
)
"""After a name that is only a part of a word or thing."""
BE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\b(?:\s\w+ly|\salso|\sthen|\soften)?\s*\Z", re.IGNORECASE
)
"""A form of "be" before a verb."""
PEOPLE = re.compile(
    r"\s(?:ransomware\s)?(?:actors?|operators?|affiliates?|group|gang|hackers?|attackers?)\b", re.IGNORECASE
)
"""After a family: those who run it."""
OTHER_THING = re.compile(
    r"\b(?:tasks?|services?|files?|accounts?|keys?|users?|process(?:es)?|folders?|director"
    r"(?:y|ies)|domains?|mutex(?:es)?|values?|strings?|parameters?|functions?|commands?)"
    r"\s(?:named|called|known as)\s[\"“'‘]?\Z",
    re.IGNORECASE,
)
"""Before a name that is that of a task, service or file."""
LOOSE = frozenset(
    {
        "using",
        "leveraging",
        "employing",
        "utilizing",
        "utilising",
        "deploying",
        "exploiting",
        "abusing",
        "relying",
    }
)
"""Participles that do not say who acts."""
NO_BE = frozenset({"attributed-to", "variant-of", "related-to"})
"""Verbs that take a form of "be"."""
ATTACK_ON = re.compile(
    r"\b(?:attacks?|cyberattacks?|campaigns?|intrusions?|operations?) (?:on|against"
    r"|targeting) (?:[\w'’-]+ ){0,5}\Z",
    re.IGNORECASE,
)
"""Before a target: an attack on it."""
USED_TO = re.compile(r"\bused(?: \w+)? to\s*\Z", re.IGNORECASE)
"""Before a verb: the subject is what it is done with."""
