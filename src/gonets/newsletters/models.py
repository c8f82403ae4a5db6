"""Newsletters and their issues, as editors make them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from gonets.audience.models import Readership
from gonets.content.models import Material, Picture, Section, Source
from gonets.letters.kinds import EntryKind
from gonets.newsletters.rules import TagMatch
from gonets.newsletters.standing import models as standing_models  # noqa: F401
from gonets.newsletters.states import ChangeKind, IssueState, IssueStep, Selection


class Newsletter(models.Model):
    """The publication that people subscribe to («рассылка»)."""

    title = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    readership = models.OneToOneField(
        Readership, models.PROTECT, related_name="newsletter"
    )
    sections = models.ManyToManyField(
        Section, blank=True, related_name="newsletters", verbose_name=_("sections")
    )
    selection = models.CharField(
        _("choice of materials"),
        max_length=24,
        choices=Selection.choices,
        default=Selection.SINCE_LAST_ISSUE,
    )
    selection_days = models.PositiveIntegerField(_("days"), default=7)
    selection_count = models.PositiveIntegerField(_("per section"), default=5)
    tags = models.JSONField(_("tags"), default=list, blank=True)  # must-have ones
    tags_match = models.CharField(
        max_length=4, choices=TagMatch.choices, default=TagMatch.ALL
    )
    # None: as many as the rule finds.
    section_limit = models.PositiveIntegerField(
        _("at most from a section"), null=True, blank=True
    )
    # A standing draft with fewer materials skips its date.
    minimum = models.PositiveIntegerField(_("materials at least"), default=1)
    sender_name = models.CharField(_("sender's name"), max_length=100)
    sender_address = models.CharField(_("sender's e-mail"), max_length=254)
    reply_to = models.CharField(_("replies go to"), max_length=254, blank=True)
    postal_address = models.CharField(_("postal address"), max_length=300)
    language = models.CharField(_("language"), max_length=8, default="ru")
    template = models.CharField(_("letter template"), max_length=40, default="digest")
    greeting = models.CharField(_("greeting"), max_length=300, blank=True)
    test_address = models.CharField(_("test address"), max_length=254, blank=True)
    # Nobody joins by themselves, and no page of it is for everybody.
    is_closed = models.BooleanField(_("closed"), default=False)
    # What only some see there may go into its letters, while it is closed.
    private_sources = models.ManyToManyField(Source, blank=True, related_name="+")
    has_browser_page = models.BooleanField(_("page in the browser"), default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    archived_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class BrandSettings(models.Model):
    """How letters look whatever their design.

    The row without a newsletter is the whole site's; a newsletter's own says what is
    different there.  ``links`` are pairs of label and address.
    """

    newsletter = models.OneToOneField(
        Newsletter, models.CASCADE, null=True, blank=True, related_name="brand"
    )
    logo = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+"
    )
    logo_dark = models.ForeignKey(
        Picture, models.PROTECT, null=True, blank=True, related_name="+"
    )
    accent = models.CharField(max_length=7, blank=True)
    background = models.CharField(max_length=7, blank=True)
    ink = models.CharField(max_length=7, blank=True)
    heading_font = models.CharField(max_length=20, blank=True)
    text_font = models.CharField(max_length=20, blank=True)
    footer = models.TextField(blank=True)  # sanitised HTML
    links = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Coalesce("newsletter", 0), name="brand_once_for_the_site"
            )
        ]

    def __str__(self) -> str:
        return f"Brand of {self.newsletter_id or 'the site'}"


class Issue(models.Model):
    """One letter made by editors («выпуск»).

    ``edition`` counts saves: an editor's save names the edition it started from.
    """

    newsletter = models.ForeignKey(Newsletter, models.PROTECT, related_name="issues")
    state = models.CharField(
        max_length=16, choices=IssueState.choices, default=IssueState.DRAFT
    )
    step = models.CharField(
        max_length=16, choices=IssueStep.choices, default=IssueStep.MATERIALS
    )
    edition = models.PositiveIntegerField(default=1)
    template = models.CharField(max_length=40, blank=True)  # empty: the newsletter's
    subject = models.CharField(max_length=500, blank=True)
    preheader = models.CharField(max_length=500, blank=True)
    greeting = models.CharField(max_length=300, blank=True)  # plain, personal
    intro = models.TextField(blank=True)  # sanitised HTML with personal expressions
    outro = models.TextField(blank=True)
    # The plain-text part where it was written by hand, and of which automatic text.
    own_text = models.TextField(blank=True)
    own_text_of = models.CharField(max_length=64, blank=True)
    # How many of a section it takes at most, by part; see ``limits``.
    limits = models.JSONField(default=dict, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    schedule_missed = models.BooleanField(default=False)  # asks the editor
    schedule_failure = models.TextField(blank=True)  # why, as a source string
    # Up to when the site's materials were looked through for this issue: what came
    # later is new for the next one, however late this one leaves.
    gathered_at = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True, blank=True)  # its first run began

    DOCUMENT = (
        *("template", "subject", "preheader", "greeting", "intro", "outro"),
        *("own_text", "own_text_of", "limits"),
    )
    """What editors write here: the columns that history keeps and brings back."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=IssueState.values), name="issue_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=IssueState.SCHEDULED)
                | Q(scheduled_at__isnull=False),
                name="scheduled_issue_has_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scheduled_at"],
                name="issue_due",
                condition=Q(state=IssueState.SCHEDULED),
            )
        ]

    def __str__(self) -> str:
        return self.subject or f"Issue {self.pk}"


