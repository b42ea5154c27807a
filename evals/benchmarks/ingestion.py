"""Ingestion of a folder of text files, ours against the stock LlamaIndex recipe, in turns in one process.

Run: ``python -m evals.benchmarks.ingestion FOLDER [--rounds 3] [--json FILE]``. Both have their model loaded and warm,
start from an empty folder each round, embed all text and end with every vector in Chroma; ours has the full text and
the tables in SQLite too.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_TEXT = "How much did each force pay towards the collaboration?"


def main(arguments: list[str] | None = None) -> None:
    """Measure, show a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="a folder of .txt files")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs (default: 3)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args(arguments)
    files = sorted(path for path in options.folder.glob("*.txt"))
    if not files:
        parser.error(f"there is no .txt file in {options.folder}")
    figures = measure(files, options.rounds)
    show(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")


def measure(files: list[Path], rounds: int) -> dict[str, Any]:
    """Seconds of each round of both sides, in turns; ``ratio`` is stock's median over ours."""
    sides = {"ours": make_ours(), "stock": make_stock()}
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    vectors: dict[str, int] = {}
    for _ in range(rounds):
        for name, run in sides.items():
            with tempfile.TemporaryDirectory() as home:
                start = time.perf_counter()
                vectors[name] = run(files, Path(home))
                seconds[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    return {
        "files": len(files),
        "words": sum(len(path.read_text("utf-8", "replace").split()) for path in files),
        "cores": len(os.sched_getaffinity(0)),
        "seconds": seconds,
        "median_seconds": medians,
        "vectors": vectors,
        "ratio": medians["stock"] / medians["ours"],
    }


def make_ours() -> Callable[[list[Path], Path], int]:
    """Our ingestion with a warm model: files and an empty folder to the number of vectors."""
    from ingest.pipeline import ingest
    from kb.embedding import embedder
    from kb.store import KnowledgeBase

    model = embedder()
    model.encode([WARM_TEXT])

    def run(files: list[Path], home: Path) -> int:
        with KnowledgeBase.open(home, create=True) as kb:
            report = ingest(files, kb, model)
            if report.refused or report.no_vectors:
                raise RuntimeError(f"not all was ingested: {report}")
            return kb.counts()["vectors"]

    return run


def make_stock() -> Callable[[list[Path], Path], int]:
    """The recipe of LlamaIndex's documentation with the same model, warm, at its default settings."""
    import chromadb
    from chromadb.config import Settings
    from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from kb.embedding import DEFAULT_MODEL, model_folder

    model = HuggingFaceEmbedding(model_name=str(model_folder(DEFAULT_MODEL)), device="cpu")
    model.get_text_embedding(WARM_TEXT)

    def run(files: list[Path], home: Path) -> int:
        documents = SimpleDirectoryReader(input_files=files).load_data()
        client = chromadb.PersistentClient(str(home), settings=Settings(anonymized_telemetry=False))
        collection = client.get_or_create_collection("documents")
        storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection))
        VectorStoreIndex.from_documents(
            documents,
            storage_context=storage,
            embed_model=model,
            transformations=[SentenceSplitter(chunk_size=256, chunk_overlap=32)],
        )
        return int(collection.count())

    return run


def show(figures: dict[str, Any]) -> None:
    """The figures as a table on the terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table("side", "median", "rounds", "vectors", title=f"{figures['files']} files, {figures['words']:,} words")
    for name, times in figures["seconds"].items():
        rounds = " ".join(f"{seconds:.1f}" for seconds in times)
        table.add_row(name, f"{figures['median_seconds'][name]:.2f} s", rounds, f"{figures['vectors'][name]:,}")
    console = Console()
    console.print(table)
    console.print(f"Ours is {figures['ratio']:.2f} times as fast as stock, on {figures['cores']} cores.")


if __name__ == "__main__":
    main()
