"""/docs: the OpenAPI description as a page. FastAPI's own loads its scripts from a CDN, and there may be no network."""

import json
import re
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font:14px/1.5 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8886;"
    "border-radius:6px}summary{cursor:pointer;padding:.4rem 0}.m{display:inline-block;min-width:4.5rem;font-weight:700}"
    "table{border-collapse:collapse}td,th{border:1px solid #8886;padding:.2rem .6rem;text-align:left}"
    ":root{color-scheme:light dark}"
)


def docs_html(schema: dict[str, Any]) -> str:
    parts = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts.append(_operation(path, method, operation, schema))
    title = escape(schema["info"]["title"])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}: API</title>'
        '<meta name="viewport" content="width=device-width"><style>' + _STYLE + f"</style><h1>{title}: API</h1>"
        f"<p>{escape(schema['info'].get('description', ''))}</p>"
        '<p>For tools: <a href="openapi.json">openapi.json</a></p>' + "".join(parts) + "</html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    token = " <small>[token]</small>" if operation.get("security") else ""
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code><td>{escape(p['in'])}<td>{'yes' if p.get('required') else ''}"
        f"<td>{_prose(p.get('description', ''))}"
        for p in operation.get("parameters", [])
    )
    table = f"<table><tr><th>name<th>in<th>required<th>{rows}</table>" if rows else ""
    sent = "".join(_content("Body", operation.get("requestBody", {}).get("content", {}), schema))
    returned = "".join(
        f"<h3>{escape(status)}</h3><p>{_prose(response.get('description', ''))}</p>"
        + "".join(_content("", response.get("content", {}), schema))
        for status, response in operation.get("responses", {}).items()
    )
    return (
        f'<details><summary><span class="m">{method.upper()}</span> <code>{escape(path)}</code>{token} '
        f"{_prose(operation.get('summary', ''))}</summary>{table}{sent}{returned}</details>"
    )


def _prose(text: str) -> str:
    """Escaped, with `code` between backquotes."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def _content(label: str, content: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    shown = []
    for kind, body in content.items():
        found = _resolve(body.get("schema", {}), schema)
        example = body.get("example") or next(iter(found.get("examples", [])), None)
        text = example if isinstance(example, str) else json.dumps(example or found, ensure_ascii=False, indent=1)
        shown.append(f"<p>{label} <code>{escape(kind)}</code></p><pre>{escape(text)}</pre>")
    return shown


def _resolve(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref", "")
    found = schema["components"]["schemas"].get(reference.rsplit("/", 1)[-1], part) if reference else part
    return dict(found)
