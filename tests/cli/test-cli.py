#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Runs the real `maq` on the demo Hub and compares what it prints with tests/cli/golden.

    MAQ_UPDATE_GOLDEN=1 build-aux/toolbox meson test -C _build cli     writes the golden files anew

Addresses, commits, dates that depend on today, and speeds are masked before comparing.
"""

import hashlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

SOURCE = pathlib.Path(os.environ["MAQ_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
GOLDEN = SOURCE / "tests/cli/golden"
MAQ = BUILD / "src/cli/maq"
UPDATE = bool(os.environ.get("MAQ_UPDATE_GOLDEN"))
WEIGHTS = SOURCE / "data/demo/weights/pebble-chat-GGUF"
CHAT = "maquette/pebble-chat-GGUF"
SHARDED = "maquette/boulder-sharded"
EMBED = "maquette/pebble-embed-GGUF"
SMALL = "harbor-labs/gull-1B-chat"
TIMEOUT = 60

RELATIVE = r"just now|yesterday|\d+ (?:minute|hour|day|week|month|year)s? ago|\d{1,2} [A-Z][a-z]{2} \d{4}"


class Hub:
    """The demo Hub as a process of its own."""

    def __init__(self, *arguments):
        program = BUILD / "tests/support/hub-server"
        self.process = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def close(self):
        self.process.stdin.close()
        self.process.wait(TIMEOUT)

    def faults(self, rules):
        subprocess.run(["curl", "-sS", "-f", "-X", "POST", "--data", json.dumps(rules), self.url + "/.maq/faults"], check=True, stdout=subprocess.DEVNULL)

    def forget(self):
        subprocess.run(["curl", "-sS", "-f", "-X", "DELETE", self.url + "/.maq/faults"], check=True, stdout=subprocess.DEVNULL)

    def requests(self):
        return json.load(urllib.request.urlopen(self.url + "/.maq/requests"))

    def forget_requests(self):
        urllib.request.urlopen(urllib.request.Request(self.url + "/.maq/requests", method="DELETE")).close()


class Suite:
    """Counts and prints TAP."""

    def __init__(self, only):
        self.n = 0
        self.failed = 0
        self.only = only

    def case(self, name, function):
        if self.only and not any(part in name for part in self.only):
            return
        self.n += 1
        try:
            function()
            print(f"ok {self.n} - {name}", flush=True)
        except Exception as error:  # every failure is one line of TAP and its story
            self.failed += 1
            print(f"not ok {self.n} - {name}", flush=True)
            for line in f"{type(error).__name__}: {error}".splitlines():
                print(f"# {line}", flush=True)


def has_content(partial):
    """Whether bytes of weights have arrived: their size and blocks, and the note behind their end, are there before."""
    try:
        content = partial.read_bytes()
    except FileNotFoundError:  # it was finished meanwhile
        return False
    return len(content) > 1 << 20 and content.split(b"maqpart")[0].strip(b"\0") != b""


def equal(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what}\n  got    {got!r}\n  wanted {wanted!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"{part!r} is not in {text!r}")


def environment(**extra):
    values = {name: value for name, value in os.environ.items() if name not in ("G_MESSAGES_DEBUG",)}
    values.update(LC_ALL="C.UTF-8", NO_COLOR="1", COLUMNS="80")
    values.update({name: str(value) for name, value in extra.items()})
    return values


def maq(*arguments, hub=None, stdin="", cwd=None, **extra):
    """Runs maq; returns exit status, standard output, standard error."""
    if hub:
        extra.setdefault("HF_ENDPOINT", hub.url)
    done = subprocess.run([MAQ, *map(str, arguments)], input=stdin.encode(), capture_output=True, timeout=TIMEOUT, cwd=cwd, env=environment(**extra))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def ok(*arguments, **keywords):
    status, out, err = maq(*arguments, **keywords)
    equal(status, 0, err)
    return out


def fails(status, *arguments, says, **keywords):
    """Expects STATUS, nothing on standard output, and one line of sentences on standard error."""
    got, out, err = maq(*arguments, **keywords)
    equal(got, status, err)
    equal(out, "")
    last = err.strip().splitlines()[-1]
    contains(last, says)
    if not re.fullmatch(r"maq: .+[.!?]", last):
        raise AssertionError(f"not a sentence: {last!r}")


def mask(text, hub):
    home = os.environ["HF_HOME"]
    text = text.replace(hub.url, "http://HUB").replace(home, "HF_HOME").replace(str(SOURCE), "SOURCE")
    text = re.sub(r"\b[0-9a-f]{40}\b", "COMMIT", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "SHA256", text)
    text = re.sub(r'("(?:modified|accessed)": ?)"[^"]*"', r'\1"TIME"', text)
    return re.sub(RELATIVE, "WHEN", text)


def mask_memory(text):
    """What is free on this machine, in what `maq fit` prints."""
    text = re.sub(r"[\d.]+.(?:MB|GB|TB) of memory is free", "N GB of memory is free", text)
    text = re.sub(r"Free memory: [\d.]+.(?:MB|GB|TB)", "Free memory: N GB", text)
    return re.sub(r'"((?:ram|swap|vram)_(?:free|total))":\d+', r'"\1":N', text)


def golden(name, text, hub):
    masked = mask(text, hub)
    path = GOLDEN / name
    if UPDATE:
        path.write_text(masked)
    equal(masked, path.read_text() if path.exists() else None, f"{name} differs")


def objects(text):
    return [json.loads(line) for line in text.splitlines()]


def gguf_string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def write_gguf(path):
    """A GGUF file with two tensors and a hostile name."""
    keys = [
        ("general.architecture", 8, gguf_string("llama")),
        ("general.name", 8, gguf_string("Tiny \033[31mmodel\nof two lines")),
        ("llama.context_length", 4, struct.pack("<I", 2048)),
        ("llama.rope.freq_base", 6, struct.pack("<f", 10000.0)),
        ("tokenizer.ggml.add_bos_token", 7, b"\1"),
        ("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 100) + b"".join(gguf_string(f"t{i}") for i in range(100))),
        ("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, 3) + struct.pack("<3f", 0.5, -1, 2)),
    ]
    head = b"GGUF" + struct.pack("<IQQ", 3, 2, len(keys))
    head += b"".join(gguf_string(name) + struct.pack("<I", kind) + value for name, kind, value in keys)
    head += gguf_string("token_embd.weight") + struct.pack("<IQQIQ", 2, 32, 4, 0, 0)
    head += gguf_string("output.weight") + struct.pack("<IQQIQ", 2, 32, 4, 8, 512)
    head += b"\0" * (-len(head) % 32)
    path.write_bytes(head + b"\0" * (512 + 136))


def write_safetensors(path):
    header = json.dumps({"__metadata__": {"format": "pt"}, "a.weight": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}, "b.bias": {"dtype": "F32", "shape": [3], "data_offsets": [12, 24]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 24)


class Terminal:
    """maq on a terminal of 80 columns, as a person has it."""

    def __init__(self, *arguments, hub, **extra):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            env = environment(HF_ENDPOINT=hub.url, TERM="xterm", **extra)
            os.execve(MAQ, ["maq", *map(str, arguments)], env)
        self.text = ""

    def wait_for(self, part, seconds=30):
        end = time.monotonic() + seconds
        while part not in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"{part!r} did not come, but {self.text!r}")
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                self.text += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:  # it ended
                break
        contains(self.text, part)
        self.text = self.text[self.text.index(part) + len(part):]

    def type(self, text):
        os.write(self.fd, text.encode())

    def close(self, seconds=20):
        """Waits for the end; returns the exit status."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode(errors="replace")
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError(f"did not end: {self.text!r}")


