"""Which formats fit a column of times, and which no longer do when one cell speaks against them."""

import pytest

from streaming.map.dates import formats_of, likely_formats_of
from streaming.map.profile import Column, profiles


def column(*cells: str) -> Column:
    """Return the profile of one column."""
    return profiles(["at"], [[cell] for cell in cells])[0]


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2023-01-05 10:00:00", "2023-01-31 23:59:59"], "%Y-%m-%d %H:%M:%S"),
        (["2023-01-05 23:30:00 -0500"], "%Y-%m-%d %H:%M:%S%z"),
        (["2024-03-01 09:00:00 UTC"], "%Y-%m-%d %H:%M:%S%z"),
        (["2023-01-05T10:00:00.123Z", "2023-01-05T10:00:00.456Z"], "iso"),
        (["05.01.2023 10:00", "31.12.2023 10:00"], "%d.%m.%Y %H:%M"),
        (["1/13/2023", "12/1/2023"], "%m/%d/%Y"),
        (["13/1/2023", "1/12/2023"], "%d/%m/%Y"),
        (["5 Jan 2023", "12 Dec 2023"], "%d %b %Y"),
        (["1672912800000"], "epoch_ms"),
        (["1672912800"], "epoch"),
        (["44931.4166666667", "44932"], "excel"),
    ],
)
def test_the_likeliest_format_comes_first(cells: list[str], first: str) -> None:
    assert formats_of(column(*cells))[0] == first


def test_days_up_to_the_twelfth_fit_two_formats_and_one_day_more_decides() -> None:
    cells = ["01/02/2023", "03/04/2023"]
    assert formats_of(column(*cells))[:2] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert formats_of(column(*cells, "11/13/2023")) == ["%m/%d/%Y"]


@pytest.mark.parametrize("cells", [["Cup"], ["10.00"], ["17850"], [""], ["2023-13-01"], ["2023-01-05", "soon"]])
def test_what_is_no_time_fits_none(cells: list[str]) -> None:
    assert formats_of(column(*cells)) == []


def test_a_cell_that_is_no_time_leaves_the_others_their_format() -> None:
    cells = ["2023-01-05", "2023-01-31", "0000-00-00", "soon"]
    assert formats_of(column(*cells)) == []
    assert likely_formats_of(column(*cells))[0] == "%Y-%m-%d"
    assert likely_formats_of(column("Cup", "Tea", "2023-01-05")) == []
