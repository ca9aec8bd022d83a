"""The two platforms of the tests of backup and restore; neither runs."""

from pathlib import Path

import pytest

from common.settings import Settings
from infra.local.backup_parts import LEFT_OUT
from infra.local.files import write
from infra.local.services import postgres
from tests.unit.infra.local.platforms import FILES, settings_of


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A platform with the files of a real PostgreSQL, and what stands for those of the other stores."""
    settings = settings_of(tmp_path_factory.mktemp("original") / "state", 23000)
    postgres.configure(settings)
    postgres.prepare(settings)
    for name, text in FILES.items():
        write(settings.path(name), text)
    for name in LEFT_OUT:
        settings.path("data", "hdfs", name).write_text("of a daemon that ran")
    return settings


@pytest.fixture
def platform(server: Settings, tmp_path: Path) -> Settings:
    """The same, with one small file in the place of PostgreSQL's."""
    settings = settings_of(tmp_path / "state", 23000)
    for name, text in {**FILES, "data/postgres/pgdata/PG_VERSION": "18"}.items():
        write(settings.path(name), text)
    return settings
