"""The few exceptions of collabkb. ``app`` turns them into words for people; nothing else does."""

from __future__ import annotations


class CollabkbError(Exception):
    """Base of what can go wrong in a way that a person can mend; ``str(error)`` says what to do."""


class UnreadableFile(CollabkbError):
    """A file is refused. ``reason`` is a short sentence that a clerk understands."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class KnowledgeBaseError(CollabkbError):
    """The folder of the knowledge base is missing, damaged, of a newer version, or cannot be written."""


class ModelError(CollabkbError):
    """The embedding model cannot be loaded; keyword search carries on without it."""


class BadQuestion(CollabkbError):
    """A question, history or batch line that cannot be taken, with the reason."""


class BadCorrection(CollabkbError):
    """A corrected title, date or kind that cannot be taken, with what can."""


class NotFound(CollabkbError):
    """No document, table or page of that id."""


class LanguageModelError(CollabkbError):
    """The language model gave nothing that can be used; ``str(error)`` is the reason in words."""
