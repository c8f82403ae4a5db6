"""What a letter's page would load from other sites."""

from __future__ import annotations

import pytest

from gonets.letters.foreign_pictures import foreign_pictures


@pytest.mark.parametrize(
    "page",
    [
        '<img src="https://a.example/1.png">',
        "<img width=1 src=https://a.example/1.png>",
        "<IMG SRC='https://a.example/1.png'/>",
        '<img alt="a > b" src="https://a.example/1.png">',
        '<td background="https://a.example/1.png">',
        '<p style="background:url(https://a.example/1.png) no-repeat">',
        '<p style="background:url(&quot;https://a.example/1.png&quot;)">',
        "<p style=\"background:url('https://a.example/1.png')\">",
        "<style>.a{background:url( https://a.example/1.png )}</style>",
        '<img srcset="https://a.example/1.png 2x">',
        '<img src="https://a.example/1.png"><img src="https://a.example/1.png">',
    ],
)
def test_pictures_of_other_sites_are_found_wherever_they_stand(page):
    assert foreign_pictures(page) == ["https://a.example/1.png"]


@pytest.mark.parametrize(
    "page",
    [
        '<img src="/media/pictures/1.png">',
        '<img src="https://ours.example/media/pictures/1.png">',
        '<a href="https://a.example/1.png">src=https://a.example/1.png</a>',
        '<!--[if mso]><v:fill src="https://a.example/1.png" /><![endif]-->',
        "<style>@font-face{src:url(https://a.example/f.woff2)}</style>",
        '<img src="data:image/png;base64,AAAA">',
    ],
)
def test_what_loads_nothing_from_elsewhere_does_not_count(page):
    assert foreign_pictures(page, own="https://ours.example/") == []


def test_an_address_without_a_scheme_counts():
    assert foreign_pictures('<img src="//a.example/1.png">') == ["//a.example/1.png"]
