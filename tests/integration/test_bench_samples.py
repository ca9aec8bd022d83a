"""A tiny run of every bench, and of the drills, so that none of them rots."""

import sys

import pytest

from tests.integration.harness import Platform


def test_learning_scale(platform: Platform) -> None:
    # The first, on the tables that dbt has built for the module before; it writes over them.
    done = platform.call(sys.executable, "bench/learning_scale.py", "--sample")
    assert "3,000 customers scored" in done.stdout and "customer by customer" in done.stdout


def test_first_answer(platform: Platform) -> None:
    done = platform.call(sys.executable, "bench/first_answer.py", "--sample")
    assert "this / beside: " in done.stdout and "x CPU" in done.stdout


@pytest.fixture(scope="module")
def empty(platform: Platform) -> Platform:
    """The platform, never fed."""
    platform.make("reset", YES="1")
    platform.make("up")
    return platform


def test_ingest_rate(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/ingest_rate.py", "--sample")
    assert "20,000 order events" in done.stdout and "Polars" in done.stdout


def test_incremental(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/incremental.py", "--sample")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert len(rows) == 2
    assert all(0 < int(written) <= 3 * int(touched) for *_, touched, written in rows)


def test_dbt_build(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/dbt_build.py", "--sample")
    assert [line.split()[:2] for line in done.stdout.splitlines()[1:]] == [["cold", "ours"], ["cold", "stock"]]


def test_dbt_again(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/dbt_again.py", "--sample")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["ours", "beside"]


def test_marts_by_hand(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/by_hand.py", "--sample")
    assert "of different size (lake, by hand): none" in done.stdout


def test_export_rate(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/export_rate.py", "--sample")
    ways = [line.split()[-4] for line in done.stdout.splitlines()[1:]]
    assert ways == ["new", "again", "text", "new", "again", "jdbc"]


@pytest.mark.parametrize("bench", ["send_rate", "freshness", "growth"])
def test_bench(empty: Platform, bench: str) -> None:
    empty.call(sys.executable, f"bench/{bench}.py", "--sample")


def test_churn_truth(empty: Platform) -> None:
    done = empty.call(sys.executable, "bench/churn_truth.py", "--sample")
    assert done.stdout.count("oracle") == 2


def test_drills(empty: Platform) -> None:
    done = empty.call(sys.executable, "-m", "tests.drills", "--sample", "--here")
    assert "lost 0, doubled 0" in done.stdout, done.stdout
