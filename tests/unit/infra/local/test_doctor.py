"""A port that the platform's own job holds is no fault; one that another program holds is."""

import pytest

from common import processes
from common.processes import Holder
from common.settings import read_settings
from infra.local import doctor

SETTINGS = read_settings({"PORT_BASE": "17000"})


@pytest.mark.parametrize(
    ("offset", "command", "faults"),
    [
        (22, "python -m reports.dashboard", 0),
        (22, "python -m http.server 17022", 1),
        (20, "python -m streaming.ingest --continuous", 0),
        (21, "python -m streaming.ingest --continuous", 1),
        (0, "python -m reports.dashboard", 1),
    ],
)
def test_a_job_may_hold_its_own_port(monkeypatch: pytest.MonkeyPatch, offset: int, command: str, faults: int) -> None:
    holder = Holder(2**22 + 1, command)
    monkeypatch.setattr(processes, "holders", lambda ports: {SETTINGS.port_base + offset: holder})
    assert len(list(doctor.port_faults(SETTINGS))) == faults
