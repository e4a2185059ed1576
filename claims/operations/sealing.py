"""Secrets that we must be able to read again, sealed so that a copy of the database gives none away."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBrokenError(Exception):
    """The secret was sealed under another SECRET_KEY, or is damaged."""


def seal(secret: str) -> str:
    """Return the secret, encrypted and authenticated (Fernet) with a key that comes of SECRET_KEY."""
    return _sealer().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed, also under a key of SECRET_KEY_FALLBACKS; raises `SealBrokenError`."""
    try:
        return _sealer().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError from error


def is_whole(sealed: str) -> bool:
    """Whether the secret can be read again."""
    try:
        unseal(sealed)
    except SealBrokenError:
        return False
    return True


def _sealer() -> MultiFernet:
    return MultiFernet([_fernet(str(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"claims: sealed secrets").derive(
        key.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))
