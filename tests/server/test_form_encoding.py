"""What strangers say of the encoding of a form breaks no page."""

from __future__ import annotations

import pytest
from django.test import Client

FORM = b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n%b\r\n--x--'


@pytest.mark.django_db
@pytest.mark.parametrize(
    "charset", ["rot13", "base64", "idna", "punycode", "undefined", "utf-16", "x" * 300]
)
def test_a_form_in_whatever_encoding_is_read(charset):
    client = Client(headers={"accept-language": "en"})
    kind = f"multipart/form-data; boundary=x; charset={charset}"

    answer = client.generic("POST", "/login/", FORM % "Анна".encode(), kind)

    assert answer.status_code == 200
    assert "Анна" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"username=%ff%fe&x=%", b"\xff\xfe=\x00&&=;"])
def test_a_form_that_is_no_utf_8_is_read_as_far_as_it_can_be(body):
    client = Client(headers={"accept-language": "en"})

    kind = "application/x-www-form-urlencoded"
    assert client.generic("POST", "/login/", body, kind).status_code == 200
