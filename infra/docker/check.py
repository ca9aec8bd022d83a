"""Whether `compose.yml` is right: by the schema of its specification, and by what the services and this code expect."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from common.settings import Settings
from infra.docker import check_links, check_services, containers
from infra.docker.check_services import Context, Fault
from infra.docker.compose_file import ComposeFile
from infra.docker.profile import Profile

Rule = Callable[[Context, str], Iterator[Fault]]
RULES: tuple[Rule, ...] = (
    check_services.image,
    check_services.user,
    check_services.hardening,
    check_services.mounts,
    check_services.files,
    check_services.secrets,
    check_services.health,
    check_links.variables,
    check_links.addresses,
    check_links.ports,
    check_links.dependencies,
)


def findings(settings: Settings, profile: Profile, path: Path) -> list[str]:
    """Return every fault as `line: service: what is wrong`, in the order of the lines.

    Raises:
        UserError: the file cannot be read.
    """
    file = ComposeFile.read(path)
    return [*schema(path), *own_findings(settings, profile, file)]


def own_findings(settings: Settings, profile: Profile, file: ComposeFile) -> list[str]:
    """Return what breaks the rules of this project."""
    context = Context(settings, profile, file, {one.name: one for one in containers.every(settings, profile)})
    faults = [*whole(context), *check_links.memory(context), *check_links.circles(context)]
    for name in file.services:
        if name in context.expected:
            faults += [*forms(context, name)] or [fault for rule in RULES for fault in rule(context, name)]
    told = [(file.line(place), f"{place[1] if len(place) > 1 else place[0]}: {text}") for place, text in faults]
    return [f"{line}: {text}" for line, text in sorted(set(told))]


def whole(context: Context) -> Iterator[Fault]:
    """Yield the services that are too many or missing, and the files of passwords that are not there."""
    for name in context.file.services:
        if name not in context.expected:
            yield ("services", name), f"no container of PROFILE={context.profile.name} has this name"
    for name in context.expected:
        if name not in context.file.services:
            yield ("services",), f"{name} is missing"
    for name, one in (context.file.document.get("secrets") or {}).items():
        file = (one or {}).get("file")
        if not (context.file.path.parent / str(file)).is_file():
            yield ("secrets", name, "file"), f"there is no file {file}"


def forms(context: Context, name: str) -> Iterator[Fault]:
    """Yield what the specification lets one write in short, and this check reads in full alone."""
    one = context.file.services[name]
    if not isinstance(one, dict):
        yield ("services", name), "is no mapping"
        return
    for key in ("environment", "depends_on", "healthcheck", "build"):
        if not isinstance(one.get(key, {}), dict):
            yield ("services", name, key), f"write {key} as a mapping"
    for key in ("volumes", "secrets"):
        if any(not isinstance(entry, dict) or "source" not in entry for entry in one.get(key) or []):
            yield ("services", name, key), f"write each of {key} in full: source, target"
    for key in ("entrypoint", "command"):
        if not isinstance(one.get(key, []), list):
            yield ("services", name, key), f"write {key} as a list"


def schema(path: Path) -> Sequence[str]:
    """Return what the JSON schema of the compose specification, as check-jsonschema brings it, does not allow."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line.strip() for line in (process.stdout + process.stderr).splitlines() if line.strip()]
    return [] if process.returncode == 0 else [f"1: schema: {line}" for line in lines[1:] or lines]
