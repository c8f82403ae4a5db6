"""Pictures for the letter: from a file, the clipboard, or an address on the web."""

from __future__ import annotations

import re
from http import HTTPStatus

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonets.content.asking import site_guard
from gonets.content.errors import NotAPicture
from gonets.content.models import Picture
from gonets.content.pictures import (
    MAX_BYTES,
    Crop,
    picture_address,
    picture_path,
    store_picture,
)
from gonets.kernel import http
from gonets.web.access import editor_required
from gonets.web.composing.preview_answers import posted_number, refused
from gonets.web.composing.preview_page import previewed_issue

LONGEST_ADDRESS = 2_000

_WEB = re.compile(r"https?://", re.IGNORECASE)


@require_POST
@editor_required
def picture_upload(request: HttpRequest, issue_id: int) -> JsonResponse:
    """Keep a ``file``, the picture at an ``address``, or a part of one kept before.

    That one goes by its number (``picture``) or by its file's ``name``.

    ``crop`` is the part to keep, as ``left,top,width,height`` in shares.  The answer
    names the picture for ``entry.<id>.picture``.
    """
    previewed_issue(issue_id)
    try:
        crop = _posted_crop(request)
        picture = store_picture(_posted_picture(request), crop=crop)
    except NotAPicture as error:
        return refused(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    return JsonResponse(
        {
            "picture": picture.pk,
            "address": picture_address(picture),
            "width": picture.width,
            "height": picture.height,
        }
    )


def _posted_picture(request: HttpRequest) -> bytes:
    """Return the bytes.

    :raises NotAPicture: with a sentence, if there are none to be had.
    """
    file = request.FILES.get("file")
    if file is not None:
        if (file.size or 0) > MAX_BYTES:
            raise NotAPicture(_("The picture is larger than 15 MB."))
        return bytes(file.read())
    address = request.POST.get("address", "").strip()
    if address:
        return _fetched(address)
    name = request.POST.get("name", "")
    number = posted_number(request, "picture") or 0
    return _kept(Picture.objects.filter(Q(name=name) if name else Q(pk=number)).first())


def _fetched(address: str) -> bytes:
    if len(address) > LONGEST_ADDRESS or not _WEB.match(address):
        raise NotAPicture(_("The address must begin with https://."))
    try:
        return http.fetch(address, guard=site_guard()).content
    except http.TooLarge as error:
        raise NotAPicture(_("The picture is too large.")) from error
    except http.HttpError as error:
        raise NotAPicture(
            _("The picture cannot be fetched from there: %(reason)s")
            % {"reason": str(error)}
        ) from error


def _kept(picture: Picture | None) -> bytes:
    if picture is None:
        raise NotAPicture(_("Choose a picture."))
    try:
        return picture_path(picture.name).read_bytes()
    except OSError as error:
        raise NotAPicture(_("This picture is not here any more.")) from error


def _posted_crop(request: HttpRequest) -> Crop | None:
    text = request.POST.get("crop", "")
    if not text:
        return None
    try:
        left, top, width, height = map(float, text.split(","))
        return Crop(left=left, top=top, width=width, height=height)
    except ValueError as error:
        raise NotAPicture(_("This part of the picture cannot be cut out.")) from error
