"""No feature moves when what happened from its as-of date on is taken away; a planted leak is seen to move."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.settings import ROOT
from tests.integration.arrivals import CUSTOMERS, event_of, record, shop, stamp
from tests.integration.events import send
from tests.integration.harness import Platform

# In the middle of the shop's forty days, with orders, corrections, returns, ratings and profiles on both sides.
DAY = "2024-01-21"
FEATURES = ("churn.churn_features", "segments.segment_features", "satisfaction.satisfaction_features")
# The feature marts and all they hang on, as of the day.
MARTS = ("run", "--select", *(f"+{table.split('.')[1]}" for table in FEATURES), "--vars")
# What a model says, and what it says where it looks past its date.
HONEST = "orders as frequency"
LEAKING = "orders + (select count(*) from {{ ref('int_customer_days') }}) as frequency"


@pytest.fixture(scope="module")
def guarded_shop(never_fed: Platform, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A shop whose customers a totals file knows too, of before and after the day."""
    platform = never_fed
    platform.make("ingest")
    send(platform, *(record("guarded", event) for event in (*shop(), *later_events())))
    platform.make("ingest")
    for as_of, spend in (("2024-01-11", 100), ("2024-01-31", 900)):
        file = tmp_path_factory.mktemp("totals") / "totals.csv"
        totals(file, spend)
        platform.python("streaming.snapshot", f"--file={file}", "--source=guarded", f"--snapshot-as-of={as_of}")
    platform.dbt(*MARTS, f"as_of: {DAY}")
    return platform


def totals(path: Path, spend: int) -> None:
    """Write a file of the totals of half the shop's customers."""
    with path.open("w", newline="") as file, (ROOT / "tests/fixtures/customers_sample.csv").open() as sample:
        rows = csv.writer(file)
        rows.writerow(next(csv.reader(sample)))
        rows.writerows(
            [name, "Female", 40, "York", "Gold", f"{spend}.00", 9, 4.1, "TRUE", 12, "Satisfied"]
            for name in CUSTOMERS[::2]
        )


def test_no_feature_moves(guarded_shop: Platform) -> None:
    """What is taken away corrects what is left, in the first instant of the day too."""
    landed = f"select count(*) from bronze.events where broken_rule is null and occurred_at = timestamp'{DAY}'"
    assert int(guarded_shop.value(landed, "lake")) >= len(later_events())
    assert all(int(guarded_shop.value(f"select count(*) from {table}", "lake")) for table in FEATURES)
    output = guarded_shop.make("guard", AS_OF=DAY).stdout
    assert "rows of features as of 2024-01-21 and before are the same without the" in output
    assert not guarded_shop.rows("show tables in guard", "lake")


def test_a_planted_leak_is_seen_to_move(guarded_shop: Platform, tmp_path: Path) -> None:
    """One in a model, and one in the rows that training reads, wherever it may be from."""
    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    model = project / "models/marts/segments/segment_features.sql"
    assert HONEST in model.read_text()
    model.write_text(model.read_text().replace(HONEST, LEAKING))
    wrong = "update churn.churn_features set frequency = frequency + 1 where customer_id = 'c3'"
    guarded_shop.write(wrong)
    refused = guarded_shop.python("infra.pipeline", "guard", f"--as-of={DAY}", f"--project={project}", status=1).stderr
    assert "error: a feature sees the future: churn.churn_features: 1 of " in refused
    assert "(frequency 1; one is of guarded c3); segment_features: 12 of 12 rows (frequency 12; one is of" in refused


def later_events() -> list[dict[str, object]]:
    """Return a correction of every order, and an order, rating and move of each customer, at the day's midnight."""
    events: list[dict[str, object]] = []
    orders = {str(event["order_id"]): event for event in shop() if event["topic"] == "orders"}
    at = datetime.fromisoformat(DAY).replace(tzinfo=UTC)
    for number, event in enumerate(orders.values()):
        events.append({**event, "event_id": f"late{number}", "occurred_at": stamp(at), "customer_id": "c1"})
    for name in CUSTOMERS:
        events.append({**orders["o1"], "event_id": f"new-{name}", "order_id": f"new-{name}", "occurred_at": stamp(at)})
        events.append(event_of("ratings", f"rated-{name}", at, name, rating_id=f"rated-{name}", rating=1))
        events.append(event_of("customers", f"moved-{name}", at, name, city="Vienna"))
    return events
