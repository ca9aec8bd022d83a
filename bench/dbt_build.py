"""What a full `dbt build` takes, beside the same project under the settings that a newcomer has.

`.venv/bin/python bench/dbt_build.py` on a platform that has events (`make replay`, `make ingest`). Each side has
a Thrift Server of its own: ours with the platform's settings and profile, stock with Spark's defaults but for 8 shuffle
partitions, and the profile of `dbt init` with 4 threads. Both write the same tables on the same HDFS with 1.5 GB, and
build everything twice with `--full-refresh`: in a cold server, and once more.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench import dbt_runs, measure
from common.errors import entry_point
from common.lake_paths import WAREHOUSE
from common.settings import Settings, read_settings
from infra.local import hadoop_conf, java, provision_postgres
from infra.local.files import PRIVATE, folder, properties, write
from infra.local.services import thrift

MEMORY = "1500m"
ROUNDS = ("cold", "warm")
SAMPLE = ("--select", "+run_bounds", "--exclude-resource-type", "test", "unit_test")
KINDS = ("table", "view", "test", "unit_test")
HEADER = ("server", "settings", "wall s", "server CPU s", "server MB", *(f"{kind} s" for kind in KINDS), "ours")


def main(argv: Sequence[str] | None = None) -> None:
    """Build on each side and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cold", action="store_true", help="build once on each side, in a cold server")
    parser.add_argument("--sample", action="store_true", help="one model, once, to see that the bench works")
    arguments = parser.parse_args(argv)
    rounds, selected = ROUNDS[: 1 if arguments.cold or arguments.sample else 2], SAMPLE if arguments.sample else ()
    settings, port = read_settings(), dbt_runs.free_port()
    home = settings.path("run", "bench")
    sides = {
        "ours": (dbt_runs.platform_server(settings, port), dbt_runs.profile(settings, port)),
        "stock": (stock_server(settings, port, home), {**dbt_runs.bare_profile(port), "threads": 4}),
    }
    by_side = {}
    for side, (command, profile) in sides.items():
        place = folder(home / side)
        with dbt_runs.serving(settings, command, port, place / "thrift.log") as server:
            build = ("build", "--full-refresh", *selected)
            by_side[side] = [dbt_runs.run(server, profile, place, *build) for _ in rounds]
    lines = [
        line(name, side, by_side[side][number], by_side["ours"][number])
        for number, name in enumerate(rounds)
        for side in sides
    ]
    print(measure.table(HEADER, lines))


def stock_server(settings: Settings, port: int, home: Path) -> list[str]:
    """Return the command of a Thrift Server that knows where this platform's lake is, and nothing else of it."""
    needed = {"dfs.replication", "dfs.blocksize", "fs.permissions.umask-mode"}
    client = {name: value for name, value in hadoop_conf.client(settings).items() if name in needed}
    server = {
        "hive.server2.thrift.bind.host": "127.0.0.1",
        "hive.server2.thrift.port": port,
        "hive.server2.enable.doAs": "false",
    }
    hadoop = {"fs.defaultFS": settings.hdfs_url, **client, **server, **provision_postgres.jdbc(settings)}
    values = {
        "spark.master": "local[2]",
        "spark.driver.memory": MEMORY,
        "spark.sql.shuffle.partitions": 8,
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": f"{settings.hdfs_url}{WAREHOUSE}",
        **{f"spark.hadoop.{name}": value for name, value in hadoop.items()},
    }
    rendered = write(folder(home) / "stock.conf", properties(values, " "), PRIVATE)
    flags = [f"-Xmx{MEMORY}", *java.OPENS, "-Duser.timezone=UTC", f"-DHADOOP_USER_NAME={thrift.IDENTITY}"]
    arguments = java.argument_file(home / "stock.args", flags, java.spark_jars())
    submit = ["org.apache.spark.deploy.SparkSubmit", "--properties-file", str(rendered), "--class", thrift.MAIN]
    return [java.executable(), f"@{arguments}", *submit, "--name", "stock", "spark-internal"]


def line(server: str, side: str, run: dbt_runs.Run, ours: dbt_runs.Run) -> tuple[str, ...]:
    """Return a line of the table; the last column is ours as a part of this side's wall time."""
    kinds = (f"{run.by_kind().get(kind, 0):.1f}" for kind in KINDS)
    cost = (f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{run.megabytes:,.0f}")
    return (server, side, *cost, *kinds, f"{ours.seconds / run.seconds:.2f}x")


if __name__ == "__main__":
    entry_point(main)()
