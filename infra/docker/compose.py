"""`compose.yml`: the containers as an engine reads them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from common.settings import IDENTITIES, ROOT, Settings
from infra.docker.containers import OURS, SCRIPTS, Container
from infra.docker.profile import STATE, USER_ID, Profile

LOOPBACK = "127.0.0.1"
NETWORK = "lakehouse"
HEAD = """\
# Written by `make containers PROFILE={profile}`; change settings and run it again instead of this file.
# docs/cluster.md says what is what.
"""


def text(settings: Settings, profile: Profile, containers: Sequence[Container]) -> str:
    """Return the file."""
    any_job = next(one for one in containers if one.name == "job")
    common = Common(service(settings, any_job, containers))
    services = {one.name: service(settings, one, containers) for one in containers if one.group != "jobs"}
    jobs = {one.name: {"<<": common, "entrypoint": [*one.command]} for one in containers if one.group == "jobs"}
    document = {
        "name": NETWORK,
        "x-job": common,
        "services": services | jobs,
        "networks": {NETWORK: {}},
        "secrets": {name: {"file": f"./secrets/{name}"} for name in IDENTITIES},
    }
    body = yaml.dump(document, Dumper=Plain, sort_keys=False, width=110)
    return HEAD.format(profile=profile.name) + body.replace("'<<': ", "<<: ")


def profile_of(path: Path) -> str:
    """Return the profile of a file that was written, or nothing."""
    found = re.match(HEAD.partition("{")[0] + r"(\w+)", path.read_text()) if path.is_file() else None
    return found[1] if found else ""


class Common(dict[str, Any]):
    """What all jobs have: written once, and referred to."""


class Plain(yaml.SafeDumper):
    """Writes each value where it stands, but for what all jobs have."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return whether a value is written wherever it occurs."""
        return not isinstance(data, Common)

    def generate_anchor(self, node: yaml.Node) -> str:
        """Return the name by which jobs refer to what they have in common."""
        return "job"


Plain.add_representer(Common, yaml.SafeDumper.represent_dict)


def service(settings: Settings, one: Container, containers: Sequence[Container]) -> dict[str, Any]:
    """Return one service; what is empty is left out."""
    entries = {
        "image": one.image,
        "build": {"context": str(ROOT), "dockerfile": "infra/docker/Dockerfile"} if one.image == OURS else None,
        "profiles": [one.group] if one.group else None,
        "hostname": one.name,
        "user": f"{USER_ID}:{USER_ID}",
        **start(one),
        "environment": dict(one.variables),
        "networks": [NETWORK],
        "ports": [f"{LOOPBACK}:{settings.port(name)}:{settings.port(name)}" for name in one.pages],
        "volumes": volumes(one),
        "tmpfs": ["/tmp", *(f"{path}:mode=0700,uid={USER_ID},gid={USER_ID}" for path in one.scratch)],  # noqa: S108
        "secrets": [{"source": name, "target": str(STATE / "secrets" / name)} for name in one.secrets],
        "depends_on": {name: {"condition": condition(name, containers)} for name in one.needs},
        "healthcheck": health(one),
        **limits(one),
    }
    return {name: value for name, value in entries.items() if value}


def start(one: Container) -> dict[str, Any]:
    """Return how a container starts and ends; the words after a job's name are added to its own."""
    words = list(one.command)
    if one.group == "jobs":
        command: dict[str, Any] = {"entrypoint": words}
    else:
        command = {"command": words} if one.keeps_entrypoint else {"entrypoint": words[:1], "command": words[1:]}
    ends = {} if one.once else {"stop_signal": one.stop_signal, "stop_grace_period": "60s"}
    return {**command, "init": True, "restart": "no" if one.once else "unless-stopped", **ends}


def volumes(one: Container) -> list[dict[str, Any]]:
    """Return the folders of this machine that a container sees; what it only reads it cannot write."""
    scripts = [] if one.image == OURS else [(str(ROOT / "infra" / "docker" / "scripts"), str(SCRIPTS), True)]
    own = [(f"./{name}", inside, name.startswith(("conf", "in"))) for name, inside in one.mounts.items()]
    return [
        {
            "type": "bind",
            "source": source,
            "target": target,
            "read_only": read_only,
            "bind": {"create_host_path": False},
        }
        for source, target, read_only in (*scripts, *own)
    ]


def condition(name: str, containers: Sequence[Container]) -> str:
    """Return for what to wait of another container."""
    other = next(one for one in containers if one.name == name)
    return "service_completed_successfully" if other.once else "service_healthy"


def health(one: Container) -> dict[str, Any] | None:
    """Return how a container is asked whether it is well."""
    if not one.health:
        return None
    return {"test": ["CMD", *one.health], "interval": "10s", "timeout": "10s", "retries": 12, "start_period": "60s"}


def limits(one: Container) -> dict[str, Any]:
    """Return what a container may use, and what it may not do."""
    return {
        "mem_limit": f"{one.memory_mb}m",
        "cpus": one.cpus,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
    }


def folders(one: Container, home: Path) -> list[Path]:
    """Return the folders of this machine that must be there before a container starts.

    An engine would make those on which something is mounted inside another mount, but as root's.
    """
    inner = (Path(inside) for inside in (*one.mounts.values(), *one.scratch) if "state" in one.mounts)
    nested = [home / "state" / path.relative_to(STATE) for path in inner if STATE in path.parents]
    return [*(home / name for name in one.mounts), *nested]
