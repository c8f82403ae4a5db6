"""What word processors put on the clipboard: only the text, with real lists.

Word fakes lists with paragraphs whose style says ``mso-list:l0 level2 lfo1`` and whose
bullet or number is typed text; it wraps hundreds of kilobytes of style sheets and
conditional comments around.  Google Docs writes bold as a style of a span, and wraps
all of the text in a ``<b>`` that is not bold.  All here is linear: hostile text takes
no longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import nh3

MAX_CHARACTERS = 3_000_000
"""Longer than any letter pasted with all of its style sheets."""

DEEPEST_LIST = 9  # Word's own limit


def is_from_word(html: str) -> bool:
    """Whether Word or Google Docs has written this."""
    return _SIGNS.search(html) is not None


def plain_from_word(html: str) -> str:
    """Return the paragraphs, lists, headings, emphasis and links of Word's HTML."""
    html = _between(html[:MAX_CHARACTERS], START_FRAGMENT, END_FRAGMENT)
    html = _with_marks_shown(html)
    for opening, closing in LEFT_OUT:
        html = _without(html, opening, closing)
    html = _with_real_lists(_with_emphasis(_CLEANER.clean(html)))
    return _NOTHING.sub("", html)


START_FRAGMENT, END_FRAGMENT = "<!--StartFragment-->", "<!--EndFragment-->"

LEFT_OUT = (
    ("<!--", "-->"),
    ("<style", "</style>"),
    ("<xml", "</xml>"),
    ("<o:", ">"),
    ("</o:", ">"),
    ("<![", ">"),
)

_SIGNS = re.compile(
    r"mso-|\bclass=[\"']?Mso|urn:schemas-microsoft-com:office|docs-internal-guid",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"<!(?:--)?\[if !supportLists\](?:--)?>", re.IGNORECASE)
_LIST_MARK_END = re.compile(r"<!(?:--)?\[endif\](?:--)?>", re.IGNORECASE)
_NOTHING = re.compile(r"<p>(?:\s|&nbsp;|\u00a0|<br>)*</p>")
_PARAGRAPH = re.compile(r"<p(?: style=\"([^\"]*)\")?>([^\0]*?)</p>")
_LEVEL = re.compile(r"mso-list:\s*l\d+\s+level(\d)")
_SPAN = re.compile(r"<(/?)span[^>]*>")
_MARK_SPAN = re.compile(
    r"<span style=\"[^\"]*mso-list:\s*ignore[^\"]*\">", re.IGNORECASE
)
_EMPHATIC = re.compile(r"<(/?)(span|b)(?: style=\"([^\"]*)\")?>")
_WEIGHT = re.compile(r"font-weight:\s*(\w+)")
_LIGHT = {"normal", "lighter", "100", "200", "300", "400", "500"}
_ANY_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"\(?(?:\d{1,4}|[a-zа-яё]|[ivxlcdm]{1,7})[.)]", re.IGNORECASE)
_EDGES = " \t\n\u00a0"

_CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "strong", "b", "em", "i", "a", "blockquote", "span"),
        *("ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("table", "tr", "td", "th", "div", "pre"),
    },
    attributes={
        "*": set(),
        "a": {"href"},
        **{tag: {"style"} for tag in ("p", "span", "b")},
    },
    clean_content_tags={"script", "style", "title", "xml"},
    link_rel=None,
)


@dataclass(frozen=True, slots=True)
class _Item:
    level: int
    is_numbered: bool
    html: str


def _between(html: str, start: str, end: str) -> str:
    _before, found, rest = html.partition(start)
    return rest.rpartition(end)[0] or rest if found else html


def _without(html: str, opening: str, closing: str) -> str:
    """Leave out everything from an ``opening`` to the next ``closing``."""
    kept, position, lower = [], 0, html.lower()
    while (start := lower.find(opening, position)) >= 0:
        end = lower.find(closing, start + len(opening))
        if end < 0:
            break
        kept.append(html[position:start])
        position = end + len(closing)
    return "".join([*kept, html[position:]])


