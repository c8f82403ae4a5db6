"""Which key signs a letter (DKIM), and whether receivers can find its other half."""

from __future__ import annotations

import logging
from base64 import b64decode, b64encode
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from gonets.kernel.addresses import canonical_address
from gonets.kernel.dns import NoDnsAnswer, txt_records
from gonets.kernel.sealing import CannotUnseal, seal, unseal
from gonets.letters.dkim import LEAST_KEY_BITS, Signer
from gonets.newsletters.models import IssueVersion
from gonets.publishing.errors import DnsSilent, KeyMissing, KeyUnreadable
from gonets.publishing.identities import letter_ref
from gonets.publishing.models import RelaySignedDomain, SigningKey
from gonets.publishing.states import RecordState

logger = logging.getLogger(__name__)

PURPOSE = "dkim"
"""What the private keys are sealed for."""


class KeyPair(NamedTuple):
    public: str  # base64, as DNS publishes it
    sealed: str  # the private key


def new_pair() -> KeyPair:
    """Make an RSA key: what every receiver can check, unlike Ed25519."""
    key = generate_private_key(public_exponent=65537, key_size=LEAST_KEY_BITS)
    public = key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(b64encode(public).decode(), seal(PURPOSE, private))


def sender_domain(address: str) -> str:
    """Return the domain that signs for this sender, as A-labels.

    :raises BadAddress: if it is no address.
    """
    return canonical_address(address).rpartition("@")[2]


def key_in_use(sender: str) -> SigningKey | None:
    """Return the key that letters of this sender are signed with now."""
    domain = sender_domain(sender)
    return SigningKey.objects.filter(domain=domain, is_in_use=True).first()


def current_letter_ref(version: IssueVersion) -> str:
    """Return how the engine names this version, signed as letters are signed now."""
    key = key_in_use(version.content["sender_address"])
    return letter_ref(version, selector=key.selector if key else "")


def current_signer(sender: str) -> Signer | None:
    """Return what signs a letter that is made now; None: nothing does.

    :raises KeyUnreadable: if there is a key that cannot be opened.
    """
    key = key_in_use(sender)
    return None if key is None else signer_of(key)


def signer_named(*, sender: str, selector: str) -> Signer:
    """Return what signs this sender's letters with the key of this selector.

    :raises KeyMissing: if the key was deleted.
    :raises KeyUnreadable: if it cannot be opened.
    """
    domain = sender_domain(sender)
    key = SigningKey.objects.filter(domain=domain, selector=selector).first()
    if key is None:
        raise KeyMissing
    return signer_of(key)


def signer_of(key: SigningKey) -> Signer:
    """Open the key.

    :raises KeyUnreadable: if the server's secret key is another one than it was.
    """
    try:
        private = load_der_private_key(unseal(PURPOSE, key.sealed_private_key), None)
    except (CannotUnseal, ValueError) as error:
        raise KeyUnreadable from error
    if not isinstance(private, RSAPrivateKey):
        raise KeyUnreadable
    return Signer(domain=key.domain, selector=key.selector, key=private)


def record_state(key: SigningKey) -> RecordState:
    """Ask DNS whether the public half is published.

    :raises DnsSilent: if there was no answer.
    """
    try:
        records = txt_records(key.record_name)
    except NoDnsAnswer as error:
        logger.warning("DNS did not answer about %s: %s", key.record_name, error)
        raise DnsSilent from error
    if not records:
        return RecordState.MISSING
    wanted = b64decode(key.public_key)
    is_there = any(_published(record) == wanted for record in records)
    return RecordState.FOUND if is_there else RecordState.DIFFERENT


def _published(record: bytes) -> bytes:
    """Return the key in a record; DNS panels may add blanks anywhere."""
    tags = (tag.partition(b"=") for tag in record.split(b";"))
    texts = {name.strip(): b"".join(value.split()) for name, _, value in tags}
    try:
        return b64decode(texts.get(b"p", b""))
    except ValueError:
        return b""


def is_signed(sender: str) -> bool:
    """Tell whether letters of this sender are signed, here or by the mail server."""
    if key_in_use(sender) is not None:
        return True
    domain = sender_domain(sender)
    return RelaySignedDomain.objects.filter(domain=domain).exists()
