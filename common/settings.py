"""The settings of one platform: environment first, then `.env`, then the embedded platform's defaults.

Only the standard library is used here, because set-up reads the settings before anything is installed.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common import env_file as env
from common.errors import UsageError

ROOT = Path(__file__).resolve().parents[1]

# Each port is an offset from PORT_BASE, so that a second platform only needs another base.
PORTS = {
    "postgres": 0,
    "kafka": 1,
    "kafka-controller": 2,
    "thrift": 3,
    "namenode": 4,
    "namenode-web": 5,
    "datanode": 6,
    "datanode-web": 7,
    "datanode-ipc": 8,
    "resourcemanager": 10,
    "resourcemanager-scheduler": 11,
    "resourcemanager-tracker": 12,
    "resourcemanager-admin": 13,
    "resourcemanager-web": 14,
    "nodemanager": 15,
    "nodemanager-localizer": 16,
    "nodemanager-web": 17,
    "nodemanager-collector": 18,
    "ingest-metrics": 20,
    "monitor-metrics": 21,
    "dashboard": 22,
    "flume": 23,
    "flume-metrics": 24,
}

# Whose passwords there are; each may be given as `<IDENTITY>_PASSWORD`.
IDENTITIES = ("postgres", "catalogue", "exporter", "modeler", "monitor", "reader", "reporter", "pseudonyms")

LOOPBACK = "127.0.0.1"
ADDRESS = r"[^\s,:/]+:\d{1,5}"
# What a setting must look like, and how that is said; what is not here is a number or a folder.
FORMS = {
    "KAFKA_BOOTSTRAP": (rf"{ADDRESS}(,{ADDRESS})*", "an address such as 127.0.0.1:17001, or several with commas"),
    "HDFS_URL": (r"[a-z][a-z0-9+.-]*://\S+", "an address such as hdfs://localhost:17004"),
    "WEBHDFS_URL": (rf"https?://{ADDRESS}", "an address such as http://localhost:17005"),
    "YARN_URL": (rf"https?://{ADDRESS}", "an address such as http://localhost:17014"),
    "PLATFORM_HOST": (r"[^\s,:/]+", "a host name or an address"),
    "POSTGRES_HOST": (r"[^\s,:/]+", "a host name or an address"),
    "THRIFT_HOST": (r"[^\s,:/]+", "a host name or an address"),
    "SPARK_MASTER": (r"local(\[(\d+|\*)\])?|yarn|(spark|k8s)://\S+", "local[2], yarn or an address of a cluster"),
    "ALERT_RATE": (r"0?\.0*[1-9]\d*", "a share of the orders such as 0.02"),
    "DRIVER_MEMORY": (r"[1-9]\d*[mgt]", "an amount such as 800m or 2g"),
    "MONITOR_MEMORY": (r"[1-9]\d*[mgt]", "an amount such as 800m or 2g"),
}
NUMBERS = {
    "PORT_BASE": (1024, 65000),
    "POSTGRES_PORT": (1, 65535),
    "THRIFT_PORT": (1, 65535),
    "TOPIC_PARTITIONS": (1, 1000),
    "MAX_OFFSETS_PER_BATCH": (1, 1_000_000_000),
    "WINDOW_DAYS": (2, 3650),
    "RATE_ALERT_DAYS": (1, 365),
    "REPLICATION": (1, 9),
    "NODE_MEMORY_MB": (512, 1_000_000),
}
NAMES = (
    *FORMS, *NUMBERS, "STATE_DIR", "CONTRACTS_DIR", "DBT_TARGET_PATH", "FLUME_LOGS", "WAIT",
    *(f"{one.upper()}_PASSWORD" for one in IDENTITIES),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Where the platform is and how jobs use it."""

    state_dir: Path
    port_base: int
    host: str
    kafka_bootstrap: str
    hdfs_url: str
    webhdfs_url: str
    postgres_host: str
    postgres_port: int
    thrift_host: str
    thrift_port: int
    dbt_target: Path
    spark_master: str
    driver_memory: str
    monitor_memory: str
    topic_partitions: int
    max_offsets_per_batch: int
    window_days: int
    rate_alert_days: int
    contracts_dir: Path
    alert_rate: float
    flume_logs: Path
    wait: bool
    replication: int
    node_memory_mb: int
    yarn_url: str
    # Those that are given as settings, by identity; never shown.
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    def port(self, name: str) -> int:
        """Return the port of a service of the embedded platform."""
        return self.port_base + PORTS[name]

    def secret(self, identity: str) -> str:
        """Return the password of an identity: `<IDENTITY>_PASSWORD` of the environment or `.env`, or its 0600 file."""
        password = os.environ.get(f"{identity.upper()}_PASSWORD") or self.passwords.get(identity)
        if password:
            return password
        path = self.state_dir / "secrets" / identity
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            raise UsageError(f"no password for {identity}: {path} is missing; run `make up`") from None

    def path(self, *parts: str) -> Path:
        """Return a path below the state folder."""
        return self.state_dir.joinpath(*parts)


