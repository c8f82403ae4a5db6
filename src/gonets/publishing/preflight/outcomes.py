"""What an answer from the web, or none, means for a reader who follows a link."""

from __future__ import annotations

import errno
import socket

from gonets.kernel import http
from gonets.publishing.preflight.states import LookState

CLOSED = {401, 402, 407, 451}
GONE = {404, 410}

OF_ERRORS: dict[type[http.HttpError], LookState] = {
    http.AddressRefused: LookState.INSIDE,
    http.TooSlow: LookState.SLOW,
    http.NotSecure: LookState.INSECURE,
    http.TooManyRedirects: LookState.ASTRAY,
    http.BadAnswer: LookState.FAULTY,
}
OUR_OWN_TROUBLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN}
UNUSUAL_PORT = "Port "


def state_of_status(status: int) -> LookState:
    """Robots are often sent away where people are let in: that proves nothing."""
    if status < 400:
        return LookState.FINE
    if status in GONE:
        return LookState.GONE
    if status in CLOSED:
        return LookState.CLOSED
    return LookState.FAULTY if status in {500, 502, 504} else LookState.UNSURE


def state_of_error(error: http.HttpError) -> LookState:
    if isinstance(error, http.AddressRefused) and str(error).startswith(UNUSUAL_PORT):
        return LookState.UNSURE  # We do not go there, but readers may.
    if type(error) in OF_ERRORS:
        return OF_ERRORS[type(error)]
    causes = list(_causes(error))
    if any(_is_our_own_trouble(cause) for cause in causes):
        return LookState.UNSURE
    is_nameless = any(isinstance(cause, socket.gaierror) for cause in causes)
    return LookState.NOWHERE if is_nameless else LookState.SILENT


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause = error.__cause__
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__
    return found


def _is_our_own_trouble(error: BaseException) -> bool:
    """Tell whether it is this machine that has no network or no DNS."""
    if isinstance(error, socket.gaierror):
        return error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL}
    return isinstance(error, OSError) and error.errno in OUR_OWN_TROUBLE