def test_framework(suite, hub):
    def help_texts():
        golden("help.txt", ok("--help"), hub)
        for command in "search info files card download cache run chat inspect fit hub".split():
            golden(f"help-{command}.txt", ok(command, "--help"), hub)

    def alone():
        status, out, err = maq()
        equal((status, out), (2, ""))
        contains(err, "Usage:")

    suite.case("/cli/help/every-command-explains-itself", help_texts)
    suite.case("/cli/help/alone-is-bad-usage", alone)
    suite.case("/cli/help/version", lambda: equal(bool(re.fullmatch(r"maq \d+\.\d+\.\d+\n", ok("--version"))), True))
    bad = {
        "unknown-command": (["bogus"], "Unknown command"),
        "unknown-option": (["search", "--bogus"], "--bogus"),
        "option-without-value": (["search", "--sort"], "Missing argument"),
        "no-argument": (["info"], "REPO"),
        "too-many": (["info", "a/b", "c"], "“c”"),
        "bad-id": (["info", "../etc/passwd"], "Invalid repo name"),
        "bad-id-with-spaces": (["files", "a b"], "Invalid repo name"),
        "bad-kind": (["info", "a/b", "--kind", "poem"], "--kind"),
        "bad-endpoint": (["search", "--endpoint", "ftp://x"], "Invalid Hub address"),
        "bad-sort": (["search", "--sort", "size"], "--sort"),
        "bad-params": (["search", "--params", "8B..1B"], "parameter range"),
        "bad-limit": (["search", "--limit", "0"], "--limit"),
        "limit-no-number": (["search", "--limit", "many"], "many"),
        "bad-file": (["download", "a/b", "../x"], "Invalid file name"),
        "bad-rate": (["download", "a/b", "--limit-rate", "5 apples"], "Invalid rate"),
        "two-choices": (["download", "a/b", "x", "--quant", "Q4_0"], "Use only one of"),
        "bad-cache-verb": (["cache", "eat"], "cache ls"),
        "cache-wrong-option": (["cache", "ls", "--dry-run"], "--dry-run does not apply"),
        "cache-others-wrong-verb": (["cache", "scan", "--others"], "--others does not apply"),
        "cache-ls-too-many": (["cache", "ls", "a/b"], "Unexpected argument"),
        "cache-too-many": (["cache", "scan", "a/b"], "Unexpected argument"),
        "cache-prune-nothing": (["cache", "prune", "-n"], "--orphans"),
        "cache-rm-nothing": (["cache", "rm", "-n"], "REPO[@REV]"),
        "cache-nobody-to-ask": (["cache", "rm", "a/b"], "--yes"),
        "bad-temperature": (["run", "a/b", "-p", "x", "--temp", "-1"], "--temp"),
        "bad-seed": (["run", "a/b", "-p", "x", "--seed", "lucky"], "seed"),
        "prompt-as-word": (["run", "a/b", "hello"], "-p"),
        "empty-prompt": (["run", "a/b"], "prompt is empty"),
        "nothing-to-embed": (["run", "a/b", "--embed"], "No text to embed"),
        "bad-model": (["run", "a b", "-p", "x"], "neither a weights file"),
        "dataset-as-model": (["run", "datasets/a/b", "-p", "x"], "not a model"),
        "repo-not-file": (["inspect", "a/b"], "not a file"),
        "bad-context": (["fit", "a/b", "--context", "-1"], "--context"),
        "bad-cache-type": (["fit", "a/b", "--cache-type", "q9"], "q8_0"),
        "dataset-to-fit": (["fit", "datasets/a/b"], "not a model"),
    }
    for name, (arguments, says) in bad.items():
        suite.case(f"/cli/usage/{name}", lambda a=arguments, s=says: fails(2, *a, says=s, hub=hub))

    def not_utf8():
        done = subprocess.run([MAQ, "search", b"\xff"], capture_output=True, env=environment(), timeout=TIMEOUT)
        equal(done.returncode, 2)
        contains(done.stderr.decode(), "UTF-8")

    def other_locale():
        out = ok("search", "gull", "--kind", "model", "-n", "1", hub=hub, LC_ALL="C", LANG="C")
        contains(out, "harbor-labs/")

    def closed_output():
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([MAQ, "search"], stdout=write, stderr=subprocess.PIPE, env=environment(HF_ENDPOINT=hub.url), timeout=TIMEOUT)
        os.close(write)
        equal((done.returncode, done.stderr), (1, b""))

    def full_disk():
        with open("/dev/full", "w") as full:
            done = subprocess.run([MAQ, "search"], stdout=full, stderr=subprocess.PIPE, env=environment(HF_ENDPOINT=hub.url), timeout=TIMEOUT)
        equal(done.returncode, 1)
        contains(done.stderr.decode(), "No space left")

    suite.case("/cli/usage/not-utf8", not_utf8)
    suite.case("/cli/output/locale-c", other_locale)
    suite.case("/cli/output/reader-went-away", closed_output)
    suite.case("/cli/output/full-disk-is-an-error", full_disk)


