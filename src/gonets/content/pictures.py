"""Pictures: checked, turned upright, scaled, re-encoded, and kept under a lasting name.

What a stranger uploads is never served: we decode it and keep a picture of our own
making, without metadata, under a name that cannot be guessed and never changes.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from gonets.content.errors import NotAPicture
from gonets.content.models import Picture
from gonets.kernel import clock

MAX_WIDTH = 1200
MAX_HEIGHT = 2400
MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
"""More than any camera's; a decompression bomb has billions."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")

MAX_ANIMATED_FRAMES = 120
MAX_ANIMATED_PIXELS = 60_000_000
MAX_ANIMATED_BYTES = 1_500_000
"""A larger animation becomes its first frame: nobody would wait for it."""

SMALLEST_CROP = 0.02

DAMAGE = (
    *(OSError, ValueError, SyntaxError, EOFError, MemoryError, RuntimeError),
    *(struct.error, TypeError, LookupError, ArithmeticError),
)
"""What decoders raise over bytes that are not what they seem to be."""

COMMON_COLOURS = ImageCms.createProfile("sRGB")

_OF_PHONES = (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypmif1", b"ftypmsf1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The part of a picture to keep, in shares of its upright width and height."""

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        """:raises ValueError: if it is not within the picture."""
        shares = (self.left, self.top, self.width, self.height)
        sizes_fit = (
            all(map(math.isfinite, shares))
            and min(self.width, self.height) >= SMALLEST_CROP
        )
        starts_fit = min(self.left, self.top) >= 0
        if not (sizes_fit and starts_fit and self._ends_within()):
            raise ValueError("The crop is not within the picture")

    def _ends_within(self) -> bool:
        # Shares are rounded on their way here.
        return max(self.left + self.width, self.top + self.height) <= 1.001

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels of a picture of this size."""
        width, height = size
        left, top = int(self.left * width), int(self.top * height)
        right = min(round((self.left + self.width) * width), width)
        bottom = min(round((self.top + self.height) * height), height)
        return left, top, max(right, left + 1), max(bottom, top + 1)


def picture_address(picture: Picture) -> str:
    """Return the picture's address within the site."""
    return f"/media/pictures/{picture.name}"


def picture_path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "pictures" / name


def store_picture(content: bytes, *, crop: Crop | None = None) -> Picture:
    """Keep a picture, or a part of it; the same is kept once.

    :raises NotAPicture: if it is none that letters can show; the message is for people.
    """
    part = repr(crop).encode() if crop else b""
    sha256 = hashlib.sha256(content + part).hexdigest()
    known = Picture.objects.filter(sha256=sha256).order_by("pk").first()
    # The row may be there without its file: restored without the media folder.
    if known is not None and picture_path(known.name).exists():
        return known
    image, encoded, suffix = _made_ours(content, crop)
    name = known.name if known else f"{secrets.token_urlsafe(16)}.{suffix}"
    _write(picture_path(name), encoded)
    return known or Picture.objects.create(
        name=name,
        sha256=sha256,
        width=image.width,
        height=image.height,
        size=len(encoded),
        created_at=clock.now(),
    )


def _made_ours(content: bytes, crop: Crop | None) -> tuple[Image.Image, bytes, str]:
    source = _opened(content)
    animated = _animated(source, crop)
    if animated is not None:
        return animated
    # Looking for movement went through the frames: begin again with the first.
    still = _opened(content) if source.format == "GIF" else source
    image = _scaled(still, crop)
    encoded, suffix = _encoded(image, was_drawn=source.format != "JPEG")
    return image, encoded, suffix


def _animated(
    source: Image.Image, crop: Crop | None
) -> tuple[Image.Image, bytes, str] | None:
    """Return a GIF that moves as the source does; None if it must stand still."""
    if source.format != "GIF":
        return None
    try:
        if not _may_move(source):
            return None
        drawn = [
            (_scaled(f, crop), _duration(f)) for f in ImageSequence.Iterator(source)
        ]
    except DAMAGE:
        return None  # The first frame is whole: it was decoded already.
    images = [image for image, _duration in drawn]
    encoded = _saved(
        images[0],
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=[duration for _image, duration in drawn],
        loop=source.info.get("loop", 0),
        disposal=2,
    )
    fits = len(encoded) <= MAX_ANIMATED_BYTES
    return (images[0], encoded, "gif") if fits else None


def _may_move(source: Image.Image) -> bool:
    frames = getattr(source, "n_frames", 1)
    pixels = source.width * source.height * frames
    return 1 < frames <= MAX_ANIMATED_FRAMES and pixels <= MAX_ANIMATED_PIXELS


def _duration(frame: Image.Image) -> int:
    """Return how long a frame stands, in milliseconds, as browsers understand it."""
    return max(int(frame.info.get("duration") or 100), 20)


def _opened(content: bytes) -> Image.Image:
    """Decode all of it now: an error later would be an error of ours."""
    if len(content) > MAX_BYTES:
        raise NotAPicture(_("The picture is larger than 15 MB."))
    try:
        with warnings.catch_warnings():
            # Pillow only warns about the smaller bombs.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise NotAPicture(_("The picture has too many pixels."))
            image.load()
            return image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(_("The picture has too many pixels.")) from error
    except UnidentifiedImageError as error:
        if any(brand in content[:32] for brand in _OF_PHONES):
            raise NotAPicture(
                _("This is a HEIC picture. Save it as JPEG and choose it again.")
            ) from error
        raise NotAPicture(
            _("This file is not a picture. JPEG, PNG, GIF and WebP can be used.")
        ) from error
    except DAMAGE as error:
        raise NotAPicture(_("The picture is damaged and cannot be opened.")) from error


def _scaled(image: Image.Image, crop: Crop | None) -> Image.Image:
    """Return a fresh picture: upright, no wider than letters are, no metadata."""
    upright = _in_common_colours(_upright(image))
    if crop is not None:
        upright = upright.crop(crop.box(upright.size))
    see_through = upright.has_transparency_data
    plain = upright.convert("RGBA" if see_through else "RGB")
    plain.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGE:
        return image  # Metadata that cannot be read turns nothing.


def _in_common_colours(image: Image.Image) -> Image.Image:
    """Return it in colours as a mail program takes them: sRGB, eight bits each."""
    if image.mode.startswith("I"):  # 16 bits of grey, which converting would cut off.
        return image.convert("I").point(lambda grey: grey / 256).convert("L")
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
        mode = "RGB" if image.mode == "CMYK" else image.mode
        ours = ImageCms.profileToProfile(image, theirs, COMMON_COLOURS, outputMode=mode)
    except (ImageCms.PyCMSError, *DAMAGE):
        return image  # A profile that cannot be read says nothing.
    return ours or image


def _encoded(image: Image.Image, *, was_drawn: bool) -> tuple[bytes, str]:
    """Return the bytes and the suffix.

    PNG for what is transparent, and for drawings that are smaller so; else JPEG.
    """
    if image.mode == "RGBA" and _is_see_through(image):
        return _saved(image, "PNG"), "png"
    jpeg = _saved(image.convert("RGB"), "JPEG", quality=85, progressive=True)
    png = _saved(image.convert("RGB"), "PNG") if was_drawn else None
    return (jpeg, "jpg") if png is None or len(jpeg) < len(png) else (png, "png")


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, optimize=True, **options)
    return file.getvalue()


def _is_see_through(image: Image.Image) -> bool:
    # Counts by opacity: anything below the last one, 255, lets light through.
    return any(image.getchannel("A").histogram()[:-1])


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: a reader may ask for it at any moment.
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
