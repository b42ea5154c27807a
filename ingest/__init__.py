"""Files into the knowledge base: readers, layout, tables, chunks, and the pipeline that joins them."""
