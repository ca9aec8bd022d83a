"""The whole job on the committed fixtures, then what may go wrong with it; each run ends in the same tables."""

import os
import signal
import sys
import time
from decimal import Decimal

import pytest

from common.settings import ROOT
from tests.integration.expected import online_retail
from tests.integration.harness import Platform

FIXTURES = ROOT / "tests" / "fixtures"
ORDERS, SNAPSHOT = FIXTURES / "online_retail_sample.csv", FIXTURES / "customers_sample.csv"
REPLAY = {"ORDERS": str(ORDERS), "MAPPING": "online_retail", "SOURCE": "sample"}
MARTS = ("source_totals", "customer_behaviour", "customer_segments", "at_risk_customers", "segment_profiles")
TOTALS = ("orders", "order_lines", "guest_orders", "returns", "return_lines", "gross_revenue", "net_revenue")


def marts(platform: Platform) -> dict[str, list[dict[str, str]]]:
    """Return what a reader of PostgreSQL finds, whole."""
    return {name: platform.rows(f"select * from reporting.{name} order by 1, 2, 3") for name in MARTS}


@pytest.fixture(scope="module")
def answered(platform: Platform) -> dict[str, list[dict[str, str]]]:
    """The marts after the whole job."""
    done = platform.make("run", **REPLAY, SNAPSHOT=str(SNAPSHOT))
    assert done.stdout.count("✓") == 12, done.stdout
    return marts(platform)


def test_the_totals_are_those_of_the_independent_computation(answered: dict[str, list[dict[str, str]]]) -> None:
    expected = online_retail(ORDERS)
    [totals] = [row for row in answered["source_totals"] if row["source"] == "sample"]
    assert {name: Decimal(totals[name]) for name in TOTALS} == {name: Decimal(expected[name]) for name in TOTALS}
    buyers = [row for row in answered["customer_behaviour"] if row["source"] == "sample" and int(row["orders"] or 0)]
    assert len(buyers) == expected["customers"]


def test_every_line_is_accounted_for_and_every_oddity_quarantined(platform: Platform, answered: object) -> None:
    expected = online_retail(ORDERS)
    query = """
        select broken_rule, sum(coalesce(size(lines), 1)) as lines
        from bronze.events where source = 'sample' group by 1
    """
    found = {row["broken_rule"]: int(row["lines"]) for row in platform.rows(query, "lake")}
    assert sum(found.values()) == expected["lines"]
    assert found["unmappable"] == expected["unmappable"] > 0
    assert found["write_off"] == expected["write_off_lines"] > 0
    assert found["adjustment"] == expected["adjustment_lines"] > 0


def test_the_report_holds_the_answers_and_needs_no_network(platform: Platform, answered: object) -> None:
    html = platform.settings.path("out", "report.html").read_text()
    assert 'src="http' not in html
    assert "<script src" not in html
    for answer in ("Segments", "Churn", "Satisfaction"):
        assert answer in html


def test_a_finished_file_is_skipped_and_force_only_makes_duplicates(platform: Platform, answered: dict) -> None:
    assert "skipped" in platform.make("replay", **REPLAY).stdout
    platform.make("replay", **REPLAY, FORCE="1")
    platform.make("refresh")
    assert "duplicates" in platform.make("reconcile").stdout
    assert marts(platform) == answered


def test_the_same_snapshot_again_adds_nothing(platform: Platform, answered: dict) -> None:
    rows = "select count(*) from bronze.customer_snapshots"
    before = platform.value(rows, "lake")
    platform.make("snapshot", FILE=str(SNAPSHOT))
    assert platform.value(rows, "lake") == before


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_ingest_killed_at_any_moment_goes_on_without_loss_or_double(
    platform: Platform, answered: dict, sign: signal.Signals
) -> None:
    platform.make("replay", **REPLAY, FORCE="1")
    process = platform.start(sys.executable, "-m", "streaming.ingest")
    time.sleep(9 if sign is signal.SIGKILL else 12)
    os.killpg(process.pid, sign)
    _, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    platform.make("ingest")
    doubles = "select count(*) - count(distinct topic, topic_id, partition, offset) from bronze.events"
    assert platform.value(doubles, "lake") == "0"
    platform.make("reconcile")


def test_two_of_the_same_job_at_once_the_second_says_who_holds_it(platform: Platform, answered: object) -> None:
    first = platform.start(sys.executable, "-m", "streaming.ingest")
    time.sleep(3)
    refused = platform.python("streaming.ingest", status=1)
    assert str(first.pid) in refused.stderr
    first.communicate(timeout=120)
    assert first.returncode == 0


@pytest.mark.parametrize(
    ("content", "said"),
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
    platform: Platform, tmp_path_factory: pytest.TempPathFactory, content: bytes | None, said: str
) -> None:
    file = tmp_path_factory.mktemp("bad") / "orders.csv"
    if content is not None:
        file.write_bytes(content)
    for target, variables in (
        ("replay", {"ORDERS": str(file), "MAPPING": "online_retail"}),
        ("snapshot", {"FILE": str(file)}),
    ):
        done = platform.make(target, status=2, **variables)
        [line] = [line for line in done.stderr.splitlines() if line.startswith("error:")]
        assert "orders.csv" in line
        assert said.lower() in line.lower() or target == "snapshot"


def test_a_mapping_that_names_a_column_the_file_lacks_is_named_with_those_found(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = tmp_path_factory.mktemp("mapping") / "wrong.yml"
    text = (ROOT / "streaming" / "mappings" / "online_retail.yml").read_text()
    mapping.write_text(text.replace("order_id: InvoiceNo", "order_id: Invoice"))
    done = platform.make("replay", status=2, ORDERS=str(ORDERS), MAPPING=str(mapping))
    assert "Invoice" in done.stderr
    assert "InvoiceNo" in done.stderr
