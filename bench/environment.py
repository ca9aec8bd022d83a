"""The environment of the programs that the benches compare with: their wheels are locked, and none is in `.venv`.

`python bench/environment.py` makes it and prints its interpreter; it is built once per lock, in the cache.
"""

import hashlib
import sys
from pathlib import Path

from infra.setup import cache
from infra.setup.python import VENV, run

LOCK = Path(__file__).with_name("requirements.lock")


def interpreter() -> Path:
    """Return the environment's Python; the first call installs the locked wheels, hash by hash.

    Raises:
        UserError: an installation step failed.
    """
    fingerprint = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    home = cache.folder("bench") / fingerprint
    python, complete = home / "bin" / "python", home / ".locked"
    if not complete.is_file():
        uv = str(VENV / "bin" / "uv")
        run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)], "making the benches' environment")
        command = [uv, "pip", "sync", "-q", "--require-hashes", "--cache-dir", str(cache.folder("wheels"))]
        run([*command, "--python", str(python), str(LOCK)], "installing the benches' packages")
        complete.touch()
    return python


if __name__ == "__main__":
    print(interpreter())
