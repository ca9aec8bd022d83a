"""The peer without Spark judges by the contract's rules, and the bench's broken events break every one of them."""

from itertools import islice

import pytest

from bench.order_events import MISHAPS, events
from bench.order_rules import first_broken_rule
from common.contracts.model import FOLDER, load
from streaming.events import all_rules

ARRIVED_MS = 1_750_000_000_000
# A broken event of the bench lacks one field of each kind; the rules of the others differ in the name alone.
ALIKE = {
    "missing_schema_version", "missing_occurred_at", "missing_order_id", "missing_kind", "missing_lines_quantity",
    "missing_lines_unit_price", "missing_lines_is_product",
}  # fmt: skip
# Such an amount breaks another rule first, or needs many lines.
SHADOWED = {"implausible_amount"}
# No event of the bench says when it was sent, what a line was reduced by, or what else there is to say of it.
UNSAID = {"sent_in_the_future", "negative_discount", "implausible_discount", "too_many_attributes"}


def plain(seed: int) -> bytes:
    """Return an event that keeps its contract."""
    return next(value for _, value in events(seed) if first_broken_rule(value, ARRIVED_MS) is None)


def test_nearly_all_events_keep_the_contract() -> None:
    broken = [first_broken_rule(value, ARRIVED_MS) for _, value in islice(events(3), 20_000)]
    assert 20 < sum(rule is not None for rule in broken) < 120


def test_the_broken_events_break_every_rule_of_the_contract() -> None:
    rules = {first_broken_rule(mishap(plain(5)), ARRIVED_MS) for mishap in MISHAPS}
    assert rules == {rule.name for rule in all_rules(load(FOLDER).of("orders"))} - ALIKE - SHADOWED - UNSAID


@pytest.mark.parametrize("name", sorted(ALIKE))
def test_a_field_that_is_not_there_is_named(name: str) -> None:
    field = name.removeprefix("missing_").removeprefix("lines_")
    value = plain(5).replace(f'"{field}":'.encode(), f'"not_{field}":'.encode(), 1)
    assert first_broken_rule(value, ARRIVED_MS) == name


def test_an_implausible_amount_needs_no_implausible_line() -> None:
    value = plain(5).replace(b'"quantity":', b'"quantity":90000').replace(b'"unit_price":"', b'"unit_price":"999999')
    assert first_broken_rule(value, ARRIVED_MS) == "implausible_amount"


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert list(islice(events(11), 500)) == list(islice(events(11), 500))
    assert list(islice(events(11), 5)) != list(islice(events(12), 5))


def test_an_event_has_331_bytes_in_the_mean_of_ten_million() -> None:
    sizes = [len(value) for _, value in islice(events(7), 20_000)]
    # Order numbers of ten million have two to three digits more than those of the first twenty thousand.
    assert 326 < sum(sizes) / len(sizes) < 331
