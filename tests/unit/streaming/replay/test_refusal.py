"""A file that its mapping does not fit is refused with the first reason and what would fit; one with faults is not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from common.errors import UsageError
from tests.unit.streaming.replay.shop import Replayed

AT = "2023-01-05 10:00:00"


def refused(folder: Path, rows: Sequence[str], **keys: Any) -> str:
    """What is said of a file of these rows."""
    with pytest.raises(UsageError) as caught:
        Replayed(folder, rows, **keys)
    assert str(caught.value).startswith(f"{folder / 'orders.csv'}: ") and "\n" not in str(caught.value)
    return str(caught.value).partition(": ")[2]


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        ("1672912800000", "epoch_ms would fit"),
        ("44931.4166666667", "excel would fit"),
        ("2023-01-05T10:00:00Z", "iso would fit"),
        ("13.1.2023 10:00", "%d.%m.%Y %H:%M would fit"),
        ("05/01/2023", "%d/%m/%Y or %m/%d/%Y would fit"),
        ("2023-01-05 10:00:00 -0500", "iso or %Y-%m-%d %H:%M:%S %z would fit"),
        ("the fifth", "set time_format in the mapping"),
    ],
)
def test_times_of_another_format_are_refused_with_the_one_that_would_fit(tmp_path: Path, at: str, fits: str) -> None:
    rows = (f"1,A,Cup,1,{at},10.00,7", f"2,A,Cup,1,{at},10.00,7")
    reason = f"row 1: occurred_at '{at}' is not %Y-%m-%d %H:%M:%S"
    assert refused(tmp_path, rows) == f"2 of 2 rows cannot be read: {reason}; {fits}; nothing was sent"


def test_other_reasons_say_themselves_what_to_do(tmp_path: Path) -> None:
    rows = (f"1,A,Cup,1,{AT},1.250,7", f"2,A,Cup,1,{AT},1.250,7")
    say = "say which by decimal: and thousands: in the mapping"
    assert refused(tmp_path, rows) == (
        f"2 of 2 rows cannot be read: row 1: unit_price '1.250' may be 1.25 or 1250; {say}; nothing was sent"
    )
    wide = (f"1,A,Cup,1,{AT},1.25,7,more", f"2,A,Cup,1,{AT},1.25,7,more")
    assert "row 1: 8 cells instead of 7; mend the mapping; nothing was sent" in refused(tmp_path, wide)


def days(count: int) -> list[str]:
    """Orders of the first days of a month, written month first."""
    return [f"{day},A,Cup,1,01/{day:02d}/2023,10.00,7" for day in range(1, count + 1)]


def test_days_and_months_in_the_wrong_order_are_refused_though_some_can_be_read(tmp_path: Path) -> None:
    said = refused(tmp_path, days(31), time_format="%d/%m/%Y")
    reason = "has day and month the other way round: where a file mixes both, others may be misread"
    begin = "19 of 31 rows cannot be read: row 13: occurred_at '01/13/2023' is not %d/%m/%Y"
    assert said.startswith(f"{begin}, but {reason}; %m/%d/%Y ")


def test_half_of_many_rows_and_most_of_few_are_held(tmp_path: Path) -> None:
    assert len(Replayed(tmp_path, days(24), time_format="%d/%m/%Y").held) == 12
    assert len(Replayed(tmp_path, [f"1,A,Cup,1.5,{AT},1,7"]).held) == 1


def test_rows_that_only_lack_what_the_first_one_of_their_order_has_are_held(tmp_path: Path) -> None:
    rows = [f"{row // 4},A{row},Cup,1,{'' if row % 4 else AT},10.00,7" for row in range(40)]
    assert len(Replayed(tmp_path, rows).held) == 40
    assert "38 of 40 rows cannot be read: row 3: occurred_at '' is not" in refused(
        tmp_path, [f"{row},A,Cup,1,{'' if row > 1 else AT},10.00,7" for row in range(40)]
    )
