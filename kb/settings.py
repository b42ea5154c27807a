"""Settings that a user turns, read from ``KB_…`` environment variables once, at the door."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set. Every field is documented in docs/operations.md; a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix="KB_", extra="ignore")

    home: Path | None = Field(
        default=None, description="Folder of the knowledge base; default: a per-user data folder."
    )
    embedding_model: str = Field(
        default="all-MiniLM-L6-v2",
        description="Name or folder of a sentence-transformers model; the default comes with the installation.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `kb serve` binds to.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of `kb serve`; 0 picks a free one.")

    def home_folder(self) -> Path:
        """The folder of the knowledge base: KB_HOME, else the per-user data folder of the platform."""
        from platformdirs import user_data_path

        return self.home.expanduser() if self.home else user_data_path("collabkb", appauthor=False)
