"""The manifest of a backup: what is in it, of which versions, and the hash of each archive."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from common.errors import UserError
from infra.local.archive import SUFFIX, Archive
from infra.local.backup_parts import PARTS, SECRETS, STORES, Part
from infra.local.files import PRIVATE, write

NAME = "manifest.json"
KIND = "customer-behaviour-lakehouse backup"
# Counts up when an older project could not restore what a newer one writes.
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Args:
        project: the commit or release that made it.
        stores: the version of each store.
        pseudonyms: stands for the secret that hashes and encrypts personal data, and does not tell it.
        as_of: the clock of the last export, or None.
    """

    made_at: str
    project: str
    stores: Mapping[str, str]
    pseudonyms: str
    archives: Sequence[Archive]
    as_of: str | None = None

    def archive(self, part: Part) -> Archive | None:
        """Return the archive of a part, or None where the backup has none."""
        return next((one for one in self.archives if one.name == part.name + SUFFIX), None)

    @property
    def has_secrets(self) -> bool:
        """Return whether the passwords are in it."""
        return self.archive(SECRETS) is not None

    @property
    def parts(self) -> list[tuple[Part, Archive]]:
        """Return what it consists of."""
        return [(part, one) for part in (*PARTS, SECRETS) if (one := self.archive(part))]

    @property
    def unpacked_bytes(self) -> int:
        """Return what it takes on a disk when it is restored, in bytes."""
        return sum(one.unpacked for one in self.archives)

    def save(self, folder: Path) -> None:
        """Write it; a backup without one is none."""
        text = json.dumps({"kind": KIND, "format": FORMAT, **asdict(self)}, indent=2)
        write(folder / NAME, text + "\n", PRIVATE)


def load(folder: Path) -> Manifest:
    """Read the manifest of a backup.

    Raises:
        UserError: the folder is no backup, one of a newer format, or its manifest is damaged.
    """
    path = folder / NAME
    try:
        fields = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{folder} is no backup: it has no {NAME}, which `make backup` writes last") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged: {error}; use another backup") from None
    if not isinstance(fields, dict) or fields.pop("kind", None) != KIND:
        raise UserError(f"{path} is not of a backup of this project")
    number = fields.pop("format", None)
    if number != FORMAT:
        raise UserError(f"{path} is of format {number}, this project reads {FORMAT}; restore it with the project's "
                        f"version {fields.get('project', 'that made it')}")  # fmt: skip
    return of(path, fields)


def of(path: Path, fields: dict[str, Any]) -> Manifest:
    """Return the manifest of its JSON.

    Raises:
        UserError: a field is missing, or an archive is missing or unknown.
    """
    try:
        archives = tuple(Archive(**one) for one in fields.pop("archives"))
        manifest = Manifest(archives=archives, **fields)
        if not isinstance(manifest.stores, dict) or not all(
            isinstance(each, int) for one in archives for each in (one.size, one.files, one.unpacked)
        ):
            raise TypeError("a field is of the wrong type")
    except (KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged: {error}; use another backup") from None
    names = {one.name for one in archives}
    lacking = {part.name + SUFFIX for part in PARTS} - names
    unknown = names - {part.name + SUFFIX for part in (*PARTS, SECRETS)}
    if lacking or unknown:
        raise UserError(f"{path} is damaged: {', '.join(sorted(lacking or unknown))} is "
                        f"{'not in it' if lacking else 'no archive of a backup'}; use another backup")  # fmt: skip
    return manifest


def require_readable(manifest: Manifest, have: Mapping[str, str]) -> None:
    """Refuse a backup whose files the stores of this clone cannot read.

    Raises:
        UserError: a store was newer, or PostgreSQL of another major version.
    """
    for store, name in STORES.items():
        theirs, ours = manifest.stores.get(store, ""), have[store]
        other_major = store == "postgres" and numbers(theirs)[:1] != numbers(ours)[:1]
        if numbers(theirs) > numbers(ours) or other_major:
            raise UserError(f"the backup is of {name} {theirs or '?'}, here is {ours}, which cannot read its files; "
                            f"restore it with the project's version {manifest.project}")  # fmt: skip


def numbers(version: str) -> list[int]:
    """Return the numbers of a version."""
    return [int(word) for word in re.findall(r"\d+", version)]


def sign(secret: str) -> str:
    """Return what stands for a secret without telling it."""
    return hmac.new(secret.encode(), b"which secret a backup was made under", hashlib.sha256).hexdigest()[:16]
