"""Small files of a folder of HDFS, by way of the engine's own client: read whole, written whole or not at all."""

from dataclasses import dataclass
from functools import cached_property

from py4j.java_gateway import JavaObject, JVMView
from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Folder:
    """A folder by its full address; it need not be there."""

    spark: SparkSession
    address: str

    def below(self, name: str) -> "Folder":
        """Return a folder in this one."""
        return Folder(self.spark, f"{self.address}/{name}")

    def exists(self) -> bool:
        """Return whether it is there."""
        return bool(self.system.exists(self.path()))

    def names(self) -> list[str]:
        """Return the names in it; none where it is not there."""
        if not self.exists():
            return []
        return [status.getPath().getName() for status in self.system.listStatus(self.path())]

    def numbers(self) -> list[int]:
        """Return the names that are numbers, sorted: the batches that a folder of the checkpoint knows."""
        return sorted(int(name) for name in self.names() if name.isdecimal())

    def read(self, name: str) -> str | None:
        """Return a file's text, None where there is none."""
        if not self.system.exists(self.path(name)):
            return None
        stream = self.system.open(self.path(name))
        try:
            return bytes(self.java.org.apache.commons.io.IOUtils.toByteArray(stream)).decode("utf-8", "replace")
        finally:
            stream.close()

    def write(self, name: str, text: str) -> None:
        """Put a file in place of one of this name, in one step."""
        fresh = self.path(f".{name}.fresh")
        stream = self.system.create(fresh, True)
        try:
            stream.write(text.encode())
        finally:
            stream.close()
        options = self.java.org.apache.hadoop.fs.Options.Rename
        gateway = self.spark.sparkContext._gateway
        assert gateway is not None
        overwrite = gateway.new_array(options, 1)
        overwrite[0] = options.OVERWRITE
        context = self.java.org.apache.hadoop.fs.FileContext.getFileContext(self.system.getUri(), self.system.getConf())
        context.rename(fresh, self.path(name), overwrite)

    def move_aside(self) -> str:
        """Rename it to the first free `<name>.old-<n>` and return that name."""
        number = 1
        while self.system.exists(self.java.org.apache.hadoop.fs.Path(f"{self.address}.old-{number}")):
            number += 1
        name = f"{self.address}.old-{number}"
        self.system.rename(self.path(), self.java.org.apache.hadoop.fs.Path(name))
        return name

    def path(self, name: str = "") -> JavaObject:
        """Return it, or a file in it, as the client writes it."""
        return self.java.org.apache.hadoop.fs.Path(f"{self.address}/{name}" if name else self.address)

    @property
    def java(self) -> JVMView:
        """Return the session's Java virtual machine."""
        java = self.spark._jvm
        assert java is not None
        return java

    @cached_property
    def system(self) -> JavaObject:
        """Return the client."""
        configuration = self.spark.sparkContext._jsc.hadoopConfiguration()
        return self.path().getFileSystem(configuration)
