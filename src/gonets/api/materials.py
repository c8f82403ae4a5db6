"""Materials that a site sends by itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.security import HttpBearer

from gonets.api.schemas import Flaws, MaterialsIn, Refusal, Stored
from gonets.api.storing import stored
from gonets.content.models import Source
from gonets.content.source_keys import source_of_key


class KeyOfASource(HttpBearer):
    """``Authorization: Bearer gonets_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> Source | None:
        return source_of_key(token)


router = Router(auth=KeyOfASource())


@router.post(
    "materials",
    response={200: Stored, 401: Refusal, 413: Refusal, 422: Flaws},
    operation_id="send_materials",
    summary="Send materials",
)
def send_materials(request: HttpRequest, sent: MaterialsIn) -> Any:
    """Store new materials and changes of known ones, by their ids.

    Everything is stored or, with 422, nothing.  A request may be repeated at will.
    """
    source: Source = request.auth  # type: ignore[attr-defined]
    return Status(HTTPStatus.OK, stored(source, sent))
