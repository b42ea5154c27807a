"""What the last check of an answer looks at: figures, dates, names, arithmetic, and a model's wording."""
