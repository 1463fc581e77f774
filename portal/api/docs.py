"""The page that describes the API, made on the server from the description itself."""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from portal.access import open_to_all
from portal.api.errors import KINDS
from portal.api.examples import DETAINED
from portal.api.schema import description, example

Schema = dict[str, Any]
LONGEST_IN_ONE_LINE = 30  # signs of code on a phone
FORM = "application/x-www-form-urlencoded"


@open_to_all
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    described = description()
    with translation.override("en"):
        kinds = [
            {"code": code, "status": kind.status, "title": str(kind.title), "advice": str(kind.advice)}
            | {"example": pretty(example(code))}
            for code, kind in KINDS.items()
        ]
    overview = [rich(part) for part in described["info"]["description"].split("\n\n")]
    context = {
        "info": described["info"],
        "overview": overview,
        "operations": list(operations()),
        "kinds": kinds,
    }
    return render(request, "api/docs.html", context)


def operations() -> Iterator[dict[str, Any]]:
    """Yield what the page shows of each operation, in the order of the description."""
    for path, methods in description()["paths"].items():
        for method, operation in methods.items():
            content: Schema = operation.get("requestBody", {}).get("content", {})
            body: Schema = next(iter(content.values()), {})
            yield {
                "id": operation["operationId"],
                "method": method.upper(),
                "path": SafeString(escape(path).replace("/", "/<wbr>")),  # breaks on a phone
                "summary": operation["summary"],
                "description": rich(operation["description"]),
                "parameters": [
                    {**parameter, "description": rich(parameter.get("description", ""))}
                    for parameter in operation["parameters"]
                ],
                "fields": list(fields(body.get("schema", {}))),
                "curl": token_curl(path, body)
                if FORM in content
                else curl(method, called(path, operation), body, is_open={} in operation["security"]),
                "answers": [answer(status, response) for status, response in operation["responses"].items()],
            }


def answer(status: str, response: Schema) -> dict[str, Any]:
    """Return a response's description, fields and example; problems are described once, further down."""
    content: tuple[str, Schema] = next(iter(response.get("content", {}).items()), ("", {}))
    is_problem = content[0].startswith("application/problem")
    return {
        "status": status,
        "paragraphs": [rich(part) for part in response.get("description", "").split("\n\n") if part],
        "fields": [] if is_problem else list(fields(content[1].get("schema", {}))),
        "example": "" if is_problem else first_example(content[1]),
    }


def fields(schema: Schema, before: str = "") -> Iterator[dict[str, Any]]:
    """Yield one row for each field of an object, those of its inner objects after it: lines[].quantity."""
    whole = resolved(schema)
    for name, inner in whole.get("properties", {}).items():
        found = resolved(inner)
        is_list = found.get("type") == "array"
        described = found.get("description", "")
        yield {
            "name": before + name,
            "type": words_for(found),
            "required": name in whole.get("required", []),
            "description": rich(described),
        }
        yield from fields(found["items"] if is_list else found, f"{before}{name}{'[]' if is_list else ''}.")


def resolved(schema: Schema) -> Schema:
    """Return what a reference stands for, together with what is said beside it."""
    [*wrapped] = schema.get("allOf", [])
    for reference in [schema, *wrapped]:
        if "$ref" in reference:
            name = reference["$ref"].rpartition("/")[2]
            target: Schema = description()["components"]["schemas"][name]
            return {**target, **{key: value for key, value in schema.items() if key not in ("$ref", "allOf")}}
    return schema


def words_for(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    if "oneOf" in schema:
        return " or ".join(dict.fromkeys(words_for(resolved(one)) for one in schema["oneOf"]))
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return " ".join(filter(None, [kind, schema.get("format", "")]))


def first_example(content: Schema) -> str:
    given: Schema = next(iter(content.get("examples", {}).values()), {})
    return pretty(given["value"]) if "value" in given else ""


def called(path: str, operation: Schema) -> str:
    """Return the path with examples in the place of its parameters, and what must stand after it."""
    for name, value in (
        ("number", "PA-L-2026-000123"),
        ("token", "TOKEN"),
        ("detention", "17"),
        ("correction", "5"),
        ("sha256", DETAINED["notes"][0]["photos"][0]["sha256"]),
    ):
        path = path.replace(f"{{{name}}}", value)
    needed = [one for one in operation["parameters"] if one["in"] == "query" and one.get("required")]
    query = {one["name"]: next(iter(one["examples"].values()))["value"] for one in needed}
    return f"{path}?{urlencode(query)}" if query else path


def curl(method: str, path: str, body: Schema, *, is_open: bool) -> str:
    """Return a command that calls the operation with the example's values."""
    address = settings.PORTAL_URL + path
    key = [] if is_open else ['-H "Authorization: Bearer $ISTMO_KEY"']
    lines = [f"curl {shlex.quote(address)}", *key, "-H 'Accept-Language: en'"]
    if method == "post":
        lines += ["-H 'Content-Type: application/json'", f"--data {shlex.quote(first_example(body))}"]
    return " \\\n  ".join(lines)


def token_curl(path: str, body: Schema) -> str:
    """Return a command that exchanges the key for a token; curl itself escapes what the form holds."""
    given = next(iter(body["examples"].values()))["value"]
    lines = [f"curl {shlex.quote(settings.PORTAL_URL + path)}", '--user "$ISTMO_CLIENT_ID:$ISTMO_KEY"']
    lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    return " \\\n  ".join(lines)


def pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def rich(text: str) -> SafeString:
    """Return text with **strong** and `code` marked up."""
    marked = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(text))
    return SafeString(re.sub(r"`(.+?)`", _code, marked))


def _code(found: re.Match[str]) -> str:
    breaks = " app-code--long" if len(found[1]) > LONGEST_IN_ONE_LINE else ""
    return f'<code class="app-code{breaks}">{found[1]}</code>'
