"""Signed calls of other programs, after the Standard Webhooks specification.

``webhook-id``, ``webhook-timestamp`` and ``webhook-signature`` (``v1,`` and the base64
of HMAC-SHA-256 over ``id.timestamp.body``), see https://www.standardwebhooks.com.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import ValidationError

from gonets.api.problems import flaws_of
from gonets.api.schemas import Flaws, MaterialsIn, Refusal, Stored
from gonets.api.storing import stored
from gonets.content.arrivals import want_soon
from gonets.content.asking import connector_of
from gonets.content.models import Source, SourceKey
from gonets.content.source_keys import note_use, opened_key
from gonets.kernel import clock
from gonets.kernel.sealing import CannotUnseal

TOLERANCE = timedelta(minutes=5)
"""An older call may have been overheard and is not listened to."""

router = Router()


@router.post(
    "hooks/{int:source_id}",
    response={200: Stored, 202: Refusal, 401: Refusal, 413: Refusal, 422: Flaws},
    operation_id="call_hook",
    summary="Say that a source has something new",
)
def call_hook(request: HttpRequest, source_id: int) -> Any:
    """Store what a source that sends by itself tells; ask any other one soon.

    The body of the first is that of ``POST materials``; of the others it is not read.
    """
    source = Source.objects.select_related("key").filter(pk=source_id).first()
    key: SourceKey | None = getattr(source, "key", None)
    if key is None or not is_signed(request.headers, request.body, key):
        message = "The signature is missing or wrong."
        return Status(HTTPStatus.UNAUTHORIZED, {"message": message})
    note_use(key)
    if connector_of(key.source.kind).is_asked:
        want_soon(source_id)
        message = "The source will be asked soon."
        return Status(HTTPStatus.ACCEPTED, {"message": message})
    try:
        sent = MaterialsIn.model_validate_json(request.body)
    except ValidationError as error:
        return Status(HTTPStatus.UNPROCESSABLE_ENTITY, flaws_of(error.errors()))
    return Status(HTTPStatus.OK, stored(key.source, sent))


def is_signed(headers: Mapping[str, str], body: bytes, key: SourceKey) -> bool:
    """Whether the call is signed with the key, just now."""
    try:
        secret = opened_key(key)
    except CannotUnseal:
        return False
    sent_at = headers.get("webhook-timestamp", "")
    if not is_recent(sent_at, now=clock.now()):
        return False
    content = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    expected = signature(secret, content)
    given = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(each.encode(), expected.encode()) for each in given)


def signature(secret: str, content: bytes) -> str:
    mac = hmac.new(secret.encode(), content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}"


def is_recent(sent_at: str, *, now: datetime) -> bool:
    if not (sent_at.isascii() and sent_at.isdecimal() and len(sent_at) <= 12):
        return False
    return abs(now.timestamp() - int(sent_at)) <= TOLERANCE.total_seconds()
