# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What a power loss may leave, rebuilt from the record of a download, and what the next start makes of it.

The model is that of a file system with one journal (ext4 without ordered data, XFS): names and lengths become durable in order,
all of those so far with any fsync; the bytes of a file become durable by an fsync of that file alone, before it in any order.
So a state is: a point of the download, a point of the journal at or after the last fsync, and for each file the writes since its
own last fsync that are lost; where a length survived its bytes, zeros are read.
"""

import os
import pathlib
import shutil

from harness import MIB, Hub, expect, made_up_hub, place, random_source, write_file
from cases_calls import SMALL, half_done


class Record:
    """The calls of a run that changed something, read from what the shim wrote."""

    def __init__(self, path, base):
        self.data = pathlib.Path(f"{path}.data").read_bytes()
        self.base = base
        self.calls = [line.split("\t") for line in path.read_text().splitlines()]
        self.syncs = [n for n, call in enumerate(self.calls) if call[0] == "sync"]
        self.identify()

    def identify(self):
        """Inode numbers come again after a file is gone: every file gets a number of its own."""
        files = {inode: number for number, (inode, _content) in enumerate(self.base["files"].values())}
        count = len(files)
        for call in self.calls:
            if call[0] == "create":
                files[call[2]] = count
                count += 1
            at = {"create": 2, "empty": 2, "write": 1, "truncate": 1, "extend": 1, "sync": 1}.get(call[0])
            if at is not None:
                call[at] = files.get(call[at], -1)  # -1: a folder

    def state(self, crash, journal, lost):
        """Names and contents when the power went after call CRASH, the journal had come to JOURNAL, and the writes in LOST were not
        on the disk."""
        names = {path: ("file", number) for number, path in enumerate(self.base["files"])}
        names.update({path: ("folder", None) for path in self.base["folders"]})
        names.update({path: ("link", target) for path, target in self.base["links"].items()})
        contents = {number: bytearray(content) for number, (_inode, content) in enumerate(self.base["files"].values())}
        for number, call in enumerate(self.calls[: crash + 1]):
            if call[0] == "write":
                self.write(contents, number, call, number <= journal, number in lost)
            elif number <= journal:
                self.apply(names, contents, call)
        return names, contents

    def write(self, contents, _number, call, in_journal, is_lost):
        inode, offset, length, at = (int(word) for word in call[1:])
        content = contents.setdefault(inode, bytearray())
        if not is_lost:
            content.extend(bytes(max(0, offset + length - len(content))))
            content[offset:offset + length] = self.data[at:at + length]
        elif in_journal:
            content.extend(bytes(max(0, offset + length - len(content))))

    @staticmethod
    def apply(names, contents, call):
        what = call[0]
        if what == "create":
            names[os.path.normpath(call[1])] = ("file", call[2])
            contents.setdefault(call[2], bytearray())
        elif what == "mkdir":
            names[os.path.normpath(call[1])] = ("folder", None)
        elif what == "symlink":
            names[os.path.normpath(call[2])] = ("link", call[1])
        elif what == "link":
            names[os.path.normpath(call[2])] = names[os.path.normpath(call[1])]
        elif what == "unlink":
            names.pop(os.path.normpath(call[1]), None)
        elif what == "rename":
            move(names, os.path.normpath(call[1]), os.path.normpath(call[2]))
        elif what == "empty":
            del contents[call[2]][:]
        elif what in ("truncate", "extend"):
            content = contents[call[1]]
            length = int(call[2])
            if what == "truncate":
                del content[length:]
            content.extend(bytes(max(0, length - len(content))))

    def choices(self, source):
        """Points and losses, the telling ones first, then random ones without end."""
        changes = [n for n, call in enumerate(self.calls) if call[0] != "sync"]
        for crash in changes:
            first, open_writes = self.at(crash)
            yield crash, crash, set()
            if open_writes:
                yield crash, crash, set(open_writes)
                yield crash, crash, {open_writes[-1]}
                yield crash, crash, {open_writes[0]}
                yield crash, first, set(open_writes)
            if first < crash:
                yield crash, first, set()
        while True:
            crash = source.choice(changes)
            first, open_writes = self.at(crash)
            yield crash, source.randint(first, crash), {n for n in open_writes if source.random() < 0.5}

    def at(self, crash):
        """The least the journal has at CRASH, and the writes that may be lost then."""
        synced = [n for n in self.syncs if n <= crash]
        last = {self.calls[n][1]: n for n in synced}
        writes = [n for n, call in enumerate(self.calls[: crash + 1]) if call[0] == "write" and n > last.get(call[1], -1)]
        return (synced[-1] if synced else -1), writes


def move(names, old, new):
    moved = {path: entry for path, entry in names.items() if path == old or path.startswith(old + "/")}
    for path in moved:
        del names[path]
    names.update({new + path[len(old):]: entry for path, entry in moved.items()})


def look(*folders):
    """What is there before a run begins."""
    base = {"files": {}, "folders": [], "links": {}}
    for folder in folders:
        for root, names, files in os.walk(folder):
            base["folders"].append(root)
            for name in [*names, *files]:
                path = os.path.join(root, name)
                if os.path.islink(path):
                    base["links"][path] = os.readlink(path)
                elif name in files:
                    base["files"][path] = (str(os.stat(path).st_ino), pathlib.Path(path).read_bytes())
    return base


def build(here, names, contents):
    """Makes the state of the disk."""
    shutil.rmtree(here.cache, ignore_errors=True)
    shutil.rmtree(here.state, ignore_errors=True)
    for path, (what, _value) in sorted(names.items()):
        if what == "folder":
            os.makedirs(path, exist_ok=True)
    made = {}
    for path, (what, value) in names.items():
        if what == "link":
            os.symlink(value, path)
        elif what == "file" and value in made:
            os.link(made[value], path)
        elif what == "file":
            pathlib.Path(path).write_bytes(contents[value])
            made[value] = path


def start_again(here, names, contents):
    build(here, names, contents)
    here.check()
    status, _out, err = here.run("cache", "ls")
    expect(status == 0, f"“maq cache ls” ended with {status}: {err}")
    here.finish(SMALL)


def record(here, prepare):
    if prepare is not None:
        prepare(here)
    base = look(here.cache, here.state)
    file = here.top.with_suffix(".record")
    status, _out, err = here.run("download", SMALL, **here.shim(MAQ_FAULT_RECORD=file))
    expect(status == 0, f"the recorded download failed: {err}")
    return Record(file, base)


def check_model(recorded, here):
    """With nothing lost the model must come to what is really there, else it proves nothing."""
    names, contents = recorded.state(len(recorded.calls), len(recorded.calls), set())
    real = look(here.cache, here.state)
    expect({path: contents[value] for path, (what, value) in names.items() if what == "file"} ==
           {path: content for path, (_inode, content) in real["files"].items()}, "the record does not lead to what is there")
    expect({path for path, (what, _value) in names.items() if what == "folder"} == set(real["folders"]), "the record lacks folders")
    expect({path: value for path, (what, value) in names.items() if what == "link"} == real["links"], "the record lacks links")


def lose_power(row):
    source = random_source()
    left = 2000 if row.full else 40
    folder = made_up_hub(small=2 * MIB + 12345)
    for number in range(8 if row.full else 0):
        write_file(folder / f"models/acme/small/part-{number}/text.txt", f"{number}" * 3000)
    hub = Hub(folder)
    try:
        # The second has so few calls that it cannot fill its half.
        for title, prepare, wanted in (("going on", half_done, left // 2), ("fresh", None, left)):
            with place(hub) as here:
                wanted = min(wanted, left)
                recorded = record(here, prepare)
                check_model(recorded, here)
                choices = list(take(recorded.choices(source), wanted * 8 + 1000))
                if not row.full:
                    source.shuffle(choices)
                seen = set()
                for crash, journal, lost in choices:
                    names, contents = recorded.state(crash, journal, lost)
                    state = hash((tuple(sorted(names.items())), tuple(sorted((n, bytes(c)) for n, c in contents.items()))))
                    if state in seen:
                        continue
                    seen.add(state)
                    row.attempt(f"{title}, after {' '.join(map(str, recorded.calls[crash]))[:120]}, journal at {journal} of {crash}, "
                                f"{len(lost)} writes lost", start_again, here, names, contents)
                    if len(seen) >= wanted:
                        break
                left -= len(seen)
                row.note(f"{title}: {len(recorded.calls)} changes, {len(recorded.syncs)} syncs, {len(seen)} states")
    finally:
        hub.close()


def take(iterator, count):
    for _number, value in zip(range(count), iterator):
        yield value


CASES = [
    {"name": "A2", "title": "power loss, the unsynced dropped", "target": "0 of 2,000 states with a corrupt final", "run": lose_power},
]
