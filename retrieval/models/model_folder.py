"""A model's folder as sentence-transformers lays it out: where it lies, how its tokens are pooled, what its weights are."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from ingest.errors import ModelError

MAX_TOKENS = 512
"""More are never read of one text: attention's cost rises with their square."""

_SAMPLE_STEP, _SAMPLE_BYTES = 1 << 16, 64
_POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "first"}


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """What a folder says of its model."""

    path: Path
    name: str
    config: dict[str, Any]
    pooling: str
    """``mean`` of the tokens' states, or the ``first``."""
    max_tokens: int
    query_prompt: str = ""
    document_prompt: str = ""
    lower_case: bool = False

    def described(self) -> str:
        """Return what, beside weights and tokens, a vector depends on."""
        return f"{self.pooling}/{self.max_tokens}/{self.query_prompt}/{self.document_prompt}/{self.lower_case}"


def find_folder(place: str) -> tuple[Path, str]:
    """Return the folder of a model and what to call it; ``place`` is a path or an installed package. Raises ``ModelError``."""
    path = Path(place).expanduser()
    if path.is_file():
        path = path.parent.parent if path.parent.name == "onnx" else path.parent
    if path.is_dir():
        return path, path.resolve().name
    package = place.replace("-", "_")
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or spec.origin is None:
        raise ModelError(
            f"there is no folder and no installed package {place!r} to take an embedding model from; nothing is fetched: name a folder with"
            " config.json, tokenizer.json and model.safetensors, or install a package that holds one"
        )
    home = Path(spec.origin).parent
    inside = next((each.parent for each in sorted(home.glob("*/config.json"))), home)
    try:
        return inside, f"{place} {version(package)}"
    except PackageNotFoundError:  # a package of another name brought the module
        return inside, place


def read_folder(place: str) -> ModelFolder:
    """Read what a folder or package says of its model. Raises ``ModelError`` for what is missing or not done here."""
    path, name = find_folder(place)
    for file in ("config.json", "tokenizer.json"):
        if not (path / file).is_file():
            raise ModelError(f"the embedding model {path} has no {file}; name a folder that sentence-transformers has saved")
    config = read_json(path / "config.json")
    parts = [str(each.get("type", "")).rpartition(".")[2] for each in _modules(path)]
    strange = [each for each in parts if each not in {"Transformer", "Pooling", "Normalize"}]
    if strange:
        raise ModelError(
            f"the embedding model {path} has parts not computed here ({', '.join(strange)}); open it as sentence-transformers:…"
        )
    prompts = cast(dict[str, str], read_json(path / "config_sentence_transformers.json").get("prompts") or {})
    shape = read_json(path / "sentence_bert_config.json")
    limit = min(int(shape.get("max_seq_length") or MAX_TOKENS), int(config.get("max_position_embeddings") or MAX_TOKENS), MAX_TOKENS)
    return ModelFolder(
        path=path,
        name=name,
        config=config,
        pooling=_pooling(path),
        max_tokens=limit,
        query_prompt=prompts.get("query", ""),
        document_prompt=prompts.get("document", prompts.get("passage", "")),
        lower_case=bool(shape.get("do_lower_case")),
    )


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file, empty where there is no file. Raises ``ModelError``."""
    try:
        found: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read {path}: {error}; bring the model's folder here again") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} holds no JSON object; bring the model's folder here again")
    return cast(dict[str, Any], found)


def _modules(path: Path) -> list[dict[str, Any]]:
    file = path / "modules.json"
    try:
        found: Any = json.loads(file.read_bytes()) if file.is_file() else []
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read {file}: {error}; bring the model's folder here again") from error
    return cast(list[dict[str, Any]], found)


def _pooling(path: Path) -> str:
    said = read_json(path / "1_Pooling" / "config.json")
    if not said:
        return "mean"
    modes = [mode for mode, on in said.items() if mode.startswith("pooling_mode") and on is True]
    newer = {"mean": "mean", "cls": "first"}.get(str(said.get("pooling_mode", "")))  # since sentence-transformers 5
    found = newer or (_POOLINGS.get(modes[0]) if len(modes) == 1 else None)
    if found is None:
        raise ModelError(
            f"the embedding model {path} pools by {', '.join(modes) or said}, not by the mean or the first token; open it with torch"
        )
    return found


def digest(files: Iterable[Path], *said: str) -> str:
    """Tell weights from others, 16 hexadecimal digits: by size, beginning and a sample of each file. 2 ms for 90 MB.

    Raises ``ModelError``.
    """
    hashed = blake2b("\0".join(said).encode(), digest_size=8)
    for file in files:
        try:
            with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
                hashed.update(len(data).to_bytes(8, "little"))
                hashed.update(data[:_SAMPLE_STEP])
                for at in range(_SAMPLE_STEP, len(data), _SAMPLE_STEP):
                    hashed.update(data[at : at + _SAMPLE_BYTES])
        except (OSError, ValueError) as error:
            raise ModelError(f"cannot read the embedding weights {file}: {error}; bring the model's folder here again") from error
    return hashed.hexdigest()
