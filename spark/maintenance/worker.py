"""The upkeep of one owner's tables, in a process of its own, since a Java process has one identity on HDFS.

It is started by `spark.maintenance` and answers with a line of JSON per table.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from common.cli import Parser
from common.errors import UserError, entry_point, first_line
from common.session import session
from common.settings import read_settings
from spark.maintenance.upkeep import Limits, keep_up


def main(argv: Sequence[str] | None = None) -> None:
    """Keep up the tables that standard input names, one JSON object a line: name, path, files, commits."""
    parser = Parser(prog="python -m spark.maintenance.worker", description=__doc__)
    parser.add_argument("--owner", required=True, help="whose tables they are")
    for name in ("small-files", "commits", "retain-hours", "log-hours"):
        parser.add_argument(f"--{name}", type=int, required=True, help="as of spark.maintenance")
    args = parser.parse_args(argv)
    limits = Limits(args.small_files, args.commits, args.retain_hours, args.log_hours)
    settings = read_settings()
    tables = [json.loads(line) for line in sys.stdin]
    spark = session("maintenance", settings, identity=args.owner)
    failed = 0
    for table in tables:
        path = f"{settings.hdfs_url}{table['path']}"
        try:
            before, after = keep_up(spark, path, table["files"], table["commits"], limits)
        except (PySparkException, Py4JError) as error:
            failed += 1
            print(f"{table['name']}: {first_line(error)}", file=sys.stderr, flush=True)
        else:
            print(json.dumps({"name": table["name"], "before": asdict(before), "after": asdict(after)}), flush=True)
    spark.stop()
    if failed:
        raise UserError(f"{failed} tables could not be kept up; run it again when nobody else replaces their rows")


if __name__ == "__main__":
    entry_point(main)()
