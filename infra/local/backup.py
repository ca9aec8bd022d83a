"""`backup`: everything that the platform holds in one folder, from which the same platform can be made again."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from common import shutdown
from common.errors import UsageError, UserError
from common.revision import code_revision
from common.settings import Settings, read_settings
from infra.local import services
from infra.local.archive import SUFFIX, Archive, no_room, pack
from infra.local.backup_manifest import Manifest, sign
from infra.local.backup_parts import PARTS, SECRETS, Part, clock, content, require_stores, versions
from infra.local.disk import megabytes, size_below
from infra.local.standstill import quiet, standstill

# The archives of a lake of nothing, and the manifest.
LEAST_FREE = 1 << 20


def backup(settings: Settings, to: str, with_secrets: bool) -> None:
    """Write a backup and print what it is; the platform is then as it was.

    Raises:
        UserError: a job runs, the folder cannot be used, or the disk is too small.
    """
    begun = time.monotonic()
    place = Path(to).expanduser().absolute()
    require_place(settings, place)
    require_embedded(settings)
    require_stores(settings)
    parts = (*PARTS, *([SECRETS] if with_secrets else []))
    with shutdown.interruptible(), quiet(settings, "a backup") as ran, scratch(place) as folder:
        require_space(settings, place, parts)
        as_of = clock(settings) if ran else None
        with standstill(settings, ran):
            archives = [pack_part(settings, folder, part) for part in parts]
            manifest(settings, archives, as_of).save(folder)
            publish(folder, place)
    size, files = sum(one.size for one in archives), sum(one.files for one in archives)
    print(
        f"backup: {megabytes(size)} hold {megabytes(sum(one.unpacked for one in archives))} in {files:,} files, "
        f"{'passwords and personal data' if with_secrets else 'without the secrets'}; "
        f"{time.monotonic() - begun:.1f} s, in {place}"
    )


def require_place(settings: Settings, place: Path) -> None:
    """Refuse a folder that cannot take a backup.

    Raises:
        UsageError: it is not empty, or part of the platform that is kept.
    """
    if place.resolve().is_relative_to(settings.state_dir.resolve()):
        raise UsageError(f"TO={place} is in the platform's own folder, with which it would be lost; choose another")
    if place.is_symlink() or (place.exists() and not place.is_dir()) or (place.is_dir() and any(place.iterdir())):
        raise UsageError(f"TO={place} is there already; choose a folder that is empty or not there")


def require_embedded(settings: Settings) -> None:
    """Refuse where settings name stores beside the embedded ones.

    Raises:
        UserError: the text names the setting.
    """
    own = read_settings({"STATE_DIR": str(settings.state_dir), "PORT_BASE": str(settings.port_base),
                         "PLATFORM_HOST": settings.host}, settings.path("none"))  # fmt: skip
    for name in ("kafka_bootstrap", "hdfs_url", "postgres_host", "postgres_port"):
        value = getattr(settings, name)
        if value != getattr(own, name):
            raise UserError(f"{name.upper()}={value} is no part of the embedded platform, so a backup of it would be "
                            "none of your data; use that service's own tools")  # fmt: skip


def require_space(settings: Settings, place: Path, parts: Iterable[Part]) -> None:
    """Ask for the space that everything takes uncompressed, while the stores still run.

    Raises:
        UserError: there is less.
    """
    needed = LEAST_FREE + sum(size_below(settings.path(root)) for part in parts for root in part.roots)
    free = shutil.disk_usage(place.parent).free
    if free < needed:
        raise UserError(f"{place.parent} has {megabytes(free)} free, a backup may take {megabytes(needed)}; free some "
                        "space, or choose another folder (TO)")  # fmt: skip


@contextmanager
def scratch(place: Path) -> Iterator[Path]:
    """Yield a private folder beside `place`, which is gone afterwards unless it was published.

    Raises:
        UserError: it cannot be made, or another backup writes it.
    """
    folder = place.with_name(f".{place.name}.partial")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise no_room(folder, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A killed backup may have left something.
        for left in folder.iterdir():
            left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        raise UserError(f"another backup is being written to {place}; wait for it") from None
    finally:
        os.close(descriptor)


def pack_part(settings: Settings, folder: Path, part: Part) -> Archive:
    """Write the archive of a part and say so."""
    begun, entries = time.monotonic(), content(settings, part)
    archive = pack(folder / f"{part.name}{SUFFIX}", entries)
    size = f"{megabytes(sum(entry.size for entry in entries))} -> {megabytes(archive.size)}"
    print(f"  {part.name:<9} {size} in {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
    return archive


def manifest(settings: Settings, archives: Sequence[Archive], as_of: str | None) -> Manifest:
    """Return the manifest of the archives."""
    return Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        project=code_revision(),
        stores=versions(services.every(settings)),
        pseudonyms=sign(settings.secret("pseudonyms")),
        archives=archives,
        as_of=as_of,
    )


def publish(folder: Path, place: Path) -> None:
    """Put a finished backup in its place.

    Raises:
        UserError: something else is there by now.
    """
    try:
        folder.rename(place)
    except OSError as error:
        raise no_room(place, error) from None
