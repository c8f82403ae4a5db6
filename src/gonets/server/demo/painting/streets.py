"""Scenes of a town: roofs, a bus, lanterns over a square, a running track."""

from __future__ import annotations

from itertools import pairwise
from math import cosh, pi, sin
from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Box, Canvas, Point
from gonets.server.demo.painting.palettes import Colour, Palette, darker, lighter, mixed

LANES = 7


def town(canvas: Canvas, palette: Palette, rng: Random) -> None:
    nature.open_sky(canvas, palette, rng)
    canvas.ridge(nature.rolling(rng, base=HEIGHT * 0.62, swing=22), palette.layer(0.08))
    _row(canvas, palette, rng, ground=HEIGHT * 0.8, depth=0.3, size=72)
    _tower(canvas, palette, rng, ground=HEIGHT * 0.84)
    canvas.mist(palette.sky[2], top=HEIGHT * 0.5, bottom=HEIGHT * 0.84, strength=0.3)
    _row(canvas, palette, rng, ground=HEIGHT * 0.9, depth=0.58, size=92)
    _row(canvas, palette, rng, ground=HEIGHT + 4, depth=0.85, size=120)
    for _ in range(9):
        x = rng.uniform(0, WIDTH)
        nature.round_tree(
            canvas, x, HEIGHT + 6, rng.uniform(60, 105), darker(palette.near, 0.15)
        )


def _row(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    *,
    ground: float,
    depth: float,
    size: float,
) -> None:
    """Houses shoulder to shoulder, some with their gables towards us."""
    x = -rng.uniform(0, size)
    while x < WIDTH:
        width, height = size * rng.uniform(0.75, 1.25), size * rng.uniform(0.8, 1.45)
        tint = rng.choice([palette.accent, palette.second, palette.far])
        wall = mixed(palette.layer(depth), tint, 0.16)
        _house(canvas, palette, rng, (x, ground - height, x + width, ground), wall)
        x += width


def _house(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    box: Box,
    wall: Colour,
) -> None:
    left, top, right, _bottom = box
    roof = mixed(darker(wall, 0.28), palette.accent, 0.22)
    width = right - left
    canvas.box(box, wall)
    peak = top - width * rng.uniform(0.3, 0.6)
    chimney = left + width * rng.choice([0.22, 0.7])
    canvas.box((chimney, peak + 2, chimney + width * 0.1, top), roof)
    if rng.random() < 0.6:
        canvas.polygon(
            [(left - 3, top), (left + width / 2, peak), (right + 3, top)], roof
        )
    else:
        inset = width * 0.16
        canvas.polygon(
            [
                (left - 3, top),
                (left + inset, peak + width * 0.1),
                (right - inset, peak + width * 0.1),
                (right + 3, top),
            ],
            roof,
        )
    _windows(canvas, palette, rng, box, wall)


def _windows(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    box: Box,
    wall: Colour,
) -> None:
    left, top, right, bottom = box
    pane = (right - left) / 7
    columns = 3 if right - left > 70 else 2
    gap = (right - left - columns * pane) / (columns + 1)
    y = top + pane * 0.8
    while y + pane * 1.4 < bottom - 6:
        for number in range(columns):
            x = left + gap + number * (pane + gap)
            is_lit = rng.random() < (0.6 if palette.is_night else 0.4)
            glass = palette.light if is_lit else darker(wall, 0.28)
            canvas.box((x, y, x + pane, y + pane * 1.3), glass, radius=1)
            canvas.line(
                [(x + pane / 2, y), (x + pane / 2, y + pane * 1.3)], wall, width=0.8
            )
        y += pane * 2.4