def what_the_server_says():
    """Servers that are not the Hub have reasons of their own."""
    replies = {403: '{"detail": "Ask the librarian"}', 404: '{"error": "Not on this mirror"}', 400: '{"errors": ["Unknown order"]}'}
    says = {403: "Ask the librarian.", 404: "Not on this mirror.", 400: "Unknown order"}

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = replies[self.server.status].encode()
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Refuse) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for server.status in replies:
            fails(1, "info", "ada/one", says=says[server.status], HF_ENDPOINT=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_hub_commands(suite, hub):
    tables = {
        "search": ["search", "--author", "harbor-labs", "--sort", "downloads", "-n", "5"],
        "search-params": ["search", "--params", "1B..3B"],
        "search-datasets": ["search", "--kind", "dataset", "--author", "harbor-labs", "--sort", "likes", "-n", "3"],
        "search-spaces": ["search", "--kind", "space", "--author", "harbor-labs", "--sort", "likes", "-n", "2"],
        "info": ["info", SMALL],
        "files": ["files", SMALL],
        "card": ["card", SMALL],
        "card-raw": ["card", SMALL, "--raw"],
    }
    for name, arguments in tables.items():
        suite.case(f"/cli/golden/{name}", lambda n=name, a=arguments: golden(f"{n}.txt", ok(*a, hub=hub), hub))
        if "raw" not in name:
            suite.case(f"/cli/golden/{name}-json", lambda n=name, a=arguments: (objects(ok(*a, "--json", hub=hub)), golden(f"{n}.json", ok(*a, "--json", hub=hub), hub)))

    def paging():
        rows = objects(ok("search", "--json", "--limit", "250", hub=hub))
        ids = [row["id"] for row in rows]
        equal(len(ids), len(set(ids)))
        contains(ids, CHAT)

    def nothing():
        status, out, err = maq("search", "nothing-is-called-so", hub=hub)
        equal((status, out), (0, ""))
        contains(err, "No results")
        equal(maq("search", "nothing-is-called-so", "--quiet", hub=hub), (0, "", ""))

    def pasted():
        wanted = ok("info", SMALL, "--json", hub=hub)
        equal(ok("info", f"{hub.url}/{SMALL}", "--json", hub=hub), wanted)
        equal(ok("info", f"hf://{SMALL}", "--json", hub=hub), wanted)
        equal(ok("info", SMALL, "--json", "--endpoint", hub.url + "/", hub=None), wanted)

    suite.case("/cli/search/pages-follow-each-other", paging)
    suite.case("/cli/search/nothing-found-is-no-failure", nothing)
    suite.case("/cli/info/pasted-addresses", pasted)
    suite.case("/cli/errors/no-such-repo", lambda: fails(1, "info", "nobody/nothing", says="does not exist or is private", hub=hub))
    suite.case("/cli/errors/no-such-revision", lambda: fails(1, "files", SMALL + "@v9", says="has no revision “v9”. It has: main", hub=hub))
    suite.case("/cli/errors/no-such-file", lambda: fails(1, "download", SMALL, "nope.bin", says="has no file “nope.bin”", hub=hub))
    suite.case("/cli/errors/gated", lambda: fails(1, "card", "harbor-labs/skua-code-1B", says="gated", hub=hub))
    suite.case("/cli/errors/gated-with-token", lambda: contains(ok("card", "harbor-labs/skua-code-1B", hub=hub, HF_TOKEN="hf_demo_read"), "Skua"))
    suite.case("/cli/errors/what-the-server-says", what_the_server_says)
    suite.case("/cli/errors/unreachable", lambda: fails(1, "search", "--endpoint", "http://127.0.0.1:9", says="Check the connection"))
    suite.case("/cli/errors/offline", lambda: fails(1, "search", "--offline", says="offline mode", hub=hub))
    suite.case("/cli/errors/offline-by-environment", lambda: fails(1, "search", says="offline mode", hub=hub, HF_HUB_OFFLINE="1"))

    def garbage():
        hub.faults({"path": "/api/models*", "body": "garbage", "times": 0})
        try:
            fails(1, "search", says="--endpoint", hub=hub)
        finally:
            hub.forget()

    suite.case("/cli/errors/garbage-reply", garbage)


def test_inspect(suite, hub):
    folder = pathlib.Path(tempfile.mkdtemp())
    write_gguf(folder / "tiny.gguf")
    write_safetensors(folder / "tiny.safetensors")
    (folder / "cut.gguf").write_bytes((folder / "tiny.gguf").read_bytes()[:200])
    (folder / "text.gguf").write_text("I am a poem.")
    (folder / "empty.gguf").write_bytes(b"")
    (folder / "folder.gguf").mkdir()
    for name in ("tiny.gguf", "tiny.safetensors"):
        suite.case(f"/cli/golden/inspect-{name}", lambda n=name: golden(f"inspect-{n}.txt", ok("inspect", folder / n, "--tensors"), hub))
        suite.case(f"/cli/golden/inspect-{name}-json", lambda n=name: (json.loads(ok("inspect", folder / n, "--json")), golden(f"inspect-{n}.json", ok("inspect", folder / n, "--json"), hub)))

    def remote():
        weights = sorted(WEIGHTS.glob("*.gguf"))[0]
        here = json.loads(ok("inspect", weights, "--json"))
        there = json.loads(ok("inspect", f"{CHAT}/{weights.name}", "--json", hub=hub))
        equal(there, here)

    def tokenizer():
        shown = json.loads(ok("inspect", sorted(WEIGHTS.glob("*Q8_0.gguf"))[0], "--json"))
        equal([(token["role"], token["text"]) for token in shown["special_tokens"]][:2], [("bos", "<|endoftext|>"), ("eos", "<|im_end|>")])
        equal(shown["chat_template"], ok("inspect", sorted(WEIGHTS.glob("*Q8_0.gguf"))[0], "--template").rstrip("\n"))

    def other_files():
        shown = json.loads(ok("inspect", f"{SHARDED}/model.safetensors.index.json", "--json", hub=hub))
        equal(shown["format"], "json")
        equal({tensor["file"] for tensor in shown["tensors"]}, {f"model-0000{n}-of-00004.safetensors" for n in (1, 2, 3, 4)})
        contains(ok("inspect", f"{SHARDED}/config.json", hub=hub), "Architecture")
        contains(ok("inspect", f"{SHARDED}/tokenizer_config.json", hub=hub), "SPECIAL TOKEN")

    suite.case("/cli/inspect/on-the-hub", remote)
    suite.case("/cli/inspect/tokenizer-and-template", tokenizer)
    suite.case("/cli/inspect/json-on-the-hub", other_files)
    suite.case("/cli/inspect/no-template", lambda: fails(1, "inspect", "--template", folder / "tiny.gguf", says="no chat template"))
    suite.case("/cli/inspect/truncated", lambda: fails(1, "inspect", folder / "cut.gguf", says="."))
    suite.case("/cli/inspect/other-format", lambda: fails(1, "inspect", folder / "text.gguf", says="neither GGUF nor safetensors"))
    suite.case("/cli/inspect/empty", lambda: fails(1, "inspect", folder / "empty.gguf", says="."))
    suite.case("/cli/inspect/folder", lambda: fails(1, "inspect", folder / "folder.gguf", says="not a file"))
    suite.case("/cli/inspect/missing", lambda: fails(1, "inspect", folder / "missing.gguf", says="not found"))


def test_fit(suite, hub):
    weights = sorted(WEIGHTS.glob("*Q8_0.gguf"))[0]
    fit = {"fit": ["fit", CHAT], "fit-one": ["fit", CHAT + ":Q8_0"], "fit-file": ["fit", weights]}
    for name, arguments in fit.items():
        suite.case(f"/cli/golden/{name}", lambda n=name, a=arguments: golden(f"{n}.txt", mask_memory(ok(*a, hub=hub)), hub))
        suite.case(f"/cli/golden/{name}-json", lambda n=name, a=arguments: (objects(ok(*a, "--json", hub=hub)), golden(f"{n}.json", mask_memory(ok(*a, "--json", hub=hub)), hub)))

    def remote_as_local():
        here = json.loads(ok("fit", weights, "--json"))
        there = json.loads(ok("fit", f"{CHAT}/{weights.name}", "--json", hub=hub))
        equal([there[part] for part in ("weights", "cache", "overhead", "context")], [here[part] for part in ("weights", "cache", "overhead", "context")])
        equal((here["source"], there["source"]), ("engine", "header"))

    def one_is_recommended():
        rows = objects(ok("fit", CHAT, "--json", hub=hub))
        equal([row["variant"] for row in rows if row["recommended"]], ["Q8_0"])
        equal({row["verdict"] for row in rows}, {"fits"})

    def context_counts():
        long, short = (json.loads(ok("fit", weights, "--json", "-c", n)) for n in (512, 256))
        equal((long["context"], short["context"]), (512, 256))
        equal(abs(long["cache"] - 2 * short["cache"]) < 30000, True)
        equal(json.loads(ok("fit", weights, "--json", "--cache-type", "q8_0"))["cache"] < long["cache"] * 0.54, True)

    def bad_files():
        folder = pathlib.Path(tempfile.mkdtemp())
        write_gguf(folder / "tiny.gguf")
        (folder / "text.gguf").write_text("I am a poem.")
        (folder / "cut.gguf").write_bytes(weights.read_bytes()[:5000])
        contains(ok("fit", folder / "tiny.gguf"), "Unknown")
        equal(".." in ok("fit", folder / "tiny.gguf"), False)
        fails(1, "fit", folder / "text.gguf", says="not a GGUF file")
        fails(1, "fit", folder / "cut.gguf", says=".")
        fails(1, "fit", folder, says="not a file")
        fails(1, "fit", folder / "missing.gguf", says="not found")

    suite.case("/cli/fit/remote-as-local", remote_as_local)
    suite.case("/cli/fit/one-is-recommended", one_is_recommended)
    suite.case("/cli/fit/context-counts", context_counts)
    suite.case("/cli/fit/bad-files", bad_files)
    suite.case("/cli/fit/no-such-variant", lambda: fails(1, "fit", CHAT + ":Q5_K", says="no variant", hub=hub))
    suite.case("/cli/fit/no-such-file", lambda: fails(1, "fit", CHAT + "/nope.gguf", says="no GGUF weights file", hub=hub))
    suite.case("/cli/fit/not-gguf", lambda: fails(1, "fit", "harbor-labs/gull-125M", says="no GGUF weights", hub=hub))
    suite.case("/cli/fit/offline", lambda: fails(1, "fit", "a/b", "--offline", says="on this computer", hub=hub))


def test_download(suite, hub):
    def fresh():
        return {"HF_HOME": tempfile.mkdtemp()}

    def snapshot():
        home = fresh()
        status, out, err = maq("download", CHAT, hub=hub, **home)
        equal(status, 0, err)
        path = pathlib.Path(out.rstrip("\n"))
        equal(out.count("\n"), 1)
        equal((path.is_dir(), path.parent.name), (True, "snapshots"))
        contains(err, "to download")
        again, out_again, err_again = maq("download", CHAT, hub=hub, **home)
        equal((again, out_again), (0, out))
        contains(err_again, "already downloaded")
        equal(ok("download", CHAT, "--offline", hub=hub, **home), out)

    def one_file():
        home = fresh()
        path = pathlib.Path(ok("download", SMALL, "config.json", hub=hub, **home).rstrip("\n"))
        equal((path.is_file(), path.name), (True, "config.json"))
        json.loads(path.read_text())

    def json_result():
        result = json.loads(ok("download", SMALL, "config.json", "--json", hub=hub, **fresh()))
        equal(sorted(result), ["commit", "fetched", "path", "size"])
        equal(result["fetched"], result["size"])

    def globs():
        path = pathlib.Path(ok("download", SMALL, "--include", "*.json", "--exclude", "token*", hub=hub, **fresh()).rstrip("\n"))
        names = {str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()}
        equal("config.json" in names and not any(n.startswith("token") or not n.endswith(".json") for n in names), True, str(names))

    def quant():
        variants = json.loads(ok("info", CHAT, "--json", hub=hub))["variants"]
        label = variants[0]["label"]
        path = pathlib.Path(ok("download", CHAT, "--quant", label.lower(), hub=hub, **fresh()).rstrip("\n"))
        equal(sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file()), sorted(variants[0]["files"]))

    def wrong_quant():
        fails(1, "download", CHAT, "--quant", "Q9_Z", says="Choose one of", hub=hub, **fresh())

    def one_question():
        for arguments in ((CHAT,), (SMALL, "config.json"), (SMALL, "config.json", "README.md"), (CHAT, "--quant", "Q8_0")):
            status, out, err = maq("download", *arguments, hub=hub, G_MESSAGES_DEBUG="all", **fresh())
            equal(status, 0, err)
            equal(len(re.findall(r"GET /api/models/", out)), 1, out)
        fails(1, "download", SMALL, "config.json", "nope.bin", says="has no file “nope.bin”", hub=hub, **fresh())

    def dry_run():
        home = fresh()
        plan = json.loads(ok("download", CHAT, "--dry-run", "--json", hub=hub, **home))
        equal((plan["files"], plan["here"], plan["complete"]), (4, 0, False))
        equal((plan["fetch"], plan["license"], plan["gated"], plan["access"]), (plan["size"], "cc0-1.0", "no", "open"))
        equal(list(pathlib.Path(home["HF_HOME"]).rglob("*.gguf")), [])
        ok("download", CHAT, "--quant", "q8_0", hub=hub, **home)
        text = ok("download", CHAT, "-n", hub=hub, **home)
        contains(text, "is already downloaded")
        contains(text, "cc0-1.0")
        contains(text, " available")
        plan = json.loads(ok("download", CHAT, "--quant", "q8_0", "--dry-run", "--json", hub=hub, **home))
        equal((plan["complete"], plan["fetch"]), (True, 0))
        gated = ok("download", "harbor-labs/skua-code-1B", "-n", hub=hub, **home)
        contains(gated, "harbor-community")
        contains(gated, "Request it on the web page")
        fails(1, "download", CHAT, "-n", "--include", "*.none", says="file does not exist", hub=hub, **home)

    def limited():
        begin = time.monotonic()
        result = json.loads(ok("download", CHAT, "--limit-rate", "2M", "--json", hub=hub, **fresh()))
        equal(time.monotonic() - begin >= result["fetched"] / 2e6 * 0.8, True, str(result))

    def quiet():
        status, out, err = maq("download", SMALL, "config.json", "--quiet", hub=hub, **fresh())
        equal((status, err), (0, ""))

    def local_dir():
        home = fresh()
        there = pathlib.Path(tempfile.mkdtemp())
        folder = there / "sub" / "models"
        equal(ok("download", CHAT, "--local-dir", "sub/models", hub=hub, cwd=there, **home), f"{folder}\n")
        weights = WEIGHTS / "pebble-chat-Q8_0.gguf"
        equal((folder / weights.name).read_bytes(), weights.read_bytes())
        equal([p for p in folder.rglob("*") if p.is_symlink()], [])
        equal(pathlib.Path(home["HF_HOME"], "hub").exists(), False, "nothing in the cache")
        # The plan is of that folder, too.
        plan = json.loads(ok("download", CHAT, "--local-dir", folder, "-n", "--json", hub=hub, **home))
        equal((plan["folder"], plan["complete"], plan["fetch"]), (str(folder), True, 0))
        equal(json.loads(ok("download", CHAT, "--local-dir", there / "new", "-n", "--json", hub=hub, **home))["complete"], False)
        result = json.loads(ok("download", CHAT, "--local-dir", folder, "--json", hub=hub, **home))
        equal((result["path"], result["fetched"]), (str(folder), 0))
        equal(ok("download", CHAT, weights.name, "--local-dir", folder, hub=hub, **home), f"{folder / weights.name}\n")

        # A file of the user's.
        (folder / "README.md").write_text("mine")
        future = time.time() + 100
        os.utime(folder / "README.md", (future, future))
        fails(1, "download", CHAT, "--local-dir", folder, says="To replace it, use --replace.", hub=hub, **home)
        equal((folder / "README.md").read_text(), "mine")
        # It is not in the way of a variant.
        equal(json.loads(ok("download", CHAT, "--quant", "Q8_0", "--local-dir", folder, "--json", hub=hub, **home))["fetched"], 0)
        ok("download", CHAT, "--local-dir", folder, "--replace", hub=hub, **home)
        equal((folder / "README.md").read_text() != "mine", True)

        # From the cache, without the Hub.
        ok("download", SMALL, hub=hub, **home)
        result = json.loads(ok("download", SMALL, "--local-dir", there / "small", "--offline", "--json", hub=hub, **home))
        equal(result["fetched"], 0)
        equal((there / "small/config.json").is_file(), True)
        ok("download", SMALL, "config.json", "--local-dir", there / "small", "--offline", hub=hub, **home)
        fails(1, "download", CHAT, "--local-dir", there / "none", "--offline", says="offline", hub=hub, **home)
        equal((there / "none").exists(), False)
        fails(2, "download", SMALL, "--replace", says="--replace requires --local-dir", hub=hub, **home)
        fails(1, "download", SMALL, "--local-dir", os.environ["HOME"], says="no folder for downloads", hub=hub, **home)

    def cache_list():
        home = fresh()
        equal(maq("cache", "ls", "--quiet", **home), (0, "", ""))
        ok("download", SMALL, "config.json", hub=hub, **home)
        ok("download", SMALL, "README.md", hub=hub, **home)
        text = ok("cache", "ls", hub=hub, **home)
        golden("cache-ls.txt", text, hub)
        rows = objects(ok("cache", "ls", "--json", **home))
        equal([(row["id"], row["kind"], row["files"], row["warning"]) for row in rows], [(SMALL, "model", 2, None)])
        equal(rows[0]["revisions"][0]["refs"], ["main"])
        here = [row["path"] for row in objects(ok("files", SMALL, "--json", hub=hub, **home)) if row["local"]]
        equal(here, ["README.md", "config.json"])
        contains(ok("card", SMALL, "--offline", **home), "Gull 1B Chat")
        equal([row["path"] for row in objects(ok("files", SMALL, "--offline", "--json", **home))], ["README.md", "config.json"])
        equal(json.loads(ok("info", SMALL, "--offline", "--json", **home))["cached_files"], 2)
        fails(1, "download", SMALL, "LICENSE", "--offline", says="not on this computer", **home)

    def imports():
        home = fresh()
        there = pathlib.Path(tempfile.mkdtemp())
        source = there / "renamed.gguf"
        source.write_bytes((WEIGHTS / "pebble-chat-Q8_0.gguf").read_bytes())
        other = there / "below/other.bin"
        other.parent.mkdir()
        other.write_bytes(b"x" * source.stat().st_size)
        contains(ok("cache", "import", CHAT, source, "--dry-run", hub=hub, **home), "renamed.gguf is pebble-chat-Q8_0.gguf")
        equal(ok("cache", "ls", "-q", **home), "")
        placed = ok("cache", "import", CHAT, source, hub=hub, **home).strip()
        equal(pathlib.Path(placed).read_bytes(), source.read_bytes())
        hub.forget()
        equal(ok("download", CHAT, "pebble-chat-Q8_0.gguf", hub=hub, **home).strip(), placed)
        status, out, err = maq("cache", "import", CHAT, there, there / "gone", "--json", hub=hub, **home)
        rows = {pathlib.Path(row["source"]).name: row for row in objects(out)}
        equal((status, rows["renamed.gguf"]["path"], rows["other.bin"]["file"]), (1, placed, None))
        contains(rows["gone"]["warning"], "no file")
        contains(err, "2 files were not imported")
        equal(sorted(path.name for path in there.rglob("*") if path.is_file()), ["other.bin", "renamed.gguf"])
        equal(maq("cache", "verify", CHAT, **home)[0], 0)
        fails(2, "cache", "import", CHAT, says="cache import needs")

    def interrupt():
        home = fresh()
        hub.faults({"host": "cdn", "rate": 200000, "times": 0})
        try:
            process = subprocess.Popen([MAQ, "download", CHAT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(HF_ENDPOINT=hub.url, **home))
            blobs = pathlib.Path(home["HF_HOME"]) / "hub/models--maquette--pebble-chat-GGUF/blobs"
            end = time.monotonic() + 20
            while not any(has_content(p) for p in blobs.glob("*.incomplete")) and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
            equal((process.returncode, out), (130, b""), err.decode())
            partial = [p.stat().st_size for p in blobs.glob("*.incomplete")]
            equal(len(partial) >= 1 and max(partial) > 0, True, "a partial file stays")
        finally:
            hub.forget()
        result = json.loads(ok("download", CHAT, "--json", hub=hub, **home))
        equal(0 < result["fetched"] < result["size"], True, f"went on: {result}")
        equal(list(blobs.glob("*.incomplete")), [])

    def interrupt_while_waiting():
        hub.faults({"path": "/api/*", "delay": 4000, "times": 0})
        try:
            process = subprocess.Popen([MAQ, "search"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(HF_ENDPOINT=hub.url))
            time.sleep(0.5)
            start = time.monotonic()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
            equal((process.returncode, out, err), (130, b"", b""))
            equal(time.monotonic() - start < 2, True, "at once")
        finally:
            hub.forget()

    def spoiled():
        home = fresh()
        hub.faults({"host": "cdn", "flip": 1000, "times": 0})
        try:
            status, out, err = maq("download", CHAT, hub=hub, **home)
            equal((status, out), (1, ""), err)
        finally:
            hub.forget()
        snapshots = pathlib.Path(home["HF_HOME"]).rglob("*.gguf")
        equal(list(snapshots), [])

    suite.case("/cli/download/prints-the-snapshot-once", snapshot)
    suite.case("/cli/download/one-file", one_file)
    suite.case("/cli/download/json", json_result)
    suite.case("/cli/download/globs", globs)
    suite.case("/cli/download/quant", quant)
    suite.case("/cli/download/asks-the-hub-once", one_question)
    suite.case("/cli/download/dry-run", dry_run)
    suite.case("/cli/download/limit-rate", limited)
    suite.case("/cli/download/wrong-quant", wrong_quant)
    suite.case("/cli/download/quiet", quiet)
    suite.case("/cli/download/local-dir", local_dir)
    suite.case("/cli/cache/ls-and-offline", cache_list)
    suite.case("/cli/cache/import", imports)
    suite.case("/cli/interrupt/download-goes-on-later", interrupt)
    suite.case("/cli/interrupt/search", interrupt_while_waiting)
    suite.case("/cli/download/spoiled-bytes-never-land", spoiled)


def test_run(suite, hub):
    weights = sorted(WEIGHTS.glob("*Q8_0.gguf"))[0]
    question = "What is 7 plus 5?"

    def text():
        status, out, err = maq("run", weights, "-p", question, "--temp", "0")
        equal(status, 0, err)
        contains(out, "12")
        contains(err, "tokens/s")

    def result():
        answer = json.loads(ok("run", weights, "-p", question, "--temp", "0", "--json"))
        contains(answer["text"], "12")
        equal(answer["stats"]["stop_reason"], "end")
        equal(answer["stats"]["tokens"] > 0, True)

    def standard_input():
        equal(ok("run", weights, "--temp", "0", "-q", stdin=question + "\n"), ok("run", weights, "-p", question, "--temp", "0", "-q"))

    def fetched():
        home = {"HF_HOME": tempfile.mkdtemp()}
        status, out, err = maq("run", CHAT + ":Q8_0", "-p", question, "--temp", "0", hub=hub, **home)
        equal(status, 0, err)
        contains(out, "12")
        contains(err, "Fetching")
        status, again, err = maq("run", CHAT, "-p", question, "--temp", "0", "--offline", hub=hub, **home)
        equal((status, again), (0, out), err)

    def llama_cpp():
        """As common/hf-cache.cpp of llama.cpp leaves it: what the list of files names, a ref and links, nothing else."""
        home = {"HF_HUB_CACHE": tempfile.mkdtemp()}
        get = lambda path: json.load(urllib.request.urlopen(f"{hub.url}/{path}"))
        commit = next(branch["targetCommit"] for branch in get(f"api/models/{CHAT}/refs")["branches"] if branch["name"] == "main")
        repo = pathlib.Path(home["HF_HUB_CACHE"], "models--" + CHAT.replace("/", "--"))
        entry = next(entry for entry in get(f"api/models/{CHAT}/tree/{commit}?recursive=true") if entry["path"].endswith("Q8_0.gguf"))
        blob = repo / "blobs" / entry["lfs"]["oid"]
        link = repo / "snapshots" / commit / entry["path"]
        for path in (repo / "refs/main", blob, link):
            path.parent.mkdir(parents=True)
        (repo / "refs/main").write_text(commit)
        blob.write_bytes(weights.read_bytes())
        link.symlink_to(os.path.relpath(blob, link.parent))
        before = sorted(pathlib.Path(home["HF_HUB_CACHE"]).rglob("*"))

        row = json.loads(ok("cache", "ls", "--json", hub=hub, **home))
        equal((row["id"], row["size"], row["files"], row["warning"]), (CHAT, entry["size"], 1, None))
        hub.forget_requests()
        contains(ok("run", CHAT + ":Q8_0", "-p", question, "--temp", "0", "-q", "--offline", hub=hub, **home), "12")
        contains(ok("run", CHAT, "-p", question, "--temp", "0", "-q", "--offline", hub=hub, **home), "12")
        equal(hub.requests(), [])
        equal(sorted(pathlib.Path(home["HF_HUB_CACHE"]).rglob("*")), before)
        contains(ok("run", CHAT + ":Q8_0", "-p", question, "--temp", "0", "-q", hub=hub, **home), "12")
        equal(json.loads(ok("download", CHAT, "--quant", "Q8_0", "--json", hub=hub, **home))["fetched"], 0)
        equal([request["path"] for request in hub.requests() if "/resolve" in request["path"] or request["host"] == "cdn"], [])

        # What it did not finish is found, and goes when it is old.
        left = repo / "blobs" / ("f" * 64 + ".downloadInProgress")
        left.write_bytes(b"half")
        equal(json.loads(ok("cache", "prune", "--partials", "--yes", "--json", **home))["freed"], 0)
        os.utime(left, (1_600_000_000, 1_600_000_000))
        equal(json.loads(ok("cache", "prune", "--partials", "--yes", "--json", **home))["freed"], 4)
        equal((left.exists(), blob.exists()), (False, True))

    def others():
        store = pathlib.Path(tempfile.mkdtemp())
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        blob = store / "blobs" / f"sha256-{digest}"
        manifest = store / "manifests/registry.ollama.ai/library/pebble/q8"
        for path in (blob, manifest):
            path.parent.mkdir(parents=True)
        blob.write_bytes(weights.read_bytes())
        layer = {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"}
        manifest.write_text(json.dumps({"schemaVersion": 2, "layers": [layer]}))
        rows = objects(ok("cache", "ls", "--others", "--json", OLLAMA_MODELS=store))
        row = next(row for row in rows if row["name"] == "pebble:q8")
        equal((row["program"], row["size"], row["files"], row["warning"]), ("Ollama", weights.stat().st_size, [str(blob)], None))
        contains(ok("cache", "ls", "--others", OLLAMA_MODELS=store, COLUMNS=200), "pebble:q8")
        contains(ok("cache", "ls", "--others", WEIGHTS, COLUMNS=200), "pebble-chat-Q4_0")
        contains(maq("cache", "ls", "--others", "/nowhere/at/all")[2], "/nowhere/at/all")
        config = pathlib.Path(tempfile.mkdtemp())
        settings = config / "glib-2.0/settings/keyfile"
        settings.parent.mkdir(parents=True)
        settings.write_text(f"[io/github/maquette_app/Maquette]\nmodel-folders=['{WEIGHTS}']\n")
        contains(ok("cache", "ls", "--others", GSETTINGS_BACKEND="keyfile", XDG_CONFIG_HOME=config, COLUMNS=200), "pebble-chat-Q4_0")
        contains(ok("run", row["files"][0], "-p", question, "--temp", "0", "-q"), "12")
        equal(sorted(str(path) for path in store.rglob("*") if path.is_file()), sorted([str(blob), str(manifest)]))

    def seeds():
        first = ok("run", weights, "-p", "Tell me a story.", "--seed", "7", "-q")
        equal(ok("run", weights, "-p", "Tell me a story.", "--seed", "7", "-q"), first)

    def limit():
        answer = json.loads(ok("run", weights, "-p", "Tell me a story.", "-n", "3", "--json"))
        equal((answer["stats"]["tokens"], answer["stats"]["stop_reason"]), (3, "length"))

    def many():
        lines = [{"prompt": question}, {"messages": [{"role": "user", "content": question}]}, "nonsense", {"messages": [{"role": "user"}]}]
        status, out, err = maq("run", weights, "--prompts", "-", "--temp", "0", "--json", stdin="".join(json.dumps(line) + "\n" for line in lines))
        rows = objects(out)
        equal(status, 1)
        equal([row["line"] for row in rows], [1, 2, 3, 4])
        contains(rows[0]["text"], "12")
        equal(rows[1]["text"], rows[0]["text"])
        equal(["error" in row for row in rows], [False, False, True, True])

    def embed():
        rows = objects(ok("run", EMBED, "--embed", "a red ball", "a red ball", "Monday", "--json", hub=hub))
        equal([row["text"] for row in rows], ["a red ball", "a red ball", "Monday"])
        same = sum(a * b for a, b in zip(rows[0]["embedding"], rows[1]["embedding"]))
        equal(abs(same - 1) < 1e-3, True, f"length one: {same}")
        lines = ok("run", EMBED, "--embed", "-q", stdin="one\ntwo\n", hub=hub).splitlines()
        equal([len(line.split()) == len(rows[0]["embedding"]) for line in lines], [True, True])

    def broken():
        path = pathlib.Path(tempfile.mkdtemp()) / "broken.gguf"
        path.write_bytes(weights.read_bytes()[:5000])
        fails(1, "run", path, "-p", "x", says=".")
        path.write_text("I am a poem.")
        fails(1, "run", path, "-p", "x", says=".")

    def interrupt():
        process = subprocess.Popen([MAQ, "run", weights, "-p", "Tell me a story.", "--raw", "-n", "100000", "--temp", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        equal(process.returncode in (130, 0), True, err.decode())

    def piped_chat():
        status, out, err = maq("chat", weights, "--temp", "0", stdin=f"{question}\n/reset\n{question}\n")
        equal(status, 0, err)
        lines = out.splitlines()
        equal((len(lines), lines[0]), (2, lines[1]))
        contains(lines[0], "12")
        rows = objects(ok("chat", weights, "--temp", "0", "--json", stdin=question + "\n"))
        equal([row["role"] for row in rows], ["assistant"])

    def terminal_chat():
        terminal = Terminal("chat", weights, "--temp", "0", hub=hub)
        terminal.wait_for("/help")
        terminal.wait_for("> ")
        terminal.type(question + "\n")
        terminal.wait_for("12")
        terminal.wait_for("> ")
        terminal.type("/stats\n")
        terminal.wait_for("tokens/s")
        terminal.type("\x03")
        terminal.wait_for("again")
        terminal.wait_for("> ")
        terminal.type("/what\n")
        terminal.wait_for("There is no /what")
        terminal.wait_for("> ")
        terminal.type("\x04")
        equal(terminal.close(), 0, terminal.text)

    def crashing_runner():
        """A runner whose first processes abort as soon as they compute; how often, stands in the file that is returned."""
        folder = pathlib.Path(tempfile.mkdtemp())
        program, left = folder / "runner", folder / "left"
        # The sanitizers want to be the first libraries.
        program.write_text(f"""#!/bin/sh
read n <{left}
if [ "$n" -gt 0 ]; then
  echo $((n - 1)) >{left}
  export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD={os.environ["MAQ_ABORTING_ENGINE"]}
fi
exec {os.environ["MAQ_RUNNER"]} "$@"
""")
        program.chmod(0o755)
        return program, left

    def crash_in_a_script():
        program, left = crashing_runner()
        left.write_text("1\n")
        status, out, err = maq("chat", weights, "--temp", "0", stdin=f"hello\n{question}\n", MAQ_RUNNER=program)
        equal(status, 1, err)
        equal(len(out.splitlines()), 1, out)
        contains(out, "12")
        contains(err, "The engine crashed while running this model")
        contains(err, "The model was loaded again.")
        contains(err, "The engine crashed at 1 of 2 messages")
        # The same message again is no accident.
        left.write_text("2\n")
        status, out, err = maq("chat", weights, "--temp", "0", "--json", stdin=f"hello\nhello\n{question}\n", MAQ_RUNNER=program)
        rows = objects(out)
        equal((status, ["error" in row for row in rows]), (1, [True, True, False]), err)
        equal("Try again" in rows[0]["error"], True, rows)
        equal("Try again" in rows[1]["error"], False, rows)
        contains(rows[1]["error"], "every time")

    def crash_at_a_prompt():
        program, left = crashing_runner()
        left.write_text("1\n")
        prompts = "".join(json.dumps({"prompt": text}) + "\n" for text in ("hello", question))
        status, out, err = maq("run", weights, "--prompts", "-", "--temp", "0", "--json", stdin=prompts, MAQ_RUNNER=program)
        rows = objects(out)
        equal((status, [(row["line"], "error" in row) for row in rows]), (1, [(1, True), (2, False)]), err)
        contains(rows[0]["error"], "The engine crashed while running this model")
        contains(rows[1]["text"], "12")

    def crash_in_a_terminal():
        program, left = crashing_runner()
        left.write_text("1\n")
        terminal = Terminal("chat", weights, "--temp", "0", hub=hub, MAQ_RUNNER=program)
        terminal.wait_for("> ")
        terminal.type("hello\n")
        terminal.wait_for("loaded again")
        terminal.wait_for("> ")
        terminal.type(question + "\n")
        terminal.wait_for("12")
        terminal.wait_for("> ")
        terminal.type("\x04")
        equal(terminal.close(), 0, terminal.text)

    def terminal_interrupt():
        terminal = Terminal("chat", weights, hub=hub)
        terminal.wait_for("> ")
        terminal.type("\x03")
        terminal.wait_for("again")
        terminal.type("\x03")
        equal(terminal.close(), 130, terminal.text)

    suite.case("/cli/run/answers", text)
    suite.case("/cli/run/json", result)
    suite.case("/cli/run/standard-input", standard_input)
    suite.case("/cli/run/fetches-what-is-not-here", fetched)
    suite.case("/cli/run/what-llama-cpp-fetched", llama_cpp)
    suite.case("/cli/run/model-of-another-program", others)
    suite.case("/cli/run/seed", seeds)
    suite.case("/cli/run/limit", limit)
    suite.case("/cli/run/prompts", many)
    suite.case("/cli/run/embed", embed)
    suite.case("/cli/run/broken-weights", broken)
    suite.case("/cli/run/no-such-file", lambda: fails(1, "run", "./nope.gguf", "-p", "x", says="not found"))
    suite.case("/cli/run/no-weights", lambda: fails(1, "run", SMALL, "-p", "x", says="no GGUF weights", hub=hub))
    suite.case("/cli/run/no-variant", lambda: fails(1, "run", CHAT + ":Q9_Z", "-p", "x", says="Choose one of", hub=hub))
    suite.case("/cli/interrupt/run", interrupt)
    suite.case("/cli/chat/piped", piped_chat)
    suite.case("/cli/chat/terminal", terminal_chat)
    suite.case("/cli/chat/a-crash-in-a-script", crash_in_a_script)
    suite.case("/cli/chat/a-crash-in-a-terminal", crash_in_a_terminal)
    suite.case("/cli/run/a-crash-at-a-prompt", crash_at_a_prompt)
    suite.case("/cli/chat/ctrl-c-twice-ends", terminal_interrupt)


def test_terminal(suite, hub):
    def narrow():
        terminal = Terminal("search", "--author", "harbor-labs", hub=hub)
        import fcntl
        import termios

        fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        equal(terminal.close(), 0)
        lines = [line for line in terminal.text.replace("\r", "").split("\n") if line]
        equal(max(map(len, lines)) <= 80, True, terminal.text)

    def styles():
        coloured = Terminal("card", SMALL, hub=hub)
        coloured_status = coloured.close()
        equal(coloured_status, 0)
        equal("\033[" in coloured.text, False, "NO_COLOR is honoured")
        plain = Terminal("card", SMALL, hub=hub, NO_COLOR="")
        equal(plain.close(), 0)
        contains(plain.text, "\033[1m")

    def progress():
        hub.faults({"host": "cdn", "rate": 700000, "times": 0})
        try:
            terminal = Terminal("download", CHAT, hub=hub, HF_HOME=tempfile.mkdtemp())
            terminal.wait_for("%")
            equal(terminal.close(), 0)
            contains(terminal.text, "snapshots/")
        finally:
            hub.forget()

    def waiting():
        hub.faults({"path": "/api/*", "delay": 2000})
        try:
            terminal = Terminal("search", "gull", hub=hub)
            terminal.wait_for("Waiting for http")
            equal(terminal.close(), 0)
            contains(terminal.text, "harbor-labs/gull")
        finally:
            hub.forget()

    suite.case("/cli/terminal/says-that-it-waits", waiting)
    suite.case("/cli/terminal/width", narrow)
    suite.case("/cli/terminal/styles", styles)
    suite.case("/cli/terminal/progress", progress)


def test_completion(suite, hub):
    def complete(*words):
        script = f"""
            PATH={MAQ.parent}:$PATH
            source {SOURCE}/data/completions/maq
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _maq; printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(["bash", "--norc", "-c", script, "complete", *words], capture_output=True, text=True, timeout=TIMEOUT, env=environment())
        equal((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def commands():
        equal(complete("maq", "s"), ["search"])
        equal({"search", "info", "files", "card", "download", "cache", "run", "chat", "inspect", "fit", "hub"} <= set(complete("maq", "")), True)

    def options():
        equal(complete("maq", "search", "--so"), ["--sort"])
        equal(complete("maq", "--json", "run", "--pr"), ["--prompt", "--prompts"])
        equal(complete("maq", "run", "--js"), ["--json-schema", "--json"])
        equal(complete("maq", "run", "model.gguf", "--json-schema", str(SOURCE / "README")), [str(SOURCE / "README.md")])
        equal(complete("maq", "--off"), ["--offline"])

    def values():
        equal(complete("maq", "search", "--sort", "d"), ["downloads"])
        equal(complete("maq", "info", "--kind", ""), ["model", "dataset", "space"])
        equal(complete("maq", "cache", ""), ["ls", "scan", "verify", "rm", "prune", "import"])
        equal(complete("maq", "cache", "v"), ["verify"])
        equal(complete("maq", "cache", "prune", "--dup"), ["--duplicates"])

    def cached():
        ok("download", SMALL, "config.json", hub=hub)
        equal(complete("maq", "info", "harbor"), [SMALL])
        equal(complete("maq", "cache", "rm", "harbor"), [SMALL])

    suite.case("/cli/completion/commands", commands)
    suite.case("/cli/completion/options", options)
    suite.case("/cli/completion/values", values)
    suite.case("/cli/completion/cached-repos", cached)


def test_hub(suite, hub):
    def serves():
        process = subprocess.Popen([MAQ, "hub", "--demo"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment())
        try:
            url = process.stdout.readline().strip()
            equal(bool(re.fullmatch(r"http://127\.0\.0\.1:\d+", url)), True, url)
            contains(ok("search", "pebble", "--endpoint", url), CHAT)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
        equal(process.returncode, 0)

    suite.case("/cli/hub/serves-until-interrupted", serves)


def main():
    suite = Suite(sys.argv[1:])
    hub = Hub("--demo")
    try:
        for test in (test_framework, test_hub_commands, test_inspect, test_fit, test_download, test_run, test_terminal, test_completion, test_hub):
            test(suite, hub)
    finally:
        hub.close()
    print(f"1..{suite.n}", flush=True)
    return 1 if suite.failed else 0


sys.exit(main())
