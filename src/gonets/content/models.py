"""What the site has published, as the newsletter desk sees it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonets.content.states import FetchFailure, HubState, PictureState, Visibility

OWN = "own"
"""The kind of the one source whose materials are written here."""

PAGE = "page"
"""The kind of the one source of pages that editors named by their addresses."""


class Source(models.Model):
    """A site, or a part of one, that gives material."""

    kind = models.CharField(max_length=32)  # the module name in ``connectors``
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("address"), max_length=2000, blank=True)
    # The answers to the connector's needs; secrets are sealed.
    settings = models.JSONField(default=dict, blank=True)
    # What only members of the site see is left out unless the owner wants it.
    takes_private = models.BooleanField(default=False)
    # What the connector told to remember.
    memory = models.JSONField(default=dict, blank=True)
    # Where a listing that was cut goes on, and when it began; and what is old to us.
    cursor = models.TextField(blank=True)
    listing_began_at = models.DateTimeField(null=True, blank=True)
    changed_since = models.DateTimeField(null=True, blank=True)
    # When it is fetched by itself; None: never, for there is nothing to ask.
    next_fetch_at = models.DateTimeField(null=True, blank=True)
    wanted_at = models.DateTimeField(null=True, blank=True)  # somebody asked for it now
    is_paused = models.BooleanField(default=False)
    every = models.DurationField(null=True, blank=True)  # as the owner wants it
    wait = models.DurationField(null=True, blank=True)  # as it has proved right
    host = models.CharField(max_length=255, blank=True, db_index=True)
    # In a row; since when; and whether the owner has been told, and has read it.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    told_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    # Why the last fetch failed: a reason for people, and its technical detail.
    failure = models.CharField(
        max_length=32, choices=FetchFailure.choices, blank=True, default=""
    )
    failure_detail = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind=OWN), name="one_own_source"
            ),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind=PAGE), name="one_source_of_pages"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_fetch_at"],
                name="source_due",
                condition=Q(is_paused=False, next_fetch_at__isnull=False),
            ),
            models.Index(
                fields=["wanted_at"],
                name="source_wanted",
                condition=Q(wanted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(_("This site"))

    @property
    def is_own(self) -> bool:
        return self.kind == OWN


class Host(models.Model):
    """Whoever holds the claim is the only one to ask it, until the lease ends."""

    name = models.CharField(max_length=255, primary_key=True)
    claim = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Fetch(models.Model):
    """One fetch of a source, under way or over: its history."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="fetches")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    was_wanted = models.BooleanField(default=False)  # by somebody, not by the clock
    pages = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    private = models.PositiveIntegerField(default=0)
    failure = models.CharField(
        max_length=32, choices=FetchFailure.choices, blank=True, default=""
    )
    failure_detail = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "-began_at"], name="fetch_newest_of_source")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def brought_something(self) -> bool:
        return bool(self.new or self.changed)


class HubSubscription(models.Model):
    """What a hub and we have agreed upon: it tells us of what is new in a feed."""

    source = models.OneToOneField(Source, models.CASCADE, related_name="hub")
    hub = models.CharField(max_length=2000)
    topic = models.CharField(max_length=2000)  # the feed, as the hub knows it
    token = models.CharField(max_length=64, unique=True)  # in the address it posts to
    secret = models.TextField()  # sealed
    state = models.CharField(
        max_length=8, choices=HubState.choices, default=HubState.ASKED
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.topic

    @property
    def is_active(self) -> bool:
        return self.state == HubState.ACTIVE


class SourceKey(models.Model):
    """What a program shows to send materials of a source, or to sign for it.

    The digest finds it; the key itself is sealed, because signatures are made with it.
    """

    source = models.OneToOneField(Source, models.CASCADE, related_name="key")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, hexadecimal
    sealed = models.TextField()
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"key of {self.source_id}"


class Section(models.Model):
    """A section of the site («раздел»); sections form a tree.

    Name and place follow the source's until an editor gives others; ``source_parent``
    is where the source has it, ``gone_at`` since when it lists it no more.  Of a
    section that is merged into another one, editors see that other one alone; the
    source, which still tells the two apart, is not changed.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="sections")
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    external_id = models.CharField(max_length=500)
    name = models.CharField(_("name"), max_length=200)
    source_name = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    source_parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_moved = models.BooleanField(default=False)  # by an editor: stays there
    is_listed = models.BooleanField(default=False)  # its source has listed it once
    gone_at = models.DateTimeField(null=True, blank=True)
    is_hidden = models.BooleanField(default=False)  # with all below it
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="section_once_per_source"
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="section_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="section_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def place_id(self) -> int:
        """Where the materials of this section stand."""
        return self.merged_into_id or self.pk


class Picture(models.Model):
    """A picture kept by us, checked and re-encoded, under a name that never changes."""

    name = models.CharField(max_length=100, unique=True)  # "<random>.jpg", in the media
    sha256 = models.CharField(max_length=64, db_index=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # bytes
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Material(models.Model):
    """One thing the site published («материал»)."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="materials")
    section = models.ForeignKey(Section, models.CASCADE, related_name="materials")
    # The section it has at its source, while that is merged into ``section``.
    home = models.ForeignKey(
        Section, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    external_id = models.CharField(max_length=500)
    title = models.CharField(_("title"), max_length=500)
    teaser = models.TextField(_("teaser"), blank=True)  # plain text
    body = models.TextField(_("text"), blank=True)  # sanitised HTML
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="materials"
    )
    picture_alt = models.CharField(_("picture description"), max_length=500, blank=True)
    address = models.CharField(_("address on the site"), max_length=2000, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("publication date"))
    is_published = models.BooleanField(_("published"), default=True)
    visibility = models.CharField(
        _("who can see it"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.PUBLIC,
    )
    # From then on it is of no use to readers: an event that is over, an offer.
    expires_at = models.DateTimeField(_("of use until"), null=True, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)  # of strings
    language = models.CharField(_("language"), max_length=35, blank=True)  # BCP 47
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    original = models.JSONField(default=dict, blank=True)  # untouched, from the source
    # Title, teaser and text as ``searching.searchable`` makes them: SQLite compares
    # Cyrillic letters case by case.
    search_text = models.TextField(blank=True, editable=False)
    # Where the source has the picture, and whether we have fetched it from there.
    picture_source = models.CharField(max_length=2000, blank=True, editable=False)
    picture_state = models.CharField(
        max_length=8,
        choices=PictureState.choices,
        default=PictureState.NONE,
        blank=True,
        editable=False,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="material_once_per_source"
            ),
            models.CheckConstraint(
                condition=Q(picture_state__in=PictureState.values),
                name="picture_state_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values),
                name="material_visibility_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["section", "-published_at"], name="material_newest_in_section"
            ),
            models.Index(fields=["-published_at"], name="material_newest"),
            models.Index(
                fields=["source"],
                name="material_wants_picture",
                condition=Q(picture_state=PictureState.WANTED),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_private(self) -> bool:
        return self.visibility != Visibility.PUBLIC

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now
