"""HTML from strangers and editors: made safe, made short, made plain text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import nh3

from gonets.kernel.html_blocks import in_lines, made_shallow
from gonets.kernel.word import is_from_word, plain_from_word

LINK_SCHEMES = {"http", "https", "mailto"}

FRAGMENT_TAGS = {
    *("p", "br", "strong", "b", "em", "i", "a", "blockquote"),
    *("ul", "ol", "li", "h2", "h3", "h4"),
}
FRAGMENT_ATTRIBUTES = {"a": {"href"}}

BODY_TAGS = FRAGMENT_TAGS | {
    *("img", "figure", "figcaption", "pre", "code", "hr", "div", "span"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("h1", "h5", "h6", "dl", "dt", "dd", "sub", "sup", "s", "del", "u", "small"),
}
BODY_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}

LAYOUT_TAGS = BODY_TAGS | {"center", "font", "col", "colgroup", "ins", "mark"}
_CELL = {
    *("colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"),
}
LAYOUT_ATTRIBUTES = {
    "*": {"style", "align", "dir", "lang", "title", "role"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "border"},
    "font": {"color", "face", "size"},
    "table": {"width", "height", "border", "cellpadding", "cellspacing", "bgcolor"},
    "tr": {"height", "valign", "bgcolor"},
    "col": {"width", "span"},
    "ol": {"start", "type"},
    "td": _CELL,
    "th": _CELL,
}
LAYOUT_STYLES = {
    *("color", "background", "background-color", "font", "font-family", "font-size"),
    *("font-style", "font-weight", "line-height", "letter-spacing", "text-align"),
    *("text-decoration", "text-transform", "text-indent", "vertical-align"),
    *("white-space", "word-break", "overflow-wrap", "direction", "list-style-type"),
    *("width", "min-width", "max-width", "height", "min-height", "max-height"),
    *("display", "float", "clear", "table-layout", "box-sizing", "opacity"),
    *("border-collapse", "border-spacing", "border-radius", "border", "border-color"),
    *("border-style", "border-width", "border-top", "border-right", "border-bottom"),
    *("border-left", "margin", "margin-top", "margin-right", "margin-bottom"),
    *("margin-left", "padding", "padding-top", "padding-right", "padding-bottom"),
    *("padding-left",),
}
"""No ``position``, ``z-index`` or pictures: a block stays in its place."""

LAYOUT_SCHEMES = LINK_SCHEMES | {"tel"}

NEVER_SHOWN = {
    *("script", "style", "title", "template", "noscript", "iframe", "object"),
    *("textarea", "select", "svg", "math", "audio", "video", "noembed", "noframes"),
}
"""Elements that go together with what is inside them."""

PARAGRAPH_LIKE = {
    *("address", "article", "aside", "center", "details", "div", "dd", "dl", "dt"),
    *("fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup"),
    *("main", "nav", "pre", "section", "summary", "table", "tr", "td", "th", "caption"),
}
"""Blocks that a fragment does not know; they become paragraphs, so no words glue."""

STAND_INS = dict.fromkeys(PARAGRAPH_LIKE, "p") | {"h1": "h2", "h5": "h4", "h6": "h4"}

ENDS_A_LINE = PARAGRAPH_LIKE | {
    *("p", "br", "li", "ul", "ol", "blockquote", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "thead", "tbody", "tfoot"),
}

MAX_CHARACTERS = 400_000
MAX_DEPTH = 200
"""Beyond these only hostile HTML goes; the parser's time is length × depth."""


MOST_CLEANINGS = 5
"""Elements that cannot stand in each other change places when they are parsed again."""


def clean_fragment(html: str) -> str:
    """Return the few tags of a letter's text; every link http, https or mailto.

    Text such as ``{{ subscriber.name | default("you") }}`` stays as it is, apart from
    ``<``, ``>`` and ``&`` being written as entities.  What comes from Word keeps its
    lists, which Word only draws.
    """
    return _settled(html, _fragment)


def _settled(html: str, clean: Callable[[str], str]) -> str:
    """Clean until nothing changes any more; what is clean already takes one look."""
    for _again in range(MOST_CLEANINGS):
        before, html = html, clean(html)
        if html == before:
            break
    return html


def _fragment(html: str) -> str:
    if is_from_word(html):
        html = plain_from_word(html)
    blocks = in_lines(_FRAGMENT_AND_BLOCKS.clean(_bounded(html)))
    known, replaced = _STAND_IN.subn(_stand_in, blocks)
    shallow = made_shallow(known)
    if replaced or shallow != known:
        known = shallow
        known = _EMPTY_PARAGRAPH.sub("", _FRAGMENT.clean(known)).strip()
    return _LINK_TO_NOWHERE.sub(r"\1", known)


def clean_body(html: str) -> str:
    """Return an article's text: a fragment with pictures, tables, figures and code.

    Pictures that are not on the web (``data:``, relative) are left out.
    """
    clean = _PICTURE_WITHOUT_ADDRESS.sub("", _BODY.clean(_bounded(html)))
    return _LINK_TO_NOWHERE.sub(r"\1", clean)


def clean_layout(html: str) -> str:
    """Return HTML of an author's own as mail can carry it: tables, styles, pictures.

    No comments (also those for Outlook: nobody would check what they hide), no scripts,
    forms, frames, style sheets, classes or background pictures; pictures must be on
    the web, and counters of visits are left out.
    """
    return _settled(html, _layout)


