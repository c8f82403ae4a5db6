"""DKIM for a benchmark: a key that is in use, and how fast it could sign at best."""

from __future__ import annotations

import time

import django

django.setup()

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: E402
from cryptography.hazmat.primitives.hashes import SHA256  # noqa: E402

from benchmarks.answering import answer_calls  # noqa: E402
from gonets.newsletters.models import Newsletter  # noqa: E402
from gonets.publishing.actions import make_signing_key, switch_signing_on  # noqa: E402
from gonets.publishing.models import SigningKey  # noqa: E402
from gonets.publishing.signing import sender_domain, signer_of  # noqa: E402

_CONTENT = b"from:a header field as it is signed\r\n" * 30
_SIGNED_AT_ONCE = 50


class Signing:
    """The calls."""

    def switch_on(self) -> None:
        """Sign the newsletter's letters from now on."""
        domain = sender_domain(Newsletter.objects.get().sender_address)
        switch_signing_on(make_signing_key(domain, user=None).pk)

    def pure_rate(self, *, seconds: float) -> float:
        """Return the signatures a second of one thread that does nothing else."""
        key = signer_of(SigningKey.objects.get()).key
        padding, digest = PKCS1v15(), SHA256()
        count, began = 0, time.monotonic()
        while (took := time.monotonic() - began) < seconds:
            for _one in range(_SIGNED_AT_ONCE):
                key.sign(_CONTENT, padding, digest)
            count += _SIGNED_AT_ONCE
        return count / took


if __name__ == "__main__":
    answer_calls(Signing())
