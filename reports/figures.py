"""What the report is made of: rows of the views of schema `reporting`, and of the tables of schema `live`.

Amounts are in the row's currency; a null currency means that the source did not state one. Shares are 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from reports.live_figures import NOTHING_LIVE, Live

# The last span of days since the last purchase has no end.
LAST_SPAN = 12


@dataclass(frozen=True)
class Population:
    """One source: its customers and what is known of their satisfaction."""

    source: str
    customers: int
    satisfied: int
    neutral: int
    unsatisfied: int

    @property
    def customers_known(self) -> int:
        """Customers whose satisfaction is known."""
        return self.satisfied + self.neutral + self.unsatisfied


@dataclass(frozen=True)
class Profile:
    """One segment of one source in one segmentation."""

    source: str
    segmentation: str
    segment_name: str
    currency: str | None
    customers: int
    customer_share: Decimal
    total_spend: Decimal | None
    average_spend: Decimal | None
    average_orders: Decimal | None
    average_rating: Decimal | None
    at_risk_share: Decimal | None

    @property
    def spend(self) -> Decimal:
        """What the segment's customers spent together; nothing where it is unknown."""
        return self.total_spend or Decimal(0)


@dataclass(frozen=True)
class Risk:
    """The customers at risk of one source in one currency.

    `by_rule` are those whom the rule finds, `by_recency_alone` those of them whose satisfaction is unknown, `by_both`
    those of them whom the model too expects to leave, `by_model_alone` those whom only the model finds. The value at
    stake is what those whom the rule finds have spent, weighted with the modelled probability where there is one.
    """

    source: str
    currency: str | None
    by_rule: int
    by_recency_alone: int
    by_both: int
    by_model_alone: int
    scored: int
    value_at_stake: Decimal | None


@dataclass(frozen=True)
class Recency:
    """The customers of one source whose last purchase lies in one span of days; each is as long as the rule waits."""

    source: str
    span: int
    both: int
    rule_alone: int
    model_alone: int
    neither: int


@dataclass(frozen=True)
class AtRisk:
    """One customer at risk."""

    source: str
    customer_id: str
    reason: str | None
    evidence: str | None
    days_since_last_purchase: int | None
    satisfaction_level: str | None
    churn_probability: Decimal | None
    total_spend: Decimal | None
    currency: str | None
    value_at_stake: Decimal | None


@dataclass(frozen=True)
class Driver:
    """How satisfied the customers with one value of one factor are, of those whose satisfaction is known."""

    source: str
    factor: str
    factor_value: str
    customers_known: int
    satisfied_share: Decimal
    neutral_share: Decimal
    unsatisfied_share: Decimal


@dataclass(frozen=True)
class Metric:
    """One measure of a model, or of what stands beside it on the same rows, with the ends of its 95 % interval."""

    task: str
    version: str
    subject: str
    metric: str
    metric_value: Decimal | None
    metric_low: Decimal | None
    metric_high: Decimal | None
    data_as_of: datetime | None


@dataclass(frozen=True)
class Totals:
    """What one source sold, in one currency."""

    source: str
    currency: str | None
    customers: int | None
    orders: int
    guest_orders: int
    order_lines: int
    returns: int
    return_lines: int
    items: int
    gross_revenue: Decimal
    returned_amount: Decimal
    net_revenue: Decimal
    first_ordered_at: datetime | None
    last_ordered_at: datetime | None


@dataclass(frozen=True)
class Month:
    """Orders and gross revenue of one source in one currency and month."""

    source: str
    currency: str | None
    month_on: date
    orders: int
    gross_revenue: Decimal


@dataclass(frozen=True)
class Clock:
    """A source's clock: everything before the midnight of its zone that begins the day is history."""

    source: str
    time_zone: str
    as_of_day: date


@dataclass(frozen=True)
class Figures:
    """Everything the report says comes from here."""

    clocks: Sequence[Clock] = ()
    populations: Sequence[Population] = ()
    profiles: Sequence[Profile] = ()
    risks: Sequence[Risk] = ()
    recency: Sequence[Recency] = ()
    at_risk: Sequence[AtRisk] = ()
    drivers: Sequence[Driver] = ()
    metrics: Sequence[Metric] = ()
    totals: Sequence[Totals] = ()
    months: Sequence[Month] = ()
    live: Live = NOTHING_LIVE
    missing: Sequence[str] = ()

    @property
    def customers(self) -> int:
        """Customers of all sources."""
        return sum(population.customers for population in self.populations)

    @property
    def sources(self) -> list[str]:
        """Every source that anything is known of."""
        return sorted({row.source for row in self.populations} | {row.source for row in self.totals})

    @property
    def stamps(self) -> dict[tuple[date, str], list[str]]:
        """The days that the figures are as of, each with its zone and the sources that it is of, the newest first."""
        stamps: dict[tuple[date, str], list[str]] = {}
        for clock in sorted(self.clocks, key=lambda one: (-one.as_of_day.toordinal(), one.time_zone, one.source)):
            if clock.source in self.sources:
                stamps.setdefault((clock.as_of_day, clock.time_zone), []).append(clock.source)
        return stamps

    @property
    def customers_scored(self) -> int:
        """Customers at risk whom a model has given a probability."""
        return sum(risk.scored for risk in self.risks)
