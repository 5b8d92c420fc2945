"""A process that `ui.indexing.readers` starts: files to read come in, what was read of each goes out.

It ends when the other end of its standard input is gone, in whatever way its parent ended.
"""

import os
import sys
import threading
from queue import SimpleQueue

from ui.indexing.frames import TAKEN, wanted_of, write_end, write_outcome
from ui.indexing.toread import outcomes_of

_ABANDONED = 3


def main() -> None:
    # What a library prints must not come between our frames.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    try:
        while True:
            wanted = wanted_of(asked.get())
            out.write(TAKEN)
            out.flush()
            for outcome in outcomes_of(wanted):
                write_outcome(out, outcome, data=wanted.data)
            write_end(out)
    except BrokenPipeError:
        os._exit(_ABANDONED)


def _listen(asked: "SimpleQueue[bytes]") -> None:
    while line := sys.stdin.buffer.readline():
        asked.put(line)
    os._exit(_ABANDONED)


if __name__ == "__main__":
    main()
