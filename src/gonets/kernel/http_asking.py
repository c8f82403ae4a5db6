"""The part of ``http`` that needs the HTTP library: loaded once somebody is asked."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlencode

import httpcore2
import httpx2

from gonets.kernel.connections import Deadline, GuardedBackend
from gonets.kernel.http_answers import (
    AddressRefused,
    Answer,
    BadAnswer,
    Guard,
    NoAnswer,
    Refusal,
    Sighting,
    TooLarge,
    TooManyRedirects,
    TooSlow,
)
from gonets.kernel.networks import is_plain_host

USER_AGENT = "Gonets/0.1 (newsletter desk)"
REDIRECTS = {301, 302, 303, 307, 308}
LASTING_REDIRECTS = {301, 308}


def sight(address: str, *, guard: Guard, method: str = "HEAD") -> Sighting:
    """Return what stands at ``address``, whatever its status.

    :raises HttpError: one of its kinds, but never ``Refusal`` or ``TooLarge``.
    """
    deadline = Deadline(guard.patience)
    url = _checked(address, guard)
    for _ in range(guard.redirects + 1):
        with _asked(url, {}, guard, deadline, method=method) as response:
            target = _redirect_target(response, url)
            if target is None:
                size = _header(response, "content-length")
                is_number = size.isascii() and size.isdigit() and len(size) < 19
                return Sighting(
                    address=str(url),
                    status=response.status,
                    size=int(size) if is_number else None,
                )
        url = _checked(target, guard)
    raise TooManyRedirects(f"{address} redirects more than {guard.redirects} times.")


def fetch(
    address: str,
    *,
    guard: Guard | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Return what the web has at ``address``; 200 and 304 count as answers.

    ``headers`` go to the host of ``address`` alone, not to where it redirects.

    :raises HttpError: one of its kinds, with a sentence.
    """
    guard = guard or Guard()
    deadline = Deadline(guard.patience)
    url = _checked(address, guard)
    own_headers = dict(headers or {})
    lasting, moves_last = url, True
    for _ in range(guard.redirects + 1):
        with _asked(url, own_headers, guard, deadline) as response:
            target = _redirect_target(response, url)
            if target is None:
                return _answer(response, url, guard, lasting=lasting)
            moves_last = moves_last and response.status in LASTING_REDIRECTS
        following = _checked(target, guard)
        lasting = following if moves_last else lasting
        if _origin(following) != _origin(url):
            own_headers = {}
        url = following
    raise TooManyRedirects(f"{address} redirects more than {guard.redirects} times.")


def post_form(address: str, fields: Mapping[str, str], *, guard: Guard) -> None:
    """Send a form; whoever is asked has to take it there, with a status of success.

    :raises HttpError: one of its kinds, with a sentence.
    """
    url = _checked(address, guard)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    content = urlencode(fields).encode("ascii")
    deadline = Deadline(guard.patience)
    with _asked(
        url, headers, guard, deadline, method="POST", content=content
    ) as response:
        if not 200 <= response.status < 300:
            message = f"{url.host} answered with the status {response.status}."
            raise Refusal(message, status=response.status)