def read_settings(environ: Mapping[str, str] | None = None, env_file: Path = ROOT / ".env") -> Settings:
    """Read the settings.

    Raises:
        UsageError: a value is not of its form, or a line of the file is none; the text names it.
    """
    from_file, from_environment = env.read(env_file, NAMES), os.environ if environ is None else environ
    try:
        return of({**from_file, **from_environment})
    except UsageError as error:
        name = str(error).partition("=")[0]
        raise UsageError(
            f"{env_file.name}: {error}" if name in from_file and name not in from_environment else str(error)
        ) from None


def of(values: Mapping[str, str]) -> Settings:
    """Return the settings that values by name make, the defaults where there is none.

    Raises:
        UsageError: a value is not of its form; the text begins with its name.
    """
    require_forms(values)
    state_dir = Path(values.get("STATE_DIR") or ".state")
    base = number(values, "PORT_BASE", 17000)
    host = values.get("PLATFORM_HOST") or LOOPBACK
    return Settings(
        state_dir=state_dir if state_dir.is_absolute() else ROOT / state_dir,
        port_base=base,
        host=host,
        kafka_bootstrap=values.get("KAFKA_BOOTSTRAP") or f"{host}:{base + PORTS['kafka']}",
        hdfs_url=values.get("HDFS_URL") or f"hdfs://localhost:{base + PORTS['namenode']}",
        webhdfs_url=values.get("WEBHDFS_URL") or f"http://localhost:{base + PORTS['namenode-web']}",
        postgres_host=values.get("POSTGRES_HOST") or host,
        postgres_port=number(values, "POSTGRES_PORT", base + PORTS["postgres"]),
        thrift_host=values.get("THRIFT_HOST") or host,
        thrift_port=number(values, "THRIFT_PORT", base + PORTS["thrift"]),
        dbt_target=Path(values.get("DBT_TARGET_PATH") or default_dbt_target(state_dir)),
        spark_master=values.get("SPARK_MASTER") or "local[2]",
        driver_memory=values.get("DRIVER_MEMORY") or "1g",
        monitor_memory=values.get("MONITOR_MEMORY") or "768m",
        topic_partitions=number(values, "TOPIC_PARTITIONS", 2),
        max_offsets_per_batch=number(values, "MAX_OFFSETS_PER_BATCH", 2_000_000),
        window_days=number(values, "WINDOW_DAYS", 14),
        rate_alert_days=number(values, "RATE_ALERT_DAYS", 7),
        contracts_dir=ROOT / (values.get("CONTRACTS_DIR") or "streaming/contracts"),
        alert_rate=float(values.get("ALERT_RATE") or 0.02),
        flume_logs=ROOT / (values.get("FLUME_LOGS") or state_dir / "flume" / "logs"),
        wait=(values.get("WAIT") or "0") not in ("0", "no", "false"),
        replication=number(values, "REPLICATION", 1),
        node_memory_mb=number(values, "NODE_MEMORY_MB", 6144),
        yarn_url=values.get("YARN_URL") or f"http://localhost:{base + PORTS['resourcemanager-web']}",
        passwords={one: values[name] for one in IDENTITIES if values.get(name := f"{one.upper()}_PASSWORD")},
    )


def default_dbt_target(state_dir: Path) -> Path:
    """Return where dbt writes its manifest: for the default platform where dbt itself would."""
    return (
        ROOT / "dbt_project" / "target" if state_dir in (Path(".state"), ROOT / ".state") else ROOT / state_dir / "dbt"
    )


def require_forms(values: Mapping[str, str]) -> None:
    """Refuse a text that cannot be what its setting means, before anything begins with it.

    Raises:
        UsageError: the text names the setting and shows a right one.
    """
    for name, (form, words) in FORMS.items():
        if values.get(name) and not re.fullmatch(form, values[name]):
            raise UsageError(f"{name}={values[name]!r} is not {words}")


def number(values: Mapping[str, str], name: str, default: int) -> int:
    """Return an integer setting."""
    text, (least, most) = values.get(name), NUMBERS[name]
    if not text:
        return default
    if not re.fullmatch(r"-?\d+", text):
        raise UsageError(f"{name}={text!r} is not a whole number")
    if not least <= int(text) <= most:
        raise UsageError(f"{name}={text} is out of range; use a number from {least} to {most}")
    return int(text)
