"""The rules of one service by itself: image, user, mounts, files, passwords, health."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from common.settings import ROOT, Settings
from infra.docker import containers
from infra.docker.compose_file import ComposeFile, Place
from infra.docker.containers import OURS, PYTHON, Container
from infra.docker.profile import PROJECT, STATE, USER_ID, Profile

Fault = tuple[Place, str]


@dataclass(frozen=True)
class Context:
    """What all rules need: the file, and what is expected of each container."""

    settings: Settings
    profile: Profile
    file: ComposeFile
    expected: Mapping[str, Container]

    def service(self, name: str) -> Mapping[str, Any]:
        """Return a service as it stands in the file."""
        return self.file.services[name]

    def listens(self, name: str) -> set[int]:
        """Return the ports on which a container listens."""
        return {self.settings.port(port) for port in self.expected[name].listens} if name in self.expected else set()


def image(context: Context, name: str) -> Iterator[Fault]:
    """Yield an image without exact tag or of other versions than the locks, and a build of what is not there."""
    one, place = context.service(name), ("services", name, "image")
    given = str(one.get("image", ""))
    tag = given.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        yield place, f"image {given!r} has no exact tag"
    elif given not in (*containers.images().values(), OURS):
        yield place, f"image {given!r} is not {context.expected[name].image}, of the version that the locks have"
    build = one.get("build")
    if given == OURS and not build:
        yield place, f"nothing builds {OURS}"
    if build:
        root, around = Path(build.get("context", "")), ("services", name, "build")
        if not root.is_dir():
            yield (*around, "context"), f"there is no folder {root} to build from"
        elif not (root / build.get("dockerfile", "Dockerfile")).is_file():
            yield (*around, "dockerfile"), f"there is no {build.get('dockerfile')} in {root}"


def user(context: Context, name: str) -> Iterator[Fault]:
    """Yield a container that runs as root, or as a user that its image does not know."""
    given = str(context.service(name).get("user", "root"))
    if given.partition(":")[0] in ("", "0", "root"):
        yield ("services", name, "user"), "runs as root"
    elif given.partition(":")[0] != str(USER_ID):
        yield ("services", name, "user"), f"runs as user {given}; the images know {USER_ID}"


def hardening(context: Context, name: str) -> Iterator[Fault]:
    """Yield what a container may do although it need not."""
    one = context.service(name)
    wanted = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    for key, value in wanted.items():
        if one.get(key) != value:
            yield ("services", name, key), f"{key} is not {value}"
    for key in ("mem_limit", "cpus"):
        if not one.get(key):
            yield ("services", name, key), f"has no {key}"


def mounts(context: Context, name: str) -> Iterator[Fault]:
    """Yield mounts of folders that are not there, and folders that the container needs and does not have."""
    given = context.service(name).get("volumes") or []
    for index, one in enumerate(given):
        source = context.file.path.parent / one["source"]
        if not source.exists():
            yield ("services", name, "volumes", index, "source"), f"there is no {one['source']} to mount"
    targets = {one["target"] for one in given}
    for target in context.expected[name].mounts.values():
        if target not in targets:
            yield ("services", name, "volumes"), f"nothing is mounted at {target}"


def files(context: Context, name: str) -> Iterator[Fault]:
    """Yield the files which a command names, and which are in none of the container's folders."""
    one = context.service(name)
    for key in ("entrypoint", "command"):
        for index, word in enumerate(one.get(key) or []):
            yield from absent(context, name, word, ("services", name, key, index))
    for index, word in enumerate((one.get("healthcheck") or {}).get("test") or []):
        yield from absent(context, name, word, ("services", name, "healthcheck", "test", index))


def absent(context: Context, name: str, word: str, place: Place) -> Iterator[Fault]:
    """Yield that the file in a word of a command is not there; what the container itself makes may be absent."""
    inside = PurePosixPath(word.lstrip("@").rpartition("=")[2])
    is_named = inside.is_relative_to(STATE / "conf") or inside.is_relative_to(PROJECT)
    if not is_named or str(inside) == PYTHON:
        return
    if context.service(name).get("image") == OURS:
        there = ROOT / inside.relative_to(PROJECT) if inside.is_relative_to(PROJECT) else None
    else:
        found = (one for one in context.service(name).get("volumes") or [] if inside.is_relative_to(one["target"]))
        mount = next(found, None)
        there = context.file.path.parent / mount["source"] / inside.relative_to(mount["target"]) if mount else None
    if there is None or not there.is_file():
        yield place, f"there is no {inside} in the container"


def secrets(context: Context, name: str) -> Iterator[Fault]:
    """Yield passwords that nobody declares, that are missing, too many, or not where they are looked for."""
    given = context.service(name).get("secrets") or []
    declared = context.file.document.get("secrets") or {}
    for index, one in enumerate(given):
        place, source = ("services", name, "secrets", index), one["source"]
        if source not in declared:
            yield place, f"secret {source} is not declared"
        if source not in context.expected[name].secrets:
            yield place, f"has the secret {source}, which it does not need"
        if one.get("target") != str(STATE / "secrets" / source):
            yield (*place, "target"), f"secret {source} is not at {STATE / 'secrets' / source}, where it is looked for"
    for source in sorted({*context.expected[name].secrets} - {one["source"] for one in given}):
        yield ("services", name, "secrets"), f"secret {source} is missing"


def health(context: Context, name: str) -> Iterator[Fault]:
    """Yield a container that is not asked whether it is well, or whose question goes to another one."""
    place: Place = ("services", name, "healthcheck", "test")
    words = (context.service(name).get("healthcheck") or {}).get("test") or []
    if not words:
        if not context.expected[name].once:
            yield place, "has no health check"
        return
    # The host stands behind the script, and its port behind the host; a probe names its service last.
    host = len(words) - 1 if "probe" in words else 2
    if host >= len(words) or words[host] != name:
        yield (*place, host), f"its health command asks {words[host] if host < len(words) else 'nobody'}"
    elif words[host + 1 :] and words[host + 1] not in map(str, context.listens(name)):
        yield (*place, host + 1), f"its health command asks port {words[host + 1]}, on which it does not listen"
    elif tuple(words[1:]) != context.expected[name].health:
        yield place, "its health command is not the one for it"
