"""The lock of the jars: what is installed is what was locked."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from common.errors import UserError
from infra.setup import ivy, jars
from infra.setup.cache import hold_cache
from infra.setup.jars import Jar

RIGHT = hashlib.sha256(b"right").hexdigest()


def jar(name: str = "a", revision: str = "1", classifier: str = "-", sha256: str = RIGHT) -> Jar:
    return Jar("kafka", "org.x", name, revision, classifier, "jar", sha256, 5)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAKEHOUSE_CACHE", str(tmp_path))
    return tmp_path


def put(file: Jar, content: bytes) -> None:
    file.path().parent.mkdir(exist_ok=True)
    file.path().write_bytes(content)


def test_the_right_bytes_pass() -> None:
    put(jar(), b"right")
    jars.verify([jar()])


def test_a_changed_byte_stops_with_the_jars_name() -> None:
    put(jar(), b"wrong")
    with pytest.raises(UserError, match=r"a-1\.jar is not the jar that was locked.*delete it and run `make setup`"):
        jars.verify([jar()])


def test_a_jar_that_changed_is_compared_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars, "locked_jars", lambda *_: [jar()])
    assert not jars.are_verified()
    put(jar(), b"right")
    assert jars.install() == 0
    assert jars.are_verified()
    put(jar(), b"wrong")
    assert not jars.are_verified()
    with pytest.raises(UserError, match="is not the jar that was locked"):
        jars.install()
    assert not jars.are_verified()


def test_two_set_ups_fill_the_cache_one_after_the_other(cache: Path) -> None:
    waiting = "from infra.setup.cache import hold_cache\nwith hold_cache(): print('alone')"
    with hold_cache():
        other = subprocess.Popen([sys.executable, "-c", waiting], stdout=-1, stderr=-1, text=True)
        assert other.stderr and "waits for it to end" in other.stderr.readline()
        assert other.poll() is None
    assert other.communicate(timeout=10)[0] == "alone\n"


def test_a_missing_jar_is_named_with_the_remedy() -> None:
    with pytest.raises(UserError, match=r"37 jars of kafka are missing .*run `make setup`"):
        jars.classpath("kafka")


def test_fetched_bytes_that_differ_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def retrieve(_: Path, __: Path, pattern: str, *, transitive: bool) -> None:
        assert not transitive
        folder = Path(pattern.split("[")[0]) / "org.x"
        folder.mkdir()
        (folder / "a-1.jar").write_bytes(b"tampered")

    monkeypatch.setattr(ivy, "retrieve", retrieve)
    with pytest.raises(UserError, match=r"a-1\.jar was fetched, but its sha256 is not the locked one"):
        jars.fetch([jar()])
    assert not jar().path().exists()


def test_the_descriptor_names_files_and_no_dependencies() -> None:
    text = jars.ivy_descriptor([jar(), jar(revision="2"), jar("b", classifier="tests")])
    assert text.count('transitive="false"') == 3
    assert '<dependency org="org.x" name="a" rev="1" transitive="false" conf="c0->*">' in text
    assert '<dependency org="org.x" name="a" rev="2" transitive="false" conf="c1->*">' in text
    assert '<artifact name="b" type="test-jar" ext="jar" m:classifier="tests"/>' in text


def test_the_lock_holds_a_hash_and_a_size_for_every_jar_and_no_address() -> None:
    assert {jar.set_name for jar in jars.locked_jars()} == {"kafka", "hadoop", "spark", "metastore", "flume"}
    assert all(len(jar.sha256) == 64 and jar.size > 0 for jar in jars.locked_jars())
    assert "://" not in jars.LOCK.read_text()


def test_a_line_of_the_lock_reads_back() -> None:
    line = jars.locked_jars("metastore")[0].line()
    assert line in jars.LOCK.read_text().splitlines()
