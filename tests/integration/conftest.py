"""The platforms of the integration tests: one of each worker of pytest, so that lanes run side by side."""

import os
import sys
from collections.abc import Iterator, Sequence

import pytest

from spark.common.settings import settings
from tests.integration.harness import PORT_BASE, STATE_DIR, VARIABLES, Platform, lane


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Keep the modules of a lane on one worker, in order, as they build on each other."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(lane(item.path.stem)))


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """What a command of the second platform finds in its environment."""
    # The unit tests' Spark, which may live in this process, must not reach the platform's jobs.
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(("SPARK_", "PYSPARK_", "HADOOP_", "DBT_"))
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
    platform = Platform(settings(environ), environ)
    platform.make("reset", YES="1")
    try:
        platform.make("up")
        yield platform
    finally:
        platform.make("down")
