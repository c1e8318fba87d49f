#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Every file with translatable text is in po/POTFILES, and every file named there exists."""

import os
import pathlib
import re

TRANSLATED = {".c": re.compile(r"\b(?:N?C?_|ngettext|g_dngettext)\s*\("), ".blp": re.compile(r"\bC?_\(")}


def main():
    top = pathlib.Path(os.environ["MAQ_SOURCE_DIR"])
    listed = {line for line in (top / "po/POTFILES").read_text().splitlines() if line and not line.startswith("#")}
    marked = {
        str(path.relative_to(top))
        for folder in ("src", "ui")
        for path in sorted((top / folder).rglob("*"))
        if path.suffix in TRANSLATED and TRANSLATED[path.suffix].search(path.read_text())
    }
    missing = sorted(marked - listed)
    gone = sorted(name for name in listed if not (top / name).exists())
    print("1..2")
    print(f"{'not ok' if missing else 'ok'} 1 - every file with translatable text is listed")
    print("".join(f"# not listed: {name}\n" for name in missing), end="")
    print(f"{'not ok' if gone else 'ok'} 2 - every listed file exists")
    print("".join(f"# not there: {name}\n" for name in gone), end="")


main()
