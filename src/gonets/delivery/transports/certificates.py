"""What is wrong with a relay's certificate or its TLS, in words for people."""

from __future__ import annotations

import ssl

from django.utils.translation import gettext_noop as _  # Said to people later.

from gonets.delivery.errors import RelayRejection
from gonets.delivery.states import Stage

_UNKNOWN_AUTHORITY = _(
    "its certificate comes from an authority that this machine does not know"
)
_OTHER_NAME = _("its certificate is for another name")
_BY_VERIFY_CODE = {  # X509_V_ERR_… of OpenSSL
    2: _UNKNOWN_AUTHORITY,
    9: _("its certificate is not valid yet, or the clock of this machine is wrong"),
    10: _("its certificate has expired"),
    18: _("its certificate is signed by nobody but itself"),
    19: _UNKNOWN_AUTHORITY,
    20: _UNKNOWN_AUTHORITY,
    21: _UNKNOWN_AUTHORITY,
    23: _("its certificate has been revoked"),
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}


def tls_failure(error: ssl.SSLError) -> RelayRejection:
    """Say why a connection could not be secured; it is never used unsecured."""
    return RelayRejection(_in_words(error), stage=Stage.TLS)


def _in_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        known = _BY_VERIFY_CODE.get(error.verify_code)
        unknown = _("its certificate is not in order")
        return known or f"{unknown}: {error.verify_message}"
    if error.reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE"):
        return _("it does not speak TLS on this port")
    broken = _("the encryption could not be agreed upon")
    return f"{broken}: {error.reason or error}"
