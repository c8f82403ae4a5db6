"""Which line of a design something in the filled-in text comes from."""

from __future__ import annotations

import re

_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_BRACKETS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def with_line_marks(source: str) -> str:
    """Put the number of its line before every stretch of text between brackets."""
    pieces: list[str] = []
    position = 0
    for brackets in _BRACKETS.finditer(source):
        pieces.append(_marked(source, position, brackets.start()))
        pieces.append(brackets[0])
        position = brackets.end()
    return "".join([*pieces, _marked(source, position, len(source))])


def _marked(source: str, start: int, end: int) -> str:
    if start == end:
        return ""
    first = source.count("\n", 0, start) + 1
    lines = source[start:end].split("\n")
    return "\n".join(
        f"{_OPEN}{number}{_CLOSE}{line}" for number, line in enumerate(lines, first)
    )


def without_line_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the text, and pairs of an offset in it and the line that begins there."""
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    position = length = 0
    for mark in _MARK.finditer(marked):
        piece = marked[position : mark.start()]
        pieces.append(piece)
        length += len(piece)
        lines.append((length, int(mark[1])))
        position = mark.end()
    return "".join([*pieces, marked[position:]]), lines


def line_at(offset: int, lines: list[tuple[int, int]]) -> int:
    """Return the line that the text at ``offset`` comes from."""
    return next((line for start, line in reversed(lines) if start <= offset), 1)
