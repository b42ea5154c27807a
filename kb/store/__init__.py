"""One knowledge base in one folder: SQLite is the truth, Chroma holds the vectors and can be made again from it."""

from kb.store.base import UNDO_TIME, KnowledgeBase
from kb.store.corrections import Correction
from kb.store.listing import DocumentInfo
from kb.store.search import Filters

__all__ = ["UNDO_TIME", "Correction", "DocumentInfo", "Filters", "KnowledgeBase"]
