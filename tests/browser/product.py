"""The running product: ``gonets serve`` in a folder of its own, killed at will."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.ports import free_port

READY_SECONDS = 120


@dataclass
class Product:
    """One installation; ``start`` and ``kill`` may alternate on the same data."""

    folder: Path
    language: str
    relay_url: str = ""
    demo: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    catcher_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    user = "admin"
    password = "correct horse battery"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "var"

    @property
    def log(self) -> Path:
        return self.folder / "serve.log"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gonets.server.cli", "serve"],
                cwd=self.folder,
                env=self.environment_variables(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_until_ready()

    def kill(self) -> None:
        """End every process of the product at once, as a power cut would."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._wait_until_gone()

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; return its exit status."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(40)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def environment_variables(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GONETS_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        return kept | {
            "GONETS_DATA": str(self.data),
            "GONETS_FENCE": str(self.folder / "fences"),
            "GONETS_PORT": str(self.port),
            "GONETS_CATCHER_PORT": str(self.catcher_port),
            "GONETS_LANGUAGE": self.language,
            "GONETS_DEMO": "yes" if self.demo else "no",
            "GONETS_RELAY_URL": self.relay_url,
            "GONETS_ADMIN_NAME": self.user,
            "GONETS_ADMIN_PASSWORD": self.password,
            **self.environment,
        }

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.1)
        raise AssertionError(f"not ready:\n{self.log.read_text()[-4000:]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _wait_until_gone(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) != 0:
                    return
            time.sleep(0.05)
        raise AssertionError("a part of the product outlived the kill")
