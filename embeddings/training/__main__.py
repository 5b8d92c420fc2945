"""`python -m embeddings.training --data FOLDER --out DIR [--minutes 20] [--seed 0]`, or with `--further ENCODER`"""

import argparse
import logging
from pathlib import Path

from embeddings.static import StaticEncoder
from embeddings.training.data import load
from embeddings.training.further import Further, train_further
from embeddings.training.train import Plan, train


def main(arguments: list[str] | None = None) -> None:
    """Trains an encoder; a run that was broken off goes on where its checkpoint was."""
    parser = argparse.ArgumentParser(prog="python -m embeddings.training", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the four .xz files of the data")
    parser.add_argument("--out", type=Path, required=True, help="where the encoder and the checkpoint are written")
    parser.add_argument("--minutes", type=float, default=20.0, help="of learning; reading comes on top")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dimensions", type=int, default=512)
    parser.add_argument("--further", type=Path, help="folder of an encoder whose English rows are trained further")
    parser.add_argument("--runs", type=int, default=5, help="with --further: runs that the mean is of")
    parser.add_argument("--steps", type=int, default=2_000, help="with --further: of each run")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    tell = logging.getLogger("embeddings.training").info
    if options.further is not None:
        on = Further(steps=options.steps, runs=options.runs, seed=options.seed)
        train_further(load(options.data), StaticEncoder.open(options.further), options.out, on, tell)
        return
    plan = Plan(minutes=options.minutes, seed=options.seed, dimensions=options.dimensions)
    train(load(options.data), options.out, plan, tell)


if __name__ == "__main__":
    main()
