"""What is wrong with a service, and what to do about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from common.errors import UserError


@dataclass(frozen=True)
class Finding:
    """One fault of one service, with its remedy."""

    service: str
    fault: str
    remedy: str

    def line(self) -> str:
        """Return the finding as it is printed."""
        return f"{self.service:<10} {self.fault}; {self.remedy}"


def refusal(service: str, error: UserError, remedy: str) -> Finding:
    """Return what a store refuses, with a remedy in place of that for a platform of our own."""
    return Finding(service, str(error).partition("; ")[0], remedy)


def numbers(version: str) -> tuple[int, ...]:
    """Return the first two numbers of a version, which are a release: (18, 6) of `18.6.3` or `18.6 (Debian)`."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def version_faults(service: str, product: str, found: str, locked: str) -> Iterator[Finding]:
    """Yield that a version is older than the one of the locks, or of another major version."""
    have, want = numbers(found), numbers(locked)
    if have[:1] != want[:1]:
        yield Finding(service, f"{product} {found} is another major version than {locked}", f"use {product} {locked}")
    elif have < want:
        yield Finding(service, f"{product} {found} is older than {locked}", f"upgrade it to {product} {locked}")
