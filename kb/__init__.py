"""The knowledge base: what is held of documents, how it is found, and how questions are answered from it."""
