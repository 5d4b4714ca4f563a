"""The command that fills in a transformer's vectors: embed."""

from __future__ import annotations

import argparse
import time

from serve import render
from serve.compose import open_engine
from serve.documents import to_line
from serve.documents_models import embedded_document
from serve.progress import show_progress
from serve.settings import load_settings


def embed(typed: argparse.Namespace) -> int:
    """Embed what has no vector of the model that is set, until all is done or the time is up."""
    begun = time.monotonic()
    with open_engine(load_settings()) as engine, show_progress() as progress:
        done = engine.embeddings.fill(progress=progress, stopped=lambda: 0 < typed.seconds <= time.monotonic() - begun)
        address = engine.embeddings.address
    seconds = time.monotonic() - begun
    if typed.json:
        print(to_line(embedded_document(done, address, seconds)))
    else:
        print(render.embedded(done, seconds))
    return 0
