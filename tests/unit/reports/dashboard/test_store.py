"""What PostgreSQL refuses is one line with what helps."""

import psycopg
import pytest

from reports.dashboard.store import refusal


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.errors.QueryCanceled("canceling statement"), "took longer than 10 s; narrow the filters"),
        (psycopg.errors.UndefinedColumn('column "risk" does not exist\nLINE 1'), "run `make up refresh`"),
        (psycopg.OperationalError("server closed the connection\n\tmore"), "does not answer: server closed the conn"),
        (psycopg.DataError("timestamp too large"), "refuses what this page asks: timestamp too large"),
    ],
)
def test_an_error_is_said_in_one_line(error: psycopg.Error, words: str) -> None:
    assert words in refusal(error)
    assert "\n" not in refusal(error)
