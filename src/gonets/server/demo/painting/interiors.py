"""Scenes under a roof: a stage, shelves of books, a gallery, a window, a museum."""

from __future__ import annotations

from math import pi, sin
from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, shades
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


def _fold(side: int, reach: float, share: float) -> tuple[float, float]:
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


def books(canvas: Canvas, palette: Palette, rng: Random) -> None:
    wall = mixed(palette.sky[1], palette.sky[2], 0.3)
    canvas.gradient([darker(wall, 0.1), wall])
    canvas.glow((rng.uniform(0.3, 0.7) * WIDTH, 60), 460, palette.light, strength=0.6)
    wood = mixed(palette.near, palette.second, 0.32)
    for foot in (HEIGHT * 0.47, HEIGHT * 0.93):
        _shelf(canvas, palette, rng, foot=foot)
        canvas.box((0, foot, WIDTH, foot + 20), wood)
        canvas.box((0, foot, WIDTH, foot + 4), lighter(wood, 0.2))
        canvas.mist((0, 0, 0), top=foot + 20, bottom=foot + 21, strength=0.0)
        canvas.box((0, foot + 20, WIDTH, foot + 30), (0, 0, 0), alpha=0.12)


def _shelf(canvas: Canvas, palette: Palette, rng: Random, *, foot: float) -> None:
    covers = [
        palette.accent,
        palette.second,
        palette.near,
        palette.far,
        palette.sky[0],
        lighter(palette.light, 0.1),
        mixed(palette.accent, palette.near, 0.5),
    ]
    x = rng.uniform(20, 50)
    while x < WIDTH - 60:
        choice = rng.random()
        if choice < 0.07:
            x += _vase(canvas, palette, rng, x=x + 12, foot=foot) + 26
        elif choice < 0.12:
            x += _pile(canvas, rng, covers, x=x + 6, foot=foot) + 14
        else:
            x += _book(canvas, palette, rng, (x, foot), rng.choice(covers)) + 1.5


def _book(
    canvas: Canvas,
    palette: Palette,
    rng: Random,
    corner: tuple[float, float],
    cover: Colour,
) -> float:
    x, foot = corner
    width, height = rng.uniform(17, 40), rng.uniform(120, 186)
    cover = mixed(cover, palette.near, rng.uniform(0, 0.25))
    canvas.box((x, foot - height, x + width, foot), cover, radius=2.5)
    canvas.box(
        (x + 2, foot - height + 3, x + 5, foot - 2), lighter(cover, 0.25), alpha=0.8
    )
    gilt = lighter(palette.second, 0.25) if rng.random() < 0.6 else lighter(cover, 0.45)
    for share in rng.choice([(0.12, 0.86), (0.18,), (0.1, 0.16, 0.84), (0.3, 0.36)]):
        y = foot - height * (1 - share)
        canvas.box((x, y, x + width, y + 4), gilt)
    if width > 26:
        canvas.box(
            (
                x + width / 2 - 4,
                foot - height * 0.7,
                x + width / 2 + 4,
                foot - height * 0.36,
            ),
            gilt,
            radius=2,
            alpha=0.7,
        )
    return width


def _pile(
    canvas: Canvas, rng: Random, covers: list[Colour], *, x: float, foot: float
) -> float:
    y = foot
    for _ in range(rng.randint(3, 5)):
        thick, cover = rng.uniform(16, 26), rng.choice(covers)
        shift = rng.uniform(0, 14)
        canvas.box((x + shift, y - thick, x + shift + 112, y), cover, radius=3)
        canvas.box(
            (x + shift + 100, y - thick + 3, x + shift + 112, y - 3), (250, 244, 230)
        )
        y -= thick
    return 126.0


def _vase(
    canvas: Canvas, palette: Palette, rng: Random, *, x: float, foot: float
) -> float:
    """With a branch or two in it."""
    leaf = mixed(palette.far, palette.near, 0.55)
    middle = x + 26
    for lean in (-34, -8, 22, 42):
        tip = (middle + lean, foot - rng.uniform(112, 168))
        canvas.line([(middle, foot - 44), tip], leaf, width=2)
        for share in (0.45, 0.65, 0.85, 1.0):
            place = (middle + lean * share, foot - 44 + (tip[1] - foot + 44) * share)
            canvas.oval(place, 8, 5, lighter(leaf, rng.uniform(0, 0.25)))
    canvas.oval((middle, foot - 26), 26, 26, palette.accent)
    canvas.box(
        (middle - 10, foot - 62, middle + 10, foot - 40), palette.accent, radius=3
    )
    canvas.oval((middle - 9, foot - 32), 6, 12, lighter(palette.accent, 0.3))
    return 60.0


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
    box: tuple[float, float, float, float],
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


