"""What a tag of HTML means for the text: its name, where it breaks, what it hides, where it leads."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

HEAD_CHARS = 8_192
"""Characters of a tag that are looked at."""

VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
RAW = frozenset(("script", "style", "title", "textarea", "xmp", "noembed", "noframes", "iframe"))
"""Elements whose content is no markup (HTML Living Standard, 13.1.2)."""
DROPPED = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "canvas",
        "audio",
        "video",
        "map",
        "textarea",
        "noembed",
        "noframes",
        "head",
        "progress",
        "meter",
        "dialog",
    ]
)
"""Elements without text of the page."""
ASIDES = {
    "button": "buttons",
    "select": "form fields",
    "option": "form fields",
    "datalist": "form fields",
    "noscript": "without scripts",
    "svg": "drawing",
    "math": "formula",
}
"""Elements whose text is no part of what they stand in, and what kind of boilerplate it is."""
FOREIGN = ("svg", "math")
ENDS_FOREIGN = frozenset(
    [
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "i",
        "img",
        "li",
        "listing",
        "menu",
        "meta",
        "nobr",
        "ol",
        "p",
        "pre",
        "ruby",
        "s",
        "small",
        "span",
        "strong",
        "strike",
        "sub",
        "sup",
        "table",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
"""Elements that are none of a drawing or formula: they end it (HTML Living Standard, 13.2.6.5)."""
REGIONS = {
    **ASIDES,
    "nav": "navigation",
    "aside": "aside",
    "footer": "footer",
    "menu": "navigation",
    "header": "header",
}
CONTAINERS = frozenset(
    [
        "div",
        "section",
        "article",
        "main",
        "nav",
        "header",
        "footer",
        "aside",
        "form",
        "ul",
        "ol",
        "dl",
        "table",
        "blockquote",
        "figure",
        "details",
        "pre",
        "body",
        "fieldset",
        "menu",
        "center",
    ]
)
"""Elements that are kept on the stack."""
BLOCKS = {
    "p": "paragraph",
    "div": "paragraph",
    "dt": "paragraph",
    "dd": "paragraph",
    "address": "paragraph",
    "summary": "paragraph",
    "legend": "paragraph",
    "hr": "paragraph",
    "caption": "caption",
    "figcaption": "caption",
    "li": "item",
    "tr": "row",
    "pre": "code",
    "blockquote": "quote",
    **{f"h{level}": "heading" for level in range(1, 7)},
    **{name: "paragraph" for name in CONTAINERS if name not in ("pre", "blockquote")},
    "tbody": "paragraph",
    "thead": "paragraph",
    "tfoot": "paragraph",
}
"""Elements that begin and end a block, and of what kind it is."""
_ROLES = {
    "navigation": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "search": "search",
    "menu": "navigation",
    "menubar": "navigation",
    "dialog": "banner",
    "alertdialog": "banner",
}
# Words in the classes and the id of elements that hold no part of an article.
_WORDS = {
    **dict.fromkeys(
        [
            "nav",
            "navbar",
            "navigation",
            "menu",
            "submenu",
            "megamenu",
            "breadcrumb",
            "breadcrumbs",
            "pagination",
        ],
        "navigation",
    ),
    **dict.fromkeys(["cookie", "cookies", "consent", "gdpr", "onetrust", "cookiebanner"], "cookie banner"),
    **dict.fromkeys(["share", "sharing", "sharebar", "social", "addtoany", "sharedaddy"], "share buttons"),
    **dict.fromkeys(["related", "recommended", "recommendations"], "related posts"),
    **dict.fromkeys(
        [
            "newsletter",
            "subscribe",
            "signup",
            "promo",
            "advert",
            "advertisement",
            "ads",
            "sponsored",
            "popup",
        ],
        "banner",
    ),
    **dict.fromkeys(["sidebar"], "aside"),
    **dict.fromkeys(["footer"], "footer"),
    **dict.fromkeys(["masthead", "topbar"], "header"),
    **dict.fromkeys(["comments", "commentlist", "respond", "disqus"], "comments"),
    **dict.fromkeys(["skiplink"], "navigation"),
}
_OFFSCREEN = frozenset(("sr-only", "screen-reader-text", "visually-hidden", "visuallyhidden", "skip-link"))
_CONTENT = frozenset(
    [
        "content",
        "article",
        "post",
        "entry",
        "body",
        "main",
        "story",
        "text",
        "report",
        "blog",
        "has",
        "with",
        "no",
        "page",
    ]
)
_ARTICLE = frozenset(
    (
        *("content", "article", "post", "entry", "main", "entry-content", "post-content"),
        *("article-content", "page-content", "post-body"),
    )
)
_WORD = re.compile(r"[a-z]+")
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z_:@][\w:.-]{0,60}+)(?:\s{0,20}+=\s{0,20}+("[^"]*+"|'[^']*+'|[^\s"'>]*+))?"""
)
_HIDDEN = re.compile(
    r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden"
    r"|(?:font-size|(?<![-\w])opacity)\s{0,5}:\s{0,5}(?:0(?:\.0{1,9})?|\.0{1,9})(?![.\d])"
)
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,40})")


