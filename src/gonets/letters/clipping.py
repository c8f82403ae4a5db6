"""Where Gmail would cut a letter, drawn in the letter itself."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator

CLIP_BYTES = 102_400
"""Gmail shows no more of a letter's HTML; the rest hides behind a link."""

CLIP_LINE = (
    '<span id="clip" role="separator" style="position:absolute;left:0;right:0;'
    "z-index:9;display:block;height:0;border-top:3px dashed #b3261e;"
    'text-align:right;line-height:1"><span style="display:inline-block;padding:5px '
    "10px;border-radius:0 0 0 8px;background-color:#b3261e;color:#ffffff;"
    'font:bold 13px/1.3 sans-serif">{word}</span></span>'
)
"""Out of the flow, so that the letter around it stays as it is."""

NO_PLACE_IN = {
    *("html", "head", "table", "tbody", "thead", "tfoot", "tr", "colgroup"),
    *("ul", "ol", "dl", "select", "style", "script", "title"),
}
"""Elements in which a browser would move the line somewhere else."""

VOID = {*("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")}


def is_clipped(html: str) -> bool:
    return len(html.encode()) > CLIP_BYTES


def with_clip_line(html: str, word: str) -> str:
    """Return the page with a line, saying ``word``, where Gmail shows no more of it.

    A page that is shown whole is returned as it is.
    """
    whole = html.encode()
    if len(whole) <= CLIP_BYTES:
        return html
    at = _place_before(html, len(whole[:CLIP_BYTES].decode(errors="ignore")))
    return html[:at] + CLIP_LINE.format(word=markup.escape(word)) + html[at:]


def _place_before(html: str, cut: int) -> int:
    """Return the last place up to ``cut`` at which the line may stand."""
    place, open_elements = 0, [""]
    for tag, start, end in _tags(html, cut):
        if _may_stand(open_elements):
            place = start
        if end > cut:
            return place
        _follow(tag, open_elements)
        if _may_stand(open_elements):
            place = end
    return _before_entity(html, cut) if _may_stand(open_elements) else place


def _tags(html: str, cut: int) -> Iterator[tuple[re.Match[str], int, int]]:
    """Yield what begins before ``cut``: tags, comments, and elements of no markup."""
    at = 0
    while (tag := _TAG.search(html, at)) and tag.start() < cut:
        at = tag.end()
        if tag["opens"]:  # A comment or the like ends with words of its own.
            ending = _ENDINGS[tag["opens"].lower()]
            closed = html.find(ending, at)
            at = len(html) if closed < 0 else closed + len(ending)
        yield tag, tag.start(), at


def _follow(tag: re.Match[str], open_elements: list[str]) -> None:
    name = (tag["name"] or "").lower()
    if not name or name in VOID:
        return
    if not tag["closes"]:
        open_elements.append(name)
    elif name in open_elements:
        del open_elements[len(open_elements) - 1 - open_elements[::-1].index(name) :]


def _may_stand(open_elements: list[str]) -> bool:
    return "body" in open_elements and open_elements[-1] not in NO_PLACE_IN


def _before_entity(html: str, cut: int) -> int:
    """Return ``cut``, or where the entity begins that it would tear."""
    start = html.rfind("&", max(0, cut - 12), cut)
    return start if start >= 0 and ";" not in html[start:cut] else cut


_ENDINGS = {
    "<!--": "-->",
    "<style": "</style>",
    "<script": "</script>",
    "<title": "</title>",
}
_TAG = re.compile(
    r"(?P<opens><!--|<(?:style|script|title)\b)"
    r"|<(?P<closes>/?)(?P<name>[a-z][a-z0-9-]*)(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*+>",
    re.IGNORECASE,
)
