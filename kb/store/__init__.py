"""One knowledge base in one folder: SQLite is the truth, Chroma holds the vectors and can be made again from it."""

from kb.store.base import KnowledgeBase
from kb.store.listing import DocumentInfo
from kb.store.search import Filters

__all__ = ["DocumentInfo", "Filters", "KnowledgeBase"]
