"""Run each container's command as a process of this machine until its health check passes, where there is no engine.

`python -m tests.drills.containers` reads `compose.yml` as `make containers` writes it, and takes from it the commands,
the variables, the mounts, the passwords, the health checks and the order. What an engine would do is done otherwise:
each container has an address of its own on loopback, a hosts file for Java by which names are found, and a folder in
which its mounts are links; the jars of the official images are those of the locks. Not run: the images themselves,
their own start scripts (PostgreSQL's `initdb` is run here with the image's arguments), users, limits, read-only roots.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from common import processes
from common.errors import UserError, entry_point
from common.settings import ROOT, Settings, read_settings
from infra.docker.compose_file import ComposeFile
from infra.docker.profile import STATE, USER_ID
from infra.local.services import postgres
from tests.drills.container_process import Container

STATE_DIR, PORT_BASE = ROOT / ".state-containers", os.environ.get("TEST_PORT_BASE", "27000")
# Addresses of loopback that nobody else uses.
NETWORK = "127.27.0"
SECONDS_FOR_A_JOB = 1_800
# Jobs that are run when all stay up, each with variables of make.
JOBS = (
    ("simulate", "CUSTOMERS=20", "DAYS=20"),
    ("submit", "--executor-memory", "512m", "tests/drills/yarn_job.py"),
    ("marts",),
)


@entry_point
def main(argv: Sequence[str] | None = None) -> None:
    """Start, ask, run the jobs, say what was run, stop."""
    parser = argparse.ArgumentParser(description="Run the containers' commands without containers.")
    parser.add_argument("--profile", default="small")
    parser.add_argument("--only", nargs="*", help="these and what they need")
    parser.add_argument("--jobs", action="store_true", help="run jobs when all are up")
    args = parser.parse_args(argv)
    settings = read_settings({"STATE_DIR": str(STATE_DIR), "PORT_BASE": PORT_BASE}, ROOT / "none")
    shutil.rmtree(STATE_DIR, ignore_errors=True)
    write(settings, args.profile)
    with running(STATE_DIR / "containers", args.only) as containers:
        for job in JOBS if args.jobs else ():
            run_job(containers, *job)
        for one in containers.values():
            used = processes.memory_mb(one.process.pid) if one.process and one.process.poll() is None else 0
            print(f"{one.name:16} {used:5} MB of {one.service['mem_limit']}")


def write(settings: Settings, profile: str) -> None:
    """Write what `make containers` does, and pass over that nothing could start it here."""
    command = [sys.executable, "-m", "infra.docker", "--profile", profile]
    environ = {"STATE_DIR": str(settings.state_dir), "PORT_BASE": str(settings.port_base), "PATH": "/usr/bin:/bin"}
    process = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    if "no fault found" not in process.stdout:
        raise UserError(process.stderr)


@contextmanager
def running(place: Path, only: Sequence[str] | None = None) -> Iterator[dict[str, Container]]:
    """Yield the containers, each started when those that it waits for are well; end them in the other order."""
    file = ComposeFile.read(place / "compose.yml")
    addresses = {name: f"{NETWORK}.{number}" for number, name in enumerate(file.services, 1)}
    containers = {name: Container(name, one, place, addresses) for name, one in file.services.items()}
    started: dict[str, Container] = {}
    well: set[str] = set()

    def wait(names: Iterable[str]) -> None:
        for name in names:
            if name not in well:
                print(f"{name:16} well {started[name].wait():5.1f} s later", flush=True)
                well.add(name)

    try:
        for name in order(file, only):
            one = containers[name]
            wait(one.service.get("depends_on", {}))
            one.prepare()
            if name == "postgres":
                initialise(one)
            one.start(prefix=as_its_user() if name == "postgres" else ())
            started[name] = one
        wait(started)
        yield started | {name: one for name, one in containers.items() if "jobs" in one.service.get("profiles", [])}
    finally:
        for one in reversed(started.values()):
            one.stop()


def order(file: ComposeFile, only: Sequence[str] | None) -> list[str]:
    """Return the services, but for jobs, so that each comes after those that it waits for."""
    ordered: list[str] = []

    def add(name: str) -> None:
        for other in file.services[name].get("depends_on", {}):
            add(other)
        if name not in ordered:
            ordered.append(name)

    for name in only or [name for name, one in file.services.items() if "jobs" not in one.get("profiles", [])]:
        add(name)
    return ordered


def as_its_user() -> tuple[str, ...]:
    """Return the prefix by which root runs a command as the user of the containers; PostgreSQL refuses root."""
    drop = ("setpriv", f"--reuid={USER_ID}", f"--regid={USER_ID}", "--clear-groups", "--bounding-set=-all")
    return drop if os.geteuid() == 0 else ()


def initialise(one: Container) -> None:
    """Make the database files by the arguments that the image's own start would give to `initdb`."""
    given = one.environ()
    data, password = Path(given["PGDATA"]), one.folder / "password"
    data.mkdir(mode=0o700)
    password.write_text(Path(given["POSTGRES_PASSWORD_FILE"]).read_text())
    if os.geteuid() == 0:
        for path in (one.folder, password, data, *one.path(STATE / "conf").rglob("*")):
            os.chown(path, USER_ID, USER_ID)
    subprocess.run(
        [*as_its_user(), str(postgres.BIN / "initdb"), "-D", str(data), "--username=postgres",
         f"--pwfile={password}", *given["POSTGRES_INITDB_ARGS"].split()],
        check=True, capture_output=True, cwd="/", env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip


def run_job(containers: Mapping[str, Container], name: str, *variables: str) -> None:
    """Run a job as `docker compose run --rm NAME VARIABLE=value` would."""
    one = containers[name]
    one.prepare()
    more: Sequence[str] = ()
    if name == "submit":
        # What runs inside a NodeManager's container has no engine's names, either.
        node = containers["nodemanager-1"].environ()["JAVA_TOOL_OPTIONS"]
        roles = ("spark.yarn.appMasterEnv", "spark.executorEnv")
        more = [word for role in roles for word in ("--conf", f"{role}.JAVA_TOOL_OPTIONS={node}")]
    one.start(*more, *variables)
    print(f"{name:16} ended well after {one.wait(SECONDS_FOR_A_JOB):5.1f} s", flush=True)


if __name__ == "__main__":
    main()
