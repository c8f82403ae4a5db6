"""Every scene by its name, and how one is painted."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from gonets.server.demo.painting import (
    interiors,
    landscapes,
    patterns,
    rooms,
    streets,
    waters,
)
from gonets.server.demo.painting.canvas import Canvas
from gonets.server.demo.painting.palettes import PALETTES, Palette

Scene = Callable[[Canvas, Palette, Random], None]

SCENES: dict[str, Scene] = {
    **landscapes.SCENES,
    **waters.SCENES,
    **streets.SCENES,
    **interiors.SCENES,
    **rooms.SCENES,
    **patterns.SCENES,
}


def painted(words: str) -> bytes:
    """Return the JPEG of "<scene> <palette> <seed>", the same for the same words."""
    scene, palette, _seed = words.split()
    canvas = Canvas()
    # Seeded with text, which Python hashes the same way in every process.
    SCENES[scene](canvas, PALETTES[palette], Random(words))  # noqa: S311
    return canvas.jpeg()