def _tower(canvas: Canvas, palette: Palette, rng: Random, *, ground: float) -> None:
    """The town hall's, with its clock."""
    x = rng.uniform(0.22, 0.78) * WIDTH
    stone = palette.layer(0.46)
    roof = mixed(darker(stone, 0.2), palette.accent, 0.4)
    canvas.box((x - 27, ground - 250, x + 27, ground), stone)
    canvas.box((x - 32, ground - 256, x + 32, ground - 248), darker(stone, 0.12))
    canvas.box((x - 20, ground - 292, x + 20, ground - 256), stone)
    canvas.polygon(
        [(x - 25, ground - 292), (x, ground - 362), (x + 25, ground - 292)], roof
    )
    canvas.line([(x, ground - 362), (x, ground - 384)], roof, width=2)
    canvas.disc((x, ground - 387), 4, palette.second)
    canvas.glow((x, ground - 222), 44, palette.light, strength=0.7)
    canvas.disc((x, ground - 222), 18, lighter(palette.light, 0.35))
    for length, turn in ((10, rng.uniform(0, 6)), (14, rng.uniform(0, 6))):
        tip = nature.around((x, ground - 222), length, turn)
        canvas.line([(x, ground - 222), tip], palette.near, width=1.8)


def lanterns(canvas: Canvas, palette: Palette, rng: Random) -> None:
    canvas.gradient(palette.sky)
    if palette.is_night:
        nature.stars(canvas, palette, rng, count=90)
    _row(canvas, palette, rng, ground=HEIGHT * 0.88, depth=0.5, size=98)
    canvas.mist(palette.light, top=HEIGHT * 0.55, bottom=HEIGHT * 0.9, strength=0.16)
    canvas.gradient([palette.layer(0.75), darker(palette.near, 0.2)], top=HEIGHT * 0.87)
    canvas.glow((WIDTH / 2, HEIGHT), 420, palette.second, strength=0.35)
    for number in range(3):
        _garland(canvas, palette, rng, top=30 + 62 * number, sag=rng.uniform(60, 120))
    _crowd(canvas, palette, rng)


def _garland(
    canvas: Canvas, palette: Palette, rng: Random, *, top: float, sag: float
) -> None:
    tilt = rng.uniform(-40, 40)

    def rope(x: float) -> float:
        share = x / WIDTH
        return (
            top + tilt * share + sag * (cosh(1) - cosh(2 * share - 1)) / (cosh(1) - 1)
        )

    canvas.line(
        [(x, rope(x)) for x in range(0, WIDTH + 24, 24)], palette.near, width=1.6
    )
    colours = [palette.accent, palette.second, lighter(palette.light, 0.2)]
    is_bunting = rng.random() < 0.4
    for number, x in enumerate(range(30, WIDTH, 54)):
        y, colour = rope(x), colours[number % 3]
        if is_bunting:
            canvas.polygon([(x - 14, y), (x + 14, y), (x, y + 30)], colour)
        else:
            canvas.glow((x, y + 11), 42, colour, strength=0.75)
            canvas.disc((x, y + 11), 8, lighter(colour, 0.45))


def _crowd(canvas: Canvas, palette: Palette, rng: Random) -> None:
    dark = darker(palette.near, 0.3)
    for _ in range(34):
        x, size = rng.uniform(0, WIDTH), rng.uniform(13, 19)
        y = HEIGHT - rng.uniform(18, 46)
        canvas.disc((x, y), size * 0.62, dark)
        canvas.box(
            (x - size, y + size * 0.5, x + size, HEIGHT + 30), dark, radius=size * 0.8
        )


def bus(canvas: Canvas, palette: Palette, rng: Random) -> None:
    nature.open_sky(canvas, palette, rng)
    _row(canvas, palette, rng, ground=HEIGHT * 0.74, depth=0.22, size=110)
    for x in range(40, WIDTH, 150):
        shift = x + rng.uniform(-30, 30)
        nature.round_tree(
            canvas, shift, HEIGHT * 0.77, rng.uniform(90, 130), palette.layer(0.5)
        )
    canvas.box((0, HEIGHT * 0.755, WIDTH, HEIGHT * 0.79), lighter(palette.far, 0.2))
    canvas.gradient([palette.layer(0.72), palette.layer(0.95)], top=HEIGHT * 0.79)
    for x in range(-20, WIDTH, 120):
        canvas.box(
            (x, HEIGHT * 0.925, x + 66, HEIGHT * 0.937),
            lighter(palette.far, 0.5),
            alpha=0.7,
        )
    _bus(canvas, palette, left=rng.uniform(130, 420), ground=HEIGHT * 0.885)


