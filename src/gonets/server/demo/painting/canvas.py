"""A surface to paint on: simple shapes with soft edges, light and air."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw

from gonets.server.demo.painting.palettes import Colour, mixed

WIDTH, HEIGHT = 960, 540
SCALE = 1.5
"""Painted larger and scaled down: that smooths every edge."""

PAINTED_WIDTH, PAINTED_HEIGHT = round(WIDTH * SCALE), round(HEIGHT * SCALE)

JPEG_QUALITY = 92
GRAIN = 4  # levels of brightness; hides the steps of a gradient, like paper

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
Ridge = Callable[[float], float]


class Canvas:
    """Coordinates are those of the finished picture, from the top left corner."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (PAINTED_WIDTH, PAINTED_HEIGHT))
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def gradient(
        self, colours: Sequence[Colour], *, top: float = 0, bottom: float = HEIGHT
    ) -> None:
        """Fill a band across the picture, from colour to colour downwards."""
        few = Image.new("RGB", (1, len(colours)))
        few.putdata(list(colours))
        height = round((bottom - top) * SCALE)
        # From the middle of the first pixel to that of the last one.
        between = (0, 0.5, 1, len(colours) - 0.5)
        column = few.resize((1, height), Image.Resampling.BILINEAR, between)
        self.image.paste(_widened(column), (0, round(top * SCALE)))

    def polygon(
        self, points: Iterable[Point], colour: Colour, *, alpha: float = 1
    ) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.polygon(scaled, fill=_fill(colour, alpha))

    def box(
        self,
        corners: Box,
        colour: Colour,
        *,
        radius: float = 0,
        alpha: float = 1,
    ) -> None:
        left, top, right, bottom = (value * SCALE for value in corners)
        self._draw.rounded_rectangle(
            (left, top, max(left, right), max(top, bottom)),
            radius * SCALE,
            fill=_fill(colour, alpha),
        )

    def disc(
        self, centre: Point, radius: float, colour: Colour, *, alpha: float = 1
    ) -> None:
        self.oval(centre, radius, radius, colour, alpha=alpha)

    def oval(
        self,
        centre: Point,
        across: float,
        down: float,
        colour: Colour,
        *,
        alpha: float = 1,
    ) -> None:
        x, y = centre
        corners = (x - across, y - down, x + across, y + down)
        self._draw.ellipse(
            [value * SCALE for value in corners], fill=_fill(colour, alpha)
        )

    def line(
        self,
        points: Iterable[Point],
        colour: Colour,
        *,
        width: float = 1,
        alpha: float = 1,
    ) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        thick = max(1, round(width * SCALE))
        self._draw.line(scaled, fill=_fill(colour, alpha), width=thick, joint="curve")

    def glow(
        self, centre: Point, radius: float, colour: Colour, *, strength: float = 0.8
    ) -> None:
        """Shine softly: full in the centre, nothing at the radius."""
        light = _light(round(255 * strength))
        left, top = ((place - radius) * SCALE for place in centre)
        seen = (
            max(0, round(left)),
            max(0, round(top)),
            min(PAINTED_WIDTH, round(left + 2 * radius * SCALE)),
            min(PAINTED_HEIGHT, round(top + 2 * radius * SCALE)),
        )
        size = (seen[2] - seen[0], seen[3] - seen[1])
        if min(size) <= 0:
            return
        share = light.width / (2 * radius * SCALE)
        # Only the part that is within the picture is worth its time.
        part = _within(
            light, [(seen[n] - (left, top)[n % 2]) * share for n in range(4)]
        )
        mask = light.resize(size, Image.Resampling.BILINEAR, part)
        self.image.paste(colour, seen[:2], mask)

    def ridge(self, height: Ridge, colour: Colour, *, step: float = 6) -> None:
        """Fill everything below the line y = height(x)."""
        count = int(WIDTH / step) + 2
        edge = [(i * step, height(i * step)) for i in range(count)]
        self.polygon([*edge, (WIDTH + step, HEIGHT), (0, HEIGHT)], colour)

    def mist(
        self, colour: Colour, *, top: float, bottom: float, strength: float
    ) -> None:
        """Thicken the air downwards."""
        height = round((bottom - top) * SCALE)
        fade = Image.linear_gradient("L").point(lambda level: round(level * strength))
        mask = _widened(fade.resize((1, height), Image.Resampling.BILINEAR))
        self.image.paste(colour, (0, round(top * SCALE)), mask)

    def reflect(self, *, below: float, colour: Colour, depth: float = 0.45) -> None:
        """Mirror what is above a line in water of this colour."""
        water = round((HEIGHT - below) * SCALE)
        shore = round(below * SCALE)
        above = self.image.crop((0, max(0, shore - 2 * water), PAINTED_WIDTH, shore))
        mirrored = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        # Shrunk and stretched again sideways: still water blurs along the waves.
        mirrored = mirrored.reduce((8, 1)).resize(
            (PAINTED_WIDTH, water), Image.Resampling.BILINEAR
        )
        tint = Image.new("RGB", mirrored.size, colour)
        self.image.paste(Image.blend(mirrored, tint, depth), (0, shore))

    def jpeg(self) -> bytes:
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.HAMMING)
        finished = ImageChops.add(small, _grain(), offset=-(GRAIN // 2))
        file = BytesIO()
        finished.save(file, "JPEG", quality=JPEG_QUALITY)
        return file.getvalue()


def _fill(colour: Colour, alpha: float) -> tuple[int, int, int, int]:
    return (*colour, round(255 * alpha))


@cache
def _light(strength: int) -> Image.Image:
    fading = Image.radial_gradient("L")  # 0 in the centre, 181 at the middle of a side
    return fading.point(lambda level: round(strength * max(0, 1 - level / 181) ** 2))


def _widened(column: Image.Image) -> Image.Image:
    return column.resize((PAINTED_WIDTH, column.height), Image.Resampling.NEAREST)


def _within(light: Image.Image, box: Sequence[float]) -> Box:
    """Keep rounding from asking for a little more than there is."""
    left, top, right, bottom = (
        min(max(value, 0), side)
        for value, side in zip(box, light.size * 2, strict=True)
    )
    return left, top, right, bottom


@cache
def _grain() -> Image.Image:
    noise = random.Random(1).randbytes(WIDTH * HEIGHT)  # noqa: S311  # No secret.
    grey = Image.frombytes("L", (WIDTH, HEIGHT), noise)
    return Image.merge("RGB", [grey.point(lambda level: level % GRAIN)] * 3)


def shades(one: Colour, other: Colour, count: int) -> list[Colour]:
    """Return ``count`` colours from one to the other."""
    return [mixed(one, other, i / max(1, count - 1)) for i in range(count)]
