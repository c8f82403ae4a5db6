"""Scenes that are hardly more than shapes: paper waves, pencils, a flying melody."""

from __future__ import annotations

from math import sin, tau
from random import Random

from gonets.server.demo.painting.canvas import HEIGHT, WIDTH, Canvas, Point, shades
from gonets.server.demo.painting.palettes import Colour, Palette, darker, lighter, mixed


def paper(canvas: Canvas, palette: Palette, rng: Random) -> None:
    """Sheets of coloured paper, each cut in a wave, with a sun between them."""
    canvas.gradient([lighter(palette.sky[2], 0.2), palette.sky[2]])
    sun = (rng.uniform(0.3, 0.7) * WIDTH, HEIGHT * rng.uniform(0.3, 0.4))
    canvas.disc((sun[0] + 4, sun[1] + 7), 74, (0, 0, 0), alpha=0.1)
    canvas.disc(sun, 72, palette.second)
    tones = shades(palette.sky[1], palette.near, 6)
    tones[2] = palette.accent
    for number, tone in enumerate(tones):
        base = HEIGHT * (0.42 + 0.105 * number)
        swing, waves, phase = (
            rng.uniform(18, 38),
            rng.uniform(0.8, 1.9),
            rng.uniform(0, tau),
        )
        edge = [
            (x, base + swing * sin(waves * tau * x / WIDTH + phase))
            for x in range(0, WIDTH + 9, 8)
        ]
        for depth in (11, 7, 3):  # the shadow that a lifted sheet casts
            shadow = [(x, y - depth) for x, y in edge]
            canvas.polygon(
                [*shadow, (WIDTH, HEIGHT), (0, HEIGHT)], (0, 0, 0), alpha=0.06
            )
        canvas.polygon([*edge, (WIDTH + 8, HEIGHT), (0, HEIGHT)], tone)


def pencils(canvas: Canvas, palette: Palette, rng: Random) -> None:
    paper_tone = lighter(palette.sky[2], 0.35)
    canvas.gradient([paper_tone, mixed(paper_tone, palette.sky[1], 0.4)])
    colours = [
        palette.accent,
        palette.second,
        palette.sky[0],
        palette.near,
        mixed(palette.accent, palette.second, 0.5),
        palette.far,
        mixed(palette.sky[0], palette.near, 0.4),
    ]
    for number in range(5):
        _doodle(canvas, rng, colours[number])
    order = [*colours, *colours]
    rng.shuffle(order)
    for number, colour in enumerate(order[:13]):
        x = 18 + number * 72
        tip = (
            HEIGHT * 0.5
            + 46 * sin(number * 0.8 + rng.uniform(0, 0.9))
            + rng.uniform(-12, 12)
        )
        _pencil(canvas, x=x, tip=tip, colour=colour)


def _doodle(canvas: Canvas, rng: Random, colour: Colour) -> None:
    """A spiral, the way a child draws the sun."""
    x, y = rng.uniform(60, WIDTH - 60), rng.uniform(40, HEIGHT * 0.34)
    turns, size = rng.uniform(2, 3), rng.uniform(26, 46)
    points = []
    for step in range(70):
        share = step / 69
        turn = share * turns * tau
        points.append(
            (x + size * share * sin(turn), y + size * share * sin(turn + tau / 4))
        )
    canvas.line(points, colour, width=4.5, alpha=0.55)


def _pencil(canvas: Canvas, *, x: float, tip: float, colour: Colour) -> None:
    wood, width, neck = (238, 208, 164), 56.0, tip + 74
    canvas.box((x + 9, neck + 8, x + width + 9, HEIGHT), (0, 0, 0), alpha=0.1)
    canvas.polygon([(x, neck), (x + width / 2, tip), (x + width, neck)], wood)
    canvas.polygon(
        [
            (x + width * 0.36, tip + 21),
            (x + width / 2, tip),
            (x + width * 0.64, tip + 21),
        ],
        darker(colour, 0.1),
    )
    for part, tone in enumerate((lighter(colour, 0.18), colour, darker(colour, 0.16))):
        left = x + part * width / 3
        canvas.box((left, neck, left + width / 3, HEIGHT), tone)
        canvas.oval((left + width / 6, neck), width / 6, 8, tone)


def melody(canvas: Canvas, palette: Palette, rng: Random) -> None:
    canvas.gradient([darker(palette.sky[0], 0.25), palette.sky[0], palette.sky[1]])
    for _ in range(9):
        place = (rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT))
        tone = rng.choice([palette.accent, palette.second, palette.light])
        canvas.glow(place, rng.uniform(70, 190), tone, strength=0.32)
    swing, phase = rng.uniform(46, 80), rng.uniform(0, tau)

    def staff(x: float, number: float) -> float:
        spread = 20 + 9 * sin(phase + 2.2 * x / WIDTH)
        return (
            HEIGHT * 0.5
            + swing * sin(1.2 * tau * x / WIDTH + phase)
            + (number - 2) * spread
        )

    ink = lighter(palette.light, 0.3)
    for number in range(5):
        canvas.line(
            [(x, staff(x, number)) for x in range(0, WIDTH + 13, 12)],
            ink,
            width=2,
            alpha=0.75,
        )
    x = 60.0
    while x < WIDTH - 50:
        line = rng.choice([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4])
        colour = rng.choice([ink, palette.second, lighter(palette.accent, 0.25)])
        _note(canvas, rng, (x, staff(x, line)), colour)
        x += rng.uniform(62, 100)


def _note(canvas: Canvas, rng: Random, head: Point, colour: Colour) -> None:
    x, y = head
    canvas.glow((x, y), 46, colour, strength=0.45)
    canvas.oval((x, y), 15, 11, colour)
    canvas.line([(x + 13.5, y), (x + 13.5, y - 76)], colour, width=3)
    if rng.random() < 0.6:
        flag = [
            (x + 13.5, y - 76),
            (x + 34, y - 52),
            (x + 32, y - 26),
            (x + 27, y - 46),
            (x + 13.5, y - 58),
        ]
        canvas.polygon(flag, colour)


SCENES = {"paper": paper, "pencils": pencils, "melody": melody}
