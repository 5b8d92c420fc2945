"""Question to hits: set against the documents, found by both legs, ordered by named features."""
