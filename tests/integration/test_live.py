"""All of it at work at once, ended by one Ctrl-C: nothing is lost, nothing is left running."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from common import locks
from infra.live.__main__ import JOBS
from tests.integration.harness import Platform, wait_until

pytestmark = pytest.mark.usefixtures("sample_job")

COUNT = "select count(*) from bronze.events"
LOOKED = """
    select count(*) from live.pipeline_health where looked_at > now() - interval '10 seconds' and topic = 'orders'
"""


@dataclass(frozen=True)
class End:
    """What `make live` left: its words, and how many events there were in bronze before."""

    out: str
    err: str
    before: int


@pytest.fixture(scope="module")
def end(sample_job: Platform) -> Iterator[End]:
    """Half a minute of everything, looked at while it ran, and ended by Ctrl-C."""
    platform, before = sample_job, int(sample_job.value(COUNT, "lake"))
    log = platform.settings.path("log", "live", "simulator.log")
    log.unlink(missing_ok=True)
    process = platform.start("make", "live", "RATE=20")
    try:
        wait_until(
            lambda: process.poll() is not None or (log.exists() and " sent: " in log.read_text()),
            240,
            "the simulator sends nothing",
        )
        assert process.poll() is None, process.communicate()
        look_at_all(platform)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=400)
        yield End(out, err, before)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=240)


def look_at_all(platform: Platform) -> None:
    """See that the health is written, told to Prometheus and shown, and that the page answers."""
    wait_until(lambda: int(platform.value(LOOKED)) >= 1, 60, "nobody looks after the health")
    settings = platform.settings
    with urlopen(f"http://127.0.0.1:{settings.port('monitor-metrics')}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    jobs = {sample.labels["job"] for family in families for sample in family.samples if "job" in sample.labels}
    assert {"ingest", "alerts"} <= jobs
    line, status = re.compile(r"(?m)^alerts +alerts +\d"), lambda: platform.make("status").stdout
    # The first baseline is learned meanwhile, of the public data, beside the tests of the other lane.
    wait_until(lambda: line.search(status()), 600, lambda: f"status tells of no query: {status()}")
    with urlopen(f"http://127.0.0.1:{settings.port('dashboard')}/", timeout=10) as answer:
        assert answer.status == 200


def test_one_ctrl_c_ends_all_in_order_and_leaves_nothing_running(platform: Platform, end: End) -> None:
    assert "Traceback" not in end.err
    assert "stopped; run the same command again to go on" in end.err
    assert " visits in " in end.out, end.out
    names = [line.split()[0] for line in end.out.splitlines() if " ended: " in line]
    assert names == ["simulator", "monitor", "stream", "page"], end.out
    assert [locks.holder(platform.settings, job) for job in JOBS] == ["", "", ""]


def test_every_event_that_was_sent_has_landed(platform: Platform, end: End) -> None:
    [sent] = re.findall(r"= ([\d,]+) events acknowledged", end.out)
    # Visits go through the log that Flume sends, in which nothing was cut here, nor read twice.
    [logged] = re.findall(r"; ([\d,]+) visits in ", end.out)
    counts = [int(one.replace(",", "")) for one in (sent, logged)]
    assert int(platform.value(COUNT, "lake")) - end.before == sum(counts)
    # What was done to the platform since its last export is not in PostgreSQL yet.
    platform.make("export")
    platform.make("reconcile")


def test_status_says_that_the_monitor_has_ended(platform: Platform, end: End) -> None:
    assert "monitor: does not run; it last ran at " in platform.make("status").stdout
