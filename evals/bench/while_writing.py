"""What searching costs while somebody writes, beside what it costs when nobody does.

`python -m evals.bench.while_writing [--paragraphs 100000] [--seconds 60] [--threads 16]`
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from evals.bench.made import documents, paragraphs
from evals.statistics import percentiles
from rag import Document, KnowledgeBase

PAUSE = 0.2
"""Seconds between two changes; every fifth is a removal."""


def searching(kb: KnowledgeBase, queries: Sequence[str], *, seconds: float, threads: int, write: bool) -> list[float]:
    """Milliseconds of each search. Raises AssertionError when a search found nothing, and what a search raised."""
    until = time.monotonic() + seconds
    spent: list[list[float]] = [[] for _ in range(threads)]
    failed: list[BaseException] = []

    def read(number: int) -> None:
        choose = random.Random(number).choice
        try:
            while time.monotonic() < until and not failed:
                began = time.perf_counter()
                assert kb.search(choose(queries)), "a search found nothing"
                spent[number].append(1000 * (time.perf_counter() - began))
        except BaseException as error:
            failed.append(error)
            raise

    readers = [threading.Thread(target=read, args=(number,)) for number in range(threads)]
    for reader in readers:
        reader.start()
    for number in count() if write else ():
        if time.monotonic() >= until or failed:
            break
        kb.add([Document(f"more-{number}", "补充报告", f"第{number}号补充报告:新增养老床位{number}张。")])
        if number % 5 == 4:
            kb.remove([f"more-{number - 2}"])
        time.sleep(PAUSE)
    for reader in readers:
        reader.join()
    if failed:
        raise failed[0]
    return [each for some in spent for each in some]


def main(write: Callable[[str], object] = sys.stdout.write) -> None:
    parser = argparse.ArgumentParser(description="Searching while somebody writes.")
    parser.add_argument("--paragraphs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--threads", type=int, default=16)
    args = parser.parse_args()
    made = list(paragraphs(args.paragraphs))
    queries = [part.question for part in made[:: max(len(made) // 400, 1)]]
    with tempfile.TemporaryDirectory(prefix="youju-writing-") as folder:
        kb = KnowledgeBase.open(Path(folder), create=True)
        kb.add(documents(made))
        searching(kb, queries, seconds=min(args.seconds, 5.0), threads=args.threads, write=False)
        p95 = []
        for writes in (False, True):
            spent = percentiles(searching(kb, queries, seconds=args.seconds, threads=args.threads, write=writes))
            p95.append(spent.p95)
            name = "writing" if writes else "quiet"
            write(f"{name:<8} {spent.n:>7} searches, p50 {spent.p50:.1f} ms, p95 {spent.p95:.1f} ms\n")
        write(f"p95 while writing is {p95[1] / p95[0]:.2f} x that of quiet\n")


if __name__ == "__main__":
    main()
