"""The platforms of the integration tests, one of each worker of pytest, and the states that a module may need.

A module names its state by `pytestmark = pytest.mark.usefixtures(...)`, or a test by its argument. Each of these
fixtures looks at the platform first, and does nothing where the state is there already.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from common import thrift
from common.kafka_topics import admin
from common.settings import Settings, read_settings
from tests.integration.harness import (
    PORT_BASE,
    SAMPLE,
    SAMPLE_SNAPSHOT,
    STATE_DIR,
    VARIABLES,
    Platform,
    lane,
    place,
    real_file,
)


class Lanes(LoadScopeScheduling):
    """Keeps the modules of a lane on one worker, in order, so that few have to bring the platform into their state.

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
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in VARIABLES and not name.startswith(("SPARK_", "PYSPARK_", "HADOOP_", "DBT_", "MAKE"))
    }
    return {
        **own,
        "STATE_DIR": str(STATE_DIR),
        "PORT_BASE": str(PORT_BASE),
        "DBT_PROFILES_DIR": str(STATE_DIR / "conf" / "dbt"),
        "DBT_TARGET_PATH": str(STATE_DIR / "dbt"),
        "DBT_LOG_PATH": str(STATE_DIR / "log" / "dbt"),
        "PYTHON": sys.executable,
    }


@pytest.fixture(scope="session")
def platform(environ: dict[str, str]) -> Iterator[Platform]:
    """A platform that is up, in whatever state the module before has left it; at first nothing is in it."""
    platform = Platform(read_settings(environ), environ)
    platform.make("reset", YES="1")
    try:
        platform.make("up")
        yield platform
    finally:
        platform.make("down")


@pytest.fixture(scope="module")
def never_fed(platform: Platform) -> Platform:
    """A platform to which nothing was ever sent, and in whose lake nothing was built."""
    if topics(platform.settings) or is_built(platform.settings):
        platform.make("reset", YES="1")
        platform.make("up")
    return platform


@pytest.fixture(scope="module")
def built_lake(platform: Platform) -> Platform:
    """A platform in whose lake dbt has built every model, be it on nothing."""
    if not is_built(platform.settings):
        platform.dbt("run")
    return platform


@pytest.fixture(scope="module")
def kafka_topics(platform: Platform) -> Platform:
    """A platform whose ingest has run, which makes the topics."""
    if not topics(platform.settings):
        platform.make("ingest")
    return platform


@pytest.fixture(scope="module")
def sample_job(platform: Platform) -> Platform:
    """A platform on which the whole job has run, on the committed sample: fed, trained, scored, exported, reported."""
    if not has_run(platform.settings, "sample"):
        process = platform.make("run", SAMPLE, SNAPSHOT=str(SAMPLE_SNAPSHOT))
        assert process.stdout.count("✓") == 12, process.stdout
    return platform


@pytest.fixture(scope="module")
def real_history(platform: Platform) -> Platform:
    """A platform on which the whole job has run, on the two real files."""
    orders, snapshot = real_file("ONLINE_RETAIL_CSV"), real_file("SNAPSHOT_CSV")
    if not has_run(platform.settings, "online_retail"):
        process = platform.make("run", ORDERS=str(orders), MAPPING="online_retail", SNAPSHOT=str(snapshot))
        assert "done in" in process.stdout
    return platform


def topics(settings: Settings) -> list[str]:
    """Return the topics that Kafka has."""
    with admin(settings) as client:
        return [name for name in client.list_topics() if not name.startswith("__")]


def is_built(settings: Settings) -> bool:
    """Return whether dbt has built the last of the feature tables."""
    return bool(thrift.rows(settings, "show tables in churn like 'churn_labels'"))


def has_run(settings: Settings, source: str) -> bool:
    """Return whether an order history was sent to its end as this source, and a run has come to its report."""
    if not settings.path("out", "report.html").exists():
        return False
    files = settings.path("replays").glob("*.json")
    return any(run["source"] == source for file in files for run in json.loads(file.read_text())["runs"])