def _bus(canvas: Canvas, palette: Palette, *, left: float, ground: float) -> None:
    right, top = left + 400, ground - 164
    glass = mixed(palette.sky[0], palette.near, 0.25)
    canvas.oval(((left + right) / 2, ground + 4), 214, 10, (0, 0, 0), alpha=0.25)
    canvas.box((left, top, right, ground - 16), palette.accent, radius=20)
    canvas.box((left, ground - 66, right, ground - 56), lighter(palette.light, 0.3))
    canvas.box(
        (left, ground - 40, right, ground - 16), darker(palette.accent, 0.25), radius=8
    )
    for number in range(5):
        x = left + 18 + number * 62
        canvas.box((x, top + 20, x + 54, top + 82), glass, radius=6)
        canvas.polygon(
            [
                (x + 8, top + 82),
                (x + 26, top + 20),
                (x + 40, top + 20),
                (x + 22, top + 82),
            ],
            (255, 255, 255),
            alpha=0.14,
        )
    canvas.box(
        (right - 66, top + 20, right - 4, top + 92), lighter(glass, 0.12), radius=10
    )
    canvas.glow((right - 4, ground - 48), 46, palette.light, strength=0.8)
    canvas.disc((right - 10, ground - 48), 7, lighter(palette.light, 0.5))
    for x in (left + 84, right - 92):
        canvas.disc((x, ground - 14), 30, darker(palette.near, 0.5))
        canvas.disc((x, ground - 14), 13, lighter(palette.far, 0.3))


def track(canvas: Canvas, palette: Palette, rng: Random) -> None:
    """The lanes of a stadium, running away into the distance."""
    nature.open_sky(canvas, palette, rng)
    horizon = HEIGHT * 0.46
    canvas.ridge(nature.rolling(rng, base=horizon - 26, swing=18), palette.layer(0.2))
    for x in range(0, WIDTH, 36):
        size, shift = rng.uniform(44, 80), rng.uniform(-12, 12)
        leaves = palette.layer(rng.uniform(0.4, 0.6))
        nature.round_tree(canvas, x + shift, horizon + 4, size, leaves)
    grass = mixed(palette.far, palette.near, 0.45)
    canvas.gradient([grass, palette.layer(0.7)], top=horizon)
    _lanes(canvas, palette, vanish=(rng.uniform(0.35, 0.65) * WIDTH, horizon + 2))
    _flags(canvas, palette, horizon=horizon)


def _lanes(canvas: Canvas, palette: Palette, *, vanish: Point) -> None:
    edges = [WIDTH * (1.7 * number / LANES - 0.35) for number in range(LANES + 1)]
    clay = mixed(palette.accent, palette.near, 0.18)
    for number, (left, right) in enumerate(pairwise(edges)):
        shade = lighter(clay, 0.06) if number % 2 else clay
        far = [_towards(vanish, left), _towards(vanish, right)]
        canvas.polygon([*far, (right, HEIGHT), (left, HEIGHT)], shade)
    for edge in edges:
        x, y = _towards(vanish, edge)
        stripe = [(x - 0.6, y), (x + 0.6, y), (edge + 6, HEIGHT), (edge - 6, HEIGHT)]
        canvas.polygon(stripe, lighter(palette.light, 0.5), alpha=0.9)


def _flags(canvas: Canvas, palette: Palette, *, horizon: float) -> None:
    colours = [palette.accent, palette.second, lighter(palette.light, 0.5)]
    for number in range(12):
        x, y = 40 + number * 80, horizon - 40 - 5 * sin(pi * number / 3)
        canvas.line([(x, horizon + 6), (x, y)], palette.near, width=1.6)
        cloth = [(x, y), (x + 26, y + 6), (x, y + 14)]
        canvas.polygon(cloth, colours[number % 3])


def _towards(vanish: Point, edge: float) -> Point:
    """Return where the lane's edge meets the far end of the straight."""
    return vanish[0] + (edge - vanish[0]) * 0.05, vanish[1] + 6


SCENES = {"town": town, "lanterns": lanterns, "bus": bus, "track": track}
