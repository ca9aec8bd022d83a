"""Fetching from Maven Central with the Ivy that pyspark brings, so that no Maven is needed."""

import os
import subprocess
import tempfile
from pathlib import Path

from common.errors import UserError
from infra.setup.python import spark_home

# Ivy's own default for an m2compatible ibiblio resolver is Maven Central.
SETTINGS = """<ivysettings>
  <settings defaultResolver="central"/>
  <property name="ivy.checksums" value=""/>
  <resolvers><ibiblio name="central" m2compatible="true" usepoms="{poms}" {root}/></resolvers>
</ivysettings>
"""


def retrieve(descriptor: Path, ivy_cache: Path, pattern: str, *, transitive: bool = True) -> None:
    """Fetch what an `ivy.xml` names to the files that `pattern` names.

    Files already in `ivy_cache` are not fetched again, so an interrupted fetch goes on where it stopped. Without
    `transitive` no descriptors are read at all. `MAVEN_MIRROR` names another repository of the same layout.

    Raises:
        UserError: Ivy failed; the text holds its first complaint.
    """
    mirror = os.environ.get("MAVEN_MIRROR")
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as settings:
        settings.write(SETTINGS.format(poms=str(transitive).lower(), root=f'root="{mirror}"' if mirror else ""))
        settings.flush()
        jar = next((spark_home() / "jars").glob("ivy-*.jar"))
        command = ["java", "-jar", str(jar), "-settings", settings.name, "-ivy", str(descriptor)]
        command += ["-cache", str(ivy_cache), "-retrieve", pattern, "-warn"]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    if process.returncode:
        lines = [line.strip() for line in (process.stdout + process.stderr).splitlines()]
        complaint = next(
            (line for line in lines if any(word in line for word in ("not found", "rror", "xception"))), ""
        )
        raise UserError(f"fetching jars failed: {complaint}; check the network, or set MAVEN_MIRROR, and run it again")
