"""Scenes under the open sky: hills, woods, a starry night, balloons."""

from __future__ import annotations

from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, Point, Ridge
from gonets.server.demo.painting.palettes import Colour, Palette, darker, lighter, mixed


def hills(canvas: Canvas, palette: Palette, rng: Random) -> None:
    nature.open_sky(canvas, palette, rng)
    nature.birds(canvas, palette, rng, count=rng.randint(3, 6))
    for number in range(5):
        depth = number / 4
        base = HEIGHT * (0.52 + 0.1 * number)
        line = nature.rolling(rng, base=base, swing=34 - 3 * number)
        canvas.ridge(line, palette.layer(depth))
        if number < 4:
            canvas.mist(palette.sky[2], top=base - 20, bottom=base + 70, strength=0.28)
        if number == 3:
            _copse(canvas, line, rng, palette.layer(0.88))
    _copse(canvas, lambda x: HEIGHT + 6, rng, darker(palette.near, 0.2), size=120)


def _copse(
    canvas: Canvas, line: Ridge, rng: Random, colour: Colour, *, size: float = 62
) -> None:
    """A few firs standing together on a ridge."""
    start = rng.uniform(0.05, 0.75) * WIDTH
    for _ in range(7):
        x = start + rng.uniform(-110, 150)
        nature.conifer(canvas, x, line(x) + 4, size * rng.uniform(0.6, 1.15), colour)


def forest(canvas: Canvas, palette: Palette, rng: Random) -> None:
    sun = nature.open_sky(canvas, palette, rng)
    is_fir = rng.random() < 0.6
    for number in range(4):
        depth = number / 3
        ground = HEIGHT * (0.66 + 0.1 * number)
        colour = palette.layer(0.12 + 0.88 * depth)
        canvas.ridge(nature.rolling(rng, base=ground, swing=9), colour)
        tree = nature.conifer if is_fir or number == 0 else nature.round_tree
        for _ in range(26 - 5 * number):
            x = rng.uniform(-30, WIDTH + 30)
            if number == 3 and 0.3 * WIDTH < x < 0.7 * WIDTH:
                continue  # A glade, so that the far woods can be seen.
            size = (90 + 80 * number) * rng.uniform(0.7, 1.15)
            tree(
                canvas,
                x,
                ground + 12,
                size,
                mixed(colour, palette.accent, rng.random() * 0.12 * depth),
            )
        if number < 3:
            canvas.mist(
                palette.sky[2], top=ground - 90, bottom=ground + 60, strength=0.36
            )
    canvas.glow(sun, 420, palette.light, strength=0.28)


def night(canvas: Canvas, palette: Palette, rng: Random) -> None:
    canvas.gradient(palette.sky)
    for _ in range(5):
        centre = (rng.uniform(0.2, 0.9) * WIDTH, rng.uniform(0, 0.35) * HEIGHT)
        canvas.glow(centre, rng.uniform(160, 300), palette.second, strength=0.22)
    nature.stars(canvas, palette, rng, count=260)
    moon = (rng.uniform(0.15, 0.85) * WIDTH, rng.uniform(0.18, 0.34) * HEIGHT)
    canvas.glow(moon, 200, palette.light, strength=0.5)
    canvas.disc(moon, 40, palette.light)
    crater = mixed(palette.light, palette.sky[2], 0.16)
    for across, down, size in ((-12, -8, 9), (11, 6, 12), (-4, 17, 6)):
        canvas.disc((moon[0] + across, moon[1] + down), size, crater)
    for number in range(3):
        line = nature.rolling(
            rng, base=HEIGHT * (0.68 + 0.1 * number), swing=24 - 4 * number
        )
        canvas.ridge(line, palette.layer(0.35 + 0.3 * number))
        _copse(
            canvas, line, rng, palette.layer(0.42 + 0.3 * number), size=46 + 22 * number
        )
    house = (rng.uniform(0.3, 0.7) * WIDTH, line(WIDTH / 2) + 16)
    _cottage(canvas, palette, house)


def _cottage(canvas: Canvas, palette: Palette, foot: Point) -> None:
    x, y = foot
    wall = darker(palette.near, 0.25)
    canvas.glow((x, y - 30), 110, palette.accent, strength=0.45)
    canvas.box((x - 52, y - 52, x + 52, y), wall)
    canvas.polygon(
        [(x - 66, y - 48), (x, y - 100), (x + 66, y - 48)], darker(wall, 0.3)
    )
    canvas.box((x + 26, y - 96, x + 38, y - 66), darker(wall, 0.3))
    for shift in (-30, 12):
        canvas.box((x + shift, y - 40, x + shift + 18, y - 18), palette.light)
        canvas.line([(x + shift + 9, y - 40), (x + shift + 9, y - 18)], wall, width=1.5)
        canvas.line([(x + shift, y - 29), (x + shift + 18, y - 29)], wall, width=1.5)


def balloons(canvas: Canvas, palette: Palette, rng: Random) -> None:
    nature.open_sky(canvas, palette, rng)
    for number in range(3):
        line = nature.rolling(rng, base=HEIGHT * (0.76 + 0.08 * number), swing=20)
        canvas.ridge(line, palette.layer(0.2 + 0.3 * number))
    sizes = [34, 50, 92]
    places = rng.sample([150, 330, 520, 700, 840], 3)
    for size, x in zip(sizes, places, strict=True):
        _balloon(canvas, palette, rng, (x, rng.uniform(0.26, 0.44) * HEIGHT), size)


def _balloon(
    canvas: Canvas, palette: Palette, rng: Random, centre: Point, size: float
) -> None:
    x, y = centre
    one, other, white = palette.accent, palette.second, lighter(palette.light, 0.4)
    if rng.random() < 0.5:
        one, other = other, one
    for share, colour in ((1.0, one), (0.7, other), (0.34, white)):
        _gore(canvas, centre, size, colour, share=share)
    shine = (x - size * 0.36, y - size * 0.36)
    canvas.oval(shine, size * 0.16, size * 0.3, (255, 255, 255), alpha=0.2)
    foot = y + size * 1.35
    basket, deep = foot + size * 0.3, foot + size * 0.52
    for side in (-1, 1):
        rope = [(x + side * size * 0.15, foot), (x + side * size * 0.13, basket)]
        canvas.line(rope, palette.near)
    half = size * 0.16
    canvas.box((x - half, basket, x + half, deep), palette.near, radius=3)


def _gore(
    canvas: Canvas, centre: Point, size: float, colour: Colour, *, share: float
) -> None:
    """A stripe of the envelope, so wide, narrowing to the mouth."""
    x, y = centre
    canvas.oval(centre, size * share, size, colour)
    wide, narrow = size * share * 0.86, size * share * 0.17
    top, foot = y + size * 0.5, y + size * 1.35
    canvas.polygon(
        [(x - wide, top), (x + wide, top), (x + narrow, foot), (x - narrow, foot)],
        colour,
    )


SCENES = {"hills": hills, "forest": forest, "night": night, "balloons": balloons}
