"""A platform whose containers are written, and never run."""

from pathlib import Path

import pytest

from common import home
from common.settings import Settings, read_settings
from infra.docker import __main__ as program
from infra.docker import containers
from infra.docker.profile import PROFILES, Profile

BASE = 23000


@pytest.fixture(scope="session")
def small() -> Profile:
    return PROFILES["small"]


@pytest.fixture(scope="session")
def cluster() -> Profile:
    return PROFILES["cluster"]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a state folder in which the profile `cluster` is written."""
    folder = tmp_path_factory.mktemp("state")
    settings = read_settings({"STATE_DIR": str(folder), "PORT_BASE": str(BASE)}, folder / "none")
    home.claim(settings)
    profile = PROFILES["cluster"]
    program.write_all(settings, profile, settings.path("containers"), containers.every(settings, profile))
    return settings


@pytest.fixture(scope="session")
def compose(written: Settings) -> Path:
    return written.path("containers", "compose.yml")
