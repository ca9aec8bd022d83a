"""Charts draw what they are given, and say it to those who cannot see them."""

import pytest

from reports.charts import Bar, Chart, axis_top, columns, grouped_bars, stacked_bars

CHART = Chart("Sales", "A: 1; B: 3", [("a", "sold")])


def test_a_bar_is_as_long_as_its_value() -> None:
    svg = grouped_bars(CHART, [Bar("A", [1], ["one"]), Bar("B", [4], ["four"])])
    assert 'width="163.5"' in svg
    assert 'width="654"' in svg


def test_every_chart_has_a_title_and_a_description() -> None:
    for svg in (grouped_bars(CHART, []), stacked_bars(CHART, []), columns(CHART, [])):
        assert "<title>Sales</title><desc>A: 1; B: 3</desc>" in svg
        assert 'role="img"' in svg


def test_stacked_shares_fill_the_width() -> None:
    chart = Chart("T", "D", [("good", "yes"), ("bad", "no")])
    svg = stacked_bars(chart, [Bar("A", [0.25, 0.75], ["25 %", "75 %"])])
    assert 'x="230" y="4" width="163.5"' in svg
    assert 'x="393.5" y="4" width="490.5"' in svg


def test_a_long_label_is_cut_and_kept_as_its_tooltip() -> None:
    svg = grouped_bars(CHART, [Bar("x" * 50, [1], ["1"])])
    assert f"<title>{'x' * 50}</title>{'x' * 31}…" in svg


def test_columns_of_nothing_but_zeros_do_not_divide_by_zero() -> None:
    assert 'height="0"' in columns(CHART, [Bar("A", [0])])
    assert 'width="0"' in grouped_bars(CHART, [Bar("A", [0], ["0"])])


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (-3, 1), (1, 1), (7, 8), (950, 1000), (1_100_000, 1_200_000), (0.03, 0.032)]
)
def test_the_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert axis_top(value) == pytest.approx(top)
