"""The Python side: a private virtual environment, filled by uv with exactly the locked wheels."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from common.errors import UserError
from common.settings import ROOT
from infra.setup import cache

VENV = ROOT / ".venv"
LOCK = Path(__file__).with_name("requirements.lock")
BOOTSTRAP = Path(__file__).with_name("bootstrap.lock")
STAMP = VENV / ".locked"


def spark_home() -> Path:
    """Return the folder of the environment's pyspark."""
    return site_packages() / "pyspark"


def site_packages() -> Path:
    """Return the environment's folder of packages."""
    return VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"


def digest() -> str:
    """Return what the environment depends on, as one hash."""
    text = LOCK.read_bytes() + BOOTSTRAP.read_bytes() + sys.version.encode()
    return hashlib.sha256(text).hexdigest()


def is_installed() -> bool:
    """Return whether the environment holds exactly what the lock says."""
    return STAMP.is_file() and STAMP.read_text() == digest()


def install() -> None:
    """Make the environment equal to the lock; every byte that comes from the network is compared with its hash.

    pip installs only uv and setuptools, which builds what is published as source alone.
    """
    if not (VENV / "bin" / "pip").exists() or not site_packages().is_dir():
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "making .venv")
    wheels = str(cache.folder("bootstrap"))
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "-q"]
    locked = ["--no-deps", "--require-hashes", "-r", str(BOOTSTRAP)]
    from_cache = [*pip, "install", "--no-index", "--find-links", wheels, *locked]
    if subprocess.run(from_cache, capture_output=True, check=False).returncode:
        run([*pip, "download", "-d", wheels, *locked], "fetching uv")
        run(from_cache, "installing uv")
    sync()
    (site_packages() / "lakehouse.pth").write_text(f"{ROOT}\n")
    STAMP.write_text(digest())


def sync() -> None:
    """Install the locked wheels and remove all others, without the network where the cache has them all."""
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--require-hashes", "--no-build-isolation"]
    command += ["--cache-dir", str(cache.folder("wheels")), "--python", str(VENV / "bin" / "python")]
    command += [str(LOCK)]
    offline = subprocess.run([*command, "-q", "--offline"], capture_output=True, check=False)
    if offline.returncode:
        run(command, "installing the Python packages")


def run(command: list[str], what: str) -> None:
    """Run a step of the installation with its own progress on standard error.

    Raises:
        UserError: it failed; its own words stand above.
    """
    # The user's index settings stand; a virtual environment around us must not.
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode:
        raise UserError(
            f"{what} failed (see above); check the network and disk, then run it again: it goes on from there"
        )
