#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Runs the cases and prints one line for each row: how many faults, how many broke something, the target. See tests/fault/run."""

import argparse
import concurrent.futures
import sys
import time

import harness
from cases_cache import CASES as CACHE
from cases_calls import CASES as CALLS
from cases_content import CASES as CONTENT
from cases_large import CASES as LARGE
from cases_names import CASES as NAMES
from cases_network import CASES as NETWORK
from cases_power import CASES as POWER
from cases_ranges import CASES as RANGES
from cases_servers import CASES as SERVERS
from cases_shared import CASES as SHARED
from cases_together import CASES as TOGETHER

CASES = [*CALLS, *POWER, *CONTENT, *LARGE, *RANGES, *NETWORK, *SERVERS, *NAMES, *TOGETHER, *CACHE, *SHARED]


def chosen(words):
    cases = sorted(CASES, key=lambda case: (case["name"][0], int(case["name"][1:].rstrip("abcdef")), case["name"]))
    return [case for case in cases if not words or any(word == case["name"] or word.lower() in case["title"].lower() for word in words)]


def run_case(case, full):
    row = harness.Row(case["name"], case["title"], case["target"], full)
    begin = time.monotonic()
    try:
        case["run"](row)
    except harness.Skip as reason:
        row.skipped = str(reason)
    except Exception as error:  # a case that cannot go on is one that broke
        row.broken.append(f"the case itself: {type(error).__name__}: {error}")
    row.seconds = time.monotonic() - begin
    return row


def print_row(row):
    verdict = "skipped" if row.skipped else f"{len(row.broken)} broken"
    print(f"{row.name:<4} {row.title:<44} {row.tried:>5} tried  {verdict:>10}  {row.seconds:6.1f} s   target: {row.target}", flush=True)
    for text in ([row.skipped] if row.skipped else []) + row.notes:
        print(f"     {text}", flush=True)
    for text in row.broken[:20]:
        print(f"     BROKEN {text}", flush=True)
    if len(row.broken) > 20:
        print(f"     … and {len(row.broken) - 20} more", flush=True)


def print_tap(number, row):
    if row.skipped:
        print(f"ok {number} - {row.name} {row.title} # SKIP {row.skipped}", flush=True)
        return
    print(f"{'not ok' if row.broken else 'ok'} {number} - {row.name} {row.title}, {row.tried} tried", flush=True)
    for text in [*row.notes, *row.broken[:20]]:
        print(f"# {text}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the counts of reliability.md instead of a slice")
    parser.add_argument("--list", action="store_true", help="only name the cases")
    parser.add_argument("--tap", action="store_true", help="as the tests of this project are read")
    parser.add_argument("--jobs", type=int, default=4, help="cases at a time (4): most of a case is waiting")
    parser.add_argument("case", nargs="*")
    options = parser.parse_args()
    cases = chosen(options.case)
    if options.list or not cases:
        print("\n".join(f"{case['name']:<4} {case['title']}" for case in cases or CASES))
        return 0 if cases else 2
    if options.tap:
        print(f"TAP version 14\n1..{len(cases)}", flush=True)
    rows = []
    begin = time.monotonic()
    try:
        with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
            for number, row in enumerate(pool.map(lambda case: run_case(case, options.full), cases), 1):
                rows.append(row)
                print_tap(number, row) if options.tap else print_row(row)
    finally:
        harness.clean_up()
    if not options.tap:
        broken = sum(len(row.broken) for row in rows)
        print(f"{len(rows)} rows, {sum(row.tried for row in rows)} faults, {broken} broken, {sum(bool(row.skipped) for row in rows)} skipped, "
              f"{time.monotonic() - begin:.0f} s")
    return 1 if any(row.broken for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
