"""Asking a connector: which there are, with what access, and what its errors mean."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import cast

from django.conf import settings

from gonets.content import connectors
from gonets.content.connectors.base import Access, Connector
from gonets.content.errors import SourceUnreadable
from gonets.content.models import Source
from gonets.content.needs import opened_settings
from gonets.content.rhythm import retry_after
from gonets.content.states import FetchFailure
from gonets.kernel import clock, http
from gonets.kernel.plugins import find_plugins

logger = logging.getLogger(__name__)

FAILURES: dict[type[http.HttpError], FetchFailure] = {
    http.AddressRefused: FetchFailure.ADDRESS_REFUSED,
    http.TooSlow: FetchFailure.TOO_SLOW,
    http.NotSecure: FetchFailure.NOT_SECURE,
    http.NoAnswer: FetchFailure.NO_ANSWER,
    http.TooLarge: FetchFailure.TOO_LARGE,
    http.TooManyRedirects: FetchFailure.TOO_MANY_REDIRECTS,
    http.BadAnswer: FetchFailure.BAD_ANSWER,
}

STATUSES = {
    404: FetchFailure.NOT_FOUND,
    410: FetchFailure.GONE,
    429: FetchFailure.BUSY,
    **dict.fromkeys((401, 402, 403, 407, 451), FetchFailure.CLOSED),
}


@cache
def known_connectors() -> Mapping[str, Connector]:
    return find_plugins(connectors, attribute="connector", group="gonets.connectors")


def connector_of(kind: str) -> Connector:
    """Return the connector of a kind.

    :raises SourceUnreadable: if this installation has none.
    """
    connector = known_connectors().get(kind)
    if connector is None:
        raise SourceUnreadable(FetchFailure.NO_CONNECTOR, kind)
    return connector


def site_guard() -> http.Guard:
    """Return what sources may be read from: the web, and what the operator trusts.

    ``GONETS_FETCH_NETWORKS`` lists networks of our own that hold sites, and
    ``GONETS_FETCH_PORTS`` the ports besides 80 and 443.
    """
    networks = getattr(settings, "GONETS_FETCH_NETWORKS", ())
    ports = getattr(settings, "GONETS_FETCH_PORTS", ())
    return http.Guard(
        trusted=tuple(ipaddress.ip_network(network) for network in networks),
        ports=http.Guard().ports | frozenset(ports),
    )


def access_to(
    source: Source, *, file: bytes | None = None, guard: http.Guard | None = None
) -> Access:
    """Return how to read a source that we have.

    :raises SourceUnreadable: if its settings are not complete, or not to be opened.
    """
    needs = connector_of(source.kind).needs
    return Access(
        address=source.address,
        settings=opened_settings(needs, source.settings),
        memory=source.memory,
        guard=guard or site_guard(),
        file=file,
    )


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn whatever a connector raises into the reason.

    :raises SourceUnreadable: the reason.
    """
    try:
        yield
    except SourceUnreadable:
        raise
    except http.Refusal as error:
        demanded = retry_after(error.headers.get("retry-after", ""), now=clock.now())
        raise SourceUnreadable(
            STATUSES.get(error.status, FetchFailure.SITE_FAULT),
            str(error),
            ask_again_after=demanded,
        ) from error
    except http.HttpError as error:
        raise SourceUnreadable(_failure_of(error), str(error)) from error
    except Exception as error:
        # A connector is anybody's code, and meets anybody's answers.
        logger.exception("A connector failed")
        raise SourceUnreadable(FetchFailure.CONNECTOR_FAULT, repr(error)) from error


def _failure_of(error: http.HttpError) -> FetchFailure:
    kinds = cast("list[type[http.HttpError]]", type(error).__mro__)
    known = (FAILURES[kind] for kind in kinds if kind in FAILURES)
    return next(known, FetchFailure.BAD_ANSWER)
