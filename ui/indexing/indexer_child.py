"""The process `indexer` starts for one change: a job comes in as a line of JSON, what becomes of it goes out.

It ends when the other end of its standard input is gone, in whatever way its parent ended.
"""

import json
import os
import sys
import threading
from dataclasses import asdict
from typing import Any

from rag.errors import YoujuError
from ui.children import open_named, own_output
from ui.indexing.jobs import from_line

NICENESS = 5
_ABANDONED = 3


def main() -> None:
    os.nice(NICENESS)
    out = own_output()

    def tell(**line: Any) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    job = from_line(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        kb = open_named()
        for outcome in job.apply(kb, lambda *progress: tell(progress=progress)):
            tell(outcome=asdict(outcome))
    except YoujuError as error:
        tell(error={"kind": type(error).__name__, "message": str(error)})
        return
    tell(done=True)


def _end_with_parent() -> None:
    while os.read(0, 1 << 16):
        pass
    os._exit(_ABANDONED)


if __name__ == "__main__":
    main()
