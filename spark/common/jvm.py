"""The JVM options of every Spark driver of the project."""

# Short queries and jobs of a minute end before the second compiler has paid for itself. Without it the code cache is
# 48 MB by default, which generated code fills; a full one stops all compiling and at last the JVM.
DRIVER = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:ReservedCodeCacheSize=240m",
    "-Djava.net.preferIPv4Stack=true",
    "-Duser.timezone=UTC",
)
