"""Personal data in the lake: names and addresses as a keyed hash, what cannot be told apart encrypted.

One secret of the platform, `pseudonyms`, is the root of both keys. Who has it can tell whether a known address is
that of a row, and read the quarantine; nobody else can. Only what makes columns of Spark imports it: who hashes one
text, as the replay does, starts in half the time without.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import Column

IDENTITY = "pseudonyms"
BLOCK_BYTES = 64


@dataclass(frozen=True)
class Privacy:
    """The two keys, 32 bytes each."""

    hash_key: bytes
    payload_key: bytes

    @classmethod
    def of(cls, settings: Settings) -> "Privacy":
        """Return the keys of a platform."""
        return cls.of_secret(settings.secret(IDENTITY))

    @classmethod
    def of_secret(cls, secret: str) -> "Privacy":
        """Return the keys that follow from a secret."""
        return cls(derive(secret, b"personal fields"), derive(secret, b"quarantined payloads"))

    def hash_text(self, text: "Column") -> "Column":
        """Return the HMAC-SHA-256 of a text as 64 hexadecimal digits, null for null (RFC 2104)."""
        from pyspark.sql import functions as F

        padded = self.hash_key.ljust(BLOCK_BYTES, b"\0")
        inner, outer = (F.lit(bytes(byte ^ pad for byte in padded)) for pad in (0x36, 0x5C))
        digest = F.unhex(F.sha2(F.concat(inner, text.cast("binary")), 256))
        return F.sha2(F.concat(outer, digest), 256)

    def hash_of(self, text: str) -> str:
        """Return the same hash of one text."""
        return hmac.new(self.hash_key, text.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, payload: "Column") -> "Column":
        """Return bytes encrypted by AES-GCM: the initialisation vector, the text, the tag; null for null."""
        from pyspark.sql import functions as F

        return F.aes_encrypt(payload, F.lit(self.payload_key))

    def decrypt(self, payload: "Column") -> "Column":
        """Return encrypted bytes as they were; null where they were encrypted by another key."""
        from pyspark.sql import functions as F

        return F.try_aes_decrypt(payload, F.lit(self.payload_key))


def derive(secret: str, purpose: bytes) -> bytes:
    """Return a key of 32 bytes for one purpose."""
    return hmac.new(secret.encode(), purpose, hashlib.sha256).digest()
