"""Pieces of the pages: Dash components from rows. A text in them is a text; nothing is read as markup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from reports import formats
from reports.dashboard import links
from reports.dashboard.catalogue import Alert
from reports.dashboard.cells import cell, heading, is_number, usual
from reports.dashboard.tables import PAGE, Filter, Question
from reports.live_figures import CHANNELS
from reports.live_page import value as value_with_unit

# A component, a text, nothing, or a list of them.
Content = Any
Options = Mapping[str, Sequence[str]]
PAGES = (("/", "Live"), ("/alerts", "Alerts"), ("/windows", "Windows"), ("/customers", "Customers"))


@dataclass(frozen=True)
class Bar:
    """One value of an attribute: what is written beside it, its length and that of its darker part from 0 to 1.

    The bar leads to `address` where there is one.
    """

    label: str
    text: str
    share: float
    inner: float = 0.0
    address: str = ""


def frame(name: str, *content: Content) -> list[Component]:
    """Return a whole page: the way to the others, what is on it, and where that comes from."""
    entries = [dcc.Link(text, href=path, className="here" if text == name else "") for path, text in PAGES]
    return [
        html.Header([html.P("Customer behaviour", className="brand"), html.Nav(entries, **{"aria-label": "Pages"})]),
        html.Main(list(content), id="main"),
        html.Footer("Read from PostgreSQL as role reporter; nothing is written. Times are UTC."),
    ]


def message(title: str, text: str, *, again: bool = False) -> list[Component]:
    """Return a page that says one thing, and asks `again` by itself."""
    retry = dcc.Interval(id="again", interval=2_000) if again else None
    return frame(title, html.H1(title), html.P(marked(text), className="empty"), retry)


def marked(text: str) -> list[Content]:
    """Return a text in which what stands between backticks is code."""
    return [html.Code(part) if place % 2 else part for place, part in enumerate(text.split("`"))]


def empty(text: str) -> Component:
    """Return what stands where there is nothing, and what would bring it."""
    return html.P(marked(text), className="empty")


def panel(title: str, *content: Content, name: str = "") -> Component:
    """Return a part of a page with its heading."""
    return html.Section([html.H2(title), *content], className="panel", **({"id": name} if name else {}))


def facts(entries: Sequence[tuple[str, str, str]], style: str = "tiles") -> Component:
    """Return numbers as (name, value, note); what is not known is left out."""
    return html.Dl(
        [
            html.Div([html.Dt(name), html.Dd([value, html.Small(note)] if note else value)])
            for name, value, note in entries
            if value not in ("", formats.NOTHING)
        ],
        className=style,
    )


def bars(entries: Sequence[Bar]) -> Component:
    """Return bars below each other. They are links, so that one can be reached by keys and opened in another tab."""
    items = []
    for one in entries:
        drawn = html.Span(
            [
                html.Span(className="a", style={"width": f"{100 * one.share:.1f}%"}),
                html.Span(className="bad", style={"width": f"{100 * one.inner:.1f}%"}),
            ],
            className="bar",
        )
        parts = [html.Span(one.label, className="name"), drawn, html.Span(one.text, className="value")]
        items.append(html.Li(dcc.Link(parts, href=one.address) if one.address else html.Div(parts)))
    return html.Ul(items, className="bars")


def csv_link(address: str) -> Component:
    """Return the link to a file."""
    return html.A("CSV", href=address, download="")


def table(columns: Sequence[str], rows: Sequence[Any], *, of: Question | None = None, zeros: bool = True) -> Component:
    """Return rows as a table; on a phone each becomes a list with its headings.

    Args:
        columns: the names of those that are shown.
        rows: dataclasses.
        of: the question whose rows they are; its headings sort.
        zeros: whether a nought is worth a line on a phone.
    """
    numbers = {name: is_number(name, rows) for name in columns}
    nothing = {formats.NOTHING} if zeros else {formats.NOTHING, "0", "0.00"}
    body = []
    for row in rows:
        cells = []
        for name in columns:
            text = cell(name, getattr(row, name))
            style = ("n " if numbers[name] else "") + ("none" if text in nothing else "")
            shown = (
                dcc.Link(text, href=links.link("/customer", source=row.source, id=row.customer_id))
                if name == "customer_id" and row.customer_id
                else text
            )
            cells.append(html.Td(shown, className=style, **{"data-label": heading(name)}))
        body.append(html.Tr(cells))
    heads = [head(name, of, "n" if numbers[name] else "") for name in columns]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)], className="stack")


def head(name: str, question: Question | None, style: str) -> Component:
    """Return the heading of a column, which sorts the rows of a question by it."""
    if question is None:
        return html.Th(heading(name), className=style)
    order = ("descending" if question.descending else "ascending") if question.sort == name else "none"
    link = dcc.Link(heading(name), href=links.sorted_by(question, name))
    return html.Th(link, className=style, **{"aria-sort": order})


def alert_table(rows: Sequence[Alert]) -> Component:
    """Return alerts with what was measured, what is usual, and why."""
    body = []
    for row in rows:
        address = links.subject_of(row)
        who = dcc.Link(row.subject, href=address) if address else row.subject
        order = html.Small(f" order {row.order_id}") if row.order_id else None
        channel = html.B(dict(CHANNELS).get(row.channel, row.channel), className=f"channel {row.channel}")
        entries: list[tuple[str, Content, str]] = [
            ("When", formats.instant(row.occurred_at), ""),
            ("Who", html.Div([who, html.Small(row.source)]), ""),
            ("What", [channel, row.reason, order], ""),
            ("Measured", html.Div([value_with_unit(row.measured, row.unit), usual_range(row)]), "n"),
            ("Usual", html.Div([usual(row), html.Small(f"of the {row.evidence}")]), "n"),
            ("Score", html.Div([f"{row.score:.1f}", html.Small(f"from {row.threshold:.1f}")]), "n"),
        ]
        body.append(html.Tr([html.Td(what, className=style, **{"data-label": name}) for name, what, style in entries]))
    names = [("When", ""), ("Who", ""), ("What", ""), ("Measured", "n"), ("Usual", "n"), ("Score", "n")]
    heads = html.Thead(html.Tr([html.Th(name, className=style) for name, style in names]))
    return html.Table([heads, html.Tbody(body)], className="stack alerts")


def usual_range(alert: Alert) -> Component:
    """Return a small picture of what was measured, a dot, beside the band of what is usual."""
    low, high = alert.usual_low, alert.usual_high
    known = [value for value in (0.0, alert.measured, low, high) if value is not None]
    first, width = min(known), (max(known) - min(known)) or 1.0
    marks = [html.Span(className="dot", style={"left": f"{100 * (alert.measured - first) / width:.1f}%"})]
    if low is not None and high is not None:
        place = {"left": f"{100 * (low - first) / width:.1f}%", "width": f"{100 * (high - low) / width:.1f}%"}
        marks.insert(0, html.Span(className="band", style=place))
    return html.Span(marks, className="range", title=f"usually {usual(alert)}")


def listing(question: Question, rows: Sequence[Any], columns: Sequence[str], total: int) -> list[Content]:
    """Return a page of the rows of a question, with how many there are and the way to the others and to the file."""
    words = [part for label, value in question.words() for part in (f", {label} ", html.B(value))]
    everything = [" · ", dcc.Link("all", href=f"/{question.table.name}")] if words else []
    count = [formats.plural(total, "row"), *words, *everything, " · ", csv_link(links.download(question))]
    if not rows:
        return [html.P(count, className="count"), empty(f"Nothing here{' with these filters' if words else ''}.")]
    shown = rows[:PAGE]
    drawn = alert_table(shown) if question.table.name == "alerts" else table(columns, shown, of=question)
    region = {"tabIndex": "0", "role": "region", "aria-label": question.table.title}
    return [
        html.P(count, className="count"),
        html.Div(drawn, className="scroll", **region),
        html.Nav(pages(question, len(rows) > PAGE), className="pages"),
    ]


def pages(question: Question, more: bool) -> list[Content]:
    """Return the way to the page before and to the next one."""
    page = question.page
    before = dcc.Link("before", href=links.asked(question, page=page - 1)) if page > 1 else None
    following = dcc.Link("next", href=links.asked(question, page=page + 1)) if more else None
    return [before, html.Span(f"page {page}") if page > 1 or more else None, following]


def filters(entries: Sequence[Filter], values: Mapping[str, str], options: Options) -> Component:
    """Return the filters of a table; what is chosen in one goes to the address."""
    shown = []
    for one in entries:
        value = values.get(one.name)
        choices = list(one.choices) or [(name, name) for name in options.get(one.name, [])]
        place = {"filter": one.name}
        if choices and value and value not in dict(choices):
            choices.append((value, value))
        if choices:
            listed = [{"value": key, "label": name} for key, name in choices]
            field = dcc.Dropdown(listed, value, id=place, placeholder="any", searchable=len(listed) > 10)
        elif one.name == "search" or value:
            field = dcc.Input(id=place, value=value or "", type="search", debounce=True, maxLength=200,
                              autoComplete="off")  # fmt: skip
        else:
            continue
        shown.append(html.Label([html.Span(one.label), field]))
    return html.Div(shown, className="filters", role="search")
