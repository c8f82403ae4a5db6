"""Scenes of a room: shelves full of books, a window with a view."""

from __future__ import annotations

from math import sin
from random import Random

from gonets.server.demo.painting import nature
from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, Point
from gonets.server.demo.painting.palettes import Colour, Palette, darker, lighter, mixed


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
    corner: Point,
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


SCENES = {"books": books, "window": window}
