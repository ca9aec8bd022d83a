"""What it takes to build all marts of an order history, beside the same marts written by hand for DuckDB.

`.venv/bin/python bench/by_hand.py` on a platform that has events; ten million order lines are the file of the UCI
replayed as 19 shops (`make replay ORDERS= MAPPING=online_retail SOURCE=shop1`, ...). The lake: `dbt run --full-refresh`
of everything before the scores, in a Thrift Server that was started for it. By hand: `sql_by_hand` over the files of
`bronze.events` on local disk, as one process, whose results go to a DuckDB database. Both count the rows of each mart.
"""

import argparse
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path

from bench import dbt_runs, delta_log, environment, measure, peers
from common import thrift
from common.errors import entry_point
from common.settings import Settings, read_settings
from infra.local.files import folder

HERE = Path(__file__).parent
SELECTED = ("run", "--full-refresh", "--selector", "lake_before_scores")
SAMPLE = ("run", "--full-refresh", "--select", "+fct_orders")
SCHEMAS = ("core", "behaviour", "segments", "churn")
SLOWEST = 12
HEADER = ("", "wall s", "CPU s", "peak MB", "wall, ours", "CPU, ours")


def main(argv: Sequence[str] | None = None) -> None:
    """Build on both sides, compare the marts' sizes and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help="one mart alone, to see that the bench works")
    selected = SAMPLE if parser.parse_args(argv).sample else SELECTED
    settings, home = read_settings(), folder(read_settings().path("run", "bench", "by-hand"))
    hand = by_hand(peers.events_table(settings), home)
    port = dbt_runs.free_port()
    with dbt_runs.serving(settings, dbt_runs.platform_server(settings, port), port, home / "thrift.log") as server:
        ours = dbt_runs.run(server, dbt_runs.profile(settings, port), home, *selected)
        built = {node.rpartition(".")[2] for node in ours.nodes}
        rows = dict(sizes(replace(settings, thrift_port=port), built, json.loads(hand.output)))
    differing = {mart: counts for mart, counts in rows.items() if len(set(counts)) > 1}
    print(f"{len(rows)} marts, of different size (lake, by hand): {differing or 'none'}")
    print(f"longest in the lake: {ours.slowest(SLOWEST)}")
    ratios = (f"{ours.seconds / hand.seconds:.2f}x", f"{ours.cpu_seconds / hand.cpu_seconds:.2f}x")
    lines = [
        ("lake", *numbers(ours.seconds, ours.cpu_seconds, ours.megabytes), *ratios),
        ("by hand", *numbers(hand.seconds, hand.cpu_seconds, max(hand.megabytes)), "", ""),
    ]
    print(measure.table(HEADER, lines))


def numbers(seconds: float, cpu_seconds: float, megabytes: float) -> tuple[str, str, str]:
    """Return what was measured of one side."""
    return f"{seconds:.1f}", f"{cpu_seconds:.1f}", f"{megabytes:,.0f}"


def by_hand(events: delta_log.Table, home: Path) -> measure.Measured:
    """Bring the events' files here, then build the marts from them; only the building is measured."""
    shutil.rmtree(home / "events", ignore_errors=True)
    files = folder(home / "events")
    for file in events.live():
        (files / Path(file).name).write_bytes(events.read(file))
    database = home / "marts.duckdb"
    database.unlink(missing_ok=True)
    command = [str(environment.interpreter()), str(HERE / "peer_duckdb.py"), str(files), str(database)]
    return measure.run(command, os.environ, HERE)


def sizes(settings: Settings, built: Set[str], by_hand: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the rows of each mart that both sides have built: the lake's, and those by hand."""
    tables = {name: schema for schema in SCHEMAS for _, name, *_ in thrift.rows(settings, f"show tables in {schema}")}
    for mart, rows in by_hand.items():
        if mart in tables and mart in built:
            ((count,),) = thrift.rows(settings, f"select count(*) from {tables[mart]}.{mart}")
            yield mart, (count, rows)


if __name__ == "__main__":
    entry_point(main)()
