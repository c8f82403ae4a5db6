"""What a letter's fragment has no tags for, written with those it has.

Works on what the cleaner gave: well-formed tags without attributes but ``href``.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MOST_NESTED = {"list": 5, "quote": 3}
"""Deeper ones would push the words out of a phone's letter."""

_CODE = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_INDENT = re.compile(r"(?:(?<=^)|(?<=\n))[ \t]+")
_TABLE = re.compile(r"<table>((?:(?!</?table>).)*)</table>", re.DOTALL)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]>(.*?)</t[dh]>", re.DOTALL)
_BLOCK = re.compile(r"<(?:p|ul|ol|blockquote|h[1-6]|div|pre|dl|figure|center|br)>")
_NESTED = re.compile(r"<(/?)(ul|ol|blockquote)>")


def in_lines(html: str) -> str:
    """Return code with its line ends and indents, and one line per row of figures."""
    html = _CODE.sub(_code_lines, html)
    return _TABLE.sub(_table_lines, html)


def _code_lines(code: re.Match[str]) -> str:
    lines = _INDENT.sub(_indented, code[1].strip("\n"))
    return f"<pre>{lines.replace(chr(10), '<br>')}</pre>"


def _indented(indent: re.Match[str]) -> str:
    return NO_BREAK_SPACE * len(indent[0].expandtabs(4))


def _table_lines(table: re.Match[str]) -> str:
    """Put the cells of a row beside each other, unless the table is but a layout."""
    rows = [_CELL.findall(row) for row in _ROW.findall(table[1])]
    are_figures = len(rows) > 1 and all(len(cells) > 1 for cells in rows)
    if not are_figures or _BLOCK.search(table[1]):
        return table[0]
    caption = table[1].partition("<tr>")[0]
    lines = (" | ".join(cell.strip() for cell in cells) for cells in rows)
    return caption + "".join(f"<p>{line}</p>" for line in lines)


def made_shallow(html: str) -> str:
    """Return the fragment with lists and quotations nested no deeper than is shown.

    Those within become paragraphs, or entries of the list around; no word is lost.
    """
    if len(_NESTED.findall(html)) <= 2 * min(MOST_NESTED.values()):
        return html
    return _NESTED.sub(partial(_shallow_tag, Counter[str]()), html)


def _shallow_tag(depths: Counter[str], tag: re.Match[str]) -> str:
    kind = "quote" if tag[2] == "blockquote" else "list"
    depths[kind] += -1 if tag[1] else 1
    depth = depths[kind] + bool(tag[1])
    if depth <= MOST_NESTED[kind]:
        return tag[0]
    return f"<{tag[1]}p>" if kind == "quote" else ""
