#!/bin/bash
# pytest-xdist 3.8.0 beside pytest 9.2.0: `--dist=loadgroup` keeps no group together, without a word.
#
# The worker tells the scheduler a test's group by writing `@group` behind its node id, in an attribute of pytest's that
# 9.2 no longer reads. The run says "scheduling tests via LoadGroupScheduling" and spreads the tests of a group over all
# workers, so that tests which were grouped because they share a server or a file run at the same time. pytest-xdist asks
# for pytest >= 7.0.0, so pip installs the two together. With pytest 9.0.2 the groups hold. `--dist=loadscope` and a
# scheduler from the hook `pytest_xdist_make_scheduler` hold with both.
#
# Seen: "pytest 9.0.2: each group on 1 worker" and "pytest 9.2.0: a group on 2 workers". The script fails where that is
# no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/test_grouped.py" <<'PYTHON'
import os
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize("number", range(8))
@pytest.mark.xdist_group("one server")
def test_shares_a_server(number: int) -> None:
    time.sleep(0.2)
    Path(os.environ["SEEN"], os.environ["PYTEST_XDIST_WORKER"]).touch()
PYTHON
workers() {
  python3 -m venv --clear "$folder/venv"
  "$folder/venv/bin/pip" -q --disable-pip-version-check install "pytest==$1" pytest-xdist==3.8.0
  rm -rf "$folder/seen" && mkdir "$folder/seen"
  (cd "$folder" && SEEN="$folder/seen" venv/bin/python -m pytest -q -p no:cacheprovider -n 2 --dist=loadgroup) >/dev/null
  find "$folder/seen" -type f | wc -l
}
before=$(workers 9.0.2)
echo "pytest 9.0.2: each group on $before worker"
after=$(workers 9.2.0)
echo "pytest 9.2.0: a group on $after workers"
[ "$before" = 1 ] && [ "$after" = 2 ]