class Tag(NamedTuple):
    """A tag, understood."""

    name: str
    closes: bool
    region: str
    """Kind of boilerplate that it begins, or ""."""
    hidden: bool
    """A person does not see what it holds."""
    main: bool
    """It holds the article."""
    quiet: bool
    """It means nothing for the text, unless an element of that name is on the stack."""
    attributes: dict[str, str]
    """Of `a`, `meta`, `link`, `base`, `time` and `html`; empty for others."""


def tag_of(head: str) -> Tag | None:
    """The tag between "<" and ">", or None where that is none."""
    head = head[:HEAD_CHARS]
    match = _NAME.match(head)
    if match is None:
        return None
    name = match[1].lower()
    if head[0] == "/":
        return Tag(name, True, "", False, False, _is_quiet(name) or name in ("td", "th", "time"), {})
    rest = head[match.end() :]
    if not rest.strip(" /\n\t\r"):
        return Tag(
            name, False, REGIONS.get(name, ""), False, name in ("main", "article"), _is_quiet(name), {}
        )
    found = attributes_of(rest)
    role = found.get("role", "").strip().lower()
    region = REGIONS.get(name, "") or _ROLES.get(role, "")
    hidden = "hidden" in found and found["hidden"].lower() != "until-found"
    if style := found.get("style"):
        hidden = hidden or _HIDDEN.search(style.lower()) is not None
    main = name in ("main", "article") or role in ("main", "article")
    if not region and not main and name in CONTAINERS and name != "body":
        region = _by_words(found)
    elif (
        not region
        and name in ("p", "span", "a", "li")
        and not _OFFSCREEN.isdisjoint(found.get("class", "").split())
    ):
        region = "for screen readers"
    kept = found if name in ("a", "meta", "link", "base", "time") else {}
    quiet = _is_quiet(name) and not (region or hidden or main)
    return Tag(name, False, region, hidden, main, quiet, kept)


def _is_quiet(name: str) -> bool:
    """Whether a name stands for nothing but a way of writing, as b, span and code do."""
    return not (
        name in BLOCKS
        or name in CONTAINERS
        or name in DROPPED
        or name in ASIDES
        or name in VOID
        or name in ("a", "td", "th", "time")
    )


def attributes_of(text: str) -> dict[str, str]:
    """The attributes of a tag by their names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match[2] or ""
        if value[:1] in ("'", '"'):
            value = value[1:-1]
        found.setdefault(match[1].lower(), unescape(value) if "&" in value else value)
    return found


def _by_words(found: dict[str, str]) -> str:
    said = f"{found.get('class', '')} {found.get('id', '')}"[:500]
    if not said.strip():
        return ""
    if not _OFFSCREEN.isdisjoint(said.split()):
        return "for screen readers"
    tokens = said.lower().split()
    if not _ARTICLE.isdisjoint(tokens):
        return ""
    for token in tokens:
        words = _WORD.findall(token)
        region = next((_WORDS[word] for word in words if word in _WORDS), "")
        if region and _CONTENT.isdisjoint(words):  # "has-sidebar" and "content-with-sidebar" are no sidebars
            return region
    return ""
