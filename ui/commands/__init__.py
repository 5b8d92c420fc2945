"""One module a command: `add` puts it on the parser, `run` does it and gives the exit code."""