def _checked(address: str, guard: Guard) -> httpx2.URL:
    try:
        url = httpx2.URL(address.strip())
    except (httpx2.InvalidURL, ValueError) as error:
        raise AddressRefused(f"“{address:.200}” is not a web address.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise AddressRefused(f"“{address:.200}” is not an http or https address.")
    if url.userinfo:
        raise AddressRefused("The address must not hold a user name or a password.")
    host = url.raw_host.decode("ascii")
    if not is_plain_host(host):
        raise AddressRefused(f"“{host}” is not the name of a site.")
    if _port(url) not in guard.ports:
        raise AddressRefused(f"Port {_port(url)} is not one that sites use.")
    return url


@contextmanager
def _asked(
    url: httpx2.URL,
    own_headers: dict[str, str],
    guard: Guard,
    deadline: Deadline,
    *,
    method: str = "GET",
    content: bytes | None = None,
) -> Iterator[httpcore2.Response]:
    """Open the answer to one question; close its connection in the end."""
    headers: dict[str, str] = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Connection": "close",
        **own_headers,
    }
    if content is not None:
        headers["Content-Length"] = str(len(content))
    asked = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    with (
        httpcore2.ConnectionPool(
            ssl_context=_trusted(),
            network_backend=GuardedBackend(guard, deadline),
        ) as pool,
        _told_plainly(url.host),
        pool.stream(
            method, asked, headers=list(headers.items()), content=content
        ) as response,
    ):
        yield response


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom to believe: reading all their certificates costs 70 ms each time."""
    return httpx2.create_ssl_context(trust_env=False)


@contextmanager
def _told_plainly(host: str) -> Iterator[None]:
    """Turn the HTTP library's many errors into ours."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise TooSlow(f"{host} did not answer in time.") from error
    except httpcore2.NetworkError as error:
        raise NoAnswer(f"{host} does not answer: {error}.") from error
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise BadAnswer(f"{host} did not answer as a web server does.") from error


def _redirect_target(response: httpcore2.Response, url: httpx2.URL) -> str | None:
    location = _header(response, "location")
    if response.status not in REDIRECTS or not location:
        return None
    try:
        return str(url.join(location))
    except (httpx2.InvalidURL, ValueError) as error:
        raise AddressRefused(f"{url.host} redirects to what is no address.") from error


def _answer(
    response: httpcore2.Response, url: httpx2.URL, guard: Guard, *, lasting: httpx2.URL
) -> Answer:
    headers = _headers(response)
    if response.status not in {200, 304}:
        message = f"{url.host} answered with the status {response.status}."
        raise Refusal(message, status=response.status, headers=headers)
    content = b"".join(_unpacked(response, guard.largest))
    return Answer(
        address=str(url),
        lasting_address=str(lasting),
        status=response.status,
        headers=headers,
        content=content,
    )


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """Return the headers by their names in lower case; those given twice as one."""
    headers: dict[str, str] = {}
    for name, value in response.headers:
        known = name.decode("latin-1").lower()
        told = value.decode("latin-1")
        headers[known] = f"{headers[known]}, {told}" if known in headers else told
    return headers


def _unpacked(response: httpcore2.Response, largest: int) -> Iterator[bytes]:
    """Yield the content, never more than ``largest`` bytes of it in all.

    Unpacked here and not by the library, which would inflate a bomb first and let us
    count afterwards.
    """
    packing = _header(response, "content-encoding").lower()
    if packing not in {"", "identity", "gzip", "x-gzip"}:
        raise BadAnswer(f"The answer is packed in an unknown way: {packing:.40}.")
    inflate = zlib.decompressobj(wbits=31) if "gzip" in packing else None
    room = largest
    for chunk in response.iter_stream():
        piece = chunk if inflate is None else _inflated(inflate, chunk, room + 1)
        room -= len(piece)
        if room < 0:
            raise TooLarge(f"The answer is larger than {largest // 1_000_000} MB.")
        yield piece
    if inflate is not None and not inflate.eof:
        raise BadAnswer("The answer ended in the middle.")


def _inflated(inflate: zlib._Decompress, chunk: bytes, at_most: int) -> bytes:
    try:
        return inflate.decompress(chunk, at_most)
    except zlib.error as error:
        raise BadAnswer("The answer is damaged: it cannot be unpacked.") from error


def _header(response: httpcore2.Response, wanted: str) -> str:
    for name, value in response.headers:
        if name.decode("latin-1").lower() == wanted:
            return str(value.decode("latin-1")).strip()
    return ""


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, _port(url)


def _port(url: httpx2.URL) -> int:
    return {"http": 80, "https": 443}[url.scheme] if url.port is None else url.port
