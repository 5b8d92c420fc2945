"""What is looked in: paragraphs with both legs over them, in segments, seen as one snapshot at a time."""
