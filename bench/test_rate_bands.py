"""What is planted is what the bench says, and the bands find it in a made-up shop."""

import numpy as np
import pytest

from bench.rate_bands import FIRST_DAY, PLANTED, SIDES, bands, made_up, main, outcome, plant, three_sigma
from streaming.monitor.rates.rate_verdicts import DOWN, UP


def test_what_is_planted_changes_those_days_alone() -> None:
    counts = made_up()
    planted, oddities = plant(counts, 1)
    changed = set(np.flatnonzero((planted.orders != counts.orders).any(axis=(0, 2))).tolist())
    assert len(oddities) == PLANTED and changed == set(oddities) and min(changed) >= FIRST_DAY
    for day, kind in oddities.items():
        more = planted.orders[0, day].sum() > counts.orders[0, day].sum()
        assert more == (SIDES[kind] == UP)


def test_an_alert_of_the_wrong_direction_finds_nothing_and_is_not_false() -> None:
    result = outcome({UP: {200}, DOWN: {201, 202}}, {200: "dip", 201: "outage"}, FIRST_DAY + 7 + 2)
    assert (result.found, result.false) == ({"outage": 1}, (0.0, 1.0))


def test_the_bands_find_most_at_few_false_alerts_where_three_sigmas_see_no_dip() -> None:
    planted, oddities = plant(made_up(), 2)
    ours, plain = (outcome(told, oddities, planted.days) for told in (bands(planted, 1.0), three_sigma(planted)))
    assert ours.found.total() / PLANTED >= 0.8 and max(ours.false) <= 1
    assert plain.found["outage"] < ours.found["outage"]


def test_the_bench_prints_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--sample"])
    assert [row.split("  ")[0] for row in capsys.readouterr().out.splitlines()[2:]] == ["bands", "three sigma"]
