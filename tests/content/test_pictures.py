"""Pictures are checked, made our own, and kept once."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from gonets.content.errors import NotAPicture
from gonets.content.models import Picture
from gonets.content.pictures import (
    Crop,
    picture_address,
    picture_path,
    store_picture,
)

pytestmark = pytest.mark.django_db


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a piece of a PNG."""
    checked = kind + content
    size, check = (
        struct.pack(">I", len(content)),
        struct.pack(">I", zlib.crc32(checked)),
    )
    return size + checked + check


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
    image = Image.open(BytesIO(picture_path(picture.name).read_bytes()))
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


def lying_on_its_side() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90°
    return exif


def test_a_picture_lying_on_its_side_is_set_upright():
    content = encoded("JPEG", size=(120, 80), exif=lying_on_its_side())
    picture = store_picture(content)

    assert (picture.width, picture.height) == (80, 120)


def test_metadata_is_left_behind():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = encoded("JPEG", exif=exif, comment=b"secret word")
    assert content.count(b"secret") == 2

    stored = picture_path(store_picture(content).name).read_bytes()

    assert b"secret" not in stored


def moving(frames: int = 2, *, size=(60, 40)) -> bytes:
    colours = ("red", "blue")
    drawn = [Image.new("RGB", size, colours[n % 2]) for n in range(frames)]
    file = BytesIO()
    drawn[0].save(
        file, "GIF", save_all=True, append_images=drawn[1:], duration=300, loop=0
    )
    return file.getvalue()


def test_a_moving_picture_moves_on_and_is_scaled():
    image = opened(store_picture(moving(size=(2400, 100))))

    assert (image.format, image.n_frames, image.size) == ("GIF", 2, (1200, 50))
    assert image.info["duration"] == 300
    assert image.convert("RGB").getpixel((30, 20)) == (255, 0, 0)


def test_of_a_film_the_first_frame_is_kept():
    image = opened(store_picture(moving(130))).convert("RGB")

    assert image.getpixel((30, 20)) == (255, 0, 0)
    assert getattr(image, "n_frames", 1) == 1


def test_a_part_of_a_picture_is_kept_beside_the_whole():
    content = encoded("PNG", size=(400, 200))

    part = store_picture(content, crop=Crop(left=0.5, top=0.25, width=0.5, height=0.5))

    assert (part.width, part.height) == (200, 100)
    assert store_picture(content).width == 400


def test_a_part_is_cut_from_the_upright_picture():
    content = encoded("JPEG", size=(300, 100), exif=lying_on_its_side())

    part = store_picture(content, crop=Crop(left=0, top=0, width=1, height=0.5))

    assert (part.width, part.height) == (100, 150)


def test_a_modern_format_becomes_one_that_every_mail_program_shows():
    assert store_picture(noise("AVIF")).name.endswith(".jpg")


def test_a_telephones_own_format_is_named():
    with pytest.raises(NotAPicture, match="HEIC"):
        store_picture(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 100)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_way_of_storing_colours_is_understood(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    file = BytesIO()
    Image.new(mode, (60, 40)).save(file, kind)

    assert store_picture(file.getvalue()).width == 60


def png(depth: int, colour_type: int, row: bytes, *, extra: bytes = b"") -> bytes:
    """Return a PNG of eight such rows, made by hand."""
    width = {(16, 0): len(row) // 2, (8, 2): len(row) // 3}[depth, colour_type]
    header = struct.pack(">IIBBBBB", width, 8, depth, colour_type, 0, 0, 0)
    pixels = zlib.compress((b"\0" + row) * 8)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def test_grey_of_sixteen_bits_stays_grey():
    greys = b"".join(struct.pack(">H", step * 1000) for step in range(64))

    image = opened(store_picture(png(16, 0, greys))).convert("L")

    assert [image.getpixel((x, 4)) for x in (0, 32, 63)] == [0, 125, 246]


def test_colours_of_another_profile_are_brought_to_the_common_one():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for unfit in (profile, b"nonsense"):
        content = encoded("PNG", colour=(200, 30, 30), icc_profile=unfit)
        assert opened(store_picture(content)).getpixel((5, 5)) == (200, 30, 30)

    swapped = _profile_with_red_and_green_swapped()
    image = opened(store_picture(encoded("PNG", colour="red", icc_profile=swapped)))

    red, green, _blue = image.getpixel((5, 5))
    assert green > 200 > 60 > red
    assert "icc_profile" not in image.info


def _profile_with_red_and_green_swapped() -> bytes:
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return (
        usual.replace(b"rXYZ", b"????")
        .replace(b"gXYZ", b"rXYZ")
        .replace(b"????", b"gXYZ")
    )


NONSENSE = b"nonsense for metadata"


@pytest.mark.parametrize(
    "content",
    [
        png(8, 2, bytes(24), extra=chunk(b"eXIf", NONSENSE)),
        png(8, 2, bytes(24), extra=chunk(b"eXIf", b"MM\0*")),
        encoded("WEBP", exif=b"Exif\0\0" + NONSENSE),
        encoded("WEBP", exif=b"MM\0*\0\0"),
        encoded("JPEG", exif=b"Exif\0\0" + NONSENSE),
    ],
)
def test_metadata_that_cannot_be_read_does_no_harm(content):
    assert store_picture(content).width > 0


def test_of_a_film_that_was_cut_off_the_first_frame_is_kept():
    whole = moving(3, size=(200, 200))

    image = opened(store_picture(whole[: len(whole) - 60])).convert("RGB")

    assert image.getpixel((30, 20)) == (255, 0, 0)


def test_no_damage_to_a_picture_is_an_error_of_ours():
    chance = random.Random(7)
    wholes = [noise(kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF", "GIF")]
    for content in [*wholes, moving(3)] * 8:
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(min(len(damaged), 500))] = chance.randrange(256)
        try:
            store_picture(bytes(damaged))
        except NotAPicture:
            continue


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
