"""The whole job on the committed fixtures, then what may go wrong with it; each run ends in the same tables."""

import os
import re
import signal
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from common.settings import ROOT
from common.webhdfs import WebHdfs
from tests.integration.expected import online_retail
from tests.integration.harness import SAMPLE, SAMPLE_SNAPSHOT, Platform, wait_until

ORDERS = Path(SAMPLE["ORDERS"])
MARTS = ("source_totals", "customer_behaviour", "customer_segments", "at_risk_customers", "segment_profiles")
Marts = dict[str, list[dict[str, str]]]
TOTALS = ("orders", "order_lines", "guest_orders", "returns", "return_lines", "gross_revenue", "net_revenue")


def marts(platform: Platform) -> Marts:
    """Return what a reader of PostgreSQL finds, whole."""
    return {name: platform.rows(f"select * from reporting.{name} order by 1, 2, 3") for name in MARTS}


@pytest.fixture(scope="module")
def first_marts(sample_job: Platform) -> Marts:
    """The marts after the whole job."""
    return marts(sample_job)


def test_the_totals_are_those_of_the_independent_computation(first_marts: Marts) -> None:
    expected = online_retail(ORDERS)
    [totals] = [row for row in first_marts["source_totals"] if row["source"] == "sample"]
    assert {name: Decimal(totals[name]) for name in TOTALS} == {name: Decimal(expected[name]) for name in TOTALS}
    buyers = [row for row in first_marts["customer_behaviour"] if row["source"] == "sample" and int(row["orders"] or 0)]
    assert len(buyers) == expected["customers"]


def test_every_line_is_accounted_for_and_every_oddity_quarantined(platform: Platform, first_marts: Marts) -> None:
    expected = online_retail(ORDERS)
    query = """
        select broken_rule, sum(coalesce(size(lines), 1)) as lines
        from bronze.events where source = 'sample' and topic <> 'sources' group by 1
    """
    lines = {row["broken_rule"]: int(row["lines"]) for row in platform.rows(query, "lake")}
    assert sum(lines.values()) == expected["lines"]
    assert lines["unmappable"] == expected["unmappable"] > 0
    assert lines["write_off"] == expected["write_off_lines"] > 0
    assert lines["adjustment"] == expected["adjustment_lines"] > 0


def test_the_status_says_what_the_ingest_did(platform: Platform, first_marts: Marts) -> None:
    text = platform.make("status").stdout
    assert re.search(r"^ingest: 1 batch, [1-9][\d,]* events/s at ", text, flags=re.MULTILINE), text


def test_the_report_holds_the_answers_and_needs_no_network(platform: Platform, first_marts: Marts) -> None:
    html = platform.settings.path("out", "report.html").read_text()
    assert 'src="http' not in html
    assert "<script src" not in html
    for answer in ("Segments", "Churn", "Satisfaction"):
        assert answer in html


def test_a_finished_file_is_skipped_and_force_only_makes_duplicates(platform: Platform, first_marts: Marts) -> None:
    assert "skipped" in platform.make("replay", SAMPLE).stdout
    platform.make("replay", SAMPLE, FORCE="1")
    platform.make("refresh")
    assert "duplicates" in platform.make("reconcile").stdout
    assert marts(platform) == first_marts


def test_the_same_snapshot_again_adds_nothing(platform: Platform, first_marts: Marts) -> None:
    rows = "select count(*) from bronze.customer_snapshots"
    before = platform.value(rows, "lake")
    platform.make("snapshot", FILE=str(SAMPLE_SNAPSHOT))
    assert platform.value(rows, "lake") == before


def planned_batches(platform: Platform) -> set[str]:
    """Return the batches that Spark has planned, landed or not."""
    return set(WebHdfs.of(platform.settings, "streaming").names("/lake/checkpoints/events/offsets"))


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_ingest_killed_within_a_batch_goes_on_without_loss_or_double(
    platform: Platform, first_marts: Marts, sign: signal.Signals
) -> None:
    platform.make("replay", SAMPLE, FORCE="1")
    before = planned_batches(platform)
    process = platform.start(sys.executable, "-m", "streaming.ingest")
    wait_until(lambda: planned_batches(platform) - before, 60, "no batch was planned")
    assert process.poll() is None
    os.killpg(process.pid, sign)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    platform.make("ingest")
    doubles = "select count(*) - count(distinct topic, topic_id, partition, offset) from bronze.events"
    assert platform.value(doubles, "lake") == "0"
    platform.make("reconcile")


def test_two_of_the_same_job_at_once_the_second_says_who_holds_it(platform: Platform, first_marts: Marts) -> None:
    first = platform.start(sys.executable, "-m", "streaming.ingest")
    lock = platform.settings.path("run", "ingest.lock")
    wait_until(lambda: lock.read_text().startswith(str(first.pid)), 60, "the first does not hold the lock")
    refused = platform.python("streaming.ingest", status=1)
    assert str(first.pid) in refused.stderr
    first.communicate(timeout=120)
    assert first.returncode == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "empty"),
        (b"InvoiceNo;StockCode\n1;2\n", "column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe\x00", "CSV"),
        (
            b"InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,2,\xa3,4,5,6,7,8\n",
            "utf-8",
        ),
    ],
    ids=["missing", "empty", "wrong column", "not CSV", "wrong encoding"],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory, content: bytes | None, words: str
) -> None:
    file = tmp_path_factory.mktemp("bad") / "orders.csv"
    if content is not None:
        file.write_bytes(content)
    for target, variables in (
        ("replay", {"ORDERS": str(file), "MAPPING": "online_retail"}),
        ("snapshot", {"FILE": str(file)}),
    ):
        process = platform.make(target, variables, status=2)
        [line] = [line for line in process.stderr.splitlines() if line.startswith("error:")]
        assert "orders.csv" in line
        assert words.lower() in line.lower() or target == "snapshot"


def test_a_mapping_that_names_a_column_the_file_lacks_is_named_with_those_found(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = tmp_path_factory.mktemp("mapping") / "wrong.yml"
    text = (ROOT / "streaming" / "mappings" / "online_retail.yml").read_text()
    mapping.write_text(text.replace("order_id: InvoiceNo", "order_id: Invoice"))
    refused = platform.make("replay", status=2, ORDERS=str(ORDERS), MAPPING=str(mapping))
    assert "Invoice" in refused.stderr
    assert "InvoiceNo" in refused.stderr
