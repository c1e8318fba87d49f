#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""`maq run --json-schema` with the demo's chat model: what it answers is valid JSON under the schema, or it fails. TAP."""
import datetime
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import uuid

MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
WEIGHTS = pathlib.Path(os.environ["MAQ_SOURCE_DIR"]) / "data/demo/weights/pebble-chat-GGUF/pebble-chat-Q8_0.gguf"
QUESTION = "What is 7 plus 5?"
checks = []

# Answers of any model end under these: nothing in them goes on without a limit.
SCHEMAS = [
    {"type": "object", "properties": {"name": {"type": "string", "maxLength": 8}, "age": {"type": "integer", "minimum": 0, "maximum": 150}, "note": {"type": ["string", "null"], "maxLength": 5}},
     "required": ["name", "age"], "additionalProperties": False},
    {"type": "array", "items": {"enum": ["red", "green", "gray", None, 1.5]}, "minItems": 2, "maxItems": 4},
    {"type": "number", "minimum": -1.5, "exclusiveMaximum": 0.25},
    {"type": "integer"},
    {"type": "string", "pattern": "^[A-Z]{2}-(\\d{1,3}|x\"y)$"},
    {"type": "object", "properties": {"when": {"type": "string", "format": "date-time"}, "id": {"type": "string", "format": "uuid"}, "day": {"type": "string", "format": "date"}}, "required": ["id", "when", "day"]},
    {"oneOf": [{"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer", "minimum": 1, "maximum": 9}}, "required": ["kind", "lives"]},
               {"type": "object", "properties": {"kind": {"const": "dog"}, "good": {"type": "boolean"}}, "required": ["kind", "good"]}]},
    {"type": "array", "prefixItems": [{"type": "string", "minLength": 2, "maxLength": 3}, {"type": "number"}], "items": False},
    {"$ref": "#/$defs/pair", "$defs": {"pair": {"allOf": [{"type": "object", "properties": {"a": {"$ref": "#/$defs/bit"}}, "required": ["a"]}, {"properties": {"b": {"anyOf": [{"$ref": "#/$defs/bit"}, {"type": "null"}]}}}]},
                                       "bit": {"type": "boolean"}}},
]

KINDS = {"null": type(None), "boolean": bool, "string": str, "array": list, "object": dict}


def has_type(value, name):
    if name in ("integer", "number"):
        return isinstance(value, (int, float)) and not isinstance(value, bool) and (name == "number" or value == int(value))
    return isinstance(value, KINDS[name])


def is_format(value, name):
    if name == "uuid":
        return str(uuid.UUID(value)) == value
    return datetime.date.fromisoformat(value) if name == "date" else datetime.datetime.fromisoformat(value).tzinfo


def is_valid(value, schema, root):
    """Whether VALUE is valid under SCHEMA, for the keywords that are in SCHEMAS."""
    def holds(keyword, limit):
        match keyword:
            case "$ref":
                return is_valid(value, functools.reduce(dict.get, limit.split("/")[1:], root), root)
            case "type":
                return any(has_type(value, name) for name in ([limit] if isinstance(limit, str) else limit))
            case "const":
                return value == limit
            case "enum":
                return value in limit
            case "anyOf":
                return any(is_valid(value, one, root) for one in limit)
            case "oneOf":
                return sum(is_valid(value, one, root) for one in limit) == 1
            case "allOf":
                return all(is_valid(value, one, root) for one in limit)
            case "properties":
                return all(is_valid(value[name], one, root) for name, one in limit.items() if name in value)
            case "required":
                return all(name in value for name in limit)
            case "additionalProperties":
                return set(value) <= set(schema["properties"])
            case "items":
                return len(value) <= len(schema["prefixItems"]) if limit is False else all(is_valid(item, limit, root) for item in value)
            case "prefixItems":
                return all(is_valid(item, one, root) for item, one in zip(value, limit))
            case "minItems" | "maxItems":
                return len(value) >= limit if keyword == "minItems" else len(value) <= limit
            case "minLength" | "maxLength":
                return value is None or (len(value) >= limit if keyword == "minLength" else len(value) <= limit)
            case "pattern":
                return re.fullmatch(limit[1:-1], value)
            case "format":
                return is_format(value, limit)
            case "minimum" | "maximum":
                return value >= limit if keyword == "minimum" else value <= limit
            case "exclusiveMaximum":
                return value < limit
            case "$defs":
                return True
        raise AssertionError(keyword)
    return all(holds(keyword, limit) for keyword, limit in schema.items())


def check(func):
    checks.append(func)
    return func


