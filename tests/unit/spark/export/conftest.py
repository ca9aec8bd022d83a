"""A shop with a mart that was exported."""

import pytest

from tests.unit.spark.shop import RISK, Shop, customers


@pytest.fixture
def risk(shop: Shop) -> Shop:
    """Return a shop with one exported mart of two customers, exported once."""
    shop.declare(RISK, grain=["source", "customer_id"])
    shop.write(RISK, customers("1", "2", word=["a", "b"]))
    shop.export()
    return shop