def window(canvas: Canvas, palette: Palette, rng: Random) -> None:
    """A view over hills, and on the sill what somebody left there."""
    nature.open_sky(canvas, palette, rng)
    for number in range(4):
        line = nature.rolling(rng, base=HEIGHT * (0.5 + 0.09 * number), swing=20)
        canvas.ridge(line, palette.layer(0.1 + 0.2 * number))
    wall = mixed(palette.near, palette.sky[0], 0.28)
    frame = lighter(palette.sky[2], 0.4)
    left, top, right, sill = 190.0, 36.0, 770.0, 420.0
    for box in (
        (0, 0, left, HEIGHT),
        (right, 0, WIDTH, HEIGHT),
        (0, 0, WIDTH, top),
        (0, sill, WIDTH, HEIGHT),
    ):
        canvas.box(box, wall)
    for x in (left, (left + right) / 2, right):
        canvas.box((x - 9, top, x + 9, sill), frame)
    for y in (top, top + 120):
        canvas.box((left - 9, y - 7, right + 9, y + 7), frame)
    for side in (-1, 1):
        _curtain(canvas, palette, side=side, left=left, right=right)
    canvas.box((left - 50, sill, right + 50, sill + 24), lighter(frame, 0.2))
    canvas.box((left - 50, sill + 24, right + 50, sill + 36), (0, 0, 0), alpha=0.2)
    things = [_plant, _cup, _few_books]
    rng.shuffle(things)
    for thing, x in zip(things, (275, 480, 640), strict=True):
        thing(canvas, palette, rng, x, sill)


def _curtain(
    canvas: Canvas, palette: Palette, *, side: int, left: float, right: float
) -> None:
    cloth = mixed(palette.accent, palette.light, 0.2)
    start = left - 90 if side < 0 else right + 90
    for number in range(6):
        tone = lighter(cloth, 0.12) if number % 2 else darker(cloth, 0.12)
        x = start - side * number * 24
        drop = 470 - 14 * number
        a, b = sorted((x, x - side * 25))
        canvas.polygon(
            [
                (a, 14),
                (b, 14),
                (b + side * number * 5, drop),
                (a + side * number * 5, drop),
            ],
            tone,
        )
    canvas.box((60, 8, WIDTH - 60, 18), darker(palette.near, 0.3), radius=5)


def _plant(
    canvas: Canvas, palette: Palette, rng: Random, x: float, foot: float
) -> None:
    leaf = mixed((84, 140, 96), palette.near, 0.25)
    for lean in (-52, -34, -14, 6, 26, 46):
        tip = (x + lean * 1.2, foot - rng.uniform(120, 176) + abs(lean))
        bend = (x + lean * 0.5, foot - 100)
        canvas.polygon(
            [
                (x - 3, foot - 50),
                (bend[0] - 8, bend[1]),
                tip,
                (bend[0] + 8, bend[1] + 6),
            ],
            lighter(leaf, rng.uniform(0, 0.25)),
        )
    canvas.polygon(
        [(x - 38, foot - 62), (x + 38, foot - 62), (x + 28, foot), (x - 28, foot)],
        palette.accent,
    )
    canvas.box(
        (x - 43, foot - 70, x + 43, foot - 54), lighter(palette.accent, 0.15), radius=3
    )


def _cup(canvas: Canvas, palette: Palette, _rng: Random, x: float, foot: float) -> None:
    white = lighter(palette.light, 0.5)
    canvas.oval((x + 38, foot - 36), 19, 17, white)
    canvas.oval((x + 38, foot - 36), 11, 9, palette.layer(0.5))
    canvas.box((x - 36, foot - 62, x + 36, foot - 4), white, radius=15)
    canvas.box((x - 36, foot - 62, x + 36, foot - 44), white, radius=3)
    canvas.box((x - 36, foot - 36, x + 36, foot - 28), palette.second)
    for shift in (-12, 10):
        steam = [
            (x + shift + 6 * sin(step / 2), foot - 74 - step * 7) for step in range(9)
        ]
        canvas.line(steam, (255, 255, 255), width=3, alpha=0.45)


def _few_books(
    canvas: Canvas, palette: Palette, rng: Random, x: float, foot: float
) -> None:
    covers = [palette.second, palette.near, palette.accent, palette.far]
    _pile(canvas, rng, covers, x=x - 60, foot=foot)


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
    foot: tuple[float, float],
    height: float,
    profile: tuple[float, ...],
    clay: Colour,
) -> None:
    x, y = foot
    half = height * 0.42
    steps = len(profile) - 1

    def outline(stretch: float) -> list[tuple[float, float]]:
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


SCENES = {
    "theatre": theatre,
    "books": books,
    "gallery": gallery,
    "window": window,
    "museum": museum,
}
