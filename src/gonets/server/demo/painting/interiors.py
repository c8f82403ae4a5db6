"""Scenes where people come together: a stage, a gallery, a museum."""

from __future__ import annotations

from math import pi, sin
from random import Random

from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Box, Canvas, Point, shades
from gonets.server.demo.painting.palettes import Colour, Palette, darker, lighter, mixed


def theatre(canvas: Canvas, palette: Palette, rng: Random) -> None:
    stage = HEIGHT * 0.74
    canvas.gradient(
        [darker(palette.near, 0.3), mixed(palette.near, palette.sky[0], 0.55)],
        bottom=stage,
    )
    canvas.gradient(
        [mixed(palette.second, palette.near, 0.45), darker(palette.near, 0.2)],
        top=stage,
    )
    canvas.glow((WIDTH / 2, stage), 380, palette.light, strength=0.5)
    for shift in rng.sample([-210, -110, 0, 110, 210], 3):
        foot = WIDTH / 2 + shift
        top = WIDTH / 2 + shift * 1.9
        canvas.polygon(
            [
                (top - 12, 0),
                (top + 12, 0),
                (foot + 86, stage + 30),
                (foot - 86, stage + 30),
            ],
            palette.light,
            alpha=0.13,
        )
        canvas.oval((foot, stage + 30), 86, 17, palette.light, alpha=0.4)
    for side in (-1, 1):
        _drape(canvas, palette, side=side, width=rng.uniform(225, 265))
    _swags(canvas, palette)
    for x in range(60, WIDTH, 56):
        canvas.disc((x, HEIGHT * 0.87), 5, lighter(palette.light, 0.3))
        canvas.glow((x, HEIGHT * 0.86), 34, palette.light, strength=0.7)
    _audience(canvas, palette, rng)


def _drape(canvas: Canvas, palette: Palette, *, side: int, width: float) -> None:
    """A curtain gathered aside: narrow at its waist, its folds lit and dark in turn."""
    cloth, folds = palette.accent, 11
    for number in range(folds):
        near, far = number / folds, (number + 1.15) / folds
        tone = mixed(
            darker(cloth, 0.45), lighter(cloth, 0.12), 0.5 + 0.5 * sin(number * 2.1)
        )
        edge = [_fold(side, width * far, step / 12) for step in range(13)]
        back = [_fold(side, width * near, step / 12) for step in range(13)]
        canvas.polygon([*edge, *reversed(back)], tone)


def _fold(side: int, reach: float, share: float) -> Point:
    waist = 1 - 0.42 * sin(pi * min(1.0, share * 0.82)) ** 2
    from_edge = reach * waist
    return (from_edge if side < 0 else WIDTH - from_edge), share * HEIGHT * 0.9


def _swags(canvas: Canvas, palette: Palette) -> None:
    cloth = darker(palette.accent, 0.12)
    for number in range(6):
        middle = 80 + number * 160
        for step, tone in enumerate(shades(darker(cloth, 0.3), lighter(cloth, 0.1), 4)):
            canvas.oval((middle, -12), 100 - 9 * step, 84 - 15 * step, tone)
        trim = [
            (middle + 98 * x / 10, -12 + 82 * (1 - (x / 10) ** 2) ** 0.5)
            for x in range(-10, 11)
        ]
        canvas.line(trim, palette.second, width=5)


def _audience(canvas: Canvas, palette: Palette, rng: Random) -> None:
    dark = darker(palette.near, 0.62)
    for number in range(17):
        x = number * 60 + rng.uniform(-8, 8)
        y = HEIGHT - rng.uniform(24, 34)
        canvas.disc((x, y), rng.uniform(15, 18), dark)
        canvas.box((x - 30, y + 12, x + 30, HEIGHT + 20), dark, radius=18)


def gallery(canvas: Canvas, palette: Palette, rng: Random) -> None:
    floor = HEIGHT * 0.8
    wall = mixed(palette.sky[2], palette.sky[1], 0.25)
    canvas.gradient([lighter(wall, 0.25), wall], bottom=floor)
    canvas.gradient(
        [
            mixed(palette.second, palette.near, 0.5),
            mixed(palette.second, palette.near, 0.75),
        ],
        top=floor,
    )
    canvas.box((0, floor - 14, WIDTH, floor), lighter(wall, 0.5))
    widths = rng.choice([(210, 290, 190), (180, 180, 330), (320, 200, 180)])
    x = (WIDTH - sum(widths) - 2 * 70) / 2
    for number, width in enumerate(widths):
        height = rng.uniform(170, 240)
        top = HEIGHT * 0.4 - height / 2
        canvas.glow(
            (x + width / 2, top - 10),
            width * 0.95,
            lighter(palette.light, 0.5),
            strength=0.75,
        )
        canvas.box(
            (x + 7, top + 9, x + width + 7, top + height + 11), (0, 0, 0), alpha=0.16
        )
        frame = (
            palette.near if number % 2 else mixed(palette.second, palette.near, 0.35)
        )
        canvas.box((x, top, x + width, top + height), frame)
        canvas.box(
            (x + 9, top + 9, x + width - 9, top + height - 9),
            lighter(palette.light, 0.5),
        )
        _painting(
            canvas, palette, rng, (x + 24, top + 24, x + width - 24, top + height - 24)
        )
        x += width + 70
    bench = rng.uniform(0.3, 0.6) * WIDTH
    canvas.box((bench, floor + 26, bench + 210, floor + 44), palette.near, radius=6)
    for leg in (bench + 22, bench + 176):
        canvas.box((leg, floor + 44, leg + 12, floor + 84), palette.near)


