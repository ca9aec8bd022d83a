"""A page as a reader sees it: opened in headless Chromium."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SECONDS_FOR_SCRIPTS = 10
# Chromium has no sandbox for the superuser, and these are our own files.
FLAGS = (
    *("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *(("--no-sandbox",) if os.geteuid() == 0 else ()),
)


def chromium() -> str:
    """Return the browser; skip where there is none, and fail where CI must have it."""
    executable = shutil.which("chromium")
    if not executable and os.environ.get("CI"):
        pytest.fail("chromium is not installed, and CI must not skip the tests of what people see")
    if not executable:
        pytest.skip("chromium is not installed: install it to test what people see")
    return executable


def document(page: Path, place: str, profile: Path) -> str:
    """Return the HTML of a page after its scripts have run.

    Args:
        page: a file.
        place: what follows its name, such as `#!/overview`.
        profile: an empty folder of the browser's own.
    """
    return run(page, place, profile, "--dump-dom")


def screenshot(page: Path, place: str, profile: Path, picture: Path) -> None:
    """Take a picture of a page."""
    run(page, place, profile, f"--screenshot={picture}", "--hide-scrollbars", "--window-size=1400,900")


def run(page: Path, place: str, profile: Path, *wanted: str) -> str:
    """Open a page and return what the browser printed."""
    patience = f"--virtual-time-budget={SECONDS_FOR_SCRIPTS * 1000}"
    command = [chromium(), "--headless", *FLAGS, f"--user-data-dir={profile}", patience, *wanted]
    browser = subprocess.run(
        [*command, f"{page.as_uri()}{place}"], capture_output=True, text=True, timeout=120, check=False
    )
    assert browser.returncode == 0, browser.stderr[-2000:]
    return browser.stdout
