"""The stream as it runs: a contract changes under it, and its counts are there to be seen."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from common.contracts.model import FOLDER, load
from common.settings import ROOT
from tests.integration.events import DOUBLES, count, order, send
from tests.integration.harness import Platform, wait_until

TOO_EARLY = "order_id = '201' and broken_rule"


@dataclass(frozen=True)
class Stream:
    """A stream that runs under contracts of its own; `wider` is the next version of the orders' contract."""

    platform: Platform
    process: subprocess.Popen[str]
    contract: Path
    wider: int

    def order(self, number: int) -> bytes:
        """Return an order of the wider contract, with the field that it gains."""
        return order(number, schema_version=self.wider, gift_note="For you")

    def wait_for(self, condition: str, rows: int) -> None:
        """Wait until so many rows are queryable, while the stream runs."""
        failure = f"{condition}: not {rows} rows in two minutes"
        wait_until(lambda: self.process.poll() is not None or count(self.platform, condition) >= rows, 120, failure)
        assert self.process.poll() is None, self.process.communicate()[1]


@pytest.fixture(scope="module")
def stream(kafka_topics: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stream]:
    """A stream that runs, under a copy of the contracts, until the test of its end."""
    folder = tmp_path_factory.mktemp("contracts") / "contracts"
    shutil.copytree(ROOT / "streaming" / "contracts", folder)
    platform = Platform(kafka_topics.settings, {**kafka_topics.environ, "CONTRACTS_DIR": str(folder)})
    process = platform.start(sys.executable, "-m", "streaming.ingest", "--continuous")
    try:
        yield Stream(platform, process, folder / "orders.yml", load(FOLDER).of("orders").version + 1)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate(timeout=60)


@pytest.fixture(scope="module")
def early_stream(stream: Stream) -> Stream:
    """The stream, with an order of its contract and one of the contract that is still to come landed."""
    send(stream.platform, ("orders", b"k", order(200)), ("orders", b"k", stream.order(201)))
    stream.wait_for("order_id in ('200', '201')", 2)
    return stream


@pytest.fixture(scope="module")
def wider_stream(early_stream: Stream) -> Stream:
    """The stream, with the wider contract taken over and an order of it landed."""
    stream = early_stream
    gain_a_field(stream.contract, stream.wider)
    columns = "describe bronze.events"
    wait_until(
        lambda: "gift_note" in stream.platform.make("sql", Q=columns, STORE="lake").stdout,
        90,
        "the stream did not take the new contract over",
    )
    send(stream.platform, ("orders", b"k", stream.order(202)))
    stream.wait_for("order_id = '202'", 1)
    return stream


@pytest.fixture(scope="module")
def requeued_stream(wider_stream: Stream) -> Stream:
    """The stream, with what came too early sent again, twice."""
    for _ in range(2):
        wider_stream.platform.python("streaming.requeue", "--rule", "unknown_schema_version")
    return wider_stream


def test_an_event_of_a_contract_to_come_is_quarantined(early_stream: Stream) -> None:
    assert count(early_stream.platform, f"{TOO_EARLY} = 'unknown_schema_version'") == 1


def test_a_contract_gains_a_field_while_the_stream_runs(wider_stream: Stream) -> None:
    wider_stream.wait_for(f"order_id = '202' and gift_note = 'For you' and contract_version = {wider_stream.wider}", 1)


def test_what_came_too_early_stays_in_quarantine(wider_stream: Stream) -> None:
    assert count(wider_stream.platform, f"{TOO_EARLY} = 'unknown_schema_version'") == 1


def test_what_came_too_early_lands_with_its_field_once_it_is_sent_again(requeued_stream: Stream) -> None:
    requeued_stream.wait_for(f"{TOO_EARLY} is null and gift_note = 'For you'", 1)


def test_prometheus_is_told_of_what_landed_of_the_quarantine_and_of_nothing_that_waits(requeued_stream: Stream) -> None:
    """How many exactly hangs on what else was in quarantine and is sent again with it; the last of it may land late."""
    port = requeued_stream.platform.settings.port("ingest-metrics")
    orders: dict[str, float] = {}
    deadline = time.monotonic() + 40
    while orders.get("rows", 0) < 4 or orders["lag_events"]:
        assert time.monotonic() < deadline, f"the metrics tell of {orders}"
        orders = order_metrics(f"http://127.0.0.1:{port}/metrics")
    assert 1 <= orders["quarantined"] < orders["rows"] and orders["lag_seconds"] == 0


def test_status_shows_the_quarantine_and_nothing_that_waits(requeued_stream: Stream) -> None:
    line = re.compile(r"(?m)^orders +[\d,]+ +[1-9]\d* \(\d+[.]\d%\) +\d+ +0 +-$")
    shown = ""
    deadline = time.monotonic() + 40
    while not line.search(shown):
        assert time.monotonic() < deadline, shown
        shown = requeued_stream.platform.make("status").stdout


def test_ctrl_c_ends_the_stream_with_its_summary(stream: Stream) -> None:
    os.kill(stream.process.pid, signal.SIGINT)
    out, err = stream.process.communicate(timeout=60)
    assert stream.process.returncode == 0 and "Traceback" not in err, err
    assert "events landed" in out
    assert stream.platform.value(DOUBLES, "lake") == "0"


def order_metrics(address: str) -> dict[str, float]:
    """Return what the ingest's metrics say of the orders, by name."""
    with urlopen(address, timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = [sample for family in families for sample in family.samples if sample.labels.get("topic") == "orders"]
    return {sample.name.removeprefix("lakehouse_ingest_"): sample.value for sample in samples}


def gain_a_field(path: Path, version: int) -> None:
    """Give a contract an optional field, as its next version."""
    text = path.read_text().replace(f"\nversion: {version - 1}\n", f"\nversion: {version}\n", 1)
    field = "fields:\n  - {name: gift_note, type: string, description: Note on the parcel.}\n"
    fresh = path.with_suffix(".fresh")
    fresh.write_text(text.replace("fields:\n", field, 1))
    fresh.replace(path)
