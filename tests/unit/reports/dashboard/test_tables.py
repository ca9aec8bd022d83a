"""What an address may ask: known filters, choices and columns; all else is refused, and no value is part of a query."""

import pytest

from reports.dashboard.catalogue import ALERTS, CUSTOMERS, TABLES, WINDOWS
from reports.dashboard.tables import LONGEST_VALUE, Table, UnknownError, ask

INJECTED = "'; drop table live.anomalies; --"


def test_a_question_has_its_values_as_parameters() -> None:
    question = ask(ALERTS, {"source": "shop", "search": INJECTED, "sort": "-score", "page": "3"})
    query = question.select_page().as_string()
    assert INJECTED not in query
    assert question.values == {"source": "shop", "search": INJECTED}
    assert "where source = %(source)s and strpos(" in query
    assert query.endswith('order by "score" desc nulls last, "alert_id" limit 26 offset 50')


def test_without_filters_everything_is_asked_for() -> None:
    assert ask(WINDOWS, {"source": ""}).count().as_string() == "select count(*) from live.windows where true"


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"colour": "red"}, "customers cannot be filtered by 'colour'"),
        ({"sort": "name"}, "customers has no column 'name'"),
        ({"sort": "source; drop table x"}, "has no column"),
        ({"sort": "--source"}, "has no column"),
        ({"risk": INJECTED}, "risk is one of any, both, rule, model, none"),
        ({"city": "x" * (LONGEST_VALUE + 1)}, "longer than 200 characters"),
        ({"city": "a\0b"}, "no text"),
        ({"page": "0"}, "a page is a number from 1 to 1,000"),
        ({"page": "-1"}, "a page is a number"),
        ({"page": "²"}, "a page is a number"),
    ],
)
def test_what_is_not_there_is_refused(parameters: dict[str, str], refusal: str) -> None:
    with pytest.raises(UnknownError, match=refusal):
        ask(CUSTOMERS, parameters)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_sorted_by_columns_of_its_own_and_each_filter_has_its_value(table: Table) -> None:
    assert {table.sort, *table.key} <= set(table.columns)
    for one in table.filters:
        assert f"%({one.name})s" in one.condition


def test_the_live_tables_have_the_columns_that_are_declared() -> None:
    from common.live_tables import SERVED

    declared = {name: {column for column, _, _ in columns} for name, columns, _ in SERVED}
    shown = {name: set(TABLES[name].columns) for name in ("alerts", "windows", "pipeline")}
    assert shown == {
        "alerts": declared["anomalies"],
        "windows": declared["windows"],
        "pipeline": declared["pipeline_health"],
    }
