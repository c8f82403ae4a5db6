"""Taking over and giving away whole lists of feeds."""

from __future__ import annotations

from dataclasses import dataclass

from gonets.content.feeds.opml import ListedFeed, listed_feeds, written_list
from gonets.content.hosts import host_of
from gonets.content.models import Source
from gonets.kernel import clock

FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReport:
    """What became of a list: sources added, and feeds that we had already."""

    added: int
    known: int


def import_feeds(content: bytes) -> ListReport:
    """Add the feeds of a list (OPML); they are fetched from now on, one by one.

    :raises SourceUnreadable: if it is no such list; then nothing is added.
    """
    feeds = listed_feeds(content)
    known = set(Source.objects.filter(kind=FEED).values_list("address", flat=True))
    new = [feed for feed in feeds if feed.address not in known]
    Source.objects.bulk_create([_source(feed) for feed in new], batch_size=500)
    return ListReport(added=len(new), known=len(feeds) - len(new))


def export_feeds(*, title: str) -> bytes:
    """Return our feeds as such a list."""
    sources = Source.objects.filter(kind=FEED).exclude(address="").order_by("name")
    feeds = (ListedFeed(address=source.address, name=source.name) for source in sources)
    return written_list(feeds, title=title)


def _source(feed: ListedFeed) -> Source:
    now = clock.now()
    return Source(
        kind=FEED,
        name=feed.name or host_of(feed.address),
        address=feed.address,
        host=host_of(feed.address),
        created_at=now,
        next_fetch_at=now,
    )
