"""What the report is made of: rows of the views of schema `reporting`, and nothing else.

Amounts are in the row's currency; a null currency means that the source did not state one. Shares are 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Population:
    """One source: its customers and what is known of their satisfaction."""

    source: str
    customers: int
    satisfied: int
    neutral: int
    unsatisfied: int

    @property
    def known(self) -> int:
        """Customers whose satisfaction is known."""
        return self.satisfied + self.neutral + self.unsatisfied


@dataclass(frozen=True)
class Profile:
    """One segment of one source in one segmentation."""

    source: str
    segmentation: str
    segment_name: str
    customers: int
    share: Decimal
    average_spend: Decimal | None
    average_orders: Decimal | None
    average_rating: Decimal | None
    at_risk_share: Decimal | None

    @property
    def spend(self) -> Decimal:
        """What the segment's customers spent together."""
        return (self.average_spend or Decimal(0)) * self.customers


@dataclass(frozen=True)
class Risk:
    """The customers of one source whom the churn rule finds, by the arm that finds them, and what they spent."""

    source: str
    currency: str | None
    rule_arm: str
    customers: int
    value_at_stake: Decimal | None


@dataclass(frozen=True)
class Band:
    """Customers of one source whose churn probability lies in one tenth: `tenth` 0 is 0 to 10 %."""

    source: str
    tenth: int
    customers: int
    at_risk: int


@dataclass(frozen=True)
class AtRisk:
    """One customer at risk."""

    source: str
    customer_id: str
    rule_arm: str | None
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
    """How satisfied the customers with one value of one attribute are."""

    source: str
    attribute: str
    value: str
    customers: int
    satisfied_share: Decimal
    neutral_share: Decimal
    unsatisfied_share: Decimal


@dataclass(frozen=True)
class Metric:
    """One measure of one trained model, or of a baseline beside it."""

    task: str
    version: str
    metric: str
    value: Decimal | None
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
    net_revenue: Decimal
    first_ordered_at: datetime | None
    last_ordered_at: datetime | None


@dataclass(frozen=True)
class Month:
    """Orders and gross revenue of one source in one currency and month."""

    source: str
    currency: str | None
    month: date
    orders: int
    revenue: Decimal


@dataclass(frozen=True)
class Evidence:
    """Everything the report says comes from here."""

    as_of: datetime | None = None
    populations: Sequence[Population] = ()
    profiles: Sequence[Profile] = ()
    risks: Sequence[Risk] = ()
    bands: Sequence[Band] = ()
    at_risk: Sequence[AtRisk] = ()
    drivers: Sequence[Driver] = ()
    metrics: Sequence[Metric] = ()
    totals: Sequence[Totals] = ()
    months: Sequence[Month] = ()
    missing: Sequence[str] = ()

    @property
    def customers(self) -> int:
        """Customers of all sources."""
        return sum(population.customers for population in self.populations)

    @property
    def sources(self) -> list[str]:
        """Every source that anything is known of."""
        return sorted({row.source for row in self.populations} | {row.source for row in self.totals})

    def currency_of(self, source: str) -> str | None:
        """Return the one currency of a source; None where it states none or several."""
        found = {row.currency for row in self.totals if row.source == source}
        found |= {row.currency for row in self.risks if row.source == source}
        return found.pop() if len(found) == 1 else None
