#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Prints one line that counts the test cases of a Meson run: test-summary.py JUNIT_XML EXIT_STATUS."""

import sys
import xml.etree.ElementTree as ElementTree


def count(path):
    """The numbers of passed, failed and skipped cases; a program without cases of its own is one."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main():
    status = int(sys.argv[2])
    try:
        passed, failed, skipped = count(sys.argv[1])
    except (OSError, ElementTree.ParseError) as error:
        print(f"no test results: {error}", file=sys.stderr)
        passed, failed, skipped = 0, 0, 0
    # A program that dies after its last case fails without a case of its own.
    if status != 0 and failed == 0:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")


main()
