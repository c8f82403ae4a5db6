"""Pictures are public and lasting: letters link to them."""

from __future__ import annotations

import pytest

from gonets.content.pictures import picture_address, store_picture
from tests.content.test_pictures import encoded, moving, noise

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "secret.png").write_bytes(b"secret")


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_picture_is_served_to_everybody_for_ever(client, method):
    picture = store_picture(encoded("PNG", mode="RGBA", colour=(0, 0, 0, 0)))

    answer = getattr(client, method)(picture_address(picture))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies


@pytest.mark.parametrize(
    "name",
    [
        *(
            "missing.png",
            "..%2Fsecret.png",
            "..%2F..%2Fsecret.png",
            "a.svg",
            "a.png.part",
        ),
        *("a.png.part", "%00.png", "a%0d%0ab.png", "a" * 300 + ".png"),
    ],
)
def test_nothing_but_pictures_is_served(client, name):
    assert client.get(f"/media/pictures/{name}").status_code == 404


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (encoded("JPEG"), "jpeg"),
        (noise("PNG"), "jpeg"),
        (encoded("PNG", mode="RGBA", colour=(0, 0, 0, 0)), "png"),
        (moving(), "gif"),
    ],
)
def test_whatever_is_kept_is_served_as_what_it_is(client, content, kind):
    answer = client.get(picture_address(store_picture(content)))

    assert answer.status_code == 200
    assert answer["Content-Type"] == f"image/{kind}"


def test_a_picture_cannot_be_posted_to(client):
    assert client.post("/media/pictures/a.png").status_code in {403, 405}
