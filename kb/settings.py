"""Settings that a user turns, read from ``KB_…`` environment variables once, at the door."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

OLLAMA = "http://127.0.0.1:11434/v1"


def text_to_llm(text: str) -> tuple[str, str]:
    """The address and the model that KB_LLM names: ``ollama/MODEL``, or ``http://HOST:PORT/v1#MODEL``.

    A URL without a path gets ``/v1``; without a model the server's ``default`` is asked for. ValueError says what is
    wrong with another text.
    """
    if text.startswith("ollama/") and text.removeprefix("ollama/").strip():
        return OLLAMA, text.removeprefix("ollama/").strip()
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be ollama/MODEL or a URL such as http://127.0.0.1:8080/v1#MODEL")
    if parts.username or parts.password:
        raise ValueError("the URL must hold no password; set KB_LLM_KEY instead")
    if parts.query:
        raise ValueError("the URL must end before any question mark")
    if parts.port == 0:  # reading it also refuses what is no number
        raise ValueError("the port must be a number from 1 to 65535")
    address = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or "/v1", "", ""))
    return address, parts.fragment or "default"


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
    ranker: str = Field(
        default="own",
        description="own: the ranker that ships; none: without one; else a sentence-transformers cross-encoder.",
    )
    auth: Path | None = Field(
        default=None,
        description="File of the users who may sign in, made by `kb users add`; without it there is no login.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `kb serve` binds to.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of `kb serve`; 0 picks a free one.")

    llm: str | None = Field(
        default=None, description="Language model that words answers: ollama/MODEL or http://HOST:PORT/v1#MODEL."
    )
    llm_key: SecretStr | None = Field(default=None, description="Key that is sent to the address of KB_LLM.")
    llm_seconds: int = Field(default=20, ge=1, le=600, description="Longest time for one wording.")

    @field_validator("llm")
    @classmethod
    def check_llm(cls, text: str | None) -> str | None:
        """The text where it names a model; an empty one is none."""
        if not text or not text.strip():
            return None
        text_to_llm(text)
        return text

    def home_folder(self) -> Path:
        """The folder of the knowledge base: KB_HOME, else the per-user data folder of the platform."""
        from platformdirs import user_data_path

        return self.home.expanduser() if self.home else user_data_path("collabkb", appauthor=False)


def current_settings() -> Settings:
    """The settings of the environment as it is now, checked again only where a ``KB_`` variable has changed."""
    return _checked(frozenset(pair for pair in os.environ.items() if pair[0].upper().startswith("KB_")))


@lru_cache(maxsize=4)
def _checked(variables: frozenset[tuple[str, str]]) -> Settings:
    return Settings()
