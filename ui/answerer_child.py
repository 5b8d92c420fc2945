"""A process that `ui.answerers` starts: questions come in as lines of JSON, answers go out. It ends when they do."""

import gc
import json
import sys
from typing import Any

from rag.errors import YoujuError
from ui.children import open_named, own_output


def main() -> None:
    out = own_output()

    def tell(**line: Any) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    kb = open_named()
    gc.collect()
    gc.freeze()
    tell(ready=True)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        try:
            kb.refresh()
            answer = kb.ask(asked["question"], history=asked["history"], only=asked["only"])
        except YoujuError:
            tell(answer=None)
        else:
            tell(answer=answer.to_dict())


if __name__ == "__main__":
    main()
