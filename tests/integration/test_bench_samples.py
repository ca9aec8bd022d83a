"""A tiny run of every bench, and of the drills, so that none of them rots."""

import sys

import pytest

from tests.integration.harness import Platform


def test_learning_scale(platform: Platform) -> None:
    # The first: it writes over the tables that dbt has built for the module before, and where none has, it lets dbt.
    process = platform.call(sys.executable, "bench/learning_scale.py", "--sample")
    assert "3,000 customers scored" in process.stdout and "customer by customer" in process.stdout


def test_first_answer(platform: Platform) -> None:
    process = platform.call(sys.executable, "bench/first_answer.py", "--sample")
    assert "this / beside: " in process.stdout and "x CPU" in process.stdout


def test_ingest_rate(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/ingest_rate.py", "--sample")
    assert "20,000 order events" in process.stdout and "Polars" in process.stdout


def test_incremental(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/incremental.py", "--sample")
    rows = [line.split() for line in process.stdout.splitlines()[1:]]
    assert len(rows) == 2
    assert all(0 < int(written) <= 3 * int(touched) for *_, touched, written in rows)


def test_dbt_build(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/dbt_build.py", "--sample")
    assert [line.split()[:2] for line in process.stdout.splitlines()[1:]] == [["cold", "ours"], ["cold", "stock"]]


def test_dbt_again(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/dbt_again.py", "--sample")
    assert [line.split()[0] for line in process.stdout.splitlines()[1:]] == ["ours", "beside"]


def test_marts_by_hand(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/by_hand.py", "--sample")
    assert "of different size (lake, by hand): none" in process.stdout


def test_export_rate(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/export_rate.py", "--sample")
    ways = [line.split()[-4] for line in process.stdout.splitlines()[1:]]
    assert ways == ["new", "again", "text", "new", "again", "jdbc"]


@pytest.mark.parametrize("bench", ["send_rate", "freshness", "window_freshness", "growth"])
def test_bench(never_fed: Platform, bench: str) -> None:
    never_fed.call(sys.executable, f"bench/{bench}.py", "--sample")


def test_sessionise_rate(platform: Platform) -> None:
    process = platform.call(sys.executable, "bench/sessionise_rate.py", "--sample")
    ours, longer, plain, longer_plain = (line.split()[-1] for line in process.stdout.splitlines()[1:])
    assert (ours, longer) == (plain, longer_plain)


def test_churn_truth(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "bench/churn_truth.py", "--sample")
    assert process.stdout.count("oracle") == 2


def test_drills(never_fed: Platform) -> None:
    process = never_fed.call(sys.executable, "-m", "tests.drills", "--sample", "--here")
    assert "lost 0, doubled 0" in process.stdout, process.stdout
