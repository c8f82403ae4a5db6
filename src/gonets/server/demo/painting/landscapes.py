"""Scenes under the open sky."""

from __future__ import annotations

from math import pi, sin
from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas
from gonets.server.demo.painting.palettes import (
    Colour,
    Palette,
    darker,
    lighter,
    mixed,
)


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


def _copse(canvas, line, rng, colour: Colour, *, size: float = 62) -> None:  # type: ignore[no-untyped-def]
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
    under: list[tuple[float, float]] = []
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
    foot: tuple[float, float],
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


def _cottage(canvas: Canvas, palette: Palette, foot: tuple[float, float]) -> None:
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
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    centre: tuple[float, float],
    size: float,
) -> None:
    x, y = centre
    colours = [palette.accent, palette.second, lighter(palette.light, 0.4)]
    rng.shuffle(colours)
    foot = y + size * 1.35
    canvas.polygon(
        [
            (x - size * 0.86, y + size * 0.5),
            (x + size * 0.86, y + size * 0.5),
            (x + size * 0.16, foot),
            (x - size * 0.16, foot),
        ],
        colours[0],
    )
    for number, share in enumerate((1.0, 0.7, 0.34)):
        colour = colours[number % 2] if number < 2 else colours[2]
        canvas.oval((x, y), size * share, size, colour)
        half = size * share * 0.86
        canvas.polygon(
            [
                (x - half, y + size * 0.5),
                (x + half, y + size * 0.5),
                (x + half * 0.2, foot),
                (x - half * 0.2, foot),
            ],
            colour,
        )
    canvas.oval(
        (x - size * 0.36, y - size * 0.36),
        size * 0.16,
        size * 0.3,
        (255, 255, 255),
        alpha=0.2,
    )
    for side in (-1, 1):
        canvas.line(
            [
                (x + side * size * 0.15, foot),
                (x + side * size * 0.13, foot + size * 0.3),
            ],
            palette.near,
            width=1,
        )
    canvas.box(
        (x - size * 0.16, foot + size * 0.3, x + size * 0.16, foot + size * 0.52),
        palette.near,
        radius=3,
    )


SCENES = {
    "hills": hills,
    "forest": forest,
    "river": river,
    "harbour": harbour,
    "night": night,
    "balloons": balloons,
}
