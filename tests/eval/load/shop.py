"""A tiny repository, indexed once, and small targets."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.bench_process import run
from eval.load.mix import Kind, Material, Mix, Operation

CODELORE = (str(Path(sys.executable).with_name("codelore")),)
MATERIAL: Material = {Kind.SEARCH: ["where are orders kept", "order total"], Kind.SHOW: ["orders.py:1-2"]}
MIX = Mix({Kind.SEARCH: 1}, MATERIAL, 0)


def new_shop(root: Path) -> Path:
    """A package whose functions call each other."""
    root.mkdir(parents=True)
    functions = [
        f'def order_total_{at}(order):\n    """Add up what order {at} costs."""\n    return order.price * {at}\n' for at in range(6)
    ]
    (root / "orders.py").write_text("\n\n".join(functions))
    calls = "".join(f"    order_total_{at}(order)\n" for at in range(6))
    (root / "checkout.py").write_text(f"from orders import *\n\n\ndef check_out_order(order):\n{calls}")
    return root


def indexed(root: Path, data: Path) -> tuple[str, Path]:
    """Index a tree with its graph, as a process."""
    run([*CODELORE, "index", str(root)], variables={"CODELORE_DATA_DIR": str(data)})
    return str(root), data


class FakeTarget:
    """A target that does in ``perform`` what it is given, and can be seen to be opened and closed."""

    def __init__(self, answer: Callable[[Operation], int]) -> None:
        self.name = "fake"
        self.opened = self.closed = 0
        self._answer = answer

    def open(self) -> None:
        """Count it."""
        self.opened += 1

    def perform(self, operation: Operation) -> int:
        """Do as told."""
        return self._answer(operation)

    def processes(self) -> Sequence[int]:
        """This one."""
        return [os.getpid()]

    def cpu_seconds(self) -> float:
        """Of this process."""
        return time.process_time()

    def close(self) -> None:
        """Count it."""
        self.closed += 1


class Numbered:
    """Counts calls, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = 0

    def __call__(self) -> int:
        """Return the number of this call, from 0."""
        with self._lock:
            self._calls += 1
            return self._calls - 1
