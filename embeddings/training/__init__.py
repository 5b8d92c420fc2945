"""How the bundled encoder was made, and how to make another: `python -m embeddings.training --help`."""
