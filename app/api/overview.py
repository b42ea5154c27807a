"""The endpoints as a plain page, made from their OpenAPI: no scripts, nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: addresses for programs</title><link rel="stylesheet" href="{root}/overview.css"></head>
<body><main><h1>{title}: addresses for programs</h1><p>{description}</p>
<p>Version: {version}. For tools, the same as OpenAPI: <a href="{root}/openapi.json">openapi.json</a>.
<a href="{up}/">Back to the page for people</a></p>
<nav aria-label="Endpoints"><ul>{contents}</ul></nav>{groups}</main></body></html>
"""


def openapi_to_html(openapi: Mapping[str, Any], root: str) -> str:
    """The page; ``root`` is the path under which the API is mounted, as in ``/api``."""
    info = openapi["info"]
    groups: dict[str, list[tuple[str, str, Mapping[str, Any]]]] = {}
    for path, method, operation in operations(openapi):
        groups.setdefault(operation.get("tags", ["Other"])[0], []).append((path, method, operation))
    contents = "".join(f'<li><a href="#{_name_to_id(name)}">{escape(name)}</a></li>' for name in groups)
    sections = "".join(
        f'<section><h2 id="{_name_to_id(name)}">{escape(name)}</h2>'
        + "".join(operation_to_html(openapi, root, *one) for one in held)
        + "</section>"
        for name, held in groups.items()
    )
    return PAGE.format(
        title=escape(info["title"]),
        description=escape(info.get("description", "")),
        version=escape(info["version"]),
        root=escape(root),
        up=escape(root.removesuffix("/api")),
        contents=contents,
        groups=sections,
    )


def operations(openapi: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method and description of each endpoint, in order."""
    for path, methods in openapi["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def operation_to_html(
    openapi: Mapping[str, Any], root: str, path: str, method: str, operation: Mapping[str, Any]
) -> str:
    """One endpoint: what it does, its parameters, its body."""
    paragraphs = operation.get("description", "").split("\n\n")
    described = "".join(f"<p>{_words_to_html(text)}</p>" for text in paragraphs if text)
    rows = [parameter_to_row(parameter) for parameter in operation.get("parameters", []) if parameter["in"] != "header"]
    body = operation.get("requestBody", {}).get("content", {})
    bodies = "".join(body_to_html(openapi, kind, content["schema"]) for kind, content in body.items())
    return (
        f"<article><h3>{escape(operation.get('summary', path))}</h3>"
        f'<p class="address"><b class="{method}">{method.upper()}</b> <code>{escape(root + path)}</code></p>'
        f"{described}{rows_to_table('Parameters', rows)}{bodies}</article>"
    )


def parameter_to_row(parameter: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, need and meaning of a parameter of the path or the query."""
    need = "yes" if parameter.get("required") else "no"
    return parameter["name"], need, parameter.get("description", "")


def body_to_html(openapi: Mapping[str, Any], kind: str, schema: Mapping[str, Any]) -> str:
    """The fields of a body, and an example where there is one."""
    schema = _resolve(openapi, schema)
    needed = set(schema.get("required", ()))
    rows = [
        (name, "yes" if name in needed else "no", _resolve(openapi, field).get("description", ""))
        for name, field in schema.get("properties", {}).items()
    ]
    example = schema.get("example")
    shown = f"<pre><code>{escape(json.dumps(example, ensure_ascii=False, indent=2))}</code></pre>" if example else ""
    return rows_to_table(f"Body ({kind})", rows) + shown


def rows_to_table(caption: str, rows: list[tuple[str, str, str]]) -> str:
    """Name, need and meaning as a table; nothing without rows."""
    if not rows:
        return ""
    body = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{escape(need)}</td>'
        f"<td>{_words_to_html(text)}</td></tr>"
        for name, need, text in rows
    )
    head = '<tr><th scope="col">Name</th><th scope="col">Needed</th><th scope="col">Meaning</th></tr>'
    return f"<table><caption>{escape(caption)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"


def _resolve(openapi: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference names, with what is said beside the reference."""
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = openapi
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **schema}


def _words_to_html(text: str) -> str:
    """Escaped words; what stands between backticks is code."""
    parts = escape(" ".join(text.split())).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _name_to_id(name: str) -> str:
    return name.lower().replace(" ", "-")
