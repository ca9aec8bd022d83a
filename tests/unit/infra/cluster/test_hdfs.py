"""Each rule of HDFS, on a NameNode's facts and on folders written out."""

from dataclasses import replace

import pytest

from common.settings import read_settings
from infra.cluster.hdfs import Facts, Place, findings, judge, judge_folders
from infra.local.lake import Folder

SETTINGS = read_settings({"REPLICATION": "2"})
FACTS = Facts(version="3.5.0", takes_files=True, free=10**11, datanodes=2)
LAKE = Folder("/lake", "hdfs", "lake", "750")
MODELS = Folder("/lake/models", "learner", "lake", "750")


def status(owner: str, group: str = "lake", permission: str = "750") -> dict[str, str]:
    """Return what WebHDFS says of a folder."""
    return {"owner": owner, "group": group, "permission": permission}


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        (FACTS, []),
        (replace(FACTS, version="3.5.2"), []),
        (replace(FACTS, version="3.4.1"), ["Hadoop 3.4.1 is older than 3.5.0"]),
        (replace(FACTS, version="2.10.2"), ["Hadoop 2.10.2 is another major version than 3.5.0"]),
        (replace(FACTS, takes_files=False), ["the NameNode is in safe mode and takes no files"]),
        (replace(FACTS, datanodes=1), ["1 DataNodes are there for 2 copies of a block"]),
        (replace(FACTS, free=3 * 10**9), ["1.5 GB free for files"]),
    ],
)
def test_what_the_namenode_says_is_judged(facts: Facts, faults: list[str]) -> None:
    assert [one.fault for one in judge(SETTINGS, facts)] == faults


@pytest.mark.parametrize(
    ("places", "faults"),
    [
        ([Place(LAKE, status("superuser")), Place(MODELS, status("learner"))], []),
        ([Place(LAKE, None), Place(MODELS, None)], ["there is no folder /lake"]),
        ([Place(MODELS, status("root"))], ["/lake/models is of root:lake, not learner:lake"]),
        ([Place(LAKE, status("hdfs", "users"))], ["/lake is of hdfs:users, not hdfs:lake"]),
        ([Place(MODELS, status("learner", "lake", "755"))], ["/lake/models has the mode 755, not 750"]),
        (
            [Place(MODELS, None, "HDFS at http://a:1 refuses /lake to learner: Permission denied: user=learner")],
            ["Permission denied: user=learner"],
        ),
    ],
)
def test_of_a_folder_that_is_missing_nothing_below_is_said(places: list[Place], faults: list[str]) -> None:
    assert [one.fault for one in judge_folders(places)] == faults


def test_another_kind_of_store_is_no_hdfs() -> None:
    [finding] = findings(read_settings({"HDFS_URL": "s3a://bucket"}))
    assert finding.fault == "HDFS_URL names a store of kind s3a"
