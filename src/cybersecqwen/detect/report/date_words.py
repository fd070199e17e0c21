"""How reports write dates, and the words before them that say what they are of."""

from __future__ import annotations

import re

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTHS = {name: number for number, name in enumerate(_NAMES, 1)} | {
    name[:3]: number for number, name in enumerate(_NAMES, 1)
}
MONTHS["sept"] = 9
"""Month by its English name or abbreviation in lower case."""
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?"
    r"(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:19[89]|20[0-4])[0-9]"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
DATE = re.compile(
    r"(?<![\w/.:\\-])(?:"
    rf"(?P<iy>{_YEAR})[-/](?P<im>1[0-2]|0[1-9])(?:[-/](?P<id>{_DAY}))?(?![\w/-])"
    rf"|(?:(?P<part>early|mid|late|the (?:beginning|middle|end|start|first half|second half"
    rf"|summer|fall|spring|winter|first"
    r"|second|third|fourth|last) ?(?:quarter)? ?of|Q[1-4](?: of)?|H[12](?: of)?|spring"
    r"|summer|autumn|fall|winter)[- \u2010-\u2015]{1,2}(?:of )?)?"
    rf"(?:(?P<d1>{_DAY})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH}),? (?P<y1>{_YEAR})"
    rf"|(?P<m2>{_MONTH}) (?P<d2>{_DAY})(?:st|nd|rd|th)?,? (?P<y2>{_YEAR})"
    rf"|(?P<m3>{_MONTH}),?(?: of)? (?P<y3>{_YEAR})"
    rf"|(?P<m4>{_MONTH}) (?P<d4>{_DAY})(?:st|nd|rd|th)?(?![0-9:.]?[0-9])"
    rf"|(?P<d5>{_DAY})(?:st|nd|rd|th)? (?P<m5>{_MONTH})"
    rf"|(?P<y6>{_YEAR})(?! ?[-/.][0-9])"
    rf"|(?P<m7>{_MONTH}))(?![\w]|-(?!to\b)[\w])"
    r"|(?P<rel>(?:last|this|earlier this|later this|late last|early last|early this) (?:week"
    r"|month|year)|yesterday"
    r"|(?:two|three|four|five|six|several|[1-9][0-9]?|a) (?:days?|weeks?|months?|years?) ago)(?!\w)"
    r")",
    re.IGNORECASE,
)
"""A date, a part of one, or a relative one."""
MAY_BE = re.compile(
    rf"{_YEAR}|\b{_MONTH}\b|\bago\b|\b(?:last|this) (?:week|month|year)\b|yesterday", re.IGNORECASE
)
"""A quick look whether a sentence can hold a date."""
_AT_LEAST = (
    r"(?: at least| around| about| approximately| roughly| as early as| as far back as| the"
    r"| on| in| circa| early| mid| late| April)*"
)
SINCE = re.compile(
    rf"(?:\b(?:since|as early as|as far back as|dat(?:es|ing|ed) back to|going back to"
    rf"|goes back to|(?:start(?:ed|ing|s)?|beg[aiu]n(?:ning|s)?"
    rf"|commenc\w+)(?: \w+){{0,6}}? (?:in|on|from|around|at)|(?:began|begins|starting"
    rf"|started|beginning))"
    r"|\bfirst (?:\w+ ){0,2}?(?:observed|seen|spotted|discovered|identified|detected"
    r"|reported|appeared|emerged|documented|surfaced|noticed"
    r"|publicly|came|active|became|encountered|recorded|uncovered|described|known|sighted"
    r"|analy[sz]ed|used|deployed|advertised|released)"
    r"(?: \w+){0,7}? (?:in|on|around|by|during)"
    r"|\bfirst (?:seen|observed|sighting|appearance)\W{0,3}"
    r"|\b(?:emerged|surfaced|appeared)(?: \w+){0,5}? (?:in|on|around)"
    rf"|\bactive (?:\w+ )?(?:from|as of)){_AT_LEAST} ?\Z",
    re.IGNORECASE,
)
"""Before a date: it began."""
UNTIL = re.compile(
    r"(?:\b(?:until|till|up to|up until|through|ended|ending|as late as|as recently as"
    r"|ceased|stopped)(?: at least| around| on| in| about| the)*"
    r"|\blast (?:seen|observed|active|detected|sighting|activity)(?: \w+){0,4}?(?: in| on"
    r"|\W{0,2}))(?: early| mid| late)? ?\Z",
    re.IGNORECASE,
)
"""Before a date: it ended or was last seen."""
ON = re.compile(
    r"\b(?:in|on|during|around|of|at|throughout|by|before|after|for)(?: about| around"
    r"| approximately| the| early| mid| late|"
    r" (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?){0,3} ?\Z",
    re.IGNORECASE,
)
"""Before a date: it happened."""
OPENS = re.compile(r"\A\W{0,4}\Z")
"""The date opens its line."""
BETWEEN = re.compile(
    r"\bbetween(?: at least| about| around| approximately| early| mid| late)? ?\Z", re.IGNORECASE
)
"""Before the first date of a period."""
RANGE = re.compile(
    r"\A ?(?:and|to|until|till|through|up to|-|\u2010|\u2011|\u2012|\u2013|\u2014)"
    r"(?: at least| about| around| approximately| the)? ?\Z",
    re.IGNORECASE,
)
"""Between the dates of a period."""
PUBLISHED = re.compile(
    r"\b(?:published|publication date|posted|original release date|release date|date of "
    r"(?:issue|publication)|issued|report date|issue date"
    r"|date)(?: on| at)?\W{0,3}(?:\w{3,9}day,? )?\Z",
    re.IGNORECASE,
)
"""Before the date of publication."""
DATE_FIELD = re.compile(r"\bdate\s?[:=]", re.IGNORECASE)
"""A field that rules and messages have too."""
NOT_PUBLISHED = re.compile(r"\b(?:updated|modified|they|group|actor|attack|first|was)\b", re.IGNORECASE)
"""Before a date that is not that of publication."""
FRONT = 3_000  # characters of a text in which "Date:" is the report's, not that of a rule or message in it
"""Characters of a text in which "Date:" is the report's, not that of a rule or message in it."""
PUBLISHED_LINE = 90  # characters before the date in which only little stands
"""Characters before that date in which only little stands."""
ACTIVITY = re.compile(
    r"\b(?:attack\w*|campaigns?|observ\w+|target\w*|exploit\w*|compromis\w+|discover\w+"
    r"|infect\w*|deliver\w*|malicious|actors?|ransom\w*|malware"
    r"|phish\w*|intrusion\w*|breach\w*|operations?|operat\w+|active|activity|activities"
    r"|botnet|backdoor\w*|trojan|loader|espionage|distribut\w+|victims?|deploy\w*"
    r"|first seen|last seen|detect\w+|spotted|incidents?|stole\w*|leak\w*|hack\w*|threat\w*"
    r"|adversar\w+|spam|wiper\w*|encrypt\w+|register\w+|compiled"
    r"|groups?|emerged|used|using|access\w*|infrastructure|C2|variant|samples?|stealer|implant)\b",
    re.IGNORECASE,
)
"""The sentence is about the activity."""
NOT_ACTIVITY = re.compile(
    r"\b(?:(?:we|previously|already) (?:\w+ )?(?:noted|highlighted|mentioned|covered"
    r"|discussed|described|wrote)|exposed|unseal\w*|issued to|will|update"
    r"|patch\w*|hotfix\w*|fixed|fixes|copyright|all rights|retrieved|accessed on|last "
    r"(?:updated|modified|reviewed|revised)|updated|revis\w+"
    r"|releas(?:ed?|ing)|publish\w*|public(?:ly)? disclos\w*|disclos\w+|announc\w+|reveal\w+"
    r"|(?:by|from) (?:CISA|(?:the )?FBI|NSA|US-CERT)|advisory|advisories|blog ?posts?|blogs?"
    r"|article|whitepaper|indict\w*|sanction\w*"
    r"|arrest\w*|presented|conference|webinar|report(?:ed)? (?:by|on|from)|wrote|written in"
    r"|described (?:in|by)|documented by|born|founded"
    r"|end[- ]of[- ](?:life|support)|deprecat\w+|subscrib\w+|read more|mitigat\w+|added to"
    r"|version|vulnerabilit(?:y|ies) (?:was|were)|reported"
    r"|(?:ma[dk]e|making|bec[ao]me|becoming|went|going|go(?:es)?) public"
    r"|public (?:date|disclosure|availability)"
    r"|(?:flaw|bug|vulnerability|exploit|CVE-[0-9-]{9,12})\b[^.;|]{0,40}\bpublic(?:ly known)? since"
    r"|(?:date|day) (?:of|on which) (?:its |the )?(?:public|disclosure))\b|©|\(c\)",
    re.IGNORECASE,
)
"""The date is of a publication, a patch or the like."""
REFERENCE = re.compile(
    r"\A\s{0,4}(?:\[[0-9]{1,3}\]|[0-9]{1,3}\.\s+[A-Z][\w.,& ]{0,60}[,.:]\s*[\"“']|©|copyright)|https?://",
    re.IGNORECASE,
)
"""The line is a reference."""
PRODUCT = re.compile(
    r"\b(?:Windows|Server|Office|Exchange|Visual Studio|SharePoint|Studio|SQL|Word|Excel"
    r"|Outlook|CVE|MS|KB|RFC|ISO|Acrobat|Reader|AutoCAD"
    r"|Dynamics|Project|Access|Patch Tuesday[, ]?|ICD|Top|Report|Conference|DEF CON"
    r"|Black Hat|Olympics|Cup|Election) ?\Z"
)
"""Before a year that belongs to a name."""
TIME_AFTER = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}")
"""A time of day follows."""
AUTHORITY_AFTER = re.compile(
    r",? ?(?:the )?(?:(?:US|U\.S\.|UK|UK['’]s|U\.S\.['’]s?) )?"
    r"(?:CISA|FBI|NSA|NCSC|ENISA|BSI|ANSSI|CERT-UA|JPCERT(?:/CC)?|US-CERT|CERT/CC|NIST|MITRE|Europol)"
    r"(?: \([A-Z]{2,8}\))?"
    r"(?:(?:,| and|, and) (?:the )?[A-Z]{3,8}){0,4} (?:also |first |jointly |then )?"
    r"(?:list(?:s|ed)|add(?:s|ed)|warn(?:s|ed)|alert(?:s|ed)|rank(?:s|ed)|nam(?:es|ed)|call(?:s|ed)|rat(?:es|ed)"
    r"|order(?:s|ed)|advis(?:es|ed)|urg(?:es|ed)|catalogu?(?:es|ed)|includ(?:es|ed)|started to call)\b"
)
"""After a date: what an authority said then of something."""