def _with_marks_shown(html: str) -> str:
    """Turn the comments around a typed bullet into a span that names it."""
    pieces, position = [], 0
    for opening in _LIST_MARK.finditer(html):
        if opening.start() < position:
            continue
        closing = _LIST_MARK_END.search(html, opening.end())
        if closing is None:
            break
        mark = _ANY_TAG.sub("", html[opening.end() : closing.start()])
        pieces += [html[position : opening.start()], _MARK.format(mark)]
        position = closing.end()
    return "".join([*pieces, html[position:]])


_MARK = '<span style="mso-list:Ignore">{}</span>'


def _with_emphasis(html: str) -> str:
    """Write what is bold or italic by its style as what it is."""
    endings: dict[str, list[str]] = {"span": [], "b": []}

    def told(tag: re.Match[str]) -> str:
        name, style = tag[2], tag[3] or ""
        if tag[1]:
            return endings[name].pop() if endings[name] else ""
        names = _emphasis(name, style)
        endings[name].append("".join(f"</{each}>" for each in reversed(names)))
        marks = "".join(f"<{each}>" for each in names)
        if name == "b" or _MARK_SPAN.match(tag[0]) is None:
            return marks
        endings[name][-1] = "</span>"  # The lists still need to know it.
        return tag[0]

    return _EMPHATIC.sub(told, html)


def _emphasis(name: str, style: str) -> tuple[str, ...]:
    weight = _WEIGHT.search(style)
    is_bold = weight[1] not in _LIGHT if weight else name == "b"
    is_italic = "font-style:italic" in style.replace(" ", "")
    return ("strong",) * is_bold + ("em",) * is_italic


def _with_real_lists(html: str) -> str:
    written: list[str] = []
    items: list[_Item] = []
    position = 0
    for paragraph in _PARAGRAPH.finditer(html):
        between = html[position : paragraph.start()]
        item = _item(paragraph)
        if items and (between.strip() or item is None):
            written.extend(_list(items))
            items = []
        # Line ends between the items of one list are only Word's layout.
        written.append("" if items else between)
        if item is None:
            written.append(f"<p>{paragraph[2]}</p>")
        else:
            items.append(item)
        position = paragraph.end()
    return "".join([*written, *_list(items), html[position:]])


def _item(paragraph: re.Match[str]) -> _Item | None:
    level = _LEVEL.search(paragraph[1] or "")
    if level is None:
        return None
    mark, html = _mark_and_rest(paragraph[2])
    depth = min(max(int(level[1]), 1), DEEPEST_LIST)
    return _Item(depth, bool(_NUMBER.fullmatch(mark)), html.strip(_EDGES))


def _mark_and_rest(html: str) -> tuple[str, str]:
    """Return the typed bullet or number, and the text without it."""
    start = _MARK_SPAN.search(html)
    if start is None:
        return "", html
    depth, end = 1, len(html)
    for span in _SPAN.finditer(html, start.end()):
        depth += -1 if span[1] else 1
        if depth == 0:
            end = span.end()
            break
    mark = _ANY_TAG.sub("", html[start.end() : end]).replace("&nbsp;", " ")
    return mark.strip(_EDGES), html[: start.start()] + html[end:]


def _list(items: list[_Item]) -> Iterator[str]:
    """Write list items; a deeper one stands within the one before it."""
    open_lists: list[tuple[int, str]] = []
    for item in items:
        name = "ol" if item.is_numbered else "ul"
        while open_lists and _ends(open_lists[-1], item.level, name):
            yield f"</li></{open_lists.pop()[1]}>"
        if open_lists and open_lists[-1][0] == item.level:
            yield "</li>"
        else:
            open_lists.append((item.level, name))
            yield f"<{name}>"
        yield f"<li>{item.html}"
    while open_lists:
        yield f"</li></{open_lists.pop()[1]}>"


def _ends(open_list: tuple[int, str], level: int, name: str) -> bool:
    return open_list[0] > level or (open_list[0] == level and open_list[1] != name)
