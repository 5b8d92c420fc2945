"""Builds youju.js and panel.js from source/: `python -m ui.widget.build`. Nothing a user runs.

Takes out lines that are only a comment and the indentation, puts the style and the words into the panel, and the
panel's hash into the launcher, so that a site which pins the launcher has pinned both.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent


def build(source: Path) -> Mapping[str, str]:
    """File name -> contents."""
    style = _small_style((source / "panel.css").read_text(encoding="utf-8"))
    words = json.loads((source / "words.json").read_text(encoding="utf-8"))
    panel = _small_script((source / "panel.js").read_text(encoding="utf-8"))
    panel = panel.replace("__CSS__", json.dumps(style)).replace(
        "__WORDS__", json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    )
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(panel.encode()).digest()).decode()
    version = hashlib.sha256(panel.encode()).hexdigest()[:16]
    launcher = _small_script((source / "launcher.js").read_text(encoding="utf-8"))
    launcher = launcher.replace("__PANEL_INTEGRITY__", integrity).replace("__PANEL_VERSION__", version)
    return {"youju.js": launcher, "panel.js": panel}


def _small_script(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


def _small_style(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def main() -> None:
    for name, text in build(_FOLDER / "source").items():
        (_FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
