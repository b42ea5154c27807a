"""What the commands share: where the knowledge base is, its settings, opening it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kb.embedding import Embedder
    from kb.settings import Settings
    from kb.store import KnowledgeBase

# No part of the installation may call out or chat on the terminal; whoever sets one of these keeps it.
QUIET_AND_OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    # numpy's products are small: threads for them wait in a loop, a third of all that a question costs.
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}


def prepare_environment(home: Path | None) -> None:
    """Set what libraries read from the environment, and send warnings to stderr as plain lines."""
    import logging

    from app.cli.errors import PlainFormatter

    for name, value in QUIET_AND_OFFLINE.items():
        os.environ.setdefault(name, value)
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter(home))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def keep_home(context: typer.Context, home: Path | None) -> Path | None:
    """Let --home stand before or after the command's name; after it wins."""
    root = context.find_root()
    if home is not None:
        root.obj = home
    return root.obj if isinstance(root.obj, Path) else None


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        callback=keep_home,
        help="Folder of the knowledge base (default: KB_HOME, else a per-user data folder).",
    ),
]


def read_settings(home: Path | None = None) -> Settings:
    """The settings from the environment; ``home`` takes the place of KB_HOME. CollabkbError names a bad value."""
    from pydantic import ValidationError

    from kb.errors import CollabkbError
    from kb.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(f"KB_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise CollabkbError(f"A setting in the environment cannot be used. {wrong}.") from error
    return settings.model_copy(update={"home": home}) if home is not None else settings


def open_knowledge_base(home: Path | None, *, create: bool = False) -> KnowledgeBase:
    """Open the knowledge base that --home, KB_HOME or the per-user default names."""
    from kb.store import KnowledgeBase

    return KnowledgeBase.open(read_settings(home).home_folder(), create=create)


def load_embedder(home: Path | None) -> Embedder:
    """The embedding model of the settings; it loads its weights when it is first used."""
    from kb.embedding import embedder

    return embedder(read_settings(home).embedding_model)
