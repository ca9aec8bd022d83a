"""dbt against a Thrift Server that a bench started for itself, and what that cost."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench import measure
from common.errors import UserError
from common.settings import Settings
from infra.local.files import PRIVATE, write
from infra.local.services import thrift
from infra.pipeline.steps import DBT_PROJECT

READY_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """One run of dbt: wall seconds, CPU seconds and peak memory (MB) of its server, seconds of each node, dbt's CPU."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    nodes: Mapping[str, float]
    materialized: Mapping[str, str]
    dbt_cpu_seconds: float

    def by_kind(self) -> Mapping[str, float]:
        """Return the seconds of tables (merged ones too), views, tests and unit tests."""
        by_kind: defaultdict[str, float] = defaultdict(float)
        for node, seconds in self.nodes.items():
            kind = node.partition(".")[0]
            shown = "view" if self.materialized.get(node) == "view" else "table" if kind == "model" else kind
            by_kind[shown] += seconds
        return by_kind

    def slowest(self, most: int) -> str:
        """Return the nodes that took longest, in a line."""
        ordered = sorted(self.nodes.items(), key=lambda one: -one[1])[:most]
        return ", ".join(f"{node.rpartition('.')[2]} {seconds:.1f} s" for node, seconds in ordered)


def profile(settings: Settings, port: int) -> dict[str, Any]:
    """Return the platform's own profile for another port."""
    own = {"auth": "CUSTOM", "password": settings.secret(thrift.IDENTITY), "threads": 2, "poll_interval": 1}
    return {**bare_profile(port), **own}


def bare_profile(port: int) -> dict[str, Any]:
    """Return the profile that says where the lake is, and nothing else."""
    place = {"host": "127.0.0.1", "port": port, "user": thrift.IDENTITY, "schema": "staging"}
    return {"type": "spark", "method": "thrift", **place}


def platform_server(settings: Settings, port: int) -> list[str]:
    """Return the command of the platform's Thrift Server on another port."""
    (program,) = thrift.service(settings).programs
    *command, resource = program.command
    return [*command, "--conf", f"spark.hadoop.hive.server2.thrift.port={port}", resource]


@contextmanager
def serving(settings: Settings, command: Sequence[str], port: int, log: Path) -> Iterator[psutil.Process]:
    """Run a Thrift Server for the length of the block.

    Raises:
        UserError: it does not answer in time, or has ended.
    """
    (program,) = thrift.service(settings).programs
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "HADOOP_"))}
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env={**own, **program.env}, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not answers(port):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise UserError(f"the Thrift Server of the bench does not answer; see {log}")
                time.sleep(0.2)
            yield psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait()


def run(
    server: psutil.Process, output: Mapping[str, Any], folder: Path, *arguments: str, project: Path = DBT_PROJECT
) -> Run:
    """Run dbt on a server, with the output of its profile, and its files in a folder."""
    # JSON is YAML.
    profiles = {"lakehouse": {"target": "lake", "outputs": {"lake": output}}}
    write(folder / "profiles.yml", json.dumps(profiles), PRIVATE)
    target = folder / "target"
    places = {"DBT_PROFILES_DIR": folder, "DBT_TARGET_PATH": target, "DBT_LOG_PATH": target}
    environ = {**os.environ, **{name: str(place) for name, place in places.items()}}
    before = cpu_seconds(server)
    measured = measure.run([f"{sys.prefix}/bin/dbt", *arguments], environ, project, server.pid)
    nodes = json.loads((target / "manifest.json").read_text())["nodes"]
    results = json.loads((target / "run_results.json").read_text())["results"]
    return Run(
        measured.seconds,
        cpu_seconds(server) - before,
        max(measured.megabytes),
        {one["unique_id"]: one["execution_time"] for one in results},
        {name: node["config"]["materialized"] for name, node in nodes.items()},
        measured.cpu_seconds,
    )


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time of a process so far, its own and the system's for it."""
    times = process.cpu_times()
    return float(times.user + times.system)


def answers(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
