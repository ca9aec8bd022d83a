"""What the monitor found in a shop: an order and an hour that are odd, minutes with orders, a window by city."""

from datetime import UTC, date, datetime
from decimal import Decimal

from reports.live_figures import Alert, AlertDay, Live, Minute, Source, Window

NOON = datetime(2011, 12, 9, 12, tzinfo=UTC)
LARGE = Alert(
    source="retail",
    channel="size_up",
    occurred_at=datetime(2011, 12, 9, 11, 58, tzinfo=UTC),
    subject="customer 17850",
    order_id="581483",
    score=5.25,
    measured=1680.0,
    usual_low=12.5,
    usual=80.0,
    usual_high=310.0,
    unit="GBP",
    reason="an order of GBP 1,680.00, where nine of ten orders of this customer come to GBP 12.50 to 310.00",
)
QUIET = Alert(
    source="retail",
    channel="rate_down",
    occurred_at=datetime(2011, 12, 8, 15, tzinfo=UTC),
    subject="shop retail",
    order_id=None,
    score=4.0,
    measured=1.0,
    usual_low=None,
    usual=None,
    usual_high=None,
    unit="orders an hour",
    reason="1 order in an hour that usually has more",
)
LIVE = Live(
    sources=[Source("retail", date(2011, 12, 9)), Source("shop", date(2011, 12, 1))],
    days=[
        AlertDay("retail", "rate_down", date(2011, 12, 8), 1),
        AlertDay("retail", "size_up", date(2011, 12, 3), 2),
        AlertDay("retail", "size_up", date(2011, 12, 9), 3),
    ],
    alerts=[LARGE, QUIET],
    minutes=[
        Minute("retail", "", NOON.replace(hour=11, minute=30), 2, None),
        Minute("retail", "", NOON, 3, None),
        Minute("retail", "GBP", NOON, 3, Decimal("120.50")),
    ],
    windows=[
        Window("retail", "city", "Leeds", "", NOON, 3, 1, 2, None),
        Window("retail", "city", "Leeds", "EUR", NOON, 1, 0, 1, Decimal("20.0000")),
        Window("retail", "city", "Leeds", "GBP", NOON, 2, 1, 2, Decimal("120.5000")),
        Window("retail", "city", "York", "", NOON, 1, 0, 1, None),
    ],
)
