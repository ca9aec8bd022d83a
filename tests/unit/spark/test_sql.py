"""How values of a query are printed."""

import pytest

from spark.sql import text


@pytest.mark.parametrize(
    ("value", "printed"),
    [(None, ""), (True, "t"), (1.5, "1.5"), ({"tier": "Gül", "n": "1"}, '{"tier": "Gül", "n": "1"}')],
)
def test_a_value_is_printed_as_postgresql_writes_it(value: object, printed: str) -> None:
    assert text(value) == printed
