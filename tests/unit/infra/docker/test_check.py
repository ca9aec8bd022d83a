"""The check of `compose.yml` finds nothing in what is written, and each planted fault with its line."""

from pathlib import Path

import pytest
import yaml

from common.errors import UserError
from common.settings import Settings
from infra.docker import check
from infra.docker.__main__ import report
from infra.docker.compose import profile_of
from infra.docker.compose_file import ComposeFile
from infra.docker.profile import Profile

# service, what stands there, what is planted, what is told
FAULTS = {
    "tag latest": ("namenode", "image: apache/hadoop:3.5.0", "image: apache/hadoop:latest",
                   "image 'apache/hadoop:latest' has no exact tag"),
    "no tag": ("kafka-1", "image: apache/kafka:4.4.0", "image: apache/kafka", "image 'apache/kafka' has no exact tag"),
    "another version": ("kafka-2", "image: apache/kafka:4.4.0", "image: apache/kafka:4.3.0",
                        "image 'apache/kafka:4.3.0' is not apache/kafka:4.4.0, of the version that the locks have"),
    "build context": ("thrift", "dockerfile: infra/docker/Dockerfile", "dockerfile: infra/Dockerfile",
                      "there is no infra/Dockerfile in "),
    "root user": ("kafka-3", "user: 1000:1000", "user: root", "runs as root"),
    "user 0": ("postgres", "user: 1000:1000", "user: 0:0", "runs as root"),
    "another user": ("postgres", "user: 1000:1000", "user: 999:999", "runs as user 999:999; the images know 1000"),
    "can write": ("thrift", "read_only: true\n    cap_drop", "read_only: false\n    cap_drop", "read_only is not True"),
    "no memory limit": ("flume", "    mem_limit: 512m\n", "", "has no mem_limit"),
    "mount that does not exist": ("datanode-2", "source: ./data/datanode-2", "source: ./data/datanode-9",
                                  "there is no ./data/datanode-9 to mount"),
    "mount elsewhere": ("datanode-3", "target: /var/lib/lakehouse/data/hdfs", "target: /data",
                        "nothing is mounted at /var/lib/lakehouse/data/hdfs"),
    "file that is not there": ("namenode", "'@/var/lib/lakehouse/conf/hadoop/namenode.args'",
                               "'@/var/lib/lakehouse/conf/hadoop/names.args'",
                               "there is no /var/lib/lakehouse/conf/hadoop/names.args in the container"),
    "missing secret": ("monitor", "    - source: monitor\n      target: /var/lib/lakehouse/secrets/monitor\n", "",
                       "secret monitor is missing"),
    "secret nobody declares": ("dashboard", "source: reporter", "source: reporting",
                               "secret reporting is not declared"),
    "secret elsewhere": ("dashboard", "target: /var/lib/lakehouse/secrets/reporter", "target: /run/secrets/reporter",
                         "secret reporter is not at /var/lib/lakehouse/secrets/reporter, where it is looked for"),
    "health command of another service": ("datanode-2", "http.sh\n      - datanode-2\n",
                                          "http.sh\n      - datanode-1\n",
                                          "its health command asks datanode-1"),
    "probe of another service": ("flume", "- probe\n      - flume\n", "- probe\n      - thrift\n",
                                 "its health command asks thrift"),
    "health command that is not there": ("postgres", "scripts/postgres.sh\n", "scripts/pg.sh\n",
                                         "there is no /opt/lakehouse/infra/docker/scripts/pg.sh in the container"),
    "health port": ("kafka-1", "- kafka-1\n      - '23001'", "- kafka-1\n      - '23000'",
                    "its health command asks port 23000, on which it does not listen"),
    "variable nobody reads": ("ingest", "STATE_DIR:", "STATEDIR: x\n      STATE_DIR:", "nobody reads STATEDIR"),
    "variable that is none": ("ingest", "REPLICATION: '3'", "REPLICATION: three", "REPLICATION='three' is not a whole"),
    "wrong port of a store": ("ingest", "HDFS_URL: hdfs://namenode:23004", "HDFS_URL: hdfs://namenode:23006",
                              "HDFS_URL: namenode does not listen on port 23006"),
    "host that is not there": ("monitor", "kafka-3:23001", "kafka-4:23001",
                               "KAFKA_BOOTSTRAP: there is no service kafka-4"),
    "wrong port": ("namenode", "127.0.0.1:23005:23005", "127.0.0.1:23005:9870", "does not listen on port 9870"),
    "two services on one port": ("monitor", "127.0.0.1:23021:23021", "127.0.0.1:23020:23021",
                                 "ingest has port 23020 of this machine too"),
    "page for everybody": ("dashboard", "- 127.0.0.1:23022:23022", "- 23022:23022",
                           "port 23022:23022 is not on 127.0.0.1; other machines would reach it"),
    "dependency circle": ("postgres", "    healthcheck:", "    depends_on:\n      tables:\n        condition: "
                          "service_completed_successfully\n    healthcheck:", "waits for itself: "),
    "wait for nobody": ("thrift", "depends_on:\n      catalogue:", "depends_on:\n      catalog:",
                        "waits for catalog, which is not there"),
    "wait that never ends": ("monitor", "condition: service_healthy", "condition: service_completed_successfully",
                             "waits until ingest has ended, which is started again"),
    "mount in short": ("namenode", "- type: bind\n      source: /", "- /x:/y\n    - type: bind\n      source: /",
                       "write each of volumes in full: source, target"),
    "variables as a list": ("datanode-1", "environment:\n      HADOOP_USER_NAME: hdfs",
                            "environment:\n    - HADOOP_USER_NAME=hdfs", "write environment as a mapping"),
    "port that is no number": ("kafka-1", "- kafka-1\n      - '23001'", "- kafka-1\n      - none",
                               "its health command asks port none, on which it does not listen"),
    "more memory than there is": ("thrift", "mem_limit: 2304m", "mem_limit: 23040m", "limits of "),
}  # fmt: skip
# The line of what is not there is that of what is around it.
AROUND = {"missing secret": "    secrets:", "mount elsewhere": "    volumes:",
          "mount in short": "    volumes:", "variables as a list": "    environment:", "no memory limit": "  flume:",
          "more memory than there is": "services:", "dependency circle": "      postgres:"}  # fmt: skip


