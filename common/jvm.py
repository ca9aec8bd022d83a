"""The JVM options of every Spark driver of the project."""

from collections.abc import Sequence

from common.settings import Settings

# By default Java 17 moves an archive of classes to a place by chance and writes every pointer in it anew: 160 MB of its
# 204 MB are then a JVM's own. Left where it was made for, 54 MB are, and all JVMs of a platform share the rest.
COMMON = (
    "-Djava.net.preferIPv4Stack=true",
    "-Duser.timezone=UTC",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:ArchiveRelocationMode=0",
)

# Short queries and jobs of a minute end before the second compiler has paid for itself. Without it the code cache is
# 48 MB by default, which generated code fills; a full one stops all compiling and at last the JVM.
DRIVER = (*COMMON, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m")

# A job that reads millions of rows earns both compilers, and a collector on all cores; by default neither compiler
# takes methods as long as some that Spark generates for wide rows.
LONG_RUNNING = (*COMMON, "-XX:+UseParallelGC", "-XX:-DontCompileHugeMethods")

# The monitor holds what is usual of every customer, and all else that it makes is soon of no use: the space for that is
# filled to its end before anything is collected, however large it is, and by default it is a third of the heap.
MONITOR = (*LONG_RUNNING, "-XX:MaxNewSize=128m")

# The C library gives each thread that asks at the same time an arena of its own, up to eight per core, and none back.
ARENAS = {"MALLOC_ARENA_MAX": "2"}


def driver_options(settings: Settings, options: Sequence[str] = DRIVER) -> str:
    """Return the options of a job's driver: it logs as the platform says, and its scratch lies in its folder."""
    log4j = settings.path("conf", "spark", "log4j2.properties")
    scratch = settings.path("run", "tmp")
    return " ".join((*options, f"-Dlog4j2.configurationFile=file:{log4j}", f"-Djava.io.tmpdir={scratch}"))
