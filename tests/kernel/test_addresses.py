from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonets.kernel.addresses import (
    MAX_KEY_CHARACTERS,
    BadAddress,
    canonical_address,
    parse_address,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("Анна@Почта.рф", "анна@xn--80a1acny.xn--p1ai"),
        ("  ann@example.com\n", "ann@example.com"),
        ("e\u0301mile@example.com", "émile@example.com"),
        ("ann@ｅxample.com", "ann@example.com"),
        ("ann@example。com", "ann@example.com"),
    ],
)
def test_two_spellings_of_one_address_have_one_key(one, other):
    assert canonical_address(one) == canonical_address(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.nn@example.com", "ann@example.com"),
        ("ann+news@example.com", "ann@example.com"),
        ("ann@mail.example.com", "ann@example.com"),
    ],
)
def test_what_only_some_providers_equate_stays_two_people(one, other):
    assert canonical_address(one) != canonical_address(other)


def test_a_letter_is_written_to_the_original_spelling_of_the_local_part():
    assert parse_address("Ann.Smith@EXAMPLE.com").spelling == "Ann.Smith@example.com"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Write an e-mail address"),
        ("ann", "“ann” has none"),
        ("ann@example.com, bob@example.com", "more than one @"),
        ("ann@example", "the part after @"),
        ("ann@localhost", "the part after @"),
        ("ann@[127.0.0.1]", "the part after @"),
        ("ann@exa_mple.com", "the part after @"),
        ("@example.com", "the part before @"),
        ("a nn@example.com", "the part before @"),
        ('"a nn"@example.com', "the part before @"),
        ("ann..b@example.com", "the part before @"),
        ("ann\r\nBcc: eve@example.com", "line break"),
        ("ann\x00@example.com", "invisible"),
        ("ann\u200b@example.com", "invisible"),
        ("ann\ud800@example.com", "invisible"),
        ("a" * 250 + "@example.com", "254"),
    ],
)
def test_a_bad_address_is_refused_with_the_reason(text, says):
    with pytest.raises(BadAddress, match=says):
        parse_address(text)


LOCAL_PARTS = st.text(
    st.characters(categories=["L", "N", "M"]), min_size=1, max_size=70
)
DOMAINS = st.sampled_from(
    ["example.com", "почта.рф", "straße.de", "bücher.example", "xn--80a1acny.xn--p1ai"]
)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_is_refused_by_name(text):
    try:
        parsed = parse_address(text)
    except BadAddress:
        return

    assert not set("\r\n\0 <>,") & set(parsed.spelling + parsed.key)


@given(LOCAL_PARTS, DOMAINS)
def test_the_key_is_one_for_every_spelling_and_fits_its_column(local, domain):
    try:
        parsed = parse_address(f"{local}@{domain}")
    except BadAddress:
        return

    assert len(parsed.key) <= MAX_KEY_CHARACTERS
    assert canonical_address(parsed.spelling) == parsed.key
    assert parsed.key.rpartition("@")[2].isascii()


@given(st.text("abzABZ0.+-", min_size=1, max_size=20), DOMAINS)
def test_case_never_makes_another_person(local, domain):
    try:
        key = canonical_address(f"{local}@{domain}")
    except BadAddress:
        return

    assert canonical_address(f"{local.upper()}@{domain}") == key
    assert canonical_address(key) == key
