"""The JVM options of every Spark driver of the project."""

from collections.abc import Sequence

from common.settings import Settings

COMMON = ("-Djava.net.preferIPv4Stack=true", "-Duser.timezone=UTC")

# Short queries and jobs of a minute end before the second compiler has paid for itself. Without it the code cache is
# 48 MB by default, which generated code fills; a full one stops all compiling and at last the JVM.
DRIVER = (*COMMON, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m")

# A job that reads millions of rows earns both compilers, and a collector on all cores; by default neither compiler
# takes methods as long as some that Spark generates for wide rows.
LONG_RUNNING = (*COMMON, "-XX:+UseParallelGC", "-XX:-DontCompileHugeMethods")


def driver_options(settings: Settings, options: Sequence[str] = DRIVER) -> str:
    """Return the options of a job's driver: it logs as the platform says, and its scratch lies in its folder."""
    log4j = settings.path("conf", "spark", "log4j2.properties")
    scratch = settings.path("run", "tmp")
    return " ".join((*options, f"-Dlog4j2.configurationFile=file:{log4j}", f"-Djava.io.tmpdir={scratch}"))
