# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Ranges that are ignored, wrong, refused, or of another file: row A7."""

import os
import time

from cases_content import FILES, HEAD, SMALL, tiny_download, with_hub
from harness import MIB, expect, kill, place, wait_for

CONTENT = FILES["tiny.gguf"]
HALF = len(CONTENT) // 2


def ranges(row):
    def run(hub):
        for times in (1, 0) if row.full else (1,):
            for rule in ({"range": "ignore"}, {"range": "wrong"}, {"status": 416}, {"body": "html"}):
                if times == 0 and rule != {"range": "ignore"}:
                    continue
                row.attempt(f"{rule}, {times or 'every'} time", after_half, hub, {"host": "cdn", "times": times, **rule})
        row.attempt("200, then a cut, then 206", after_half, hub, {"host": "cdn", "range": "ignore"}, {"host": "cdn", "cut": 100000})

    with_hub(run)
    row.attempt("another file behind the same name in between", moved_file)
    for name, answer in ANSWERS.items():
        row.attempt(name, tiny_download, None, {"file": after_a_cut(answer)})


def after_half(hub, *rules):
    with place(hub) as here:
        stall(here)
        hub.spoil(*rules)
        here.download(SMALL)
        here.check_complete(SMALL)


def stall(here):
    here.hub.spoil({"host": "cdn", "stall": MIB * 3 // 2, "times": 0})
    here.hub.forget()
    process = here.start("download", SMALL)
    expect(wait_for(lambda: here.hub.sent() >= MIB * 3 // 2, 20, process), "the download did not get going")
    time.sleep(0.05)
    kill(process)


def after_a_cut(answer):
    """The first answer ends in the middle; each later one is what ANSWER (handler, start, end) makes of it."""
    answers = []

    def twist(handler, path):
        if not path.endswith(".gguf") or handler.command == "HEAD":
            return False
        answers.append(path)
        if len(answers) == 1:
            handler.raw(HEAD + b"Content-Length: %d\r\n\r\n" % len(CONTENT) + CONTENT[:HALF], close=True)
        elif len(answers) <= 3:
            start, end = handler.offset()
            answer(handler, start, len(CONTENT) - 1 if end is None else end)
        else:
            return False
        return True

    return twist


def part(handler, body, content_range, **headers):
    handler.body(body, status="206 Partial Content", **({"Content_Range": content_range} if content_range else {}), **headers)


ANSWERS = {
    "206 of another total": lambda handler, start, end: part(handler, CONTENT[start:end + 1], f"bytes {start}-{end}/{len(CONTENT) + 1}"),
    "206 from the beginning": lambda handler, _start, _end: part(handler, CONTENT, f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"),
    "206 that does not say of what": lambda handler, start, end: part(handler, CONTENT[start:end + 1], None),
    "206 of fewer bytes than it says": lambda handler, start, end: part(handler, CONTENT[start:start + 100], f"bytes {start}-{end}/{len(CONTENT)}"),
    "206 of more bytes than asked for": lambda handler, start, _end: part(handler, CONTENT[start:] + b"more", f"bytes {start}-{len(CONTENT) + 3}/{len(CONTENT) + 4}"),
    "206 in several parts": lambda handler, start, end: part(handler, b"--x\r\n" + CONTENT[start:end + 1] + b"\r\n--x--", None, Content_Type="multipart/byteranges; boundary=x"),
    "206 with a range without numbers": lambda handler, start, end: part(handler, CONTENT[start:end + 1], "bytes */*"),
    "206 beyond 2^64": lambda handler, start, end: part(handler, CONTENT[start:end + 1], "bytes 99999999999999999999-99999999999999999999/99999999999999999999"),
}


def moved_file():
    """Half of one file and half of another have the right length and the wrong hash."""
    content = os.urandom(600000)
    other = os.urandom(600000)

    def twist(handler, path):
        if not path.endswith(".gguf") or handler.command == "HEAD":
            return False
        start, _end = handler.offset()
        if start == 0:
            handler.raw(HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content[:300000], close=True)
        else:
            handler.body(other[start:], status="206 Partial Content", Content_Range=f"bytes {start}-{len(other) - 1}/{len(other)}")
        return True

    tiny_download(False, {"file": twist}, {"tiny.gguf": content})


CASES = [
    {"name": "A7", "title": "ranges ignored, wrong, refused, changed", "target": "0 mixed files", "run": ranges},
]
