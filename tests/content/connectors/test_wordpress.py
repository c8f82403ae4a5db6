"""WordPress as its sites answer: paged, locked, moved, cut, and odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonets.content.asking import told_plainly
from gonets.content.columns import columns_of
from gonets.content.connectors.base import Look, Wish
from gonets.content.connectors.wordpress import connector
from gonets.content.errors import SourceUnreadable
from gonets.content.states import FetchFailure
from gonets.kernel import http
from tests.content.connectors.recorded import access_to, served
from tests.support.website import website

ROOT = "/blog/wp-json/"
POSTS = f"{ROOT}wp/v2/posts"


def post(number: int, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "date": "2026-11-20T13:00:00",
        "date_gmt": "2026-11-20T10:00:00",
        "modified_gmt": "2026-11-21T10:00:00",
        "status": "publish",
        "link": f"https://blog.example/{number}/",
        "title": {"rendered": f"Ferry &#8217;{number}&#8217; &amp; bridge"},
        "content": {"rendered": "<p>Text</p><script>x</script>", "protected": False},
        "excerpt": {"rendered": "<p>In short [&hellip;]</p>\n", "protected": False},
        "categories": [7, 3],
        "_embedded": {
            "author": [{"name": "Анна"}],
            "wp:featuredmedia": [
                {
                    "source_url": "https://blog.example/full.jpg",
                    "alt_text": "The ferry",
                    "media_details": {
                        "sizes": {
                            "medium": {"width": 300, "source_url": "/m.jpg"},
                            "large": {"width": 1024, "source_url": "/l.jpg"},
                            "full": {"width": 4000, "source_url": "/f.jpg"},
                        }
                    },
                }
            ],
            "wp:term": [
                [{"taxonomy": "category", "name": "News"}],
                [{"taxonomy": "post_tag", "name": "town &amp; river"}],
            ],
        },
        **more,
    }


@pytest.fixture
def site():
    with website() as made:
        yield made


def listing(*pages: list[object]):
    def page(query: dict[str, str]):
        number = int(query.get("page", "1"))
        if number > len(pages):
            error = {"code": "rest_post_invalid_page_number"}
            return error, 400, {}
        return pages[number - 1], 200, {"X_WP_TotalPages": str(len(pages))}

    return page


def read(site, wish: Wish | None = None, **asked):
    access = access_to(site, ROOT, **asked)
    return connector.materials(access, wish or Wish())


def test_a_post_says_everything(site):
    served(site, {POSTS: listing([post(1)])})

    (draft,) = read(site).materials

    assert draft.external_id == "posts/1"
    assert draft.title == "Ferry ’1’ & bridge"
    assert draft.teaser == "In short"
    assert draft.address == "https://blog.example/1/"
    assert draft.author == "Анна"
    assert draft.picture_address == site.address("/l.jpg")
    assert draft.picture_alt == "The ferry"
    assert draft.tags == ("town & river",)
    assert draft.section_id == "category:7"
    assert draft.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert draft.changed_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert "_embedded" not in draft.original


def test_pages_and_kinds_follow_each_other(site):
    recorded = served(
        site,
        {
            POSTS: listing([post(1)], [post(2)]),
            f"{ROOT}wp/v2/events": listing([post(3)]),
        },
    )
    wish, found = Wish(), []
    while True:
        reading = read(site, wish, types="posts, events, ../users")
        found += [draft.external_id for draft in reading.materials]
        if not reading.next_cursor:
            break
        wish = replace(wish, cursor=reading.next_cursor)

    assert found == ["posts/1", "posts/2", "events/3"]
    assert {path for path, _query in recorded.queries} == {
        POSTS,
        f"{ROOT}wp/v2/events",
    }


def test_only_what_changed_is_asked_for(site):
    recorded = served(site, {POSTS: listing([])})
    since = datetime(2026, 11, 1, tzinfo=UTC)

    read(site, Wish(changed_since=since))

    assert recorded.queries[0][1]["modified_after"] == since.isoformat()


def test_a_page_beyond_the_last_is_the_end(site):
    served(site, {POSTS: listing([post(1)])})

    reading = read(site, Wish(cursor="posts:5"))

    assert (reading.materials, reading.next_cursor) == ((), "")


def test_drafts_and_posts_under_a_password_are_withdrawn(site):
    locked = post(2, content={"rendered": "", "protected": True})
    served(site, {POSTS: listing([post(1), locked, post(3, status="private")])})

    reading = read(site)

    assert [draft.external_id for draft in reading.materials] == ["posts/1"]
    assert set(reading.withdrawn) == {"posts/2", "posts/3"}


def test_a_post_that_is_gone_is_noticed(site):
    def posts(query):
        if "include" in query:
            return [{"id": 2}]
        return [post(2)], 200, {"X_WP_TotalPages": "1"}

    served(site, {POSTS: posts})
    access = replace(
        access_to(site, ROOT), memory={"newest": ["posts/1", "posts/2", 5]}
    )

    reading = connector.materials(access, Wish(changed_since=datetime.now(UTC)))

    assert reading.withdrawn == ("posts/1",)
    assert reading.memory["newest"][0] == "posts/2"


def test_categories_are_a_tree_with_parents_first(site):
    categories = [
        {"id": 5, "name": "Below &amp; deep", "parent": 7},
        {"id": 7, "name": "News", "parent": 0},
        {"id": 8, "name": "Ring", "parent": 9},
        {"id": 9, "name": "Ring too", "parent": 8},
    ]
    served(site, {f"{ROOT}wp/v2/categories": categories})

    drafts = list(connector.sections(access_to(site, ROOT)))

    names = [draft.external_id for draft in drafts]
    assert names.index("category:7") < names.index("category:5")
    assert set(names) == {
        *("category:5", "category:7", "category:8", "category:9", "type:posts")
    }


@pytest.mark.parametrize(
    ("page", "header"),
    [
        (b"<link rel='https://api.w.org/' href='ROOT' />", ""),
        (b"<html>", '<ROOT>; rel="https://api.w.org/"'),
    ],
)
def test_the_interface_is_found_from_the_site(site, page, header):
    root = site.address(ROOT)
    answer = page.replace(b"ROOT", root.encode()), 200, {}
    if header:
        answer = page, 200, {"Link": header.replace("ROOT", root)}
    served(site, {"/": answer, POSTS: listing([post(1)])})

    reading = connector.materials(access_to(site, "/"), Wish())
    fetched = http.fetch(site.address("/"), guard=site.guard)
    look = Look(address=fetched.address, answer=fetched, access=access_to(site))

    assert [draft.external_id for draft in reading.materials] == ["posts/1"]
    assert reading.address == root
    assert [found.address for found in connector.recognise(look)] == [root]


def test_a_site_without_pretty_addresses_is_asked_by_its_route(site):
    recorded = served(site, {"/": listing([post(1)])})
    access = access_to(site, "/?rest_route=/")

    assert len(connector.materials(access, Wish()).materials) == 1
    assert recorded.queries[0][1]["rest_route"] == "/wp/v2/posts"


def test_a_password_is_not_sent_without_https(site):
    recorded = served(site, {POSTS: listing([post(1)])})

    with pytest.raises(SourceUnreadable) as refused:
        read(site, user="editor", password="abcd efgh")

    assert refused.value.failure == FetchFailure.NOT_SECURE
    assert recorded.queries == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (({}, 401, {}), FetchFailure.CLOSED),
        (({}, 404, {}), FetchFailure.NOT_FOUND),
        (({}, 429, {"Retry_After": "120"}), FetchFailure.BUSY),
        (({}, 500, {}), FetchFailure.SITE_FAULT),
        ((b"<html>not json", 200, {}), FetchFailure.NOT_UNDERSTOOD),
        (({"posts": []}, 200, {}), FetchFailure.NOT_UNDERSTOOD),
        ((b"[" * 100_000, 200, {}), FetchFailure.NOT_UNDERSTOOD),
        ((b'[{"id": 1', 200, {}), FetchFailure.NOT_UNDERSTOOD),
    ],
)
def test_trouble_is_told_plainly(site, answer, failure):
    served(site, {POSTS: answer})

    with pytest.raises(SourceUnreadable) as refused, told_plainly():
        read(site)

    assert refused.value.failure == failure
    if failure == FetchFailure.BUSY:
        assert refused.value.ask_again_after.total_seconds() == 120


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(
        ["", "x", "javascript:x", "<script>x</script>", "\x00", "9" * 30]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["rendered", "id", "name"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@pytest.mark.thorough
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.sampled_from([*post(1), "_embedded"]), JSON, max_size=5))
def test_whatever_a_post_says_is_stored_without_harm(site, odd):
    served(site, {POSTS: listing([post(1, **odd), odd])})

    for draft in read(site).materials:
        columns = columns_of(draft)
        assert "<script" not in columns["body"]
        assert not columns["address"].startswith("javascript")
