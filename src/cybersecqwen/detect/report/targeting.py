"""Words around sectors, countries and platforms that state or rule out that they are targets."""

from __future__ import annotations

import re

_ORGANISATIONS = (
    r"(?:organi[sz]ations?|entit(?:y|ies)|compan(?:y|ies)|individuals|users|customers"
    r"|institutions?|agenc(?:y|ies)"
    r"|firms|businesses|people|targets|victims|banks|governments?|computers|systems|devices|machines|servers"
    r"|sectors?|industr(?:y|ies)|networks)"
)
# Each of these, followed by nothing but nouns, names whom the activity concerns
STATES = re.compile(
    r"\b(?:target(?:s|ed|ing)?(?! (?:file|folder|directory|process|path))|attack(?:s|ed"
    r"|ing)?(?: \w+)? (?:on|against|in|at)"
    r"|attack(?:ed|ing)|against|victims?(?!['’])|victimology|victimi[sz](?:e|es|ed|ing)"
    r"|aimed (?:at|against)|focus(?:ed|es|ing)?"
    r" (?:\w+ )?on|compromis(?:e[sd]?|ing)(?: of)?|infect(?:s|ed|ing|ions?)|breach(?:e[sd]"
    r"|ing)?(?: of)?|hit(?:s|ting)?"
    r"|affect(?:s|ed|ing)?|impact(?:s|ed|ing)?|intrusions? (?:at|into|in|of)|directed (?:at|against|toward)"
    r"|campaigns? (?:against|in|on|across)|espionage (?:on|in)|spy(?:ing)? on|interest in"
    r"|prey(?:ed|ing|s)? on"
    r"|disrupt(?:s|ed|ing)?|spear-?phish(?:ed|ing)(?: emails)? (?:to|against)|went after"
    r"|going after|goes after"
    r"|ransom(?:s|ed|ing)|operations (?:against|in|across))\b",
    re.IGNORECASE,
)
"""Words that, followed by nothing but nouns, name whom the activity concerns."""
# "organizations in Ukraine" states it only in a sentence that is about an attack
MEMBERS = re.compile(rf"\b{_ORGANISATIONS} (?:\w+ )?(?:in|across|throughout|within)\b", re.IGNORECASE)
"""Members of it, "organizations in …", which states it only in a sentence that is about an attack."""
ATTACK = re.compile(
    r"\b(?:attack|target|victim|compromis|campaign|infect|phish|espionage|intrusion|breach)", re.IGNORECASE
)
"""Whether a sentence is about an attack."""
PASSIVE = re.compile(
    rf"(?:[ ,]+(?:{_ORGANISATIONS}|and|or|[A-Z][a-z]+|sector|in|the|that|which)){{0,5}} "
    rf"(?:was|were|are|is|has been|have been"
    r"|being|been) (?:\w+ly |also |then |the )?(?:targeted|targets?\b|attacked|hit"
    r"|compromised|affected|impacted|breached"
    r"|infected|victimi[sz]ed|(?:main|primary) targets?)"
)
"""After a mention: it was targeted."""
BREAKS = re.compile(
    r";|\b(?:by|using|via|with|that|which|who|whose|after|while|because|since|through|but"
    r"|other than|except|outside"
    r"|attributed|linked|used|uses|to|from|hosted|based on|similar|like|when|if|then"
    r"|located on|leverag\w+|exploit\w+"
    r"|deploy\w+|according|said|reported|where|as part|on behalf|sponsored|is|are|was|were|has|have|had)\b"
    r"|\.\s",
    re.IGNORECASE,
)
"""Words that part a statement of targeting from what follows."""
OPENS = re.compile(
    r"\A(?: (?:that|who|which))?(?: (?:are|were|was|is|have been|has been|include|included"
    r"|including|from|located|based|where))?"
    r"(?: (?:located|based))?(?: (?:in|to be|primarily|mainly|mostly))?:?(?= )",
    re.IGNORECASE,
)
"""Words that do not, directly after the statement."""
DENIES = re.compile(
    r"(?:\bnot|n['’]t|\bnever|\bavoid\w*|\bno longer|\bexclud\w*|\bexcept\w*|\brefrain\w*"
    r"|\bwithout|\brather than|\binstead of"
    r"|\bdefen[ds]\w*|\bprotect\w*|\bguard\w*|\bsanction\w*|\bcharg\w+|\bindict\w*|\bsecur"
    r"(?:e|ing)|\bno evidence"
    r"|\bother than|\boutside)\b[^.;]{0,30}\Z",
    re.IGNORECASE,
)
"""Before a statement: it is denied, or is not the attacker's."""
LANGUAGE = re.compile(
    r"\b(?:keyboard|languages?|locales?|layouts?|geofenc\w+|time ?zone|allow-?list|whitelist|strings?)\b",
    re.IGNORECASE,
)
"""The sentence is about languages or checks of them."""
SPARED = re.compile(
    r"\b(?:avoid|exclud|except|terminat|exits?|skip|does not|do not|will not|won['’]t)", re.IGNORECASE
)
"""The sentence is about whom the activity spares."""
# After a country: what makes it the actor's
_ACTOR = (
    r"(?:threat|hack\w+|APTs?\b|APT ?-?[0-9]|advanced persistent|cyber[- ]?(?:espionage"
    r"|actors?|spies|crim\w+|units?|operat\w+|threat"
    r"|attack\w*|intrusion|program|army|activit\w+|war\w*)|adversar\w+|intelligence|GRU|FSB"
    r"|SVR|MSS|MOIS|IRGC|RGB|PLA\b"
    r"|Ministry of (?:State|Intelligence|Public)|General Staff|Main Intelligence|Foreign Intelligence"
    r"|Federal Security|Islamic Revolutionary|Reconnaissance General|People['’]s Liberation"
    r"|military unit|military hack"
    r"|nation[- ]state|state[- ](?:actors?|hack\w+|spons\w+|backed|affil\w+|owned)"
    r"|operatives|actors?\b|groups?\b|gangs?\b"
    r"|espionage|ransomware (?:gang|group|operat)|(?:mal)?ware (?:author|developer|operator)"
    r"|attackers?|malicious|crime|underground"
    r"|criminals?|operators|national)"
)
_LINKS = (
    r"(?:by|and|or|in|on|to|with|from|for|against|of|were|was|are|is|have|has|the|as|when"
    r"|while|after|using|where|that) "
)
ORIGIN_AFTER = re.compile(
    r"(?:['’]s)?(?: ?\([A-Z]{2,5}\)(?:['’]s)?)?(?:[- ](?:government|state|regime|military"
    r"|governmental|nation[- ]state))?(?:['’]s)?"
    r"(?: (?:interests?|strategic|economic|long-term|geopolitical)\b|[- \u2010-\u2015]{1,2}"
    r"(?:(?i:sponsored|backed|state-sponsored"
    r"|government-sponsored|state-backed|nexus|linked|aligned|affiliated|speaking"
    r"|associated|supported|directed|led|run|origin"
    rf"|language)\b|(?:(?!{_LINKS})[A-Za-z-]{{2,20}} )?(?:{_ACTOR})|based (?:{_ACTOR})))"
)
"""After a country: it is the actor's."""
PRODUCT_AFTER = re.compile(
    r" (?:AD )?(?:Defender|Identity|Sentinel|Security|Update|Server|Remote|Management"
    r"|Command)\b"
)
"""After a platform: its name is a part of a product's or a technique's."""
PRODUCT_BEFORE = re.compile(r"Defender for \Z")
"""Before it."""
ORIGIN_BEFORE = re.compile(
    r"(?:\b(?:attributed|attribution|link(?:s|ed)?|ties|tied|connected|connections?) "
    r"(?:\w+ )?(?:to|with)|\b(?:sponsored|backed|supported|directed|employed)"
    r" by|\bon behalf of|\b(?:affiliated|associated|aligned|affiliation) with|\boriginat\w+ "
    r"(?:in|from|out of)|\boperat\w+ (?:out of|from)"
    r"|\bemanat\w+ from|\binterests? (?:of|to)|\b(?:actors?|groups?|hackers?|attackers?|gang"
    r"|operators?|adversar\w+) (?:(?:based|located|operating|living|residing) )?(?:in|from|out of)"
    r"|\b(?:working|works?) for|\b(?:likely|believed to be|possibly|allegedly) (?:from|of"
    r"|in)|-nexus|\bnation-states?,? (?:such as|like|including))"
    r" (?:the )?(?:(?:government|interests?|state|regime|country|nation) of )?(?:the )?\Z",
    re.IGNORECASE,
)
"""Before a country: it is the actor's."""
ENDS = re.compile(r"[,.;)/]| (?:and|or|&|in|across|as well)\b|\Z")
"""After a word that is a sector only as a noun."""
SPEAKERS = re.compile(
    r"(?:-? (?:and|or) [A-Z][a-z]{3,12})?[- ](?:speaking|language) (?!\w*-?(?:threat|actor"
    r"|hack|cyber|crim|forum|group|gang|dark|under))"
)
"""After a country: only a language, of people who are no actors."""
WEAK_ORIGIN = re.compile(r"[- ](?:speaking|language)\b")
"""After a country: only a language."""
# Authorities that warn or prosecute, money, and addresses: neither target nor origin
NOT_TARGET_AFTER = re.compile(
    r"(?:['’]s)? (?:Department|Cyber|Treasury|Attorney|Secret Service|CERT|Federal|National"
    r"|Justice|District|Dollars?|dollars?|Homeland"
    r"|Intelligence Community|Computer Emergency|Postal|Code|citizens? and|Embassy|Congress"
    r"|[Ii]ndict|law enforcement|authorities)"
    r"|['’]s (?!Ministr|Parliament|Defen|State|Central|Foreign|Armed|Presiden|Govern)[A-Z]"
    r"|-CERT|\$|[- ]based (?:compan|firm|security|cyber|research|IP|server|hosting)|\.? ?"
    r"(?:Gov|Cert)|[- ](?:affairs|[Tt]ime\b|underground|IP|hosting|servers?|VPS|registr|domain|keyboard)"
)
"""After a country: an authority, a currency, an address."""
INFRASTRUCTURE = re.compile(
    r"\b(?:hosted|hosting|servers?|IP address(?:es)?|registered|provider|infrastructure"
    r"|geolocat\w+|nodes?|VPS|written|lang\w*)"
    r" (?:\w+ ){0,3}(?:in|from|by|to|at) (?:the )?\Z",
    re.IGNORECASE,
)
"""Before a country: where a server stands."""
CALLED_SECTOR = re.compile(
    r"(?:(?:,? and|,? or|,|/| &) ?[\w-]{2,20}(?: [\w-]{2,20})?(?=[,/ ])){0,8}(?:[ ,/](?:and "
    r"|or )?[\w-]{2,20})?"
    r" (?:sectors?|industr(?:y|ies)|verticals?|compan(?:y|ies)|organi[sz]ations?"
    r"|institutions?|entit(?:y|ies)|firms?"
    r"|providers?|agenc(?:y|ies)|facilities|operators|businesses|enterprises|contractors?"
    r"|targets|victims|officials|networks)\b",
    re.IGNORECASE,
)
"""After a word: it is called a sector, or its companies are meant."""
PLATFORM_AFTER = re.compile(
    r"(?:-based|[- ]focused)? (?:\w+ )?(?:malware|backdoors?|ransomware|variants?|versions?"
    r"|botnets?|trojans?|implants?|samples?|spyware"
    r"|rootkits?|encryptors?|payloads?|victims?|users?|hosts?|machines?|systems?|servers?"
    r"|devices?|endpoints?)\b",
    re.IGNORECASE,
)
"""After a platform: programs for it or machines with it."""
MALICE = re.compile(
    r"\A(?:malware|backdoor|ransomware|variant|botnet|trojan|implant|spyware|rootkit|encryptor|victim)",
    re.IGNORECASE,
)
"""The first of these."""
PLACE_BEFORE = re.compile(
    r"(?:\b(?:in|against|across|from|of|and|or|including|the|for|like|as|targeting|targeted)|,) \Z"
)
"""Before a word that may be a country: it is one."""
PLACE_AFTER = re.compile(
    r"(?:['’]s)?[- ](?:govern|organi[sz]|compan|militar|bank|users|victims|entit|ministr|based|media|target)"
)
"""After it."""
SURNAME = re.compile(r" [A-Z][a-z]")
"""A capitalised word follows."""
# Another attack than the one that is reported: what this one answers
ANSWERED = re.compile(
    r"\b(?:in (?:response|retaliation|reprisal|answer|reaction) (?:to|for)"
    r"|retaliat(?:e[sd]?|ing|ion) (?:for|against)|reven?g(?:e|ing) for|avenging)\b",
    re.IGNORECASE,
)
"""Behind these words stands what the activity answers, which is not the activity."""
_COUNTRY = r"[A-Z][\w.]{1,20}"
BLAMED = re.compile(
    r"\b(?:(?:pin(?:s|ned|ning)?|blam(?:e[sd]?|ing))\b[^.;]{0,120}?\bon|blam(?:e[sd]?|ing)|accus(?:e[sd]?|ing))"
    rf" (?:the )?(?:(?:{_COUNTRY},? ){{1,3}}(?:(?:and|or) )?(?:the )?)?"
    r"(?:(?:governments?|regime|state) of (?:the )?)?\Z"
)
"""Before a country: somebody blames it. It is no target, and whose the activity is only he says."""
STATEMENT_AFTER = re.compile(
    r"(?:['’]s|['’]) (?:\w+ )?(?:attribution|accusations?|claims?|statements?|response|reaction|retaliation"
    r"|denials?|condemnation|announcement|assessment|investigation)\b"
)
"""After a country: it says or does something."""
PART_OF_NAME_BEFORE = re.compile(
    r"\b(?!(?:Government|Republic|State|States|Kingdom|Federation|Ministry|Regime|Union|People|Military|Most"
    r"|Some|Many|All|One|Each|None|Part|Several|Both|North|South|East|West|Outside|Because|Instead|Out)\b)"
    r"[A-Z][a-z]{3,20} of (?:the )?\Z"
)
"""Before it."""
PART_OF_NAME_AFTER = re.compile(
    r" (?:groups?|gangs?|collectives?|teams?|army|hackers|hacktivists)\b", re.IGNORECASE
)
"""After a country whose name is a part of a group's: "the Falcons of Narnia group"."""
UNSURE = re.compile(
    r"\b(?:claim|alleg|rumou?r|sa(?:y|id)\b)(?:(?!\.\s).){0,200}?"
    r"(?:\b(?:can ?not|could not|unable to|not able to|(?:have|has|was|were) not(?: been)?|have yet to)"
    r"|\b(?:can|could)n?['’]t)"
    r" (?:be |been |independently |yet ){0,3}(?:confirm|verif|corroborat|substantiat)"
    r"|\b(?:unconfirmed|unverified|unsubstantiated) (?:claim|report|rumou?r)",
    re.IGNORECASE | re.DOTALL,
)
"""The sentence tells what somebody claims and nobody confirmed."""
PAST_AFTER = re.compile(r"(?:(?! (?:who|which|that)\b)[^.;,]){0,60}\bin the past(?=[,.;)]|\Z| and\b| but\b)")
"""After a country: what is told is over."""
PAST_USE = re.compile(
    r"\A[^.;]{0,40}\b(?:[Ii]n the past|[Hh]istorically|[Yy]ears ago)\b"
    r".{0,160}\b(?:used|abused|employed|leveraged|adopted)\s(?:\w+\s)?by\s(?:\w+\s){0,2}\Z",
    re.DOTALL,
)
"""Before a country: who used such a tool before."""
