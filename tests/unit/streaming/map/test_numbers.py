"""How a file's numbers are written, and where that is in doubt."""

import pytest

from streaming.map.numbers import Style, likely_style_of, style_of
from streaming.map.profile import profiles


@pytest.mark.parametrize(
    ("cells", "style"),
    [
        (["10.00", "7"], Style(".", "")),
        (["12,50", "7"], Style(",", "")),
        (["1,900.00", "10.00"], Style(".", ",")),
        (["1.250,00", "1.000"], Style(",", ".")),
        (["1 250,00"], Style(",", " ")),
        (["1'250.00"], Style(".", "'")),
        (["1\u00a0250,00", "1 250,00"], Style(",", " ")),
        (["1\u202f250,00 €", "5,00\u00a0€"], Style(",", " ", "€")),
        (["1\u2019250.00"], Style(".", "'")),
        (["12,50-", "(3,10 €)", "\u22121,00"], Style(",", "", "€")),
        (["$10.00", "$1,120.20"], Style(".", ",", "$")),
        (["-12.00", "EUR 5.00"], Style(".", "", "EUR")),
        (["1.000", "2.500"], Style(".", "", doubt="1.000 could be read in two ways", is_ambiguous=True)),
        (["1.000", "2.50"], Style(".", "")),
    ],
)
def test_the_first_style_that_reads_every_number(cells: list[str], style: Style) -> None:
    assert style_of(profiles(["price"], [[cell] for cell in cells])) == style


@pytest.mark.parametrize("cells", [["Cup"], ["10.00", "Cup"], ["1.2.3"], ["$1", "€1"], ["10%"], [""]])
def test_what_is_no_number_has_none(cells: list[str]) -> None:
    assert style_of(profiles(["price"], [[cell] for cell in cells])) is None


def test_a_cell_that_is_no_number_is_in_doubt_and_leaves_the_others_their_style() -> None:
    column = profiles(["price"], [["1,50"], ["free"], ["2,50"]])
    assert likely_style_of(column) == Style(",", "", doubt="price of row 2 is no number: 'free'")
    assert likely_style_of(profiles(["price"], [["Cup"], ["Tea"], ["2,50"]])) is None
