"""Pictures: checked, turned upright, scaled, re-encoded, and kept under a lasting name.

What a stranger uploads is never served: we decode it and keep a picture of our own
making, without metadata, under a name that cannot be guessed and never changes.
"""

from __future__ import annotations

import hashlib
import secrets
import warnings
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from gonets.content.errors import NotAPicture
from gonets.content.models import Picture
from gonets.kernel import clock

MAX_WIDTH = 1200
MAX_HEIGHT = 2400
MAX_BYTES = 15_000_000
MAX_PIXELS = 50_000_000
"""More than any camera's; a decompression bomb has billions."""

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


def picture_address(picture: Picture) -> str:
    """Return the picture's address within the site."""
    return f"/media/pictures/{picture.name}"


def picture_path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "pictures" / name


def store_picture(content: bytes) -> Picture:
    """Keep a picture; the same bytes are kept once.

    :raises NotAPicture: if it is none that letters can show; the message is for people.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    known = Picture.objects.filter(sha256=sha256).order_by("pk").first()
    # The row may be there without its file: restored without the media folder.
    if known is not None and picture_path(known.name).exists():
        return known
    image, encoded, suffix = _made_ours(content)
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


def _made_ours(content: bytes) -> tuple[Image.Image, bytes, str]:
    source = _opened(content)
    image = _scaled(source)
    encoded, suffix = _encoded(image, was_drawn=source.format != "JPEG")
    return image, encoded, suffix


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
        raise NotAPicture(
            _("This file is not a picture. JPEG, PNG, GIF and WebP can be used.")
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise NotAPicture(_("The picture is damaged and cannot be opened.")) from error


def _scaled(image: Image.Image) -> Image.Image:
    """Return a fresh picture: upright, no wider than letters are, no metadata."""
    upright = ImageOps.exif_transpose(image)
    see_through = upright.has_transparency_data
    plain = upright.convert("RGBA" if see_through else "RGB")
    plain.thumbnail((MAX_WIDTH, MAX_HEIGHT), Image.Resampling.LANCZOS)
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    return fresh


def _encoded(image: Image.Image, *, was_drawn: bool) -> tuple[bytes, str]:
    """Return the bytes and the suffix.

    PNG for what is transparent, and for drawings that are smaller so; else JPEG.
    """
    if image.mode == "RGBA" and _is_see_through(image):
        return _saved(image, "PNG"), "png"
    jpeg = _saved(image.convert("RGB"), "JPEG", quality=85, progressive=True)
    png = _saved(image.convert("RGB"), "PNG") if was_drawn else None
    return (jpeg, "jpg") if png is None or len(jpeg) < len(png) else (png, "png")


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
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
