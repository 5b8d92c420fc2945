"""Small signed statements: who a widget speaks for, where a link may lead, what was really answered."""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any


class BadToken(Exception):
    """Not signed here, or for something else."""


class ExpiredToken(BadToken):
    """Signed here, and too old."""


class Signer:
    """HMAC-SHA256 over a purpose and a payload; a token for one purpose is worth nothing for another."""

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def sign(self, purpose: str, claims: Mapping[str, Any], *, lives_s: float) -> str:
        """A token that says `claims` for `lives_s` seconds."""
        payload = _encode(json.dumps({**claims, "exp": self._clock() + lives_s}, ensure_ascii=False).encode())
        return f"{payload}.{self._mac(purpose, payload.encode())}"

    def read(self, purpose: str, token: str, *, grace_s: float = 0.0) -> dict[str, Any]:
        """The claims. Raises BadToken; ExpiredToken from `grace_s` after the end on."""
        payload, _, mac = token.partition(".")
        expected = self._mac(purpose, payload.encode("utf-8", "replace"))
        if not hmac.compare_digest(mac.encode("utf-8", "replace"), expected.encode()):
            raise BadToken("The signature does not fit.")
        claims: dict[str, Any] = json.loads(_decode(payload))
        if claims["exp"] + grace_s < self._clock():
            raise ExpiredToken("It was valid once.")
        return claims

    def receipt(self, *parts: str) -> str:
        """A short signature over texts, without end: proof that they were together in one answer of ours."""
        return self._mac("receipt", json.dumps(parts).encode())[:24]

    def is_receipt(self, receipt: str, *parts: str) -> bool:
        return hmac.compare_digest(receipt.encode("utf-8", "replace"), self.receipt(*parts).encode())

    def fingerprint(self, text: str) -> str:
        """The same for the same text, telling nothing of it: an address is kept like this."""
        return self._mac("fingerprint", text.encode("utf-8", "replace"))[:16]

    def _mac(self, purpose: str, payload: bytes) -> str:
        return _encode(hmac.new(self._key, purpose.encode() + b"\x00" + payload, hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken("It is not base64.") from error
