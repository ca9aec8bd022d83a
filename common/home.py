"""The folder of a platform: marked when it is made, and refused where it is somebody else's.

Only the standard library is used here, because set-up claims the folder before anything is installed.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from common.errors import UsageError, UserError
from common.settings import ROOT, Settings

PLATFORM_MARK = ".platform"
SAYS = "The state of a customer-behaviour lakehouse. `make reset` deletes it.\n"
IGNORED = ".gitignore"
# What a platform makes in its folder; `reset` deletes these and nothing else.
PARTS = ("data", "run", "log", "conf", "secrets", "replays", "simulations", "out", "flume", "dbt", "guard", "tmp")
# What a platform of an earlier version has, which made no mark, and what else may lie in two of its folders.
TELLING = ("secrets/pseudonyms", "conf/dbt/profiles.yml")
STORES = ("kafka", "postgres", "hdfs", "thrift", "yarn")
RESULTS = ("report.html", "models.html", "dbt")
# Elsewhere no DataNode starts (`findings/hdfs_datanode_in_a_folder_with_a_space.sh`); Kafka ends a name at a comma.
PLAIN = re.compile(r"[A-Za-z0-9._/+@~-]")


def is_there(settings: Settings) -> bool:
    """Return whether a platform's folder is there."""
    home = settings.state_dir
    return (home / PLATFORM_MARK).is_file() or is_unmarked(home)


def is_unmarked(home: Path) -> bool:
    """Return whether a folder is that of a platform which an earlier version has made, and holds nothing else."""
    try:
        has_telling = all((home / one).is_file() for one in TELLING)
        return has_telling and not any(
            strangers(*place) for place in ((home, PARTS), (home / "data", STORES), (home / "out", RESULTS))
        )
    except OSError:
        return False


def strangers(folder: Path, known: Iterable[str]) -> list[str]:
    """Return the names in a folder that no platform has made."""
    return sorted({one.name for one in folder.iterdir()} - {*known}) if folder.is_dir() else []


def require(settings: Settings) -> None:
    """Refuse to look for a platform where there is none.

    Raises:
        UsageError: the folder is no platform's.
    """
    if not is_there(settings):
        raise UsageError(f"there is no platform in {settings.state_dir}; `make up` makes one, STATE_DIR names another")


def claim(settings: Settings) -> None:
    """Make the folder of a platform, with its mark, before anything else is written there.

    Raises:
        UsageError: it cannot be a platform's; the text says why.
        UserError: it cannot be written.
    """
    home = settings.state_dir
    if (home / PLATFORM_MARK).is_file():
        return
    try:
        if reason := unfit(home):
            raise UsageError(f"STATE_DIR={home} {reason}; set STATE_DIR to a folder of its own")
        mark(home)
    except OSError as error:
        raise UserError(f"cannot write {home}: {error.strerror}; change its owner, or set STATE_DIR") from None


def mark(home: Path) -> None:
    """Make a folder that of a platform, whatever is in it or around it."""
    home.mkdir(parents=True, exist_ok=True)
    # Passwords lie here: no `git add` of a folder around it takes them along.
    (home / IGNORED).write_text("*\n")
    (home / PLATFORM_MARK).write_text(SAYS)


def unfit(home: Path) -> str:
    """Return why a folder cannot become a platform's, or nothing."""
    place = home.resolve()
    if odd := PLAIN.sub("", str(home))[:1]:
        return f"has {odd!r} in its path, with which HDFS and Kafka do not start"
    if place == ROOT or place in ROOT.parents:
        return "is the folder of this project, or one around it"
    if place == Path.home():
        return "is a person's own folder"
    if outer := next((one for one in place.parents if (one / PLATFORM_MARK).is_file() or is_unmarked(one)), None):
        return f"is inside the platform in {outer}"
    if place.exists() and not place.is_dir():
        return "is a file"
    if place.is_dir() and not is_unmarked(place) and any(place.iterdir()):
        names = sorted(one.name for one in place.iterdir())
        return f"holds {', '.join(names[:3])}{', …' if len(names) > 3 else ''}, which no platform has made"
    return ""
