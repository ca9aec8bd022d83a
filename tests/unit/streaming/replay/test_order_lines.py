"""What is spread over an order's lines adds up to the cent, and none is reduced below nothing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.replay.order_lines import HeldError, OrderLine, parse_lines, spread, write_lines


def line(amount: str, pieces: int = 1, *, is_product: bool = True) -> OrderLine:
    return OrderLine("A", None, pieces, Decimal(amount), is_product)


@pytest.mark.parametrize(
    ("discount", "lines", "shares"),
    [
        ("10", [line("60.00"), line("20.00", 2)], ["6.00", "4.00"]),
        ("10", [line("1"), line("1"), line("1"), line("30")], ["0.31", "0.30", "0.30", "9.09"]),
        ("0.01", [line("5"), line("5")], ["0.01", "0"]),
        ("5", [line("100"), line("9", is_product=False)], ["5.00", "0"]),
        ("100", [line("100")], ["100.00"]),
        ("0.005", [line("0.01"), line("0.01")], ["0.0025", "0.0025"]),
    ],
)
def test_a_discount_is_spread_over_the_products_in_proportion(
    discount: str, lines: list[OrderLine], shares: list[str]
) -> None:
    assert [one.discount for one in spread(Decimal(discount), lines)] == [Decimal(share) for share in shares]


def test_a_discount_above_the_products_is_refused() -> None:
    with pytest.raises(HeldError, match=r"the discount of 10.01 is more than the 10.00 of its products"):
        spread(Decimal("10.01"), [line("10.00"), line("5", is_product=False)])


cents = st.integers(0, 100_000).map(lambda number: Decimal(number) / 100)


@given(st.lists(st.tuples(cents, st.integers(1, 50)), min_size=1, max_size=30), st.integers(1, 1000))
def test_shares_add_up_and_no_line_falls_below_zero(priced: list[tuple[Decimal, int]], promille: int) -> None:
    lines = [OrderLine("A", None, pieces, price) for price, pieces in priced]
    total = sum((one.amount for one in lines), Decimal(0))
    discount = (total * promille / 1000).quantize(Decimal("0.01"))
    if 0 < discount <= total:
        reduced = spread(discount, lines)
        assert sum((one.discount for one in reduced), Decimal(0)) == discount
        assert all(one.amount >= 0 for one in reduced)


def test_lines_are_written_as_they_were_read() -> None:
    text = (
        '{"product_id":"A \\"1\\"","description":null,"quantity":2,"unit_price":"1.50","is_product":true},'
        '{"product_id":"É","description":"x","quantity":-1,"unit_price":"0","discount_amount":"0.10","is_product":false}'
    )
    assert write_lines(parse_lines(text)) == text
