"""The pages that are asked for, each from one transaction: parameters of the address in, components out."""

import zlib
from collections.abc import Callable, Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from reports import formats
from reports.dashboard import catalogue, customers, links, live, parts
from reports.dashboard.catalogue import CUSTOMERS, DIMENSIONS, Customer
from reports.dashboard.customers import Share
from reports.dashboard.live_view import sections
from reports.dashboard.parts import Bar, Content
from reports.dashboard.store import Store
from reports.dashboard.tables import Parameters, Question, Table, UnknownError, ask, require_names

MILLISECONDS = 500
BARS = 8
RISKS = dict(catalogue.RISKS)
# The columns that a page has room for; a file has all of them.
SHOWN = {
    "customers": (
        *("customer_id", "risk", "value_at_stake", "churn_probability", "days_since_last_purchase", "orders"),
        *("total_spend", "currency", "rfm_segment", "model_segment", "city", "membership_type", "satisfaction_level"),
        "source",
    ),
    "windows": (
        *("started_at", "minutes", "dimension", "value", "currency", "orders", "items", "revenue", "returns"),
        *("visits", "customers", "source"),
    ),
}
FACETS = {
    "risk": "Risk",
    "rfm": "Segment by buying",
    "model": "Segment by the model",
    "rule": "Segment by membership, age, city",
    "city": "City",
    "membership": "Membership",
    "satisfaction": "Satisfaction",
}


def now(store: Store, asked: Parameters) -> tuple[dict[str, Content], list[str], str]:
    """Return the parts of the live page, the names of all sources, and the one that is shown."""
    require_names(asked, "source", "by")
    source, dimension = asked.get("source", ""), asked.get("by") or "city"
    if dimension not in dict(DIMENSIONS[1:]):
        raise UnknownError(f"by is one of {', '.join(name for name, _ in DIMENSIONS[1:])}, not {dimension[:40]!r}")
    with store.reading() as reader:
        read = live.read(reader, source, dimension)
    shop = read.source.source if read.source else source
    return sections(read, source, dimension), [one.source for one in read.sources], shop


def live_page(store: Store, asked: Parameters) -> list[Component]:
    """Return what happens now; its parts are looked at again and again while it is open."""
    content, sources, source = now(store, asked)
    chosen = asked.get("source", "")
    choice = parts.filters([catalogue.SOURCE], {"source": chosen or source}, {"source": sources})
    return parts.frame(
        "Live",
        html.H1("What happens now"),
        html.P(id="connection", className="problem", role="status"),
        choice if len(sources) > 1 else None,
        *(html.Section(what, id=name, className=style(name)) for name, what in content.items()),
        dcc.Store(id="asked", data={**asked, "source": chosen or source}),
        dcc.Store(id="seen", data=marks(content)),
        dcc.Interval(id="tick", interval=MILLISECONDS),
        dcc.Interval(id="watch", interval=2 * MILLISECONDS),
        dcc.Store(id="answered", data=0),
    )


def marks(content: Mapping[str, Content]) -> dict[str, int]:
    """Return by what the parts of the live page are known to be as they were."""
    return {name: zlib.crc32(to_json_plotly(what).encode()) for name, what in content.items()}


def style(section: str) -> str:
    """Return the style class of a part of the live page."""
    return {"minutes": "charts", "state": "", "numbers": ""}.get(section, "panel")


def table_page(table: Table) -> Callable[[Store, Parameters], list[Component]]:
    """Return what gives the page of a table."""

    def page(store: Store, asked: Parameters) -> list[Component]:
        question = ask(table, asked)
        with store.reading() as reader:
            reader.require(table.relations)
            rows = reader.rows(table.kind, question.select_page(), question.values)
            total = reader.value(question.count(), question.values)
            options = {"source": live.source_names(reader)}
        return parts.frame(
            table.title,
            html.H1(table.title),
            parts.filters(table.filters, question.values, options),
            html.Section(
                parts.listing(question, rows, SHOWN.get(table.name, table.columns), total), className="panel", id="list"
            ),
        )

    return page


def customers_page(store: Store, asked: Parameters) -> list[Component]:
    """Return customers by what they have in common, and a page of them."""
    question = ask(CUSTOMERS, asked)
    with store.reading() as reader:
        reader.require(CUSTOMERS.relations)
        rows: list[Customer] = reader.rows(Customer, question.select_page(), question.values)
        total, facets = customers.facets(reader, question)
    options = {name: [one.value for one in shares] for name, shares in facets.items()}
    drawn = [facet(question, name, facets[name]) for name in FACETS if facets.get(name)]
    when = [", as of ", html.B(formats.moment(rows[0].as_of))] if rows else []
    hint = ". In each bar the red part is at risk of leaving; a bar leads to its customers."
    return parts.frame(
        "Customers",
        html.H1("Customers"),
        html.P(["As the marts have them", *when, hint], className="stamp"),
        parts.filters(CUSTOMERS.filters, question.values, options),
        html.Section(drawn, className="facets", **{"aria-label": "Customers by attribute"}),
        html.Section(parts.listing(question, rows, SHOWN["customers"], total), className="panel", id="list"),
    )


def facet(question: Question, name: str, shares: Sequence[Share]) -> Component:
    """Return the customers by one attribute as bars that choose a value of it, or let it go."""
    most = max(one.customers for one in shares) or 1
    entries = []
    for one in shares[:BARS]:
        chosen = question.values.get(name) == one.value
        label = RISKS[one.value] if name == "risk" else formats.words(one.value)
        text, risky = formats.count(one.customers), one.at_risk / most
        if name == "risk":
            risky = 0.0
        elif one.at_risk:
            text += f", {formats.count(one.at_risk)} at risk"
        address = links.asked(question, **{name: None if chosen else one.value, "page": None})
        entries.append(Bar(("✓ " if chosen else "") + label, text, one.customers / most, risky, address))
    rest = len(shares) - BARS
    more = html.P(f"{rest} more in the list above", className="more") if rest > 0 else None
    return parts.panel(FACETS[name], parts.bars(entries), more)
