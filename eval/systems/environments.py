"""An environment of its own for each peer, made on first use: what a peer needs never meets what we or another peer need."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SourceError, StoreBusyError
from ingest.lock import exclusive

_SECONDS = 1_800.0
_STAMP = "requirements.txt"
_LAST_WORDS = 1_500


@dataclass(frozen=True, slots=True)
class Environment:
    """What a peer needs: a file of exact versions, and the package among them whose version is the peer's."""

    requirements: Path
    package: str

    @property
    def version(self) -> str:
        """The version of the package. Raises ``ValueError`` when the file does not pin it."""
        for line in self.requirements.read_text(encoding="utf-8").splitlines():
            name, _, version = line.partition(";")[0].strip().partition("==")
            if name == self.package:
                return version
        raise ValueError(f"{self.requirements} does not pin {self.package}")

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return f"{self.requirements.stem}-{self.version}"


class Environments:
    """The environments below one folder. Made with uv where it is installed, else with venv and pip."""

    def __init__(self, home: Path, *, uv: str | None = shutil.which("uv"), seconds: float = _SECONDS) -> None:
        """``seconds`` bounds each step of making one, and the wait for another process that makes it."""
        self._folder = home.absolute() / "envs"
        self._uv = uv
        self._seconds = seconds

    def python(self, environment: Environment) -> Path | None:
        """Return the interpreter of an environment; None when it is not there, or was made from other versions."""
        folder = self._folder / environment.folder
        try:
            same = (folder / _STAMP).read_bytes() == environment.requirements.read_bytes()
        except OSError:
            return None
        return _interpreter(folder) if same and _interpreter(folder).exists() else None

    def prepare(self, environment: Environment, *, report: Callable[[str], None] = lambda _: None) -> Path:
        """Return the interpreter of an environment, made if need be; whoever looks sees all of it or none.

        Raises ``SourceError`` when that fails, as it does without a network.
        """
        found = self.python(environment)
        if found is not None:
            return found
        waiting = f"waiting for another process that makes the environment of {environment.folder}"
        try:
            with exclusive(self._folder / f"{environment.folder}.lock", wait_seconds=self._seconds, waiting=lambda: report(waiting)):
                return self.python(environment) or self._make(environment, report)
        except StoreBusyError as error:
            raise SourceError(
                f"another process has been making {self._folder / environment.folder} for {self._seconds:.0f} s; end it or wait"
            ) from error

    def _make(self, environment: Environment, report: Callable[[str], None]) -> Path:
        folder = self._folder / environment.folder
        partial = folder.with_name(folder.name + ".partial")
        report(f"making the environment of {environment.folder} in {folder}")
        shutil.rmtree(partial, ignore_errors=True)
        only_wheels = ["--no-deps", "--only-binary", ":all:", "--requirement", str(environment.requirements)]  # the file names all of it
        if self._uv:
            self._run([self._uv, "venv", "--quiet", "--no-config", "--python", sys.executable, str(partial)], environment)
            # as pip leaves it: a first run that compiles would look slow
            self._run(
                [self._uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(_interpreter(partial)), *only_wheels],
                environment,
            )
        else:
            self._run([sys.executable, "-m", "venv", str(partial)], environment)
            self._run([str(_interpreter(partial)), "-m", "pip", "install", "--quiet", *only_wheels], environment)
        shutil.copyfile(environment.requirements, partial / _STAMP)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
        return _interpreter(folder)

    def _run(self, command: Sequence[str], environment: Environment) -> None:
        """Run one step. Raises ``SourceError`` with its last words when it fails or takes too long."""
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._seconds, check=False)
            why = (done.stderr or done.stdout).decode("utf-8", "replace")[-_LAST_WORDS:].strip() if done.returncode else ""
        except subprocess.TimeoutExpired:
            why = f"no end after {self._seconds:.0f} s"
        except OSError as error:
            why = str(error)
        if why:
            raise SourceError(
                f"cannot make the environment of {environment.folder} ({' '.join(command)}): {why}; packages come from the index that pip"
                " is set up for, so this needs the network once: codelore eval peers --install prepares all of it ahead"
            )


def _interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"
