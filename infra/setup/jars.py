"""The Java side: one set of jars per service, each jar locked by sha256 and cached for all clones of the user."""

import hashlib
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError
from common.files import sha256
from infra.setup import cache, ivy

LOCK = Path(__file__).with_name("jars.lock")


@dataclass(frozen=True, order=True)
class Jar:
    """One line of the lock: a file of Maven Central and the set that needs it; `-` is no classifier."""

    set_name: str
    organisation: str
    name: str
    revision: str
    classifier: str
    extension: str
    sha256: str
    size: int

    def line(self) -> str:
        """Return the jar as a line of the lock."""
        parts = (self.set_name, self.organisation, self.name, self.revision, self.classifier, self.extension)
        return " ".join((*parts, self.sha256, str(self.size)))

    def path(self) -> Path:
        """Return where the cache keeps it."""
        classifier = "" if self.classifier == "-" else f"-{self.classifier}"
        return cache.folder("jars") / self.organisation / f"{self.name}-{self.revision}{classifier}.{self.extension}"


def parse(line: str) -> Jar:
    """Return the jar of a line of the lock."""
    set_name, organisation, name, revision, classifier, extension, digest, size = line.split()
    return Jar(set_name, organisation, name, revision, classifier, extension, digest, int(size))


def locked_jars(set_name: str | None = None) -> list[Jar]:
    """Return the jars of one set, or of all."""
    jars = [parse(line) for line in LOCK.read_text().splitlines() if not line.startswith("#")]
    return [jar for jar in jars if set_name in (None, jar.set_name)]


def released(set_name: str, name: str) -> str:
    """Return the version that the lock has of a jar of a set."""
    return next(jar.revision for jar in locked_jars(set_name) if jar.name == name)


def classpath(set_name: str) -> list[Path]:
    """Return the files of a set, sorted; whether their bytes are right is `verify`'s business.

    Raises:
        UserError: a file is not in the cache.
    """
    paths = sorted(jar.path() for jar in locked_jars(set_name))
    absent = [path.name for path in paths if not path.is_file()]
    if absent:
        raise UserError(f"{len(absent)} jars of {set_name} are missing (first: {absent[0]}); run `make setup`")
    return paths


def verify(jars: Iterable[Jar]) -> None:
    """Compare every cached jar with its locked sha256.

    Raises:
        UserError: a jar's bytes are not those that were locked; the text names the file.
    """
    for path, digest in {jar.path(): jar.sha256 for jar in jars}.items():
        if not path.is_file() or sha256(path) != digest:
            raise UserError(f"{path} is not the jar that was locked (sha256 differs); delete it and run `make setup`")


def missing() -> list[Jar]:
    """Return the locked jars that the cache lacks, one entry per file."""
    return list({jar.path(): jar for jar in locked_jars() if not jar.path().is_file()}.values())


def install() -> int:
    """Fetch what the cache lacks, verify everything, and return how many files were fetched."""
    absent = missing()
    if absent:
        fetch(absent)
    verify(locked_jars())
    stamp().write_text(fingerprint())
    return len(absent)


def are_verified() -> bool:
    """Return whether every jar is as it was when its bytes were last compared, by sizes and times alone."""
    return stamp().is_file() and stamp().read_text() == fingerprint()


def stamp() -> Path:
    """Return where it is noted which files were verified, for this lock."""
    return cache.folder("jars") / f"verified-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"


def fingerprint() -> str:
    """Return size and time of every cached jar, as one hash."""
    stats = ((path, path.stat()) for path in sorted({jar.path() for jar in locked_jars()}) if path.is_file())
    lines = "".join(f"{path} {stat.st_size} {stat.st_mtime_ns}\n" for path, stat in stats)
    return hashlib.sha256(lines.encode()).hexdigest()


def fetch(jars: Sequence[Jar]) -> None:
    """Fetch jars into the cache; each is moved there only once its bytes are right, so a partial file is never seen."""
    store = cache.folder("ivy")
    with tempfile.TemporaryDirectory(dir=cache.folder("jars")) as folder:
        descriptor = Path(folder, "ivy.xml")
        descriptor.write_text(ivy_descriptor(jars))
        with progress(store, sum(jar.size for jar in jars)):
            ivy.retrieve(
                descriptor,
                store,
                f"{folder}/[organisation]/[artifact]-[revision](-[classifier]).[ext]",
                transitive=False,
            )
        for jar in jars:
            arrived = Path(folder, jar.path().relative_to(cache.folder("jars")))
            if not arrived.is_file() or sha256(arrived) != jar.sha256:
                raise UserError(
                    f"{arrived.name} was fetched, but its sha256 is not the locked one; nothing was installed"
                )
            jar.path().parent.mkdir(exist_ok=True)
            arrived.replace(jar.path())
    # Ivy's own copies served to go on after an interruption, which is over.
    shutil.rmtree(store)


def ivy_descriptor(jars: Sequence[Jar]) -> str:
    """Return an `ivy.xml` that names exactly these files and nothing that they depend on."""
    modules: dict[tuple[str, str, str], list[Jar]] = {}
    for jar in jars:
        modules.setdefault((jar.organisation, jar.name, jar.revision), []).append(jar)
    # One configuration per revision: within one configuration Ivy would evict all but the newest revision of a module.
    revisions: dict[tuple[str, str], list[str]] = {}
    for organisation, name, revision in sorted(modules):
        revisions.setdefault((organisation, name), []).append(revision)
    width = max(map(len, revisions.values()), default=1)
    confs = "".join(f'<conf name="c{index}"/>' for index in range(width))
    body = "".join(
        f'<dependency org="{organisation}" name="{name}" rev="{revision}" transitive="false"'
        f' conf="c{revisions[organisation, name].index(revision)}->*">{"".join(map(artifact, files))}</dependency>'
        for (organisation, name, revision), files in sorted(modules.items())
    )
    return (
        '<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven">'
        '<info organisation="lakehouse" module="set"/>'
        f"<configurations>{confs}</configurations><dependencies>{body}</dependencies></ivy-module>"
    )


def artifact(jar: Jar) -> str:
    """Return the element that names one file of a module."""
    kind = "test-jar" if jar.classifier == "tests" else jar.extension
    classifier = "" if jar.classifier == "-" else f' m:classifier="{jar.classifier}"'
    return f'<artifact name="{jar.name}" type="{kind}" ext="{jar.extension}"{classifier}/>'


class progress:  # noqa: N801 - reads as a statement: `with progress(...)`
    """Show on standard error how many bytes have arrived in a folder, every two seconds."""

    def __init__(self, folder: Path, total: int) -> None:
        """Watch `folder` for `total` more bytes."""
        self.folder, self.total, self.done = folder, total, threading.Event()
        self.before = self.arrived_bytes()
        self.thread = threading.Thread(target=self.show, daemon=True)

    def arrived_bytes(self) -> int:
        """Return the bytes that the folder holds; files may vanish while they are renamed."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def show(self) -> None:
        """Print until done."""
        while not self.done.wait(2):
            try:
                megabytes = (self.arrived_bytes() - self.before) / 1e6
            except FileNotFoundError:
                continue
            print(f"  jars: {megabytes:.0f} of about {self.total / 1e6:.0f} MB", file=sys.stderr, flush=True)

    def __enter__(self) -> None:
        """Begin to show."""
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        """Stop showing."""
        self.done.set()
        self.thread.join()
