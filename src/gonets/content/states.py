"""The words for why a source could not be read, and where a material stands."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PictureState(TextChoices):
    NONE = ""  # the source has none, or the material is our own
    WANTED = "wanted"  # to be fetched from ``picture_source``
    KEPT = "kept"
    FAILED = "failed"  # wanted again every hour for two days
    UNFIT = "unfit"  # not a picture; not asked again until its address changes


class Visibility(TextChoices):
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")  # only for people the site let in
    WITHDRAWN = "gone", _("withdrawn")  # for nobody any more, as far as we know


class HubState(TextChoices):
    ASKED = "asked"  # the hub has not asked back yet
    ACTIVE = "active"
    DENIED = "denied"  # the hub does not want to tell us


class FetchFailure(TextChoices):
    """Each label tells an editor what is wrong and what to do."""

    ADDRESS_REFUSED = (
        "address_refused",
        _("This address is not on the open web, so it is not read. Check it."),
    )
    NO_ANSWER = (
        "no_answer",
        _("The site does not answer. Check the address or try again later."),
    )
    TOO_SLOW = (
        "too_slow",
        _("The site takes too long to answer. Try again later."),
    )
    NOT_SECURE = (
        "not_secure",
        _("The site's security certificate is not valid. Tell the site's owner."),
    )
    NOT_FOUND = (
        "not_found",
        _("There is nothing at this address any more. Check the address."),
    )
    GONE = (
        "gone",
        _("The site has closed this for good, so it is not asked any more."),
    )
    BUSY = (
        "busy",
        _("The site asks us to come less often. It is asked again later."),
    )
    CLOSED = (
        "closed",
        _("The site does not let us in: it wants a password or refuses readers."),
    )
    SITE_FAULT = (
        "site_fault",
        _("The site answers with an error of its own. Try again later."),
    )
    TOO_MANY_REDIRECTS = (
        "too_many_redirects",
        _("The address leads round in circles. Check the address."),
    )
    TOO_LARGE = (
        "too_large",
        _("The feed is too large to be read. Ask the site for a shorter one."),
    )
    BAD_ANSWER = (
        "bad_answer",
        _("The answer of the site is damaged. Try again later."),
    )
    WEB_PAGE = (
        "web_page",
        _("This is a web page, not a feed. Look for the address of the RSS feed."),
    )
    EMPTY = (
        "empty",
        _("There is nothing in it. Check the address or the file."),
    )
    NOT_A_FEED = (
        "not_a_feed",
        _("This is not an RSS or Atom feed. Check the address or the file."),
    )
    TRUNCATED = (
        "truncated",
        _("The end of the feed is missing, so nothing was taken. Try again later."),
    )
    DANGEROUS = (
        "dangerous",
        _("The feed declares entities of its own, which attacks do; it is not read."),
    )
    NOT_UNDERSTOOD = (
        "not_understood",
        _("The answer is not what such a site gives. Check the address."),
    )
    SETTINGS_MISSING = (
        "settings_missing",
        _("Something is missing in the settings of this source. Fill it in."),
    )
    SECRET_LOST = (
        "secret_lost",
        _("The kept password cannot be opened any more. Enter it again."),
    )
    CONNECTOR_FAULT = (
        "connector_fault",
        _("The program could not cope with the answer. Tell whoever runs it."),
    )
    NO_CONNECTOR = (
        "no_connector",
        _("Sources of this kind are not supported by this installation."),
    )
    BARE_CHECKOUT = (
        "bare_checkout",
        _(
            "This is a git repository without files (bare). Name a checkout of it, as "
            "“git clone” or “git worktree add” makes one."
        ),
    )
    FOLDER_CLOSED = (
        "folder_closed",
        _("This folder is not open to the program. Whoever runs it can open it."),
    )
    NEEDS_A_FILE = (
        "needs_a_file",
        _("This source was read from a file. Give a newer file to update it."),
    )
