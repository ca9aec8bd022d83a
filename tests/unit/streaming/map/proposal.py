"""A file of a shop, and the mapping that is proposed for it."""

from pathlib import Path
from typing import Any

import yaml

from streaming.map.__main__ import main

EVENTS = """\
event_time,event_type,product_id,brand,price,user_id,user_session
2024-03-01 09:00:00 UTC,view,70001,x,20.50,901,s1
2024-03-01 09:01:00 UTC,purchase,70001,x,20.50,901,s1
"""


def proposed(folder: Path, text: str, encoding: str = "utf-8") -> tuple[dict[str, Any], str]:
    """Return the mapping that is proposed for a file, as it is read and as it stands."""
    path, target = folder / "my shop.csv", folder / "mapping.yml"
    path.write_bytes(text.encode(encoding))
    main(["--file", str(path), "--out", str(target), "--force"])
    written = target.read_text()
    return yaml.load(written, yaml.BaseLoader), written
