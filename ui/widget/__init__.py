"""The widget's files. `youju.js` and `panel.js` are built from `source/` by `python -m ui.widget.build`."""

import base64
import hashlib
from functools import cache
from importlib import resources

SCRIPTS = ("youju", "panel")
DEMO_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; base-uri 'none'"


@cache
def read(name: str) -> bytes:
    return (resources.files("ui.widget") / name).read_bytes()


def version(script: str) -> str:
    """Changes whenever the file does."""
    return hashlib.sha256(read(f"{script}.js")).hexdigest()[:16]


def integrity(script: str) -> str:
    """What a tag's `integrity` has to say."""
    return "sha384-" + base64.b64encode(hashlib.sha384(read(f"{script}.js")).digest()).decode()
