"""What stands in a text: facts, figures, sentences, terms, and the same words in the other language."""
