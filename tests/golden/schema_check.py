#!/usr/bin/env python3
"""Holds the mapping schema against files with a validator that is not ours: every example and the
demo are valid, and mistakes of form in the broken files are seen.
SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import sys

import jsonschema
import yaml

root = pathlib.Path(sys.argv[1])
schema = json.loads((root / "packaging/reference/mapping-v1.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
failed = False


def errors_of(path):
    return [f"{'/'.join(map(str, e.absolute_path))}: {e.message}"
            for e in validator.iter_errors(yaml.safe_load(path.read_text()))]


good = sorted((root / "mappings/examples").glob("*.yaml"))
good += sorted((root / "packaging/demo/config/mappings.d").glob("*.yaml"))
for path in good:
    for text in errors_of(path):
        failed = True
        print(f"{path}: {text}")

# What an editor can underline while it is typed.
for name in ("unknown-key", "capture-of-another-database", "settle-without-unit", "field-is-a-word",
             "names-with-case", "conflict-for-one-word", "initial-of-a-person", "split-by-nothing",
             "match-key-unknown-words", "chain-after-ask", "guard-above-all"):
    path = root / "tests/golden/broken" / f"{name}.yaml"
    if not path.exists() or not errors_of(path):
        failed = True
        print(f"{path}: the schema finds nothing wrong")

print(f"{len(good)} good files")
sys.exit(1 if failed or len(good) < 7 else 0)
