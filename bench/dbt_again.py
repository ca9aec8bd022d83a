"""What a warm `dbt build` of the whole lake takes when nothing is new, beside the same build of another checkout.

`.venv/bin/python bench/dbt_again.py --beside <folder of the other checkout>` on a platform that ran `make run`.
Each side has a Thrift Server of its own, with the settings of its own checkout, on the same HDFS with the same tables.
They build everything in turn, `--warm` times unmeasured, then `--rounds` times.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench import dbt_runs, measure
from common.errors import UsageError, UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from infra.local.files import PRIVATE, folder, properties, write
from infra.pipeline.steps import DBT_PROJECT

# Cautious: without the tests of models that only refer to it, which may not be there yet.
SAMPLE = ("--select", "+run_bounds", "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")
HEADER = ("side", "wall s", "server CPU s", "dbt CPU s", "nodes", "wall", "server CPU", "dbt CPU")
SETTINGS = """
import json
from infra.local import spark_conf
from infra.local.services.thrift import server
from common.settings import read_settings
settings = read_settings()
print(json.dumps({**spark_conf.defaults(settings), **server(settings)}, default=str))
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Build on each side in turn, and print the medians and ours as a part of the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", type=Path, default=ROOT, metavar="FOLDER", help="the other checkout; this one")
    parser.add_argument("--warm", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", action="store_true", help="one model, once, to see that the bench works")
    arguments = parser.parse_args(argv)
    other = arguments.beside.resolve()
    if not (other / DBT_PROJECT.name).is_dir():
        raise UsageError(f"--beside {arguments.beside}: there is no {DBT_PROJECT.name} in it; name a checkout")
    settings = read_settings()
    warm, rounds, selected = (0, 1, SAMPLE) if arguments.sample else (arguments.warm, arguments.rounds, ())
    home = settings.path("run", "bench")
    roots = {"ours": ROOT, "beside": other}
    by_side: dict[str, list[dbt_runs.Run]] = {side: [] for side in roots}
    with ExitStack() as stack:
        builds = {side: stack.enter_context(builder(settings, root, home / side)) for side, root in roots.items()}
        for _ in range(warm + rounds):
            for side, build in builds.items():
                by_side[side].append(build("build", *selected))
    costs = {side: cost(runs[warm:]) for side, runs in by_side.items()}
    print(
        measure.table(HEADER, [line(side, costs[side], costs["ours"], len(by_side[side][-1].nodes)) for side in roots])
    )


@contextmanager
def builder(settings: Settings, root: Path, place: Path) -> Iterator[Callable[..., dbt_runs.Run]]:
    """Yield a function that runs dbt on the project of a checkout, in a Thrift Server of its own."""
    port = dbt_runs.free_port()
    command = server(settings, root, port, place)
    with dbt_runs.serving(settings, command, port, folder(place) / "thrift.log") as process:
        profile = dbt_runs.profile(settings, port)
        yield partial(dbt_runs.run, process, profile, place, project=root / DBT_PROJECT.name)


def server(settings: Settings, root: Path, port: int, place: Path) -> list[str]:
    """Return the command of a Thrift Server with the settings of a checkout."""
    asked = subprocess.run([sys.executable, "-c", SETTINGS], cwd=root, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise UserError(f"{root} has no settings of a Thrift Server: {asked.stderr.strip().splitlines()[-1]}")
    # It holds the catalogue's password.
    path = write(folder(place) / "thrift.conf", properties(json.loads(asked.stdout), " "), PRIVATE)
    command = dbt_runs.platform_server(settings, port)
    command[command.index("--properties-file") + 1] = str(path)
    return command


@dataclass(frozen=True)
class Cost:
    """Medians over the builds of a side: wall seconds, CPU seconds of the server and of dbt."""

    wall: float
    server: float
    dbt: float


def cost(runs: Sequence[dbt_runs.Run]) -> Cost:
    """Return what a build takes."""
    return Cost(
        median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs),
        median(run.dbt_cpu_seconds for run in runs),
    )


def line(side: str, one: Cost, ours: Cost, nodes: int) -> tuple[str, ...]:
    """Return a line of the table; the last columns are ours as a part of this side's."""
    parts = (f"{ours.wall / one.wall:.2f}x", f"{ours.server / one.server:.2f}x", f"{ours.dbt / one.dbt:.2f}x")
    return (side, f"{one.wall:.1f}", f"{one.server:.1f}", f"{one.dbt:.1f}", str(nodes), *parts)


if __name__ == "__main__":
    entry_point(main)()