def _layout(html: str) -> str:
    clean = _LAYOUT.clean(_bounded(html))
    clean = _PICTURE_WITHOUT_ADDRESS.sub("", _VISIT_COUNTER.sub("", clean))
    return _LINK_TO_NOWHERE.sub(r"\1", clean).strip()


def only_tags(html: str, *, tags: set[str], attributes: dict[str, set[str]]) -> str:
    """Return ``html`` well-formed, with nothing but these tags: to be read by programs.

    Nothing of it may be shown to people as HTML.
    """
    return nh3.clean(
        _bounded(html),
        tags=tags,
        attributes=attributes,
        clean_content_tags=NEVER_SHOWN - tags,
        link_rel=None,
    )


def text_of(html: str) -> str:
    """Return the words of ``html`` as plain text, one line per block."""
    return text_of_clean(_LINES.clean(_bounded(html)))


def text_of_clean(html: str) -> str:
    """Return the words of what ``clean_body`` gave, as ``text_of`` does."""
    # It is well-formed: every "<" begins a tag; those of the text are entities.
    broken = _LINE_END.sub("\n", html.replace("\n", " "))
    text = unescape(_TAG.sub("", broken))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def line_of(text: str) -> str:
    """Return plain ``text`` as one storable line: no controls, no doubled spaces."""
    return " ".join(storable(text).split())


def excerpt(text: str, *, characters: int) -> str:
    """Return the start of plain ``text`` on one line, cut between words.

    What was cut ends in an ellipsis, which counts.
    """
    line = line_of(text)
    if len(line) <= characters:
        return line
    cut = line[:characters]
    words, space, _ = cut.rpartition(" ")
    # A single endless word is cut within; so is one that would leave next to nothing.
    kept = words if space and len(words) >= characters // 2 else cut[:-1]
    return kept.rstrip(" .,;:!?–—-") + "…"


def storable(text: str) -> str:
    """Return ``text`` without what a database or UTF-8 refuses.

    The typographic quotes and dashes of Windows, which old programs write as control
    characters, become what was meant.  A heap of accents on one letter, which would
    cover what stands around it, becomes a few.
    """
    text = _UNSTORABLE.sub(_meant, text)
    return text if text.isascii() else _HEAP_OF_MARKS.sub(r"\1", text)


def _meant(control: re.Match[str]) -> str:
    return _OF_WINDOWS.get(control[0], "")


def _bounded(html: str) -> str:
    """Return the start of ``html`` that can be parsed in a moment: usually all."""
    html = storable(html[:MAX_CHARACTERS])
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            return html[: tag.start()]
    return html


def _stand_in(match: re.Match[str]) -> str:
    return f"<{match[1]}{STAND_INS[match[2]]}>"


def _harmless_style(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style" and _REACHING_STYLE.search(value):
        return None
    return value


def _cleaner(tags: set[str], attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        attributes=attributes,
        clean_content_tags=NEVER_SHOWN,
        url_schemes=LINK_SCHEMES,
        url_relative="deny",
        link_rel=None,
    )


_FRAGMENT = _cleaner(FRAGMENT_TAGS, FRAGMENT_ATTRIBUTES)
_FRAGMENT_AND_BLOCKS = _cleaner(FRAGMENT_TAGS | set(STAND_INS), FRAGMENT_ATTRIBUTES)
_BODY = _cleaner(BODY_TAGS, BODY_ATTRIBUTES)
_LINES = _cleaner(ENDS_A_LINE, {})
_LAYOUT = nh3.Cleaner(
    tags=LAYOUT_TAGS,
    attributes=LAYOUT_ATTRIBUTES,
    attribute_filter=_harmless_style,
    clean_content_tags=NEVER_SHOWN,
    filter_style_properties=LAYOUT_STYLES,
    url_schemes=LAYOUT_SCHEMES,
    url_relative="deny",
    link_rel=None,
)

_TAG = re.compile(r"<[^>]*>")
_LINE_END = re.compile(rf"</?(?:{'|'.join(sorted(ENDS_A_LINE))})\b[^>]*>")
_STAND_IN = re.compile(rf"<(/?)({'|'.join(sorted(STAND_INS))})>")
_EMPTY_PARAGRAPH = re.compile(r"<p>(?:\s|<br>|&nbsp;)*</p>")
_LINK_TO_NOWHERE = re.compile(r"<a>(.*?)</a>", re.DOTALL)
# Functions that fetch or compute, and escapes that could hide one.
_REACHING_STYLE = re.compile(
    r"url\s*\(|image\s*\(|image-set\s*\(|expression\s*\(|@import|\\", re.IGNORECASE
)
_VISIT_COUNTER = re.compile(r"""<img(?=[^>]*\s(?:width|height)="[01](?:px)?")[^>]*>""")
_PICTURE_WITHOUT_ADDRESS = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
# Elements that are often left open (p, li …) or have no end do not count.
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:p|li|br|img|hr|dd|dt|td|th|tr|input|link|meta|option|col|wbr|source)\b)"
    r"[a-z]",
    re.IGNORECASE,
)
# C0 and C1 but tab and line ends, and lone surrogates: PostgreSQL refuses NUL, UTF-8
# has no surrogates, and no reader sees any of them.
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_HEAP_OF_MARKS = re.compile(rf"({_MARK}{{4}}){_MARK}+")

_OF_WINDOWS = {
    "\x85": "…",
    "\x91": "‘",
    "\x92": "’",
    "\x93": "“",
    "\x94": "”",
    "\x95": "•",
    "\x96": "–",
    "\x97": "—",
    "\x99": "™",
}
