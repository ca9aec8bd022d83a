"""Two shops: one with orders and no satisfaction, one a snapshot with satisfaction and no orders."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.figures import (
    AtRisk,
    Clock,
    Driver,
    Figures,
    Metric,
    Month,
    Population,
    Profile,
    Recency,
    Risk,
    Totals,
)

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)
MONTHS = [date(2010, 12, 1), *(date(2011, number, 1) for number in range(1, 13))]


def profile(source: str, name: str, customers: int, share: str, spend: str, at_risk: str = "0") -> Profile:
    """Return one segment of the rule whose customers spent `spend` each, and no more is known."""
    return Profile(
        source=source,
        segmentation="rule",
        segment_name=name,
        currency=None,
        customers=customers,
        customer_share=Decimal(share),
        total_spend=Decimal(spend) * customers,
        average_spend=Decimal(spend),
        average_orders=None,
        average_rating=None,
        at_risk_share=Decimal(at_risk),
    )


CHAMPIONS = profile("retail", "champions", 1000, "0.25", "6000", at_risk="0.02")
OCCASIONAL = profile("retail", "occasional", 3000, "0.75", "1000", at_risk="0.4")
GOLD = profile("shop", "Gold, under 35, New York", 117, "0.334", "1311.13")
BRONZE = profile("shop", "Bronze, 35 to 50, Chicago", 233, "0.666", "617.22", at_risk="0.4978")

RETAIL_CUSTOMER = AtRisk(
    source="retail",
    customer_id="12346",
    reason="325 days since the last purchase; satisfaction unknown",
    evidence="order history",
    days_since_last_purchase=325,
    satisfaction_level=None,
    churn_probability=Decimal("0.97"),
    total_spend=Decimal("77183.60"),
    currency="GBP",
    value_at_stake=Decimal("74868.0920"),
)
SHOP_CUSTOMER = AtRisk(
    source="shop",
    customer_id="124",
    reason="55 days since the last purchase; unsatisfied",
    evidence="totals file",
    days_since_last_purchase=55,
    satisfaction_level="Unsatisfied",
    churn_probability=None,
    total_spend=Decimal("690.60"),
    currency=None,
    value_at_stake=Decimal("690.60"),
)
RETAIL = Totals(
    source="retail",
    currency="GBP",
    customers=4000,
    orders=20000,
    guest_orders=1500,
    order_lines=520000,
    returns=3600,
    return_lines=9200,
    items=5000000,
    gross_revenue=Decimal("10666684.54"),
    returned_amount=Decimal("918936.61"),
    net_revenue=Decimal("9747747.93"),
    first_ordered_at=datetime(2010, 12, 1, tzinfo=UTC),
    last_ordered_at=datetime(2011, 12, 9, tzinfo=UTC),
)


@pytest.fixture
def figures() -> Figures:
    """Return figures whose answers can be checked by eye."""
    return two_shops()


def two_shops() -> Figures:
    """Return the figures of a shop with orders and of one with totals."""
    return Figures(
        clocks=[Clock("retail", "UTC", AS_OF.date()), Clock("shop", "UTC", AS_OF.date())],
        populations=[Population("retail", 4000, 0, 0, 0), Population("shop", 350, 125, 107, 116)],
        profiles=[
            replace(CHAMPIONS, currency="GBP", average_orders=Decimal("12.5")),
            replace(OCCASIONAL, currency="GBP", average_orders=Decimal("2.1")),
            replace(GOLD, average_rating=Decimal("4.67")),
            replace(BRONZE, average_rating=Decimal("3.7")),
        ],
        risks=[
            Risk("retail", "GBP", 1200, 1200, 900, 50, 1250, Decimal("812345.67")),
            Risk("shop", None, 116, 0, 0, 0, 0, Decimal("66000.50")),
        ],
        recency=[
            Recency("retail", 0, 0, 0, 50, 2750),
            *(Recency("retail", span, 75, 25, 0, 0) for span in range(1, 13)),
            Recency("shop", 0, 0, 0, 0, 200),
            Recency("shop", 1, 0, 116, 0, 34),
        ],
        at_risk=[RETAIL_CUSTOMER, SHOP_CUSTOMER],
        drivers=[
            Driver("shop", "city", "Chicago", 58, Decimal(0), Decimal(0), Decimal(1)),
            Driver("shop", "city", "San Francisco", 58, Decimal(1), Decimal(0), Decimal(0)),
            Driver("shop", "gender", "Female", 173, Decimal("0.35"), Decimal("0.32"), Decimal("0.33")),
            Driver("shop", "gender", "Male", 175, Decimal("0.37"), Decimal("0.29"), Decimal("0.34")),
        ],
        metrics=[
            Metric("churn", "2", "model", "auc", Decimal("0.812"), Decimal("0.8"), Decimal("0.824"), AS_OF),
            Metric("churn", "2", "recency_rule", "auc", Decimal("0.741"), None, None, AS_OF),
        ],
        totals=[RETAIL],
        months=[
            Month("retail", "GBP", month, 1400 + 50 * place, Decimal(560000 + 53000 * place))
            for place, month in enumerate(MONTHS)
        ],
    )
