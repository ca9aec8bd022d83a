"""The order in which services start, and in which daemons stop."""

from pathlib import Path

import pytest

from common.settings import read_settings
from infra.local import services, stop
from infra.local.service import Service, nothing, select_services, start_order
from infra.setup import secrets


def service_named(name: str, *needs: str, optional: bool = False) -> Service:
    """Return a service without daemons."""
    return Service(name=name, programs=(), probe=nothing, needs=needs, optional=optional)


def test_each_service_comes_after_those_that_it_needs() -> None:
    """Equals keep their order."""
    wanted = [
        service_named("thrift", "postgres", "hdfs"),
        service_named("kafka"),
        service_named("hdfs"),
        service_named("postgres"),
    ]
    assert [service.name for service in start_order(wanted)] == ["kafka", "hdfs", "postgres", "thrift"]


def test_services_that_need_each_other_have_no_order() -> None:
    """A circle is an error, not an endless loop."""
    with pytest.raises(ValueError, match="a, b"):
        start_order([service_named("a", "b"), service_named("b", "a")])


def test_an_optional_service_starts_only_where_asked_for() -> None:
    """The default is everything else."""
    known = [service_named("hdfs"), service_named("yarn", "hdfs", optional=True)]
    assert [service.name for service in select_services(known)] == ["hdfs"]
    assert [service.name for service in select_services(known, ["yarn"])] == ["hdfs", "yarn"]


def test_every_daemon_stops_before_those_that_its_service_needs(tmp_path: Path) -> None:
    """The stages of `down` are written out, so that it works without rendering; here they meet the services."""
    settings = read_settings({"STATE_DIR": str(tmp_path), "PORT_BASE": "23000"}, tmp_path / "none")
    secrets.ensure(settings)
    known = services.every(settings)
    stage = {name: number for number, names in enumerate(stop.STAGES) for name in names}
    for service in known:
        needed = [program.name for other in known if other.name in service.needs for program in other.programs]
        for program in (*service.programs, *service.helpers):
            assert program.name in stage
            assert all(stage[program.name] < stage[name] or name == "datanode" for name in needed)
