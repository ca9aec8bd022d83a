"""The tables of the page: rows, filters and where they come from."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reports.dashboard.tables import Filter, Table
from reports.live_figures import CHANNELS


@dataclass(frozen=True)
class Alert:
    """A row of `live.anomalies`, as `common.live_tables.ANOMALY` describes it."""

    occurred_at: datetime
    channel: str
    source: str
    subject: str
    customer_id: str | None
    order_id: str | None
    event_id: str | None
    measured: float
    usual_low: float | None
    usual: float | None
    usual_high: float | None
    unit: str
    score: float
    threshold: float
    evidence: str
    baseline_as_of: datetime
    reason: str
    alert_id: str
    stored_at: datetime


@dataclass(frozen=True)
class Window:
    """A row of `live.windows`, as `common.live_tables.WINDOW` and `WINDOW_MEASURES` describe it."""

    source: str
    minutes: int
    started_at: datetime
    dimension: str
    value: str
    currency: str
    orders: int
    items: int | None
    revenue: Decimal | None
    returns: int
    returned: Decimal | None
    visits: int
    customers: int
    newest_event_at: datetime


@dataclass(frozen=True)
class Health:
    """A row of `live.pipeline_health`, as `common.live_tables.HEALTH` describes it."""

    job: str
    topic: str
    lag_events: int
    lag_seconds: float
    newest_event_at: datetime | None
    rows_per_second: float
    late_events: int
    last_success_at: datetime | None
    state_rows: int
    state_bytes: int
    problem: str | None
    looked_at: datetime


@dataclass(frozen=True)
class Customer:
    """A customer of the newest marts; `risk` says who finds it at risk: none, rule, model or both."""

    source: str
    customer_id: str
    city: str | None
    membership_type: str | None
    gender: str | None
    age: int | None
    age_group: str | None
    rule_segment: str | None
    rfm_segment: str | None
    model_segment: str | None
    orders: int | None
    items_purchased: int | None
    total_spend: Decimal | None
    currency: str | None
    days_since_last_purchase: int | None
    median_gap_days: Decimal | None
    is_overdue: bool | None
    average_rating: Decimal | None
    satisfaction_level: str | None
    predicted_satisfaction: str | None
    risk: str
    risk_reason: str | None
    churn_probability: Decimal | None
    churn_reasons: str | None
    value_at_stake: Decimal | None
    evidence: str | None
    churn_scored_as_of: datetime | None
    as_of: datetime


@dataclass(frozen=True)
class Day:
    """A day on which a customer did something, of the newest ones that the marts keep."""

    happened_on: date
    orders: int
    items: int
    gross_amount: Decimal
    returns: int
    returned_amount: Decimal
    currency: str | None
    discount_applied: bool | None
    ratings: int
    last_rating: int | None
    source: str
    customer_id: str
    as_of: datetime


RISKS = (
    ("any", "at risk"),
    ("both", "by rule and model"),
    ("rule", "by the rule alone"),
    ("model", "by the model alone"),
    ("none", "not at risk"),
)
DIMENSIONS = (
    ("all", "everything"),
    ("city", "city"),
    ("membership", "membership"),
    ("channel", "channel"),
    ("device", "device"),
)
SOURCE = Filter("source", "source", "source = %(source)s")
CUSTOMER = Filter("customer", "customer", "customer_id = %(customer)s")

ALERTS = Table(
    name="alerts",
    title="Alerts",
    kind=Alert,
    source="live.anomalies",
    relations=["live.anomalies"],
    filters=[
        SOURCE,
        Filter("channel", "channel", "channel = %(channel)s", CHANNELS),
        CUSTOMER,
        Filter("search", "subject or order contains",
               "strpos(lower(concat_ws(' ', subject, order_id)), lower(%(search)s)) > 0"),
    ],
    key=["alert_id"],
    sort="occurred_at",
    descending=True,
)  # fmt: skip
WINDOWS = Table(
    name="windows",
    title="Windows",
    kind=Window,
    source="live.windows",
    relations=["live.windows"],
    filters=[
        SOURCE,
        Filter("minutes", "minutes", "minutes = %(minutes)s::int", (("1", "1"), ("15", "15"))),
        Filter("dimension", "by", "dimension = %(dimension)s", DIMENSIONS),
        Filter("value", "value", "value = %(value)s"),
        Filter("currency", "currency", "currency = %(currency)s"),
    ],
    key=["source", "minutes", "dimension", "value", "currency"],
    sort="started_at",
    descending=True,
)
PIPELINE = Table(
    name="pipeline",
    title="Pipeline",
    kind=Health,
    source="live.pipeline_health",
    relations=["live.pipeline_health"],
    filters=[],
    key=["job", "topic"],
    sort="job",
)
CUSTOMERS = Table(
    name="customers",
    title="Customers",
    kind=Customer,
    source="""(
        select
            who.*,
            risk.evidence,
            case
                when risk.is_at_risk_by_rule and risk.is_at_risk_by_model then 'both'
                when risk.is_at_risk_by_rule then 'rule'
                when risk.is_at_risk_by_model then 'model'
                else 'none'
            end as risk
        from reporting.customer_360 as who
        left join reporting.at_risk_customers as risk
            on who.source = risk.source and who.customer_id = risk.customer_id
    ) as customers""",
    relations=["reporting.customer_360", "reporting.at_risk_customers"],
    filters=[
        SOURCE,
        Filter("risk", "risk", "(risk = %(risk)s or (%(risk)s = 'any' and risk <> 'none'))", RISKS),
        Filter("rfm", "segment by buying", "rfm_segment = %(rfm)s"),
        Filter("model", "segment by the model", "model_segment = %(model)s"),
        Filter("rule", "segment by membership, age, city", "rule_segment = %(rule)s"),
        Filter("city", "city", "city = %(city)s"),
        Filter("membership", "membership", "membership_type = %(membership)s"),
        Filter("satisfaction", "satisfaction", "satisfaction_level = %(satisfaction)s"),
        Filter("search", "customer contains", "strpos(lower(customer_id), lower(%(search)s)) > 0"),
    ],
    key=["source", "customer_id"],
    sort="value_at_stake",
    descending=True,
)
DAYS = Table(
    name="days",
    title="Days of customers",
    kind=Day,
    source="reporting.customer_days",
    relations=["reporting.customer_days"],
    filters=[SOURCE, CUSTOMER],
    key=["source", "customer_id"],
    sort="happened_on",
    descending=True,
)
TABLES = {table.name: table for table in (ALERTS, WINDOWS, PIPELINE, CUSTOMERS, DAYS)}
