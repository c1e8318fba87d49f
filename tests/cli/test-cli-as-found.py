#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What maq makes of replies, caches and files as they are found, not as one would write them. TAP."""
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading

MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
WEIGHTS = pathlib.Path(os.environ["MAQ_SOURCE_DIR"]) / "data/demo/weights/pebble-chat-GGUF/pebble-chat-Q8_0.gguf"
COMMIT, OTHER = "c" * 40, "d" * 40
checks = []


def check(function):
    checks.append(function)
    return function


def same(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}\n  got    {got!r}\n  wanted {wanted!r}")


def maq(folder, *arguments, **extra):
    """Exit status, standard output, standard error; sizes with common blanks."""
    environment = {**os.environ, "HF_HUB_CACHE": f"{folder}/cache", "XDG_STATE_HOME": f"{folder}/state", "LC_ALL": "C.UTF-8", **extra}
    done = subprocess.run([MAQ, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout.replace("\u00a0", " "), done.stderr.replace("\u00a0", " ")


@contextlib.contextmanager
def hub(tree, files=None, sized="always"):
    """A Hub of one repo, lab/a, whose tree is TREE. SIZED "by bytes": it tells the size of a file with its bytes only; "never": it
    knows no ranges either and just ends."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_arguments):
            pass

        def answer(self, body, headers):
            part = self.headers.get("Range", "").removeprefix("bytes=").split("-")
            if len(part) == 2 and sized != "never":
                first, last = int(part[0]), min(int(part[1] or len(body)), len(body) - 1)
                headers = {**headers, "Content-Range": f"bytes {first}-{last}/{len(body)}"}
                body = body[first:last + 1]
            self.send_response(206 if "Content-Range" in headers else 200)
            if sized == "always" or sized == "by bytes" and self.command == "GET":
                self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self):
            name = self.path.split("?")[0].rsplit("/", 1)[-1]
            if "/tree/" in self.path:
                self.answer(json.dumps(tree).encode(), {"Content-Type": "application/json"})
            elif "/resolve/" in self.path and name in (files or {}):
                self.answer(files[name], {"ETag": f'"{git_hash(files[name])}"', "X-Repo-Commit": COMMIT})
            else:
                self.answer(json.dumps({"id": "lab/a", "sha": COMMIT}).encode(), {"Content-Type": "application/json"})

        do_HEAD = do_GET

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def odd_tree():
    return [{"type": "file", "oid": git_hash(b"hi\n"), "size": 3, "path": "ok.txt"},
            {"type": "directory", "oid": "a" * 40, "size": 0, "path": "folder"},
            {"type": "file", "oid": "a" * 40, "size": None, "path": "no-size.txt"},
            {"type": "file", "size": 2, "path": "no-hash.txt"},
            {"type": "file", "oid": "a" * 40, "size": 1, "path": "../up.txt"},
            {"type": "submodule", "oid": "b" * 40, "size": 0, "path": "sub"}]


LEFT_OUT = ("1 file was skipped: its name is not safe.", "2 files were skipped: the Hub does not say their size or hash.",
            "1 submodule was skipped: it belongs to another repository.")


@check
def entries_that_are_left_out_are_told_of(folder):
    with hub(odd_tree(), {"ok.txt": b"hi\n"}) as url:
        for arguments in (["files", "lab/a"], ["download", "lab/a", "--dry-run"], ["download", "lab/a"]):
            status, out, err = maq(folder, *arguments, HF_ENDPOINT=url)
            same(f"status of {arguments}: {err}", status, 0)
            for sentence in LEFT_OUT:
                same(f"“{sentence}” in {arguments}: {out}{err}", sentence in " ".join((out + err).split()), True)
        same("what was fetched", (pathlib.Path(folder) / f"cache/models--lab--a/snapshots/{COMMIT}/ok.txt").read_text(), "hi\n")
        # What was asked for by name is what comes, and nothing else is missed.
        same("one file", [line for line in maq(folder, "download", "lab/a", "ok.txt", HF_ENDPOINT=url)[2].split("\n") if "skipped" in line], [])


@check
def a_repo_of_nothing_that_can_be_had(folder):
    with hub([{"type": "submodule", "oid": "b" * 40, "size": 0, "path": "sub"}]) as url:
        status, _out, err = maq(folder, "download", "lab/a", HF_ENDPOINT=url)
        same("status", status, 1)
        same(err, LEFT_OUT[2] in err, True)


@check
def a_file_that_was_cut_is_not_here(folder):
    tree = [{"type": "file", "oid": git_hash(b"hi\n"), "size": 3, "path": "ok.txt"}]
    with hub(tree, {"ok.txt": b"hi\n"}) as url:
        same("download", maq(folder, "download", "lab/a", HF_ENDPOINT=url)[0], 0)
        here = lambda: json.loads(maq(folder, "files", "lab/a", "--json", HF_ENDPOINT=url)[1])["local"]
        same("whole", here() is not None, True)
        (pathlib.Path(folder) / f"cache/models--lab--a/blobs/{git_hash(b'hi' + bytes([10]))}").write_bytes(b"h")
        same("cut", here(), None)


@check
def sizes_that_only_the_bytes_tell(folder):
    large = os.urandom(3000000)
    tree = [{"type": "file", "oid": git_hash(b"hi\n"), "size": None, "path": "no-size.txt"},
            {"type": "file", "size": 3000000, "path": "no-hash.bin"},
            {"type": "file", "oid": "a" * 40, "size": None, "path": "nowhere.txt"}]
    with hub(tree, {"no-size.txt": b"hi\n", "no-hash.bin": large}, sized="by bytes") as url:
        plan = maq(folder, "download", "lab/a", "--dry-run", HF_ENDPOINT=url)[1]
        same(f"what it comes to: {plan}", "3 MB" in plan or "3.0 MB" in plan, True)
        status, out, err = maq(folder, "download", "lab/a", HF_ENDPOINT=url)
        snapshot = pathlib.Path(folder) / f"cache/models--lab--a/snapshots/{COMMIT}"
        same(f"download: {err}", (status, sorted(file.name for file in snapshot.iterdir())), (0, ["no-hash.bin", "no-size.txt"]))
        same("content", (snapshot / "no-hash.bin").read_bytes() == large, True)
        same(f"what stays open: {err}", "1 file was skipped: the Hub does not say its size or hash." in " ".join(err.split()), True)
        # One that is listed is not called absent.
        status, out, err = maq(folder, "download", "lab/a", "nowhere.txt", HF_ENDPOINT=url)
        same(f"by name: {err}", (status, "does not say" in err, "no file" in err), (1, True, False))
        same("absent", list((pathlib.Path(folder) / "cache").rglob(".no_exist/*/*")), [])


@check
def what_is_of_unknown_length_is_inspected(folder):
    index = lambda n: json.dumps({"weight_map": {f"model.layers.{i}.weight": "model.safetensors" for i in range(n)}}).encode()
    files = {"config.json": b'{"model_type": "llama"}', "part.json": index(8000), "long.json": index(30000), "empty.json": b"",
             "chat_template.jinja": b"{{ x }}", "m.gguf": WEIGHTS.read_bytes()}
    assert 256 * 1024 < len(files["part.json"]) < 512 * 1024 < 1024 * 1024 < len(files["long.json"])
    with hub([], files, sized="never") as url:
        for name in files:
            status, out, err = maq(folder, "inspect", f"lab/a/{name}", HF_ENDPOINT=url)
            same(f"{name}: {err}", (status, "damaged" in err), (1 if name == "empty.json" else 0, name == "empty.json"))
        # Whole where the end came in time, the beginning otherwise.
        tensors = lambda name: len(json.loads(maq(folder, "inspect", f"lab/a/{name}", "--json", HF_ENDPOINT=url)[1])["tensors"])
        same("tensors", tensors("part.json"), 8000)
        same("tensors of the beginning", 8000 < tensors("long.json") < 30000, True)


def put(folder, commit, name, content, ref=None):
    """Puts a file into the cache as a client that writes no refs does."""
    repo = pathlib.Path(folder) / "cache/models--lab--m"
    blob = repo / "blobs" / hashlib.sha256(content).hexdigest()
    link = repo / "snapshots" / commit / name
    blob.parent.mkdir(parents=True, exist_ok=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(content)
    link.symlink_to(f"../../blobs/{blob.name}")
    if ref is not None:
        (repo / "refs").mkdir(exist_ok=True)
        (repo / "refs" / ref).write_text(commit)


@check
def a_snapshot_without_a_ref_is_used_offline(folder):
    put(folder, COMMIT, "m-Q8_0.gguf", WEIGHTS.read_bytes())
    put(folder, OTHER, "config.json", b"{}")
    os.utime(pathlib.Path(folder) / f"cache/models--lab--m/snapshots/{COMMIT}", (1000000000, 1000000000))
    same("the newest", json.loads(maq(folder, "files", "lab/m", "--offline", "--json")[1])["path"], "config.json")
    status, out, err = maq(folder, "download", "lab/m", "m-Q8_0.gguf", "--offline")
    same("the one that has the file", (status, pathlib.Path(out.strip()).parent.name), (0, COMMIT))
    same("run", maq(folder, "run", "lab/m@" + COMMIT, "-p", "hi", "-n", "2", "-q", "--temp", "0", "--offline")[1].split(), ["Hello!"])
    # Another revision is not guessed.
    same("another", maq(folder, "files", "lab/m@v2", "--offline")[0], 1)


@check
def json_of_any_shape_is_inspected(folder):
    file = pathlib.Path(folder) / "a.json"
    for text in ("[1,2]", "[]", "{}", "\ufeff{\"a\": 1}", "\ufeff[1]", '{"added_tokens_decoder": ["x"], "weight_map": ["x"]}', '[{"bos_token": null}]',
                 '{"bos_token": null, "architectures": null, "chat_template": [null, {"name": null}], "added_tokens": [null, {"content": null}]}'):
        file.write_text(text, encoding="utf-8")
        status, out, err = maq(folder, "inspect", file)
        same(f"{text}: {out}{err}", (status, "CRITICAL" in err), (0, False))


def header(n_keys, rest, version=3, n_tensors=0):
    return b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_keys) + rest


def string(text):
    return struct.pack("<Q", len(text)) + text


@check
def what_is_not_supported_is_not_damaged(folder):
    file = pathlib.Path(folder) / "a.gguf"
    nested = string(b"k") + struct.pack("<IIQIQ", 9, 9, 1, 0, 0)
    new_value = string(b"k") + struct.pack("<IQ", 42, 0)
    five = string(b"t") + struct.pack("<I5QIQ", 5, 1, 1, 1, 1, 1, 0, 0)
    for content in (header(0, b"", version=4), header(1, nested), header(1, new_value), header(0, five, n_tensors=1)):
        file.write_bytes(content + bytes(64))
        for arguments in (["inspect", file], ["run", file, "-p", "hi"]):
            status, _out, err = maq(folder, *arguments)
            same(f"{arguments[0]}: {err}", (status, "damaged" in err, "llama.cpp" in err), (1, False, True))
    fork = string(b"general.architecture") + struct.pack("<I", 8) + string(b"llama") + string(b"t") + struct.pack("<IQIQ", 1, 32, 399, 0)
    file.write_bytes(header(1, fork, n_tensors=1) + bytes(256))
    same("a fork's type", "type 399" in maq(folder, "inspect", file)[1], True)
    file.write_bytes(header(1, string(b"k") + struct.pack("<IQ", 8, 1 << 20)))
    same("cut short", "damaged" in maq(folder, "inspect", file)[2], True)


def main():
    print("TAP version 14")
    print(f"1..{len(checks)}")
    failed = 0
    for number, function in enumerate(checks, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(folder)
                print(f"ok {number} - {function.__name__}", flush=True)
            except (AssertionError, subprocess.SubprocessError, ValueError, KeyError, OSError) as error:
                failed += 1
                print(f"not ok {number} - {function.__name__}")
                print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".split("\n")), flush=True)
    return 1 if failed else 0


sys.exit(main())
