"""Weights in the safetensors format, mapped: u64 header length · JSON header · data. Source: the format's own description.

Forty lines read it; its library would be one more to install.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import ModelError

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I8": "<i1", "U8": "<u1"}
_MAX_HEADER_BYTES = 100_000_000


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a file by name; numbers of 16 bits come as float32. Raises ``ModelError``, naming it."""
    try:
        data = np.asarray(np.memmap(path, np.uint8, "r"))
        size = min(int(data[:8].view("<u8")[0]), _MAX_HEADER_BYTES)
        header: dict[str, Any] = json.loads(data[8 : 8 + size].tobytes())
        return {name: _tensor(data[8 + size :], about) for name, about in header.items() if name != "__metadata__"}
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ModelError(f"cannot read the weights {path}: {error}; bring the model's folder here again") from error


def _tensor(data: NDArray[np.uint8], about: dict[str, Any]) -> NDArray[Any]:
    start, end = about["data_offsets"]
    kind = about["dtype"]
    found = data[start:end].view(_TYPES[kind]).reshape(about["shape"])
    if kind == "BF16":  # the upper half of a float32
        return (found.astype(np.uint32) << 16).view(np.float32)
    return found.astype(np.float32) if kind == "F16" else found
