"""Addresses of the page, and the way from an alert or a bar to the customers behind it."""

from collections.abc import Mapping
from urllib.parse import urlencode

from reports.dashboard.catalogue import Alert
from reports.dashboard.tables import Question

# The filter of the customers that has the values of a dimension of the windows; visits have no customers.
CUSTOMERS_BY = {"city": "city", "membership": "membership"}


def link(path: str, parameters: Mapping[str, object] | None = None, **more: object) -> str:
    """Return an address; parameters without a value are left out."""
    given = {name: value for name, value in {**(parameters or {}), **more}.items() if value not in (None, "", 1)}
    return f"{path}?{urlencode(given)}" if given else path


def asked(question: Question, **changes: object) -> str:
    """Return the address of a question with some of its filters, its order or its page changed; None takes one away."""
    sort = ("-" if question.descending else "") + question.sort
    usual = ("-" if question.table.descending else "") + question.table.sort
    return link(f"/{question.table.name}", {**question.values, "sort": None if sort == usual else sort, **changes})


def download(question: Question) -> str:
    """Return the address of a question's rows as a file."""
    return asked(question).replace(f"/{question.table.name}", f"/{question.table.name}.csv", 1)


def sorted_by(question: Question, column: str) -> str:
    """Return the address of a question in the order of a column; a second time the other way round."""
    falling = question.sort == column and not question.descending
    return asked(question, sort=f"-{column}" if falling else column)


def customers_of(dimension: str, value: str, source: str) -> str:
    """Return where the customers of one value of a dimension are; empty where nobody can say."""
    name = CUSTOMERS_BY.get(dimension)
    return link("/customers", {"source": source, name: value}) if name and value else ""


def subject_of(alert: Alert) -> str:
    """Return where the customers are whom an alert is about; empty where it is about none, or all."""
    if alert.customer_id:
        return link("/customer", source=alert.source, id=alert.customer_id)
    kind, _, name = alert.subject.partition(" ")
    return customers_of(kind, name, alert.source) if kind == "city" else ""
