"""Two shops: one with orders and no satisfaction, one a snapshot with satisfaction and no orders."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.evidence import AtRisk, Band, Driver, Evidence, Metric, Month, Population, Profile, Risk, Totals

AS_OF = datetime(2011, 12, 10, tzinfo=UTC)


@pytest.fixture
def evidence() -> Evidence:
    """Return evidence whose answers can be checked by eye."""
    return Evidence(
        as_of=AS_OF,
        populations=[Population("retail", 4000, 0, 0, 0), Population("shop", 350, 125, 107, 116)],
        profiles=[
            profile("retail", "champions", 1000, "0.25", "6000.00", "12.5", None, "0.02"),
            profile("retail", "occasional", 3000, "0.75", "1000.00", "2.1", None, "0.4"),
            profile("shop", "high_value", 117, "0.334", "1311.13", None, "4.67", "0"),
            profile("shop", "low_value", 233, "0.666", "617.22", None, "3.70", "0.4978"),
        ],
        risks=[
            Risk("retail", "GBP", "recency", 1200, Decimal("812345.67")),
            Risk("shop", None, "recency_and_satisfaction", 116, Decimal("66000.50")),
        ],
        bands=[Band("retail", tenth, 100 + 80 * tenth, 50 * max(0, tenth - 5)) for tenth in range(10)],
        at_risk=[
            AtRisk(
                "retail",
                "12346",
                "recency",
                "no purchase for 325 days",
                "orders",
                325,
                None,
                Decimal("0.97"),
                Decimal("77183.60"),
                "GBP",
                Decimal("77183.60"),
            ),
            AtRisk(
                "shop",
                "124",
                "recency_and_satisfaction",
                "no purchase for 55 days, unsatisfied",
                "snapshot",
                55,
                "Unsatisfied",
                None,
                Decimal("690.60"),
                None,
                Decimal("690.60"),
            ),
        ],
        drivers=[
            Driver("shop", "city", "Chicago", 58, Decimal(0), Decimal(0), Decimal(1)),
            Driver("shop", "city", "San Francisco", 58, Decimal(1), Decimal(0), Decimal(0)),
            Driver("shop", "gender", "Female", 173, Decimal("0.35"), Decimal("0.32"), Decimal("0.33")),
            Driver("shop", "gender", "Male", 175, Decimal("0.37"), Decimal("0.29"), Decimal("0.34")),
        ],
        metrics=[
            Metric("churn", "1", "auc", Decimal("0.7"), datetime(2011, 9, 1, tzinfo=UTC)),
            Metric("churn", "2", "auc", Decimal("0.812"), AS_OF),
            Metric("churn", "2", "rule_auc", Decimal("0.741"), AS_OF),
        ],
        totals=[
            Totals(
                "retail",
                "GBP",
                4000,
                20000,
                1500,
                520000,
                3600,
                9200,
                5000000,
                Decimal("10666684.54"),
                Decimal("9747747.93"),
                datetime(2010, 12, 1, tzinfo=UTC),
                datetime(2011, 12, 9, tzinfo=UTC),
            ),
        ],
        months=[
            Month(
                "retail",
                "GBP",
                date(2010 + (11 + m) // 12, (11 + m) % 12 + 1, 1),
                1400 + 50 * m,
                Decimal(560000 + 53000 * m),
            )
            for m in range(13)
        ],
    )


def profile(
    source: str, name: str, customers: int, share: str, spend: str, orders: str | None, rating: str | None, at_risk: str
) -> Profile:
    """Return one segment of the rule."""
    return Profile(
        source, "rule", name, customers, Decimal(share), Decimal(spend), Decimal(orders) if orders else None,
        Decimal(rating) if rating else None, Decimal(at_risk),
    )  # fmt: skip