def equal(got, expected, more=""):
    assert got == expected, f"{got!r} and not {expected!r} {more}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def maq(*arguments, stdin=""):
    done = subprocess.run([MAQ, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def ok(*arguments, stdin=""):
    status, out, err = maq(*arguments, stdin=stdin)
    equal(status, 0, err)
    return out


def fails(status, *arguments, says):
    """Expects STATUS, nothing on standard output, and one line of sentences on standard error."""
    got, out, err = maq(*arguments)
    equal((got, out), (status, ""), err)
    last = err.strip().splitlines()[-1]
    contains(last, says)
    assert re.fullmatch(r"maq: .+[.!?]", last), f"not a sentence: {last!r}"


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def make_path():
    return pathlib.Path(tempfile.mkdtemp()) / "schema.json"


@check
def answers_are_valid():
    for schema in SCHEMAS:
        for seed, temperature in ((1, 0), (2, 0.8), (3, 4)):
            path = make_path()
            path.write_text(json.dumps(schema))
            answer = json.loads(ok("run", WEIGHTS, "-p", QUESTION, "--json-schema", path, "--seed", seed, "--temp", temperature, "--top-k", "0", "--json"))
            equal(answer["stats"]["stop_reason"], "end")
            value = json.loads(answer["text"])
            assert is_valid(value, schema, schema), f"{answer['text']} is not valid under {schema}"


@check
def schemas_come_from_input_and_go_with_many_prompts():
    out = ok("run", WEIGHTS, "-p", QUESTION, "--json-schema", "-", "-q", stdin='{"enum": ["twelve", "thirteen"]}')
    equal(json.loads(out) in ("twelve", "thirteen"), True, out)
    path = make_path()
    path.write_text('{"const": 12}')
    equal(ok("run", WEIGHTS, "--json-schema", path, "-q", stdin=QUESTION), "12\n")
    rows = objects(ok("run", WEIGHTS, "--prompts", "-", "--json-schema", path, "--json", stdin='{"prompt": "a"}\n{"prompt": "b"}\n'))
    equal([row["text"] for row in rows], ["12", "12"])


@check
def a_cut_answer_is_a_failure():
    path = make_path()
    path.write_text('{"type": "array", "items": {"type": "integer"}, "minItems": 50}')
    command = ("run", WEIGHTS, "--json-schema", path, "-n", "8", "--seed", "1")
    status, out, err = maq(*command, "-p", QUESTION)
    equal(status, 1, err)
    equal(out.startswith("["), True, out)
    contains(err.splitlines()[-1], "maq: The answer was cut after 8 tokens and is incomplete JSON. Increase -n.")
    status, out, err = maq(*command, "-p", QUESTION, "--json")
    equal((status, json.loads(out)["stats"]["stop_reason"]), (1, "length"), err)
    contains(err, "incomplete JSON")
    status, out, err = maq(*command, "--prompts", "-", "--json", stdin='{"prompt": "a"}\n')
    row = json.loads(out)
    equal((status, row["text"][0], "incomplete JSON" in row["error"]), (1, "[", True), err)
    # Cut where it ends anyway, it is whole.
    path.write_text('{"const": []}')
    command = ("run", WEIGHTS, "--json-schema", path, "-p", QUESTION, "--json")
    tokens = json.loads(ok(*command))["stats"]["tokens"]
    answer = json.loads(ok(*command, "-n", tokens))
    equal((answer["text"], answer["stats"]["stop_reason"]), ("[]", "length"))


@check
def wrong_schemas_are_refused():
    path = make_path()
    for text, says in (("{", "Cannot use the JSON schema. Not JSON"), ('{"properties": {"a": {"not": {}}}}', "#/properties/a: An answer cannot be bound to the keyword not"),
                       ('{"$ref": "#"}', "leads back to itself"), ("[" * 1000000, "nested more than"), ("{}" + " " * 1100000, "more than 1024 KiB"), ("", "Not JSON")):
        path.write_text(text)
        fails(1, "run", WEIGHTS, "-p", "x", "--json-schema", path, says=says)
    fails(1, "run", WEIGHTS, "-p", "x", "--json-schema", "./nope.json", says="No such file or directory. Check the path.")
    fails(1, "run", WEIGHTS, "-p", "x", "--json-schema", "/dev/zero", says="more than 1024 KiB")
    fails(1, "run", WEIGHTS, "-p", "x", "--json-schema", path.parent, says="Is a directory. Check the path.")
    fails(2, "run", WEIGHTS, "--json-schema", "-", says="both the JSON schema and the prompt")
    fails(2, "run", WEIGHTS, "--prompts", "-", "--json-schema", "-", says="both the JSON schema and the prompt")
    fails(2, "run", WEIGHTS, "--embed", "x", "--json-schema", path, says="--json-schema cannot be used with --embed")


def main():
    failed = 0
    print(f"TAP version 14\n1..{len(checks)}")
    for number, func in enumerate(checks, 1):
        name = func.__name__.replace("_", " ")
        try:
            func()
            print(f"ok {number} {name}", flush=True)
        except Exception as error:  # every check is told about, whatever went wrong
            failed += 1
            print(f"not ok {number} {name}")
            print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".split("\n")), flush=True)
    sys.exit(1 if failed else 0)


main()
