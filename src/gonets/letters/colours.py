"""Colours as people read them: how far apart two are, and which one can be read."""

from __future__ import annotations

import re

AA = 4.5
"""The contrast that WCAG asks of text, level AA."""

WHITE = "#ffffff"
NEARLY_BLACK = "#14120f"
STEPS = 20

_HEX = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2: 1 for the same colour, 21 for black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """Return ``colour`` with a ``share`` of the other one in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colour: str, on: str, *, ratio: float = AA) -> str:
    """Return the colour nearest to ``colour`` that can be read on the ground ``on``.

    It becomes darker or lighter, whichever leads further.
    """
    goal = on_ground(on)
    for step in range(STEPS + 1):
        nearer = mixed(colour, goal, step / STEPS)
        if contrast(nearer, on) >= ratio:
            return nearer
    return goal


def on_ground(ground: str) -> str:
    """Return white, or a near black where white could not be read."""
    if contrast(WHITE, ground) >= AA:
        return WHITE
    return max(
        (NEARLY_BLACK, "#000000", WHITE), key=lambda each: _fitness(each, ground)
    )


def _fitness(colour: str, ground: str) -> float:
    return min(contrast(colour, ground), AA)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= 0.04045:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
