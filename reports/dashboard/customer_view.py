"""The page of one customer: who it is, its risk and why, its segments, its days and its alerts."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from reports import formats
from reports.dashboard import customers, links, parts
from reports.dashboard.catalogue import ALERTS, CUSTOMERS, RISKS, Customer
from reports.dashboard.cells import cell
from reports.dashboard.customers import Movement, Portrait
from reports.dashboard.live_view import day_chart
from reports.dashboard.store import Store
from reports.dashboard.tables import Parameters, UnknownError, require_names

DAYS_SHOWN = (
    *("happened_on", "orders", "items", "gross_amount", "returns", "returned_amount", "currency"),
    "last_rating",
)


def page(store: Store, asked: Parameters) -> list[Component]:
    """Return everything about one customer."""
    require_names(asked, "source", "id")
    source, customer_id = asked.get("source"), asked.get("id")
    if not source or not customer_id:
        raise UnknownError("a customer has a source and an id: search for it among the customers")
    with store.reading() as reader:
        known = not reader.missing(CUSTOMERS.relations)
        portrait = customers.portrait(reader, source, customer_id) if known else None
        alerts = customers.rows_of(reader, ALERTS, source, customer_id)
    file = parts.csv_link(links.link("/alerts.csv", source=source, customer=customer_id))
    told = [parts.alert_table(alerts), html.P(file, className="more")] if alerts else []
    return parts.frame(
        f"Customer {customer_id}",
        html.H1(f"Customer {customer_id}"),
        *(portrayed(portrait) if portrait else unknown(source)),
        parts.panel("Alerts", *(told or [parts.empty("No alert about this customer.")])),
    )


def unknown(source: str) -> list[Component]:
    """Return what is said of a customer whom the marts do not know."""
    words = "The marts do not know this customer yet: it is new since the last `make refresh`, or it is none."
    return [html.P(["of ", html.B(source)], className="stamp"), parts.empty(words)]


def portrayed(portrait: Portrait) -> list[Component]:
    """Return what the marts know of a customer."""
    who = portrait.customer
    file = parts.csv_link(links.link("/customers.csv", source=who.source, search=who.customer_id))
    stamp = ["of ", html.B(who.source), ", as of ", html.B(formats.moment(who.as_of)), " · ", file]
    risk = formats.percent(who.churn_probability) if who.churn_probability is not None else dict(RISKS)[who.risk]
    stake = f"{formats.amount(who.value_at_stake, who.currency)} at stake" if who.value_at_stake is not None else ""
    figures = [
        ("Risk of leaving", risk, dict(RISKS)[who.risk] if who.churn_probability is not None else ""),
        ("Spent so far", formats.amount(who.total_spend, who.currency), stake),
        ("Orders", formats.count(who.orders), f"{formats.count(who.items_purchased)} pieces"),
        ("Last purchase", formats.count(who.days_since_last_purchase), "days before"),
    ]
    return [
        html.P(stamp, className="stamp"),
        parts.facts(figures, "tiles risky" if who.risk != "none" else "tiles"),
        parts.panel("Why", *reasons(who)),
        parts.panel("Who", parts.facts(attributes(who), "facts"), *path(portrait.movement)),
        parts.panel("Days", *days(portrait)),
    ]


def reasons(who: Customer) -> list[Component]:
    """Return why a customer is at risk, or is not, as far as rule and model say."""
    if who.risk_reason:
        said = html.P([html.B("At risk: "), f"{who.risk_reason}. Known from the {who.evidence}."])
    else:
        said = html.P("Not at risk of leaving, as far as is known.")
    if not who.churn_reasons:
        return [said]
    note = f"What moved the model's probability most; scored with data before {formats.moment(who.churn_scored_as_of)}."
    entries = [html.Li(reason) for reason in who.churn_reasons.split("; ")]
    return [said, html.Ul(entries), html.P(note, className="note")]


def attributes(who: Customer) -> list[tuple[str, str, str]]:
    """Return who a customer is."""
    named: list[tuple[str, str, Any]] = [
        ("City", "city", who.city), ("Membership", "", who.membership_type), ("Gender", "", who.gender),
        ("Age", "age", who.age), ("Segment by buying", "rfm_segment", who.rfm_segment),
        ("Segment by the model", "", who.model_segment), ("Segment by membership, age, city", "", who.rule_segment),
        ("Satisfaction", "", who.satisfaction_level), ("Satisfaction, predicted", "", who.predicted_satisfaction),
        ("Average rating", "", who.average_rating), ("Silent for longer than ever before", "", who.is_overdue),
    ]  # fmt: skip
    gap = ("Usual days between purchases", formats.decimal(who.median_gap_days, 1), "")
    return [*((label, cell(name, value), "") for label, name, value in named), gap]


def path(movement: Movement | None) -> list[Component]:
    """Return how a customer came into its segment, where it moved."""
    if movement is None:
        return []
    before = formats.words(movement.from_segment) if movement.from_segment else "no order yet"
    arrived = html.B(formats.words(movement.to_segment))
    began, ended = formats.moment(movement.from_as_of), formats.moment(movement.as_of)
    words = ["Segment path: ", before, f" at {began} → ", arrived, f" at {ended}, moved by {movement.moved_by}."]
    return [html.P(words)]


def days(portrait: Portrait) -> list[Component]:
    """Return a customer's newest days on which anything happened."""
    if not portrait.days:
        return [parts.empty("No order, return or rating of this customer has a day, or `make refresh` has not brought "
                            "them yet.")]  # fmt: skip
    bought = [day for day in reversed(portrait.days) if day.gross_amount]
    who = portrait.customer
    file = parts.csv_link(links.link("/days.csv", source=who.source, customer=who.customer_id))
    listed = parts.table(DAYS_SHOWN, portrait.days, zeros=False)
    note = html.P(["The newest days on which anything happened. ", file], className="note")
    return [*([day_chart(bought)] if len(bought) > 1 else []), html.Div(listed, className="scroll"), note]
