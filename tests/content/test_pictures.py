"""Pictures are checked, made our own, and kept once."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from gonets.content.errors import NotAPicture
from gonets.content.models import Picture
from gonets.content.pictures import picture_address, picture_path, store_picture

pytestmark = pytest.mark.django_db


def encoded(kind: str, *, size=(120, 80), mode="RGB", colour="red", **options) -> bytes:
    file = BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def noise(kind: str, *, size=(200, 100)) -> bytes:
    """Return something like a photograph."""
    file = BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(file, kind)
    return file.getvalue()


def opened(picture: Picture) -> Image.Image:
    image = Image.open(picture_path(picture.name))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_pictures_of_every_kind_are_kept_as_jpeg_or_png(kind):
    picture = store_picture(encoded(kind))

    assert opened(picture).format in {"JPEG", "PNG"}
    assert (picture.width, picture.height) == (120, 80)
    assert picture.size == picture_path(picture.name).stat().st_size
    assert picture_address(picture) == f"/media/pictures/{picture.name}"


def test_a_photograph_becomes_jpeg_whatever_it_was():
    assert store_picture(noise("WEBP")).name.endswith(".jpg")
    assert store_picture(noise("PNG")).name.endswith(".jpg")


def test_transparency_is_kept():
    content = encoded("PNG", mode="RGBA", colour=(255, 0, 0, 128))

    image = opened(store_picture(content))

    assert (image.format, image.mode) == ("PNG", "RGBA")


def test_a_wide_picture_is_scaled_and_keeps_its_shape():
    picture = store_picture(encoded("JPEG", size=(3000, 1500)))

    assert (picture.width, picture.height) == (1200, 600)


def test_a_picture_lying_on_its_side_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90°
    picture = store_picture(encoded("JPEG", size=(120, 80), exif=exif))

    assert (picture.width, picture.height) == (80, 120)


def test_metadata_is_left_behind():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = encoded("JPEG", exif=exif, comment=b"secret word")
    assert content.count(b"secret") == 2

    stored = picture_path(store_picture(content).name).read_bytes()

    assert b"secret" not in stored


def test_the_first_frame_of_a_moving_picture_is_kept():
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    image = opened(store_picture(file.getvalue())).convert("RGB")

    assert image.getpixel((30, 20)) == (255, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_way_of_storing_colours_is_understood(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    file = BytesIO()
    Image.new(mode, (60, 40)).save(file, kind)

    assert store_picture(file.getvalue()).width == 60


def test_the_same_picture_is_kept_once():
    content = encoded("PNG")

    assert store_picture(content) == store_picture(content)
    assert Picture.objects.count() == 1


def test_a_lost_file_comes_back_under_the_name_that_letters_link_to():
    picture = store_picture(encoded("PNG"))
    picture_path(picture.name).unlink()

    assert store_picture(encoded("PNG")) == picture
    assert picture_path(picture.name).exists()


def bomb() -> bytes:
    """Return a PNG that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return (
            struct.pack(">I", len(content))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"GIF89a",
        noise("JPEG")[:-600],
        noise("PNG")[:300],
        encoded("BMP"),
        encoded("TIFF"),
        bomb(),
        b"\xff\xd8\xff" + bytes(16_000_000),
    ],
    ids=[
        *("empty", "text", "svg", "pdf", "gif header", "cut jpeg", "cut png"),
        *("bmp", "tiff", "bomb", "too large"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(content, media_root):
    with pytest.raises(NotAPicture, match=r"\.$"):
        store_picture(content)

    assert not Picture.objects.exists()
    assert not list(media_root.rglob("*.*"))
