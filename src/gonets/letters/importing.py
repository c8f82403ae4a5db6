"""A letter that was made elsewhere, as an own template: kept as it is but harmless.

Only what could execute, follow readers or ask for input is cut out; every other byte
(tables, styles, comments for Outlook) stays, so nothing is parsed and written anew.
Knows neither Django nor the database: it runs where it can be killed.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from gonets.letters.structure import is_dangerous_address

CONTENT, BARE_CONTENT, WAY_OUT, FOOT, POSTAL, LANGUAGE = map(chr, range(0xE010, 0xE016))
"""Stand for what is put in, until braces of the letter itself are made harmless."""

PUT_IN: Mapping[str, str] = {
    CONTENT: '{% include "content.html" %}',
    BARE_CONTENT: (
        '<div style="max-width:600px;margin:0 auto;padding:20px">'
        '{% include "content.html" %}</div>'
    ),
    WAY_OUT: "{{ letter.unsubscribe_address }}",
    FOOT: '{% include "foot.html" %}\n',
    POSTAL: (
        '<p style="margin:0;padding:12px;font:13px/1.5 Arial,sans-serif;'
        'text-align:center;color:#5f5b53">{{ letter.sender }}'
        "{% if letter.postal_address %}, {{ letter.postal_address }}{% endif %}</p>\n"
    ),
    LANGUAGE: 'lang="{{ letter.language }}" dir="{{ letter.direction }}"',
}

# What is cut out, by the word that the report has for it.
WITH_CONTENT = {
    **dict.fromkeys(("script",), "script"),
    **dict.fromkeys(("iframe", "frameset", "noframes"), "frame"),
    **dict.fromkeys(("object", "applet", "audio", "video", "svg", "math"), "plugin"),
    **dict.fromkeys(("select", "textarea", "datalist", "template"), "form"),
}
TAG_ALONE = {
    **dict.fromkeys(("form", "input", "button", "fieldset", "option"), "form"),
    **dict.fromkeys(("embed", "param", "source", "track"), "plugin"),
    **dict.fromkeys(("frame", "base", "portal"), "frame"),
    "noscript": "",
    "legend": "",
    # Browsers take what is in these for words up to the end tag, we for tags.
    "xmp": "",
    "plaintext": "",
    "noembed": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedLetter:
    """``source`` is a template; ``removed`` counts what was cut out, by its kind."""

    source: str
    removed: Mapping[str, int]
    title: str


def cleaned_letter(text: str, *, keeps_words: bool) -> CleanedLetter:
    """Return the letter as a template with a place for the content of issues.

    The place is where the letter says so, else its largest cell: after the words
    there if it ``keeps_words``, else instead of them.
    """
    counted = Counter[str]()
    clean = "".join(_cleaned(text, counted))
    clean = _with_charset(clean)
    clean = _with_way_out(clean)
    clean = _with_place(clean, keeps_words=keeps_words)
    clean = _with_foot(_whole(clean))
    source = _PUT_IN.sub(lambda sign: PUT_IN[sign[0]], _harmless_braces(clean))
    removed = {kind: count for kind, count in counted.items() if kind and count}
    return CleanedLetter(source=source, removed=removed, title=_title_of(text))


_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>"
    # Never closed: a browser would take what follows for attributes.
    r"|<(?P<loose_end>/?)(?P<loose_name>[A-Za-z][\w:.-]*)(?P<loose>[^<>]*)(?:>|(?=<)|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    # Browsers need no blank after a quotation mark, and take a slash for one.
    r"[\s/]*(?P<name>[^\s=/>\"']+)(?:\s*=\s*(?P<value>\"[^\"]*\"|'[^']*'|[^\s\"'>]+))?"
)


def _cleaned(
    text: str, counted: Counter[str], *, for_outlook: bool = False
) -> Iterator[str]:
    position = 0
    while token := _TOKEN.search(text, position):
        yield text[position : token.start()]
        position = token.end()
        if token["comment"] is not None:
            yield _cleaned_comment(token, counted)
            continue
        name = (token["name"] or token["loose_name"]).lower()
        if name in WITH_CONTENT:
            position = _after(text, name, token)
            counted[WITH_CONTENT[name]] += not _is_end(token)
        elif name in TAG_ALONE and not (for_outlook and name == "noscript"):
            counted[TAG_ALONE[name]] += not _is_end(token)
        elif name == "style" and not _is_end(token):
            position = _raw_end(text, name, position)
            yield token[0]
            yield _cleaned_styles(text[token.end() : position], counted)
        elif name == "title" and not _is_end(token):
            position = _raw_end(text, name, position)
            # Nothing in it is a tag to browsers, whatever quotation marks say.
            yield token[0]
            yield text[token.end() : position].replace("<", "&lt;")
        else:
            yield _cleaned_tag(token, name, counted)
    yield text[position:]


def _cleaned_comment(token: re.Match[str], counted: Counter[str]) -> str:
    comment = token["comment"]
    if not comment.lstrip().lower().startswith("[if"):
        # Nothing of it is shown; what it holds could be taken for a tag by some.
        return token[0] if "<" not in comment or "[endif]" in comment else ""
    return f"<!--{''.join(_cleaned(comment, counted, for_outlook=True))}-->"


def _is_end(token: re.Match[str]) -> bool:
    return bool(token["end"] or token["loose_end"])


def _after(text: str, name: str, token: re.Match[str]) -> int:
    """Return where an element that goes with its content ends."""
    if _is_end(token) or token[0].endswith("/>"):
        return token.end()
    end = re.compile(rf"</{name}\b[^>]*>", re.IGNORECASE).search(text, token.end())
    return end.end() if end else len(text)


def _raw_end(text: str, name: str, start: int) -> int:
    end = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, start)
    return end.start() if end else len(text)


def _cleaned_tag(token: re.Match[str], name: str, counted: Counter[str]) -> str:
    if name == "link":
        counted["sheet"] += not _is_end(token)
        return ""
    attributes = token["attributes"] or token["loose"] or ""
    if name == "meta" and re.search(
        r"http-equiv\s*=\s*[\"']?refresh", attributes, re.IGNORECASE
    ):
        counted["script"] += 1
        return ""
    if name in {"img", "amp-img", "amp-pixel"} and _is_pixel(name, attributes):
        counted["pixel"] += 1
        return ""
    cleaned = _ATTRIBUTE.sub(lambda found: _attribute(found, counted), attributes)
    if cleaned == attributes and token[0].endswith(">"):
        return token[0]
    end = token["end"] or token["loose_end"] or ""
    return f"<{end}{token['name'] or token['loose_name']}{cleaned}>"


def _attribute(found: re.Match[str], counted: Counter[str]) -> str:
    cleaned = _cleaned_attribute(found, counted)
    is_glued = found.string[found.end() :][:1].strip()
    return cleaned or (" " if is_glued else "")


def _cleaned_attribute(found: re.Match[str], counted: Counter[str]) -> str:
    name = found["name"].lower()
    value = html.unescape((found["value"] or "").strip("\"'"))
    if name.startswith("on") or name in {"srcdoc", "formaction", "action", "ping"}:
        counted["event"] += 1
        return ""
    if is_dangerous_address(unquote(value)) or is_dangerous_address(value):
        counted["address"] += 1
        return ' href="#"' if name == "href" else ""
    if name == "style":
        return _cleaned_styles(found[0], counted)
    return found[0]


_IMPORT = re.compile(r"@import\b[^;}]*;?", re.IGNORECASE)
_RUNS = re.compile(
    r"[\w-]*(?:behavior|-moz-binding)\s*:[^;}\"]*;?"
    r"|[\w-]+\s*:[^;{}\"]*(?:expression\s*\(|javascript\s*:|vbscript\s*:)[^;}\"]*;?",
    re.IGNORECASE,
)


def _cleaned_styles(css: str, counted: Counter[str]) -> str:
    css, imports = _IMPORT.subn("", css)
    css, runs = _RUNS.subn("", css)
    counted["sheet"] += imports
    counted["script"] += runs
    return css


_SIZE = re.compile(
    r"\b(width|height)\s*[:=]\s*[\"']?\s*(\d+)(?!\s*%|\d)", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TRACKER = re.compile(
    r"/(?:open|track|pixel|beacon|wf/open|o)\b|[/.?&_-](?:open|pixel|beacon|track)"
    r"(?:ing|er)?[/.?&=_-]",
    re.IGNORECASE,
)


def _is_pixel(name: str, attributes: str) -> bool:
    """Say whether a picture is only there to see that somebody looked."""
    if name == "amp-pixel":
        return True
    sizes: dict[str, set[int]] = {"width": set(), "height": set()}
    for side, number in _SIZE.findall(attributes):
        sizes[side.lower()].add(int(number))
    if all(found and min(found) <= 2 for found in sizes.values()):
        return True
    is_tiny = any(found and min(found) <= 1 for found in sizes.values())
    is_unseen = is_tiny or _HIDDEN.search(attributes)
    return bool(is_unseen and _TRACKER.search(attributes))


# What is put in

_META_CHARSET = re.compile(
    r"(<meta\b[^>]*?charset\s*=\s*[\"']?\s*)([\w:.-]+)", re.IGNORECASE
)
_LINK = re.compile(
    r"<a\b(?P<before>(?:[^>\"']|\"[^\"]*\"|'[^']*')*?\bhref\s*=\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s>\"']+)(?P<after>[^>]*)>(?P<words>.{0,2000}?)</a>",
    re.IGNORECASE | re.DOTALL,
)
_LEAVES = re.compile(
    r"unsub|opt[-_]?out|otpis|list-unsubscribe|\*\|UNSUB", re.IGNORECASE
)
_LEAVES_IN_WORDS = re.compile(
    r"unsubscri|opt[ -]?out|отпис|отказаться от|abmelden|abbestellen|désabonner"
    r"|desuscri|cancelar la suscripci|disiscri|wypisz|odhl",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>")


def _with_charset(text: str) -> str:
    def ours(found: re.Match[str]) -> str:
        return found[0] if found[2].lower() == "utf-8" else f"{found[1]}utf-8"

    return _META_CHARSET.sub(ours, text)


def _with_way_out(text: str) -> str:
    """Let links that lead out of the old newsletter lead out of ours."""

    def ours(link: re.Match[str]) -> str:
        words = html.unescape(_TAG.sub(" ", link["words"]))
        leaves = _LEAVES.search(link["value"]) or _LEAVES_IN_WORDS.search(words)
        if not leaves or not words.strip():
            return link[0]
        return f'<a{link["before"]}"{WAY_OUT}"{link["after"]}>{link["words"]}</a>'

    return _LINK.sub(ours, text)


_PLACE = re.compile(
    r"\{%\s*include\s+\"content\.html\"\s*%\}|\{\{\s*content\s*\}\}|\[\[\s*content\s*\]\]"
    r"|\*\|\s*CONTENT\s*\|\*|%%\s*content\s*%%|<!--\s*content\s*-->",
    re.IGNORECASE,
)


def _with_place(text: str, *, keeps_words: bool) -> str:
    if _PLACE.search(text):
        return _PLACE.sub("", _PLACE.sub(CONTENT, text, count=1))
    # Beside words that stay, a button or an icon is no place for an issue.
    cell = _largest_cell(text, least=LEAST_WORDS if keeps_words else 0)
    start, end = cell or _body(text)
    words = text[start:end] if keeps_words else ""
    content = CONTENT if cell else BARE_CONTENT
    return f"{text[:start]}{words}{content}{text[end:]}"


LEAST_WORDS = 30
"""Characters outside of links, by which a cell is taken for one of text."""


@dataclass(slots=True)
class _Cell:
    start: int
    length: int = 0
    is_leaf: bool = True


def _largest_cell(text: str, *, least: int) -> tuple[int, int] | None:
    """Return where the cell with the most words begins and ends; None without any.

    Words of links do not count: a button is no place to write in.
    """
    best: tuple[int, int] | None = None
    longest = least - 1
    open_cells: list[_Cell] = []
    position = 0
    for token, counts in _with_words(text):
        if open_cells and counts:
            open_cells[-1].length += _length_of(text[position : token.start()])
        position = token.end()
        if _name_of(token) not in {"td", "th"}:
            continue
        if not _is_end(token):
            if open_cells:
                open_cells[-1].is_leaf = False
            open_cells.append(_Cell(token.end()))
        elif open_cells:
            cell = open_cells.pop()
            holds_way_out = WAY_OUT in text[cell.start : token.start()]
            if cell.is_leaf and cell.length > longest and not holds_way_out:
                best, longest = (cell.start, token.start()), cell.length
    return best


def _with_words(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Yield every tag, and whether what stands before it are words of the text.

    Those of links are not, nor those that nobody sees.
    """
    within, unseen, depth = "", "", 0
    for token in _TOKEN.finditer(text):
        yield token, not within and not unseen
        name, is_end = _name_of(token), _is_end(token)
        if name in {"a", "style", "title"}:
            within = "" if is_end else name
        if unseen:
            depth += 0 if name != unseen else -1 if is_end else 1
            unseen = unseen if depth else ""
        elif name in _HOLDS_WORDS and not is_end and _UNSEEN.search(token[0]):
            unseen, depth = name, 1


