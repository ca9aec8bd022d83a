"""The supervisor: its configuration, its start, and what is asked of it over its private socket."""

import hashlib
import http.client
import os
import shlex
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from common.errors import UserError
from common.settings import Settings
from infra.local.files import PRIVATE, digest, folder, write
from infra.local.service import Program, Service

# The kernel's limit of a socket's path is 108 bytes with the closing zero; the supervisor adds a suffix while it binds.
SOCKET_PATH_BYTES = 90
START_SECONDS = 15
WORKING = ("RUNNING", "STARTING", "BACKOFF")
# How a process is known as a daemon of a platform, after its supervisor is gone.
PLATFORM_VARIABLE = "LAKEHOUSE_PLATFORM"

HEAD = """\
[unix_http_server]
file = {socket}
chmod = 0700

[supervisord]
nodaemon = true
logfile = {log}/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 1
pidfile = {run}/supervisord.pid
childlogdir = {log}
identifier = lakehouse
minfds = 4096

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""

PROGRAM = """
[program:{name}]
command = {command}
directory = {directory}
environment = {environment}
autostart = false
autorestart = {restart}
startsecs = {start_seconds}
startretries = 30
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
redirect_stderr = true
stdout_logfile = {log}/{name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 1
"""


def socket_path(settings: Settings) -> Path:
    """Return where the supervisor listens: in the state folder, or in a private short one where that is too long."""
    path = settings.path("run", "supervisor.sock")
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    fingerprint = hashlib.sha256(os.fsencode(settings.state_dir)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"lakehouse-{os.geteuid()}-{fingerprint}" / "supervisor.sock"


def private_folder(path: Path) -> None:
    """Make the socket's folder, and refuse one that another user made first."""
    folder(path, 0o755 if path.name == "run" else 0o700)
    if path.stat().st_uid != os.geteuid() or path.is_symlink():
        raise UserError(f"{path} belongs to another user; remove it, or set STATE_DIR to a shorter path")


def render(settings: Settings, services: Iterable[Service]) -> str:
    """Return the supervisor's configuration."""
    log, run = settings.path("log"), settings.path("run")
    head = HEAD.format(socket=socket_path(settings), log=log, run=run)
    programs = [
        section(settings, program, digest(service.config))
        for service in services
        for program in (*service.programs, *service.helpers)
    ]
    # A percent sign would be an expansion; in HEAD and PROGRAM there is none.
    return (head + "".join(programs)).replace("%", "%%")


def section(settings: Settings, program: Program, config: str) -> str:
    """Return the section of a daemon; the hash of its configuration is in it, so that a change restarts it."""
    environment = {**program.env, PLATFORM_VARIABLE: str(settings.state_dir), "LAKEHOUSE_CONFIG": config}
    return PROGRAM.format(
        name=program.name,
        command=shlex.join(program.command),
        directory=settings.path("run", "tmp"),
        environment=",".join(f'{name}="{value}"' for name, value in environment.items()),
        stop_signal=program.stop_signal,
        stop_seconds=program.stop_seconds,
        log=settings.path("log"),
        restart=str(not program.once).lower(),
        start_seconds=0 if program.once else 2,
    )


def ensure_running(settings: Settings, services: Iterable[Service]) -> None:
    """Start the supervisor if it is not there, and give it the present configuration.

    Raises:
        UserError: it does not come up.
    """
    config = write(settings.path("conf", "supervisord.conf"), render(settings, services), PRIVATE)
    folder(settings.path("log"))
    folder(settings.path("run", "tmp"), 0o700)
    private_folder(socket_path(settings).parent)
    if proxy(settings) is None:
        start(settings, config)
    else:
        update(settings)


def start(settings: Settings, config: Path) -> None:
    """Start the supervisor in a session of its own, with an environment that holds nothing of the caller's."""
    output = settings.path("log", "supervisord.out")
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "USER", "LOGNAME") if name in os.environ}
    environment |= {"LANG": "C.UTF-8", "TZ": "UTC", PLATFORM_VARIABLE: str(settings.state_dir)}
    with output.open("w") as file:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            env=environment, cwd="/", start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while proxy(settings) is None:
        if daemon.poll() is not None or time.monotonic() > deadline:
            last = output.read_text().strip().splitlines()[-1:] or ["no output"]
            raise UserError(f"the supervisor did not start: {last[0]}; see {output}")
        time.sleep(0.05)


def proxy(settings: Settings) -> Any:
    """Return a connection to the supervisor, or None where none answers."""
    path = socket_path(settings)
    if not path.exists():
        return None
    transport = SupervisorTransport(serverurl=f"unix://{path}")
    server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
    try:
        server.supervisor.getState()
    except (OSError, http.client.HTTPException, xmlrpc.client.Error):
        return None
    return server


def require_proxy(settings: Settings) -> Any:
    """Return a connection to the supervisor.

    Raises:
        UserError: none answers.
    """
    server = proxy(settings)
    if server is None:
        raise UserError("the platform is not running; run `make up`")
    return server


def update(settings: Settings) -> None:
    """Let the supervisor read its configuration again; a daemon whose section changed is stopped here."""
    server = require_proxy(settings).supervisor
    added, changed, removed = server.reloadConfig()[0]
    for name in (*changed, *removed):
        if server.getProcessInfo(name)["pid"]:
            print(f"  {name} is restarted: its configuration changed", file=sys.stderr, flush=True)
        server.stopProcessGroup(name)
        server.removeProcessGroup(name)
    for name in (*added, *changed):
        server.addProcessGroup(name)


def processes(settings: Settings) -> dict[str, dict]:
    """Return what the supervisor says of each daemon; empty where it does not run."""
    server = proxy(settings)
    return {} if server is None else {each["name"]: each for each in server.supervisor.getAllProcessInfo()}


def begin(settings: Settings, program: Program) -> None:
    """Start a daemon unless it runs."""
    server = require_proxy(settings).supervisor
    if server.getProcessInfo(program.name)["statename"] not in WORKING:
        server.startProcess(program.name, False)


def stop(settings: Settings, name: str) -> None:
    """Stop a daemon and wait until it has ended."""
    server = require_proxy(settings).supervisor
    if server.getProcessInfo(name)["statename"] in WORKING:
        server.stopProcess(name, True)


def shut_down(settings: Settings) -> None:
    """End the supervisor and wait until it has."""
    server = proxy(settings)
    if server is None:
        return
    pid = server.supervisor.getPID()
    server.supervisor.shutdown()
    while not has_ended(pid):
        time.sleep(0.05)


def has_ended(pid: int) -> bool:
    """Return whether a process has ended, though perhaps nobody has collected it yet.

    While other threads of it still run, its first one may have ended already; its ports are then still open.
    """
    home = Path("/proc", str(pid))
    try:
        state = (home / "stat").read_text().rpartition(")")[2].split()[0]
        return state == "Z" and len(list((home / "task").iterdir())) == 1
    except OSError:
        return True
