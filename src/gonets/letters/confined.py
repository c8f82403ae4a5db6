"""Rendering somebody's own design where it can do no harm and can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings

from gonets.letters.importing import CleanedLetter
from gonets.letters.rendering import RenderingOrder
from gonets.letters.structure import Unrenderable

PATIENCE = 15
"""Seconds for the process as a whole; it gives itself less."""

TOO_SLOW = {signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL}


def rendered_confined(order: RenderingOrder) -> str:
    """Return the document, made in a process of its own.

    :raises Unrenderable: also where the design had to be killed.
    """
    order_fields = {
        "kind": order.kind,
        "source": order.source,
        "context": _plain(order.context),
        "mark": order.mark,
        "texts": list(order.texts),
        "strict": order.strict,
        "trusted": order.trusted,
    }
    answer = _answer(json.dumps(["render", order_fields]))
    if "html" in answer:
        return str(answer["html"])
    raise Unrenderable(answer["code"], detail=answer["detail"], line=answer["line"])


def cleaned_confined(text: str, *, keeps_words: bool) -> CleanedLetter:
    """Return a letter made elsewhere as a template.

    :raises Unrenderable: if it cannot be read in a reasonable time.
    """
    order = {"text": text, "keeps_words": keeps_words}
    answer = _answer(json.dumps(["clean", order]))
    if "letter" in answer:
        return CleanedLetter(**answer["letter"])
    raise Unrenderable(answer["code"], detail=answer["detail"])


def _answer(order: str) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603
            [_python(), "-m", "gonets.letters.confined_process"],
            input=order.encode(),
            capture_output=True,
            timeout=PATIENCE,
            # Nothing of ours: a design must not even be able to guess at secrets.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unrenderable("too-slow") from error
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    if -done.returncode in TOO_SLOW:
        raise Unrenderable("too-slow")
    raise Unrenderable("too-large")


def _python() -> str:
    """Return the interpreter; a server that embeds Python calls itself one."""
    return str(getattr(settings, "GONETS_PYTHON", "") or sys.executable)


def _plain(value: Any) -> Any:
    """Return mappings and tuples as what JSON can hold."""
    if hasattr(value, "items"):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