_HOLDS_WORDS = {"div", "span", "p", "table", "tr", "td", "th", "center", "body"}
_UNSEEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|max-height\s*:\s*0|class\s*=\s*[\"'][^\"']*\bpreheader\b",
    re.IGNORECASE,
)
_FILLING = re.compile("[\\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]+")


def _length_of(words: str) -> int:
    """Return how many characters are seen: preheaders are filled up with others."""
    return len(_FILLING.sub(" ", html.unescape(words)).strip())


def _name_of(token: re.Match[str]) -> str:
    return (token["name"] or token["loose_name"] or "").lower()


_BODY_START = re.compile(r"<body\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>|</html\s*>|\Z", re.IGNORECASE)


def _body(text: str) -> tuple[int, int]:
    start = _BODY_START.search(text)
    begin = start.end() if start else 0
    end = _BODY_END.search(text, begin)
    return begin, end.start() if end else len(text)


_HTML_START = re.compile(r"<html\b", re.IGNORECASE)


def _whole(text: str) -> str:
    """Return a document, also where only its inside was given."""
    if _HTML_START.search(text):
        return text
    head = (
        f"<!DOCTYPE html>\n<html {LANGUAGE}>\n<head>\n"
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    )
    if _BODY_START.search(text):
        return f"{head}</head>\n{text}\n</html>"
    return f"{head}</head>\n<body>\n{text}\n</body>\n</html>"


