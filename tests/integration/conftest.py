"""The platforms of the integration tests: one of each worker of pytest, so that lanes run side by side."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from common.settings import read_settings
from tests.integration.harness import PORT_BASE, STATE_DIR, VARIABLES, Platform, lane, place


class Lanes(LoadScopeScheduling):
    """Keeps the modules of a lane on one worker, in order, as they build on each other.

    xdist's own groups are of no effect beside pytest 9.2: `findings/xdist_groups_beside_pytest_9_2.sh`.
    """

    def _split_scope(self, nodeid: str) -> str:
        return lane(Path(nodeid.partition("::")[0]).stem)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Lanes:
    """Give each worker of pytest a lane."""
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the modules of this folder by their place in the lanes; all others stay before them."""
    here = Path(__file__).parent
    items.sort(key=lambda item: place(item.path.stem) if item.path.parent == here else -1)


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """What a command of the second platform finds in its environment."""
    # The unit tests' Spark, which may live in this process, must not reach the platform's jobs; and a user's make is
    # the first one, though `make test` started this process.
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(("SPARK_", "PYSPARK_", "HADOOP_", "DBT_", "MAKE"))
    }
    return {
        **kept,
        "STATE_DIR": str(STATE_DIR),
        "PORT_BASE": str(PORT_BASE),
        "DBT_PROFILES_DIR": str(STATE_DIR / "conf" / "dbt"),
        "DBT_TARGET_PATH": str(STATE_DIR / "dbt"),
        "DBT_LOG_PATH": str(STATE_DIR / "log" / "dbt"),
        "PYTHON": sys.executable,
    }


@pytest.fixture(scope="session")
def platform(environ: dict[str, str]) -> Iterator[Platform]:
    """A platform that was never fed; the modules of a lane run in order and leave it to the next one."""
    platform = Platform(read_settings(environ), environ)
    platform.make("reset", YES="1")
    try:
        platform.make("up")
        yield platform
    finally:
        platform.make("down")