def plant(text: str, service: str, there: str, planted: str) -> str:
    """Return the text with a fault in a service, which must be there."""
    begin = text.index(f"\n  {service}:\n")
    at = text.index(there, begin)
    return text[:at] + planted + text[at + len(there) :]


def test_what_is_written_has_no_fault(written: Settings, cluster: Profile, compose: Path) -> None:
    assert check.findings(written, cluster, compose) == []
    assert profile_of(compose) == "cluster"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_with_its_line(written: Settings, cluster: Profile, compose: Path, fault: str) -> None:
    service, there, planted, told = FAULTS[fault]
    broken = compose.with_name("broken.yml")
    broken.write_text(plant(compose.read_text(), service, there, planted))
    findings = check.own_findings(written, cluster, ComposeFile.read(broken))
    named = [one for one in findings if told in one]
    assert named, findings
    line, lines = int(named[0].partition(":")[0]), broken.read_text().splitlines()
    expected = AROUND.get(fault) or next(one for one in planted.splitlines() if one not in there.splitlines())
    assert lines[line - 1].strip() == expected.strip() or expected in lines[line - 1]


def test_a_service_too_many_and_one_missing_are_told(written: Settings, small: Profile, compose: Path) -> None:
    findings = check.own_findings(written, small, ComposeFile.read(compose))
    assert any("datanode-2: no container of PROFILE=small has this name" in one for one in findings)
    document = yaml.safe_load(compose.read_text())
    del document["services"]["flume"]
    broken = compose.with_name("broken.yml")
    broken.write_text(yaml.safe_dump(document))
    assert any("flume is missing" in one for one in check.own_findings(written, small, ComposeFile.read(broken)))


def test_the_schema_of_the_specification_is_asked(compose: Path) -> None:
    broken = compose.with_name("broken.yml")
    broken.write_text(compose.read_text().replace("restart: unless-stopped", "restarts: always"))
    assert any("restarts" in one for one in check.schema(broken))


def test_a_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="`make containers` writes it"):
        ComposeFile.read(tmp_path / "compose.yml")
    (tmp_path / "compose.yml").write_text("a: [")
    with pytest.raises(UserError, match="is no YAML"):
        ComposeFile.read(tmp_path / "compose.yml")


def test_faults_are_printed_with_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="1 fault;"):
        report(Path("compose.yml"), ["7: kafka-1: runs as root"])
    assert capsys.readouterr().err == "compose.yml:7: kafka-1: runs as root\n"
