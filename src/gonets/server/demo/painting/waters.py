"""Scenes by the water: a river with its bridge, a harbour with sails."""

from __future__ import annotations

from math import pi, sin
from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, Point
from gonets.server.demo.painting.palettes import Palette, lighter, mixed


def river(canvas: Canvas, palette: Palette, rng: Random) -> None:
    sun = nature.open_sky(canvas, palette, rng)
    shore = HEIGHT * 0.66
    for number in range(3):
        line = nature.rolling(rng, base=shore - 70 + 26 * number, swing=20 - 5 * number)
        canvas.ridge(line, palette.layer(0.1 + 0.2 * number))
    for _ in range(16):
        x = rng.choice([rng.uniform(0, 260), rng.uniform(700, WIDTH)])
        nature.round_tree(
            canvas,
            x,
            shore + 2,
            rng.uniform(40, 90),
            palette.layer(rng.uniform(0.55, 0.75)),
        )
    _bridge(canvas, palette, rng, shore=shore)
    water = mixed(palette.sky[1], palette.near, 0.35)
    canvas.reflect(below=shore, colour=water)
    nature.sparkle(canvas, palette, rng, x=sun[0], y=shore)
    nature.ripples(canvas, palette, rng, below=shore)


def _bridge(canvas: Canvas, palette: Palette, rng: Random, *, shore: float) -> None:
    """Arches of equal width under a deck that rises towards its middle."""
    arches = rng.randint(3, 5)
    span = WIDTH / arches
    stone = mixed(palette.far, palette.near, 0.62)

    def deck(x: float) -> float:
        return shore - 62 - 34 * sin(pi * x / WIDTH)

    top = [(x, deck(x)) for x in range(0, WIDTH + 1, 12)]
    under: list[Point] = []
    for number in range(arches):
        left, right = number * span + 15, (number + 1) * span - 15
        middle, half = (left + right) / 2, (right - left) / 2
        rise = shore - deck(middle) - 22
        under.append((left, shore + 2))
        for step in range(25):
            turn = pi * step / 24
            x = middle - half * (1 - 2 * step / 24)
            under.append((x, shore + 2 - rise * sin(turn) ** 0.7))
        under.append((right, shore + 2))
    canvas.polygon([*top, (WIDTH, shore + 2), *reversed(under), (0, shore + 2)], stone)
    canvas.line(top, lighter(stone, 0.25), width=5)
    for x in range(20, WIDTH, 80):
        canvas.line([(x, deck(x)), (x, deck(x) - 34)], stone, width=2.4)
        canvas.glow((x, deck(x) - 37), 22, palette.light, strength=0.9)
        canvas.disc((x, deck(x) - 37), 4, lighter(palette.light, 0.4))


def harbour(canvas: Canvas, palette: Palette, rng: Random) -> None:
    sun = nature.open_sky(canvas, palette, rng)
    horizon = HEIGHT * 0.6
    line = nature.rolling(rng, base=horizon - 22, swing=12)
    canvas.ridge(line, palette.layer(0.12))
    if rng.random() < 0.6:
        _lighthouse(canvas, palette, rng, horizon=horizon)
    for _ in range(3):
        _sail(
            canvas, palette, rng, (rng.uniform(60, 900), horizon), rng.uniform(26, 46)
        )
    canvas.reflect(below=horizon, colour=mixed(palette.sky[1], palette.near, 0.3))
    nature.sparkle(canvas, palette, rng, x=sun[0], y=horizon)
    nature.ripples(canvas, palette, rng, below=horizon)
    near = (rng.uniform(0.25, 0.75) * WIDTH, HEIGHT * 0.83)
    _sail(canvas, palette, rng, near, rng.uniform(120, 150))


def _sail(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    foot: Point,
    size: float,
) -> None:
    x, y = foot
    white = lighter(palette.light, 0.35)
    other = rng.choice([palette.accent, palette.second, white])
    main = [
        (x + 2, y - size),
        (x + 2, y - size * 0.16),
        (x + size * 0.5, y - size * 0.16),
    ]
    canvas.polygon(main, white)
    jib = [
        (x - 2, y - size * 0.92),
        (x - 2, y - size * 0.16),
        (x - size * 0.36, y - size * 0.16),
    ]
    canvas.polygon(jib, other)
    canvas.line(
        [(x, y - size * 1.03), (x, y - 2)], palette.near, width=max(1.0, size / 55)
    )
    hull = [(-0.42, -0.1), (0.52, -0.1), (0.36, 0.05), (-0.28, 0.05)]
    canvas.polygon([(x + a * size, y + b * size) for a, b in hull], palette.near)
    canvas.line(
        [(x - 0.4 * size, y - 0.07 * size), (x + 0.5 * size, y - 0.07 * size)],
        palette.accent,
        width=size / 40,
    )


def _lighthouse(
    canvas: Canvas, palette: Palette, rng: Random, *, horizon: float
) -> None:
    x = rng.choice([150.0, 800.0])
    rock = [
        (x - 130, horizon + 1),
        (x - 90, horizon - 26),
        (x - 30, horizon - 40),
        (x + 40, horizon - 34),
        (x + 95, horizon - 14),
        (x + 120, horizon + 1),
    ]
    canvas.polygon(rock, palette.layer(0.75))
    white, foot, top = lighter(palette.light, 0.3), horizon - 36, horizon - 190
    for band in range(5):
        upper, lower = (
            top + (foot - top) * band / 5,
            top + (foot - top) * (band + 1) / 5,
        )
        a, b = 13 + 1.6 * band, 13 + 1.6 * (band + 1)
        shape = [(x - a, upper), (x + a, upper), (x + b, lower), (x - b, lower)]
        canvas.polygon(shape, palette.accent if band % 2 else white)
    canvas.glow((x, top - 14), 120, palette.light, strength=0.9)
    canvas.box((x - 17, top - 3, x + 17, top + 2), palette.near)
    canvas.box((x - 9, top - 24, x + 9, top - 3), lighter(palette.light, 0.5))
    canvas.polygon(
        [(x - 14, top - 24), (x + 14, top - 24), (x, top - 42)], palette.accent
    )


SCENES = {"river": river, "harbour": harbour}
