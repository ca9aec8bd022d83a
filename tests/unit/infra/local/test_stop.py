"""What `down` clears away."""

from pathlib import Path

from common import locks
from infra.local import stop
from tests.unit.infra.local.platforms import settings_of


def test_scratch_of_killed_processes_goes_unless_a_job_is_at_work(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "state", 23000)
    scratch = settings.path("run", "tmp")
    (scratch / "blockmgr-1").mkdir(parents=True)
    (scratch / "blockmgr-1" / "shuffle").touch()
    (scratch / "native.so").touch()
    with locks.hold(settings, "ingest"):
        stop.down(settings)
        assert len(list(scratch.iterdir())) == 2
    stop.down(settings)
    assert list(scratch.iterdir()) == []
