"""`restore`: an empty platform becomes that of a backup; `up` starts it, on whatever ports are set here."""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from common import shutdown
from common.errors import UserError
from common.settings import Settings
from infra.local import lock, services, supervise
from infra.local.archive import SUFFIX, require_sound, unpack
from infra.local.backup_manifest import Manifest, load, require_readable, sign
from infra.local.backup_parts import MANIFEST, versions
from infra.local.disk import megabytes
from infra.local.files import cannot_write, folder
from infra.local.services import postgres
from infra.setup import secrets

# In this order: a platform with data and no finished files sends a file twice, which counts once; without data and with
# finished files, it would never send them.
KEPT = ("data", "replays", "simulations", "out")
SPARE = 64 << 20


def restore(settings: Settings, source: str) -> None:
    """Unpack a backup into an empty platform and print what came of it; on failure the platform is empty still.

    Raises:
        UserError: the platform is not empty, the backup cannot be used, or the disk is too small.
    """
    begun = time.monotonic()
    place = Path(source).expanduser().absolute()
    with shutdown.interruptible(), lock.hold_all(settings, "a restore"):
        require_empty(settings)
        manifest = load(place)
        secrets.ensure(settings)
        require_readable(manifest, versions(services.every(settings)))
        for part, archive in manifest.parts:
            require_sound(place / archive.name, archive, part.roots)
        require_space(settings, manifest)
        fresh = settings.path(".restoring")
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            unpack_all(place, manifest, folder(fresh, 0o700))
            prepare_server(settings, fresh, manifest)
            with shutdown.held_back():
                install(settings, fresh, manifest)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        secrets.ensure(settings)
    warn(settings, manifest)
    print(
        f"restore: {megabytes(manifest.unpacked_bytes)} of {manifest.made_at} "
        f"(as of {manifest.as_of or 'no day'}) in {time.monotonic() - begun:.1f} s, in {settings.state_dir}; "
        f"`make up` starts it"
    )


def require_empty(settings: Settings) -> None:
    """Refuse a platform that runs or holds something.

    Raises:
        UserError: the text names what is there.
    """
    if supervise.proxy(settings) is not None:
        raise UserError(f"the platform in {settings.state_dir} runs; a backup is restored into an empty one: set "
                        "another STATE_DIR and PORT_BASE, or `make reset`")  # fmt: skip
    for name in KEPT:
        path = settings.path(name)
        if path.is_symlink() or (path.exists() and not (path.is_dir() and not any(path.iterdir()))):
            raise UserError(f"{path} is there; a backup is restored into an empty platform: set another STATE_DIR, or "
                            "`make reset`")  # fmt: skip


def require_space(settings: Settings, manifest: Manifest) -> None:
    """Ask for the space of everything unpacked.

    Raises:
        UserError: there is less.
    """
    free, needed = shutil.disk_usage(settings.state_dir).free, manifest.unpacked_bytes + SPARE
    if free < needed:
        raise UserError(f"{settings.state_dir} has {megabytes(free)} free, the backup takes {megabytes(needed)}; free "
                        "some space, or set STATE_DIR to another disk")  # fmt: skip


def unpack_all(place: Path, manifest: Manifest, to: Path) -> None:
    """Unpack every archive into a folder and say so."""
    for part, archive in manifest.parts:
        begun = time.monotonic()
        unpack(place / f"{part.name}{SUFFIX}", archive, part.roots, to)
        seconds = time.monotonic() - begun
        print(f"  {part.name:<9} {megabytes(archive.unpacked)} in {seconds:.1f} s", file=sys.stderr, flush=True)


def prepare_server(settings: Settings, fresh: Path, manifest: Manifest) -> None:
    """Let the superuser of PostgreSQL have the password of this platform; the other roles get theirs from `up`."""
    postgres.own_all(fresh / "data" / "postgres" / "pgdata")
    there = replace(settings, state_dir=fresh)
    password = (there if manifest.has_secrets else settings).secret("postgres")
    postgres.set_superuser_password(there, password)


def install(settings: Settings, fresh: Path, manifest: Manifest) -> None:
    """Put what was unpacked in its place."""
    if manifest.has_secrets:
        shutil.rmtree(settings.path("secrets"), ignore_errors=True)
        settings.path("secrets").parent.mkdir(parents=True, exist_ok=True)
        move(fresh / "secrets", settings.path("secrets"))
    for name in KEPT:
        if (fresh / name).exists():
            move(fresh / name, settings.path(name))
    for file, target in ((fresh / "run" / "ingest.json", settings.path("run", "ingest.json")),
                         (fresh / MANIFEST, settings.dbt_target / "manifest.json")):  # fmt: skip
        if file.is_file():
            folder(target.parent)
            move(file, target)


def move(path: Path, to: Path) -> None:
    """Move a file or folder in place of a file or an empty folder, which may lie on another disk.

    Raises:
        UserError: it cannot be moved.
    """
    try:
        if to.is_dir():
            to.rmdir()
        shutil.move(path, to)
    except OSError as error:
        raise cannot_write(to, error) from None


def warn(settings: Settings, manifest: Manifest) -> None:
    """Say what cannot be read under another secret than the backup's."""
    if sign(settings.secret("pseudonyms")) == manifest.pseudonyms:
        return
    print(
        "restore: the secret `pseudonyms` here is not the one that the backup was made under: quarantined payloads "
        "stay unreadable (`make requeue`), and names and addresses of new events hash otherwise than before; to keep "
        f"them, put the original's secrets/pseudonyms at {settings.path('secrets', 'pseudonyms')} before anything is "
        "ingested",
        file=sys.stderr,
    )
