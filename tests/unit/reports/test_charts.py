"""Charts draw what they are given, say it to those who cannot see them, and cut no name."""

import re

import pytest

from reports.charts import WIDTHS, Bar, Chart, axis_top, columns, grouped_bars, spacing, stacked_bars, usual_range

CHART = Chart("Sales", "A: 1; B: 3", [("a", "sold")])
LONG = "The very long name of a shop " * 4 + "W" * 60


def test_a_bar_is_as_long_as_its_value_and_the_longest_leaves_room_for_its_text() -> None:
    svg = grouped_bars(CHART, [Bar("A", [1], ["one"]), Bar("B", [4], ["four"])])
    short, longest = map(float, re.findall(r'<rect x="0%" y="0" width="([\d.]+)%"', svg))
    assert longest == pytest.approx(4 * short)
    assert (100 - longest) / 100 * WIDTHS[""] >= 8 * len("four")


def test_a_text_beside_the_longest_bar_has_room_however_long_it_is() -> None:
    svg = grouped_bars(CHART, [Bar("A", [1], ["GBP 1,234,567.89"])])
    [longest] = re.findall(r'<rect x="0%" y="0" width="([\d.]+)%"', svg)
    assert (100 - float(longest)) / 100 * WIDTHS[""] >= 8 * len("GBP 1,234,567.89")


def test_every_chart_has_a_title_and_a_description() -> None:
    for svg in (grouped_bars(CHART, []), stacked_bars(CHART, []), columns(CHART, [])):
        assert "<figcaption><b>Sales</b>" in svg
        assert 'role="img" aria-label="A: 1; B: 3"' in svg


def test_every_part_says_its_value_in_its_tooltip() -> None:
    two = Chart("T", "D", [("good", "yes"), ("bad", "no")])
    assert "<title>A, sold: one</title>" in grouped_bars(CHART, [Bar("A", [1], ["one"])])
    assert "<title>A, no: 1 %</title>" in stacked_bars(two, [Bar("A", [0.99, 0.01], ["99 %", "1 %"])])
    assert "<title>May, no: 1.5k</title>" in columns(two, [Bar("May", [3, 1500])])
    assert "<title>both</title>" in columns(two, [Bar("May", [3, 1500], tip="both")])


def test_stacked_shares_fill_the_width() -> None:
    chart = Chart("T", "D", [("good", "yes"), ("bad", "no")])
    svg = stacked_bars(chart, [Bar("A", [0.25, 0.75], ["25 %", "75 %"])])
    assert 'x="0%" y="0" width="25%"' in svg
    assert 'x="25%" y="0" width="75%"' in svg
    assert ">25 %</text>" in svg


def test_a_share_without_room_for_its_text_has_it_in_its_tooltip_alone() -> None:
    chart = Chart("T", "D", [("good", "yes"), ("bad", "no")])
    svg = stacked_bars(chart, [Bar("A", [0.95, 0.05], ["95 %", "5 %"])])
    assert ">95 %</text>" in svg
    assert ">5 %</text>" not in svg


@pytest.mark.parametrize("draw", [grouped_bars, stacked_bars])
def test_a_long_name_is_there_whole_and_stays_text(draw: type) -> None:
    svg = draw(CHART, [Bar(LONG, [1], ["1"]), Bar("<b>", [1], ["1"])])
    assert f'<span class="label">{LONG}</span>' in svg
    assert '<span class="label">&lt;b&gt;</span>' in svg


def test_texts_below_columns_have_room_on_a_phone_on_paper_and_on_a_desk() -> None:
    labels = [f"May {number}" for number in range(13)]
    assert spacing(labels, 100 / 13) == {"": 4, " wide": 2, " desk": 1}
    svg = columns(CHART, [Bar(label, [1]) for label in labels])
    assert [svg.count(f'class="middle axis{kind}"') for kind in ("", " wide", " desk")] == [4, 3, 6]


@pytest.mark.parametrize("number", [1, 7, 13, 24, 40])
def test_every_label_of_a_narrow_chart_stands_on_a_wider_one_and_has_room(number: int) -> None:
    found = spacing(["Nov 2024"] * number, 100 / number)
    assert found[""] % found[" wide"] == found[" wide"] % found[" desk"] == 0
    assert all(
        every * width / number >= 8 * len("Nov 2024")
        for every, width in zip(found.values(), (250, 500, 860), strict=True)
    )


def test_columns_say_their_sum_where_all_have_room() -> None:
    few = columns(CHART, [Bar(label, [1200]) for label in "AB"])
    assert few.count('class="middle value">1.2k</text>') == 2
    many = columns(CHART, [Bar(str(minute), [1200]) for minute in range(60)])
    assert "1.2k</text>" not in re.sub(r'class="axis end">1\.2k', "", many)


def test_counts_have_whole_numbers_beside_them() -> None:
    assert re.findall(r'axis end">(.*?)<', columns(CHART, [Bar("A", [5])])) == ["0", "2", "4", "6", "8"]
    assert re.findall(r'axis end">(.*?)<', columns(CHART, [Bar("A", [5.5])])) == ["0", "1.5", "3", "4.5", "6"]


def test_columns_of_nothing_but_zeros_do_not_divide_by_zero() -> None:
    assert "<rect" not in columns(CHART, [Bar("A", [0])])
    assert 'width="0%"' in grouped_bars(CHART, [Bar("A", [0], ["0"])])


def test_a_value_stands_beside_the_usual_ones() -> None:
    svg = usual_range(100, (10, 20, 50), "100 GBP, usually 10 to 50")
    assert '<rect x="13.2%" y="4" width="36.8%" height="10" class="usual">' in svg
    assert '<line x1="22.4%"' in svg
    assert '<circle cx="96%"' in svg
    assert "<title>100 GBP, usually 10 to 50</title>" in svg


def test_where_nothing_is_usual_the_value_stands_alone() -> None:
    svg = usual_range(0, (None, None, None), "0")
    assert '<circle cx="4%"' in svg
    assert "<rect" not in svg


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (-3, 1), (1, 1), (7, 8), (950, 1000), (1_100_000, 1_200_000), (0.03, 0.032)]
)
def test_the_axis_ends_at_a_round_number(value: float, top: float) -> None:
    assert axis_top(value) == pytest.approx(top)
