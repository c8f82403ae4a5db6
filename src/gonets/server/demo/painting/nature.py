"""Things of nature that several scenes share: hills, trees, clouds, stars, birds."""

from __future__ import annotations

from math import cos, pi, sin, tau
from random import Random

from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, Point, Ridge
from gonets.server.demo.painting.palettes import Colour, Palette, lighter, mixed


def rolling(rng: Random, *, base: float, swing: float) -> Ridge:
    """Return a line of hills around the height ``base``."""
    waves = [
        (swing / (1 + n), rng.uniform(0.6, 1.3) * (n + 1), rng.uniform(0, tau))
        for n in range(3)
    ]

    def height(x: float) -> float:
        return base + sum(a * sin(f * tau * x / WIDTH + s) for a, f, s in waves)

    return height


def open_sky(canvas: Canvas, palette: Palette, rng: Random) -> Point:
    """Paint the sky with its sun or moon; return where that is."""
    canvas.gradient(palette.sky, bottom=HEIGHT * 0.75)
    canvas.gradient([palette.sky[2]] * 2, top=HEIGHT * 0.75)
    sun = (rng.uniform(0.18, 0.82) * WIDTH, rng.uniform(0.17, 0.36) * HEIGHT)
    if palette.is_night:
        stars(canvas, palette, rng, count=130)
    canvas.glow(sun, 400, palette.light, strength=0.75)
    canvas.disc(sun, rng.uniform(30, 44), lighter(palette.light, 0.3))
    if palette.is_night:
        canvas.disc((sun[0] + 9, sun[1] - 7), 6, palette.light, alpha=0.7)
    else:
        for _ in range(3):
            cloud(canvas, palette, rng, x=(sun[0] + rng.uniform(180, 780)) % WIDTH)
    return sun


def stars(canvas: Canvas, palette: Palette, rng: Random, *, count: int) -> None:
    for _ in range(count):
        place = (rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT * 0.6))
        size = rng.choice([0.6, 0.8, 1.0, 1.5])
        canvas.disc(place, size, palette.light, alpha=rng.uniform(0.35, 0.95))
        if size > 1.4:
            canvas.glow(place, 9, palette.light, strength=0.5)


def cloud(canvas: Canvas, palette: Palette, rng: Random, *, x: float) -> None:
    """A long flat one with a few humps; opaque, so that its parts are one."""
    y = rng.uniform(0.1, 0.36) * HEIGHT
    length = rng.uniform(60, 110)
    air = mixed(palette.sky[0], palette.sky[1], min(1, y / HEIGHT * 2.6))
    white = mixed(air, lighter(palette.sky[2], 0.5), 0.6)
    canvas.box((x - length, y - 7, x + length, y + 7), white, radius=7)
    for place, size in ((-0.4, 17), (0.0, 24), (0.34, 15)):
        hump = size * rng.uniform(0.8, 1.2)
        canvas.disc((x + place * length, y + 5 - hump), hump, white)
        left, right = x + place * length - hump, x + place * length + hump
        canvas.box((left, y + 5 - hump, right, y + 7), white)


def conifer(canvas: Canvas, x: float, ground: float, size: float, c: Colour) -> None:
    canvas.box((x - size * 0.04, ground - size * 0.2, x + size * 0.04, ground + 3), c)
    for tier in range(4):
        top = ground - size * (1 - tier * 0.2)
        half = size * (0.1 + 0.055 * tier)
        foot = top + size * 0.34
        canvas.polygon([(x, top), (x + half, foot), (x - half, foot)], c)


def round_tree(canvas: Canvas, x: float, ground: float, size: float, c: Colour) -> None:
    canvas.box((x - size * 0.05, ground - size * 0.5, x + size * 0.05, ground + 2), c)
    for across, up, radius in ((-0.17, 0.5, 0.22), (0.18, 0.5, 0.23), (0, 0.66, 0.3)):
        canvas.disc((x + across * size, ground - up * size), radius * size, c)


def birds(canvas: Canvas, palette: Palette, rng: Random, *, count: int) -> None:
    x, y = rng.uniform(0.2, 0.7) * WIDTH, rng.uniform(0.18, 0.3) * HEIGHT
    for _ in range(count):
        place = (x + rng.uniform(-90, 90), y + rng.uniform(-35, 35))
        span = rng.uniform(7, 12)
        for side in (-1, 1):
            wing = [
                (place[0] + side * span * t, place[1] - span * 0.5 * sin(pi * t * 0.9))
                for t in (0, 0.25, 0.5, 0.75, 1)
            ]
            canvas.line(wing, palette.near, width=1.6, alpha=0.75)


def ripples(canvas: Canvas, palette: Palette, rng: Random, *, below: float) -> None:
    """Short bright strokes on water, larger towards us."""
    for _ in range(60):
        depth = rng.random() ** 1.5
        y = below + 6 + depth * (HEIGHT - below - 8)
        length = 12 + depth * 60
        x = rng.uniform(-20, WIDTH)
        tone = mixed(palette.light, palette.sky[1], rng.random())
        canvas.line([(x, y), (x + length, y)], tone, width=0.8 + depth, alpha=0.22)


def sparkle(
    canvas: Canvas, palette: Palette, rng: Random, *, x: float, y: float
) -> None:
    """The path of light that sun or moon lay on water."""
    for step in range(26):
        depth = step / 25
        half = (8 + 46 * depth) * rng.uniform(0.5, 1)
        shift = rng.uniform(-12, 12) * (0.4 + depth)
        down = y + 5 + depth * (HEIGHT - y - 12)
        canvas.line(
            [(x - half + shift, down), (x + half + shift, down)],
            lighter(palette.light, 0.2),
            width=1.4 + 1.4 * depth,
            alpha=0.55 - 0.3 * depth,
        )


def around(centre: Point, radius: float, turn: float) -> Point:
    return centre[0] + radius * cos(turn), centre[1] + radius * sin(turn)
