"""uvicorn with our manners: quick to stop, silent about what went well."""

from __future__ import annotations

import socket
import warnings

import uvicorn
from django.urls import get_resolver

GRACEFUL_SECONDS = 3


def serve_web(listening: socket.socket) -> None:
    """Serve until SIGTERM."""
    # WhiteNoise's files are small; reading them whole under ASGI is what we want.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume")
    get_resolver().url_patterns  # noqa: B018  # A broken one must end us here.
    config = uvicorn.Config(
        "gonets.server.asgi:application",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        proxy_headers=True,
    )
    uvicorn.Server(config).run(sockets=[listening])