def _with_foot(text: str) -> str:
    """Put in what must stand in every letter, where the letter has it not."""
    foot = POSTAL if WAY_OUT in text else FOOT
    _start, end = _body(text)
    return f"{text[:end]}{foot}{text[end:]}"


_BRACES = re.compile(r"\{(?=[{%#])")
_PUT_IN = re.compile("[" + "".join(PUT_IN) + "]")


def _harmless_braces(text: str) -> str:
    """Let the engine take no brackets of the letter itself for its own."""
    return _BRACES.sub('{{ "{" }}', text)


_TITLE = re.compile(r"<title\b[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)


def _title_of(text: str) -> str:
    title = _TITLE.search(text)
    return " ".join(html.unescape(title[1]).split()) if title else ""


# Pictures

_ADDRESS = re.compile(
    r"(?:\b(?:src|background|poster)\s*=\s*[\"']?\s*|url\(\s*(?:&quot;|[\"'])?\s*)"
    r"(?P<address>https?://[^\s\"'<>)]+?)(?=&quot;|[\s\"'<>)])",
    re.IGNORECASE,
)
MOST_PICTURES = 200


def pictures_of(source: str) -> list[str]:
    """Return the addresses of pictures as they are written, each once."""
    found = dict.fromkeys(match["address"] for match in _ADDRESS.finditer(source))
    return list(found)[:MOST_PICTURES]


def with_pictures(source: str, kept: Mapping[str, str]) -> str:
    """Return the source with other addresses where pictures come from."""

    def other(found: re.Match[str]) -> str:
        address = found["address"]
        return found[0].replace(address, kept.get(address, address))

    return _ADDRESS.sub(other, source)


_EMBEDDED = re.compile(
    r"(?P<quote>[\"'])data:image/[\w+.-]+;base64,(?P<base64>[A-Za-z0-9+/=\s]+)(?P=quote)"
)


def split_embedded(text: str) -> tuple[str, list[str]]:
    """Take out pictures that stand in the letter itself; names take their place."""
    found: list[str] = []

    def named(match: re.Match[str]) -> str:
        found.append(match["base64"])
        return f'"cid:gonets-embedded-{len(found) - 1}"'

    return _EMBEDDED.sub(named, text), found
