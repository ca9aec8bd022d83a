"""What `make run` costs: `python tests/bench/run_cost.py [ORDERS=… MAPPING=… SNAPSHOT=…]` prints each step's time
and the peak of memory in use, platform included, over what the machine used before."""

import subprocess
import sys
import threading
import time
from pathlib import Path


def available_mb() -> float:
    """Return the memory that is free or can be made free."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) / 1024


def main(variables: list[str]) -> int:
    """Run the job once and print what it cost."""
    before, lowest, done = available_mb(), [available_mb()], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            lowest[0] = min(lowest[0], available_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.monotonic()
    status = subprocess.run(["make", "run", *variables], check=False).returncode
    seconds = time.monotonic() - started
    idle = available_mb()
    done.set()
    watcher.join()
    print(
        f"make run: {seconds:.0f} s, peak {before - lowest[0]:,.0f} MB, platform left running {before - idle:,.0f} MB"
    )
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