class Entry(models.Model):
    """A material placed in an issue, with its own wording, or a block of the editor's.

    Entries of one ``part`` stand together under one heading.  A part is named by the
    section of the site it began as, so that it keeps its place when it is renamed.

    All kinds say their words in the same columns (see ``letters.types.EntryContent``);
    ``content`` has what only one kind knows (see ``newsletters.blocks``).
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="entries")
    material = models.ForeignKey(
        Material, models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    kind = models.CharField(
        max_length=12, choices=EntryKind.choices, default=EntryKind.MATERIAL
    )
    content = models.JSONField(default=dict, blank=True)
    position = models.PositiveIntegerField()
    part = models.PositiveBigIntegerField(default=0)
    heading = models.CharField(max_length=200, blank=True)  # the same in all its part
    title = models.CharField(max_length=500, blank=True)
    teaser = models.TextField(blank=True)  # sanitised HTML
    button = models.CharField(max_length=100, blank=True)  # empty: the letter's word
    address = models.CharField(max_length=2000, blank=True)
    picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    picture_alt = models.CharField(max_length=500, blank=True)
    # As the site had them when the entry was made or last compared: see ``merging``.
    base_title = models.CharField(max_length=500, blank=True)
    base_teaser = models.TextField(blank=True)
    base_address = models.CharField(max_length=2000, blank=True)
    base_picture = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    base_picture_alt = models.CharField(max_length=500, blank=True)
    # What stood here before the site's wording was taken over, by merged field.
    replaced = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position", "id"]
        permissions = [("write_html", "Can put HTML code into letters")]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "material"], name="material_once_per_issue"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EntryKind.values), name="entry_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.MATERIAL) | Q(material=None),
                name="block_has_no_material",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    @property
    def is_material(self) -> bool:
        return self.kind == EntryKind.MATERIAL

    @property
    def is_gone_from_site(self) -> bool:
        """Whether its material was deleted; the entry keeps its own wording."""
        return self.is_material and self.material_id is None


class HeldMaterial(models.Model):
    """A material left for the newsletter's next issue."""

    newsletter = models.ForeignKey(
        Newsletter, models.CASCADE, related_name="held_materials"
    )
    material = models.ForeignKey(Material, models.CASCADE, related_name="+")
    held_in = models.ForeignKey(Issue, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["newsletter", "material"], name="material_held_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.newsletter_id}: {self.material_id}"


class IssueVersion(models.Model):
    """The wording of an issue as it was released; never changes."""

    issue = models.ForeignKey(Issue, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    edition = models.PositiveIntegerField(default=0)  # of the issue at that time
    content = models.JSONField()  # see ``gonets.letters.types.LetterContent``
    sha256 = models.CharField(max_length=64)
    # Names the page that shows it to everybody; versions from before have none.
    browser_key = models.CharField(max_length=22, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "number"], name="version_number_once_per_issue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} v{self.number}"


class VersionBodies(models.Model):
    """What the design made of a version: a later release may make something else of it.

    Versions from before have none, nor has a letter that could not be made.
    """

    version = models.OneToOneField(
        IssueVersion, models.CASCADE, primary_key=True, related_name="+"
    )
    packed = models.BinaryField()  # see ``gonets.letters.keeping``

    def __str__(self) -> str:
        return f"bodies of {self.version_id}"


class IssueChange(models.Model):
    """A step in the history of an issue: who made which edition, and what it changed.

    The newest one holds the whole document as it was before it (``base``), because
    what it changes is not written yet when it is recorded; every earlier one holds
    only what it changed (``alteration``).  See ``documents`` for both.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="changes")
    edition = models.PositiveIntegerField()
    kind = models.CharField(
        max_length=8, choices=ChangeKind.choices, default=ChangeKind.EDIT
    )
    of = models.ForeignKey(  # what an undo or a redo is about
        "self", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_undone = models.BooleanField(default=False)
    is_joint = models.BooleanField(default=False)  # thinned: several people's work
    name = models.CharField(max_length=100, blank=True)  # editors may give it one
    began_at = models.DateTimeField()  # one step may be many saves
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    base = models.BinaryField(null=True)
    alteration = models.BinaryField(null=True)

    class Meta:
        ordering = ["edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "edition"], name="change_once_per_edition"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} edition {self.edition}"


class IssuePresence(models.Model):
    """A page at which somebody has an issue open; it is forgotten soon after."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)  # a random word of the browser's
    place = models.CharField(max_length=16, choices=IssueStep.choices)
    field = models.CharField(max_length=80, blank=True)  # where the cursor is
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "page"], name="presence_once_per_page"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.issue_id}"


class MaterialUse(models.Model):
    """A material went out in an issue of a newsletter.

    Reserved when the run starts; released only if the run ends with nobody accepted
    or uncertain.
    """

    newsletter = models.ForeignKey(
        Newsletter, models.CASCADE, related_name="material_uses"
    )
    material = models.ForeignKey(Material, models.CASCADE, related_name="uses")
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="material_uses")
    used_at = models.DateTimeField()
    # Of the site's wording that went out; see ``merging``.
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "material"], name="material_use_once_per_issue"
            )
        ]
        indexes = [
            models.Index(
                fields=["newsletter", "material"], name="material_used_in_newsletter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.material_id} in {self.issue_id}"
