"""Colours that go together."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """``far`` to ``near`` are the layers of a landscape, the air between them mixed."""

    sky: tuple[Colour, Colour, Colour]  # top, middle, horizon
    light: Colour  # sun, moon, windows
    far: Colour
    near: Colour
    accent: Colour
    second: Colour
    is_night: bool = False

    def layer(self, depth: float) -> Colour:
        """Return the colour of a layer between far (0) and near (1)."""
        return mixed(self.far, self.near, depth)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return ``one`` with this share of ``other``."""
    red, green, blue = (
        round(a + (b - a) * min(1.0, max(0.0, share)))
        for a, b in zip(one, other, strict=True)
    )
    return red, green, blue


def lighter(colour: Colour, share: float) -> Colour:
    return mixed(colour, (255, 255, 255), share)


def darker(colour: Colour, share: float) -> Colour:
    return mixed(colour, (0, 0, 0), share)


def _colours(text: str) -> list[Colour]:
    return [
        (int(word[0:2], 16), int(word[2:4], 16), int(word[4:6], 16))
        for word in text.split()
    ]


def _palette(text: str, *, is_night: bool = False) -> Palette:
    top, middle, horizon, light, far, near, accent, second = _colours(text)
    return Palette(
        sky=(top, middle, horizon),
        light=light,
        far=far,
        near=near,
        accent=accent,
        second=second,
        is_night=is_night,
    )


# sky: top, middle, horizon; light; layers: far, near; accent, second
PALETTES = {
    "dawn": _palette("6f8fb8 e9b7a6 fbe3c0 fff3d6 c9a7ad 3d3a5c d9655b f2b263"),
    "day": _palette("6fb3d9 a9d5e6 eaf6f1 fffbe0 a6c9c4 2f5d5a e2714e f3c567"),
    "dusk": _palette("2f3a6b 9a6a94 f2a77b ffe2b0 8d6b92 23203f e8735a f6c36b"),
    "night": _palette(
        "0f1b3d 1f356b 3f5f93 fdf3cf 3a5588 0b1430 f0b35a 7fb3d5", is_night=True
    ),
    "rose": _palette("d98fa3 f0bdb8 fde8d8 fff6ea d8a0ad 5b3350 c2415d f1b65c"),
    "amber": _palette("d98b4a f0b56d fbe2b0 fff5d5 cf9a63 5a2f24 b8452f f2c14e"),
    "mint": _palette("7cc0ad b5dfcb f1f7e4 fffde8 9ccbb8 1f4f4a ef7d57 f7cd6b"),
    "sea": _palette("3f8fb5 86c3d3 dff1ec fff8e1 7fb2c4 17405e f07f5a f9d27a"),
    "sand": _palette("b9c7c9 e3d6c2 f7ecd9 fffaf0 d3bfa3 5f4a3f b9583f 6d8f86"),
    "plum": _palette("4b2e63 8f4f86 e79aa0 ffe6cf 8a5a91 241433 f28a6a f7c873"),
    "forest": _palette("8fb7a5 c4d9b8 f4f1d2 fffbe3 a3bf9d 1f3d33 d9793f f0c75e"),
    "slate": _palette("5d7287 9fb0bb e6e6df fffaf0 93a4b0 26323f d5674c e9b95c"),
}
