"""API keys: who may do what, compared in constant time and never shown."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pinakes.errors import UsageError
from pinakes.serving.roles import Role

KEY_ROLES = {"search": Role.SEARCH, "write": Role.WRITE, "admin": Role.ADMIN}
"""The roles that a key can have, by the name they are given under."""

MIN_LENGTH = 16
"""Characters of a key at least: what can be guessed is no key."""

SESSION_SECONDS = 12 * 3600
"""How long a login of the pages lasts."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key.

    Attributes:
        role: what its bearer may do.
        digest: SHA-256 of the key; the key itself is not kept.
    """

    role: Role
    digest: bytes = field(repr=False)

    @staticmethod
    def of(role: Role, key: str) -> "ApiKey":
        """Return the entry for a key."""
        return ApiKey(role, hashlib.sha256(key.encode()).digest())


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys of a service."""

    keys: Sequence[ApiKey] = field(repr=False)

    def role_of(self, key: str) -> Role | None:
        """Return the role of a key, or None for one that is not known.

        Every key is compared, each in constant time, so that the time says nothing about any of them.
        """
        given = hashlib.sha256(key.encode()).digest()
        found: Role | None = None
        for known in self.keys:
            if hmac.compare_digest(known.digest, given):
                found = known.role if found is None else max(found, known.role)
        return found

    def sign_session(self, role: Role, now: float) -> str:
        """Return a token for a cookie that stands for a role until `SESSION_SECONDS` from now.

        It is signed with the keys themselves: every worker accepts it, nothing is stored, and a change of
        the keys ends it.

        Args:
            role: what the bearer may do.
            now: seconds since the epoch.
        """
        claim = f"{role.name.lower()}.{int(now) + SESSION_SECONDS}"
        return f"{claim}.{self._signature(claim)}"

    def read_session(self, token: str, now: float) -> Role | None:
        """Return the role of a token, or None for one that is forged or too old."""
        claim, _, signature = token.rpartition(".")
        name, _, expires = claim.partition(".")
        if not hmac.compare_digest(self._signature(claim).encode(), signature.encode()):
            return None
        return KEY_ROLES.get(name) if int(expires) > now else None

    def _signature(self, claim: str) -> str:
        secret = hashlib.sha256(
            b"pinakes session" + b"".join(sorted(key.digest for key in self.keys))
        ).digest()
        return hmac.new(secret, claim.encode(), hashlib.sha256).hexdigest()


def parse_keys(text: str) -> tuple[ApiKey, ...]:
    """Read keys as they are given in ``PINAKES_API_KEYS``: ``role:key`` with commas between.

    Raises:
        UsageError: not of that form, an unknown role, or a key that is too short. The message never holds
            the key.
    """
    keys = []
    for number, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        name, colon, key = entry.partition(":")
        if not colon or name not in KEY_ROLES:
            known = ", ".join(KEY_ROLES)
            raise UsageError(f"API key {number} must be written role:key, where the role is one of {known}")
        if len(key) < MIN_LENGTH or not re.fullmatch(r"[!-~]+", key):
            raise UsageError(
                f"API key {number} must have {MIN_LENGTH} printable ASCII characters or more, no spaces"
            )
        keys.append(ApiKey.of(KEY_ROLES[name], key))
    return tuple(keys)