def _painting(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    box: Box,
) -> None:
    """A small abstract landscape."""
    left, top, right, bottom = box
    canvas.box(box, mixed(palette.sky[1], palette.sky[2], rng.random()))
    sun = (left + (right - left) * rng.uniform(0.3, 0.7), top + (bottom - top) * 0.36)
    canvas.disc(
        sun,
        min(right - left, bottom - top) * 0.17,
        rng.choice([palette.accent, palette.second]),
    )
    for number in range(3):
        height = top + (bottom - top) * (0.5 + 0.16 * number)
        swing, phase = (bottom - top) * 0.09, rng.uniform(0, 6)
        steps = [left + (right - left) * i / 20 for i in range(21)]
        edge = [
            (x, height + swing * sin(phase + 5 * (x - left) / (right - left)))
            for x in steps
        ]
        canvas.polygon(
            [*edge, (right, bottom), (left, bottom)], palette.layer(0.2 + 0.35 * number)
        )


def museum(canvas: Canvas, palette: Palette, rng: Random) -> None:
    """Old pots on their plinths, each in its own light."""
    wall = mixed(palette.near, palette.sky[0], 0.4)
    canvas.gradient([darker(wall, 0.35), wall])
    canvas.gradient([darker(wall, 0.2), darker(wall, 0.5)], top=HEIGHT * 0.86)
    profiles = [
        (0.3, 0.2, 0.34, 0.62, 0.86, 0.94, 0.8, 0.56, 0.4, 0.44),
        (0.42, 0.24, 0.22, 0.3, 0.62, 0.8, 0.72, 0.5, 0.34, 0.46),
        (0.8, 0.84, 0.9, 0.92, 0.86, 0.74, 0.56, 0.4, 0.34, 0.5),
        (0.2, 0.16, 0.18, 0.3, 0.5, 0.74, 0.86, 0.8, 0.6, 0.48),
    ]
    chosen = rng.sample(profiles, 3)
    for profile, x, height in zip(
        chosen, (190, 480, 770), rng.sample([150, 190, 225], 3), strict=True
    ):
        plinth = HEIGHT * 0.68
        canvas.polygon(
            [(x - 26, 0), (x + 26, 0), (x + 130, plinth + 10), (x - 130, plinth + 10)],
            palette.light,
            alpha=0.1,
        )
        canvas.glow((x, plinth - height / 2), 190, palette.light, strength=0.5)
        canvas.box(
            (x - 92, plinth, x + 92, HEIGHT * 0.93), mixed(palette.sky[2], wall, 0.3)
        )
        canvas.box(
            (x - 100, plinth - 4, x + 100, plinth + 10), lighter(palette.sky[2], 0.2)
        )
        clay = rng.choice(
            [palette.accent, palette.second, mixed(palette.accent, palette.near, 0.35)]
        )
        _pot(canvas, palette, (x, plinth - 4), height, profile, clay)


def _pot(
    canvas: Canvas,
    palette: Palette,
    foot: Point,
    height: float,
    profile: tuple[float, ...],
    clay: Colour,
) -> None:
    x, y = foot
    half = height * 0.42
    steps = len(profile) - 1

    def outline(stretch: float) -> list[Point]:
        return [
            (x + stretch * half * width, y - height * (1 - n / steps))
            for n, width in enumerate(profile)
        ]

    canvas.polygon([*outline(-1), *reversed(outline(1))], clay)
    canvas.polygon([*outline(0.45), *reversed(outline(1))], darker(clay, 0.25))
    canvas.polygon([*outline(-0.72), *reversed(outline(-0.42))], lighter(clay, 0.3))
    for n in (3, 5):
        width, level = profile[n] * half, y - height * (1 - n / steps)
        canvas.line(
            [(x - width, level), (x + width, level)], darker(palette.near, 0.2), width=5
        )
        canvas.line(
            [(x - width, level + 8), (x + width, level + 8)],
            lighter(palette.light, 0.2),
            width=2,
        )


SCENES = {"theatre": theatre, "gallery": gallery, "museum": museum}
