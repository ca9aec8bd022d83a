"""The lock of the wheels."""

from infra.setup import python


def test_every_package_is_pinned_with_hashes_and_without_addresses() -> None:
    text = python.LOCK.read_text()
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) > 80
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert "://" not in text + python.BOOTSTRAP.read_text()


def test_what_pip_installs_is_in_the_lock_too() -> None:
    assert set(python.BOOTSTRAP.read_text().splitlines()) <= set(python.LOCK.read_text().splitlines())
