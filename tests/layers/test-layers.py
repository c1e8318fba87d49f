#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Proves the rule of src/meson.build: what a folder must not include does not compile there, what it may does.

Each folder's own compile command is taken from the build and run on a one-line file. The allowed header of each row is the
control: without it a folder that compiles nothing at all would pass.
"""

import json
import os
import pathlib
import shlex
import subprocess
import tempfile

# One public header per folder.
HEADERS = {
    "base": "maq-json.h",
    "hub": "maq-hub-client.h",
    "cache": "maq-cache.h",
    "format": "maq-gguf.h",
    "engine": "maq-engine.h",
    "library": "maq-transfers.h",
    "server": "maq-hub-server.h",
    "widgets": "maq-markdown-view.h",
    "app": "maq-window.h",
    "cli": "maq-cli.h",
}
L1 = ["hub", "cache", "format", "engine"]
MAY = {
    "base": ["base"],
    **{folder: ["base", folder] for folder in L1},
    "library": ["base", *L1, "library"],
    "server": ["base", "format", "server"],
    "widgets": ["base", "widgets"],
    "app": ["base", *L1, "library", "server", "widgets", "app"],
    "cli": ["base", *L1, "library", "server", "cli"],
    "runner": ["base", "format"],
}
# Libraries with an include folder of their own, and who is given them.
LIBRARIES = {
    "gtk/gtk.h": ["widgets", "app"],
    "adwaita.h": ["widgets", "app"],
    "libsoup/soup.h": ["hub", "server"],
    "libsecret/secret.h": ["library"],
}
# What else a folder may have seen through a library it is given: nothing is asked about these pairs.
INDIRECT = {
    ("app", "libsoup/soup.h"), ("cli", "libsoup/soup.h"), ("app", "libsecret/secret.h"), ("cli", "libsecret/secret.h"),
}


def commands(build):
    """The compiler call of one C file of each folder, without its source and outputs."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        parts = pathlib.PurePath(os.path.normpath(os.path.join(entry["directory"], entry["file"]))).parts
        if "src" not in parts or not entry["file"].endswith(".c"):
            continue
        folder = parts[len(parts) - parts[::-1].index("src")]
        words = [w for w in shlex.split(entry["command"]) if not w.endswith("ccache")]
        for flag in ("-o", "-c", "-MF", "-MQ"):
            while flag in words:
                at = words.index(flag)
                del words[at : at + 2]
        found.setdefault(folder, [w for w in words if w not in ("-MD", entry["file"])])
    return found


def compiles(command, header, build):
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write(f"#include <{header}>\nextern int used;\n")
        source.flush()
        result = subprocess.run([*command, "-fsyntax-only", source.name], cwd=build, capture_output=True, text=True)
    return result.returncode == 0, result.stderr


def cases():
    for folder, allowed in MAY.items():
        for other, header in HEADERS.items():
            if (folder, other) not in INDIRECT:
                yield folder, header, other in allowed
        for header, users in LIBRARIES.items():
            if (folder, header) not in INDIRECT:
                yield folder, header, folder in users


def main():
    build = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
    found = commands(build)
    rows = list(cases())
    print(f"1..{len(rows) + 2}")
    number = 0
    for folder, header, expected in rows:
        number += 1
        actual, message = compiles(found[folder], header, build) if folder in found else (None, "nothing is compiled there")
        word = "may" if expected else "cannot"
        print(f"{'ok' if actual == expected else 'not ok'} {number} - {folder} {word} include {header}")
        if actual != expected:
            print("\n".join("# " + line for line in message.splitlines()[:5]))
    for program, expected in (("src/app/maquette", False), ("src/runner/maquette-runner", True)):
        number += 1
        needed = subprocess.run(["readelf", "-d", build / program], capture_output=True, text=True).stdout
        actual = "libllama" in needed
        good = "NEEDED" in needed and actual == expected
        print(f"{'ok' if good else 'not ok'} {number} - {program} {'links' if expected else 'does not link'} an inference engine")


main()
