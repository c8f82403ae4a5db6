"""The pages of materials, as an editor uses them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gonets.content.models import Material, Picture, Source
from gonets.kernel import clock
from tests.content.test_pictures import encoded
from tests.support.factories import make_material, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def values(section, **changes):
    return {
        "title": "Открылся мост",
        "section_id": section.pk,
        "teaser": "Коротко",
        "body": "<p>Текст <script>alert(1)</script></p>",
        "address": "example.org/most",
        "picture_alt": "",
        "published_at": "2026-11-20T10:30",
        "is_published": "on",
        **changes,
    }


def foreign(material):
    source = Source.objects.create(kind="feed", name="Feed", created_at=clock.now())
    Material.objects.filter(pk=material.pk).update(source=source)


@pytest.mark.parametrize(
    "name", ["materials", "material-create", "sections", "section-create", "sources"]
)
def test_strangers_are_sent_to_the_log_in(client, name):
    assert client.get(reverse(f"gonets:{name}")).status_code == 302


def test_an_empty_list_teaches_the_first_step(editor_client):
    page = editor_client.get(reverse("gonets:materials")).content.decode()

    assert reverse("gonets:source-create") in page


def test_the_list_searches_in_any_case_and_filters(editor_client):
    section = make_section("Город")
    make_material("Ёлка на площади", section=section)
    make_material("Каток", section=make_section("Спорт"))

    def titles(**query):
        page = editor_client.get(reverse("gonets:materials"), query)
        return [material.title for material in page.context["page"]]

    assert titles(q="ЁЛКА") == ["Ёлка на площади"]
    assert titles(section=section.pk) == ["Ёлка на площади"]
    assert titles(offer="hidden") == []
    assert len(titles(section="x", offer="y", order="z", page="-1")) == 2
    assert titles(order="title") == ["Ёлка на площади", "Каток"]


def test_the_source_is_kept_with_every_other_filter_and_on_every_page(editor_client):
    feed = Source.objects.create(kind="feed", name="Портал", created_at=clock.now())
    section = make_section("Город")
    for number in range(35):
        material = make_material(f"Мост {number}", section=section)
        Material.objects.filter(pk=material.pk).update(source=feed)
    make_material("Наш мост", section=section)

    query = {"source": feed.pk, "q": "мост", "section": section.pk, "order": "oldest"}
    answer = editor_client.get(reverse("gonets:materials"), query)
    page = answer.content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', page).group(1)
    second = editor_client.get(
        reverse("gonets:materials") + following.replace("&amp;", "&")
    )

    assert answer.context["page"].paginator.count == 35
    assert f'<option value="{feed.pk}" selected>Портал</option>' in page
    assert second.context["wish"] == answer.context["wish"]
    assert len(second.context["page"]) == 5


def test_of_one_source_alone_there_is_nothing_to_choose(editor_client):
    make_material("Мост")

    page = editor_client.get(reverse("gonets:materials")).content.decode()

    assert 'name="source"' not in page


@pytest.mark.parametrize(
    ("visibility", "words"),
    [("private", "Only members"), ("gone", "Taken down on the site")],
)
def test_what_not_everybody_sees_is_marked_in_the_list(
    editor_client, visibility, words
):
    make_material("Мост", visibility=visibility)

    page = editor_client.get(
        reverse("gonets:materials"), headers={"accept-language": "en"}
    )

    assert words in page.content.decode()


def test_future_and_published_are_told_apart(editor_client):
    make_material("Now")
    make_material("Later", age=-timedelta(days=2))

    def titles(offer):
        page = editor_client.get(reverse("gonets:materials"), {"offer": offer})
        return [material.title for material in page.context["page"]]

    assert titles("published") == ["Now"]
    assert titles("future") == ["Later"]


def test_the_list_needs_few_queries(editor_client, django_assert_max_num_queries):
    section = make_section()
    for number in range(30):
        make_material(f"Material {number}", section=section)

    with django_assert_max_num_queries(9):
        editor_client.get(reverse("gonets:materials"))


def test_a_material_is_written_with_its_picture(editor_client):
    section = make_section("Город")
    upload = SimpleUploadedFile("a.png", encoded("PNG"), "image/png")

    answer = editor_client.post(
        reverse("gonets:material-create"), values(section, picture_file=upload)
    )

    material = Material.objects.get()
    assert answer.status_code == 302
    assert material.title == "Открылся мост"
    assert material.body == "<p>Текст </p>"
    assert material.address == "https://example.org/most"
    assert material.picture is not None
    assert material.published_at.isoformat() == "2026-11-20T07:30:00+00:00"


def test_what_is_no_picture_is_told_and_nothing_written_is_lost(editor_client):
    upload = SimpleUploadedFile("a.png", b"text", "image/png")

    answer = editor_client.post(
        reverse("gonets:material-create"), values(make_section(), picture_file=upload)
    )

    assert not Material.objects.exists()
    assert answer.context["form"].errors.keys() == {"picture_file"}
    assert "Открылся мост" in answer.content.decode()


def test_a_picture_survives_an_error_elsewhere(editor_client):
    section = make_section()
    upload = SimpleUploadedFile("a.png", encoded("PNG"), "image/png")

    answer = editor_client.post(
        reverse("gonets:material-create"),
        values(section, title="", picture_file=upload),
    )
    picture = Picture.objects.get()
    assert answer.context["picture"] == picture
    assert f'name="picture_id" value="{picture.pk}"' in answer.content.decode()

    editor_client.post(
        reverse("gonets:material-create"), values(section, picture_id=picture.pk)
    )
    assert Material.objects.get().picture == picture


def test_editing_changes_and_removes(editor_client):
    section = make_section()
    editor_client.post(
        reverse("gonets:material-create"),
        values(section, picture_file=SimpleUploadedFile("a.png", encoded("PNG"))),
    )
    material = Material.objects.get()
    address = reverse("gonets:material-edit", args=[material.pk])
    assert 'value="2026-11-20T10:30"' in editor_client.get(address).content.decode()

    changed = values(section, title="Закрылся мост", without_picture="on")
    editor_client.post(address, {**changed, "picture_id": material.picture_id})

    material.refresh_from_db()
    assert (material.title, material.picture) == ("Закрылся мост", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 501),
        ("section_id", "999"),
        ("published_at", "yesterday"),
        ("published_at", "0001-01-01T00:00"),
        ("published_at", "9999-12-31T23:59"),
        ("address", "javascript:alert(1)"),
        ("address", "ftp://example.org"),
        ("address", "http://[::1"),
        ("address", "https://exa mple.org/"),
        ("picture_id", "999"),
    ],
)
def test_wrong_input_is_marked_at_its_field(editor_client, field, value):
    answer = editor_client.post(
        reverse("gonets:material-create"), values(make_section(), **{field: value})
    )

    assert list(answer.context["form"].errors) == [field]
    assert not Material.objects.exists()


def test_without_sections_the_way_leads_to_the_first_one(editor_client):
    answer = editor_client.get(reverse("gonets:material-create"))

    assert answer.url == reverse("gonets:section-create")


def test_a_material_of_a_source_is_shown_but_not_edited(editor_client):
    material = make_material(
        body='<p>Body</p><img src="https://elsewhere.example/a.png">'
    )
    foreign(material)
    address = reverse("gonets:material-edit", args=[material.pk])

    page = editor_client.get(address).content.decode()
    editor_client.post(address, values(material.section))
    editor_client.post(reverse("gonets:material-delete", args=[material.pk]))

    assert "<p>Body</p>" in page
    assert "elsewhere.example" not in page  # our pages ask no other host
    assert Material.objects.get().title == material.title


def test_a_material_is_deleted_by_post_only(editor_client):
    address = reverse("gonets:material-delete", args=[make_material().pk])

    assert editor_client.get(address).status_code == 405
    editor_client.post(address)

    assert not Material.objects.exists()


def test_selected_materials_are_hidden_and_published(editor_client):
    one, two = make_material(), make_material()
    address = reverse("gonets:materials-offer")
    back = reverse("gonets:materials") + "?q=x"

    answer = editor_client.post(
        address, {"act": "hide", "selected": [one.pk, "x", ""], "back": back}
    )

    assert answer.url == back
    assert list(Material.objects.filter(is_published=False)) == [one]
    editor_client.post(address, {"act": "publish", "selected": [one.pk, two.pk]})
    assert not Material.objects.filter(is_published=False).exists()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "nonsense", "{{ x }}", "-1"]
)
def test_the_way_back_never_leads_out_of_the_desk(editor_client, back):
    answer = editor_client.post(reverse("gonets:materials-offer"), {"back": back})

    assert answer.url == reverse("gonets:materials")


def test_a_title_is_shown_as_text(editor_client):
    make_material("<script>alert(1)</script>")

    page = editor_client.get(reverse("gonets:materials")).content.decode()

    assert "<script>alert(1)" not in page
