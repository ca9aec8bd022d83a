"""The stream as it runs: a contract changes under it, and its counts are there to be seen."""

import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from common.contracts.model import FOLDER, load
from common.settings import ROOT
from tests.integration.events import DOUBLES, count, order, send
from tests.integration.harness import Platform


def test_a_contract_gains_a_field_while_the_stream_runs(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    platform.make("up")
    platform.make("ingest")
    folder = tmp_path_factory.mktemp("contracts") / "contracts"
    shutil.copytree(ROOT / "streaming" / "contracts", folder)
    wider = Platform(platform.settings, {**platform.environ, "CONTRACTS_DIR": str(folder)})
    stream = wider.start(sys.executable, "-m", "streaming.ingest", "--continuous")
    try:
        version = load(FOLDER).of("orders").version + 1
        newer = {"schema_version": version, "gift_note": "For you"}
        send(platform, ("orders", b"k", order(200)), ("orders", b"k", order(201, **newer)))
        wait_for(platform, "order_id in ('200', '201')", 2)
        gain_a_field(folder / "orders.yml", version)
        deadline = time.monotonic() + 90
        while "gift_note" not in platform.make("sql", Q="describe bronze.events", STORE="lake").stdout:
            assert time.monotonic() < deadline, "the stream did not take the new contract over"
        send(platform, ("orders", b"k", order(202, **newer)))
        wait_for(platform, f"order_id = '202' and gift_note = 'For you' and contract_version = {version}", 1)
        assert count(platform, "order_id = '201' and broken_rule = 'unknown_schema_version'") == 1
        for _ in range(2):
            wider.python("streaming.requeue", "--rule", "unknown_schema_version")
        wait_for(platform, "order_id = '201' and broken_rule is null and gift_note = 'For you'", 1)
        the_stream_is_seen(platform)
    finally:
        os.kill(stream.pid, signal.SIGINT)
        out, err = stream.communicate(timeout=60)
    assert stream.returncode == 0 and "Traceback" not in err, err
    assert "events landed" in out
    assert platform.value(DOUBLES, "lake") == "0"


def the_stream_is_seen(platform: Platform) -> None:
    """Prometheus and `make status` tell of what landed, of the quarantined order, and of nothing that waits.

    How many exactly hangs on what else was in quarantine and is sent again with it; the last of it may land late.
    """
    address, deadline = f"http://127.0.0.1:{platform.settings.port('ingest-metrics')}/metrics", time.monotonic() + 40
    orders: dict[str, float] = {}
    while orders.get("rows", 0) < 4 or orders["lag_events"]:
        assert time.monotonic() < deadline, f"the metrics tell of {orders}"
        with urlopen(address, timeout=5) as answer:
            found = text_string_to_metric_families(answer.read().decode())
        samples = [sample for family in found for sample in family.samples if sample.labels.get("topic") == "orders"]
        orders = {sample.name.removeprefix("lakehouse_ingest_"): sample.value for sample in samples}
    assert 1 <= orders["quarantined"] < orders["rows"] and orders["lag_seconds"] == 0
    line = re.compile(r"(?m)^orders +[\d,]+ +[1-9]\d* \(\d+[.]\d%\) +\d+ +0 +-$")
    while not line.search(shown := platform.make("status").stdout):
        assert time.monotonic() < deadline, shown


def gain_a_field(path: Path, version: int) -> None:
    """Give a contract an optional field, as its next version."""
    text = path.read_text().replace(f"\nversion: {version - 1}\n", f"\nversion: {version}\n", 1)
    field = "fields:\n  - {name: gift_note, type: string, description: Note on the parcel.}\n"
    fresh = path.with_suffix(".fresh")
    fresh.write_text(text.replace("fields:\n", field, 1))
    fresh.replace(path)


def wait_for(platform: Platform, condition: str, rows: int) -> None:
    """Wait until so many rows are queryable."""
    deadline = time.monotonic() + 120
    while count(platform, condition) < rows:
        assert time.monotonic() < deadline, f"{condition}: not {rows} rows in two minutes"
