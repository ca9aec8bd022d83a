#!/bin/bash
# pyarrow 26.0.1: two list types that are equal may have different hashes, and so may fields and schemas that hold them.
#
# Spark and Delta name the item of a list `element`, pyarrow names it `item`. The two types compare as equal, since the
# item's name is no part of the comparison, but their hashes differ: a dictionary or a set keyed by types finds the one
# that pyarrow made and misses the one that was read from a Delta table, silently, where Python promises that what is
# equal has one hash. Asking `pyarrow.types.is_list` and the `value_type`, or comparing with `==`, is right.
#
# Seen: "equal: True, same hash: False, found in a set: False" for each of type, field and schema. The script fails
# where that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" -q --disable-pip-version-check install pyarrow==26.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pyarrow as pa

made, read = pa.list_(pa.string()), pa.list_(pa.field("element", pa.string()))
pairs = {
    "type": (made, read),
    "field": (pa.field("tags", made), pa.field("tags", read)),
    "schema": (pa.schema([("tags", made)]), pa.schema([("tags", read)])),
}
seen = set()
for name, (one, other) in pairs.items():
    outcome = (one == other, hash(one) == hash(other), other in {one})
    print(f"{name}: equal: {outcome[0]}, same hash: {outcome[1]}, found in a set: {outcome[2]}")
    seen.add(outcome)
sys.exit(seen != {(True, False, False)})
PYTHON
