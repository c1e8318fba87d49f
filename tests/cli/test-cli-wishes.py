#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Runs the real `maq` on a Hub of repos with awkward names: what a wish means, what is a model, what the words of a command line are."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["MAQ_SOURCE_DIR"])
MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
WEIGHTS = SOURCE / "data/demo/weights/pebble-chat-GGUF/pebble-chat-Q8_0.gguf"
TOP = pathlib.Path(tempfile.mkdtemp())
MODELS = TOP / "hub/models"
COMMIT = "a" * 40
checks = []


def check(func):
    checks.append(func)
    return func


def equal(got, wanted, what=""):
    assert got == wanted, f"{what}\n  got    {got!r}\n  wanted {wanted!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in {text!r}"


def model(path):
    """Real weights, which all share their bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(WEIGHTS, path)


def header_only(path, architecture):
    """A GGUF file of one tensor, of an architecture that no engine runs alone."""
    text = lambda word: struct.pack("<Q", len(word)) + word.encode()
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + text("general.architecture") + struct.pack("<I", 8) + text(architecture)
    head += text("x") + struct.pack("<IQIQ", 1, 32, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + b"\0" * 128)


class Place:
    """A cache of its own."""

    def __init__(self, url):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=TOP))
        self.url = url

    def maq(self, *arguments, cwd=None):
        names = ("G_MESSAGES_DEBUG", "HF_HUB_CACHE")
        env = {name: value for name, value in os.environ.items() if name not in names}
        env.update(LC_ALL="C.UTF-8", NO_COLOR="1", HF_HOME=str(self.home), HF_ENDPOINT=self.url)
        done = subprocess.run([MAQ, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, cwd=cwd, env=env)
        return done.returncode, done.stdout.decode(), done.stderr.decode().replace("\u00a0", " ")

    def ok(self, *arguments, **keywords):
        status, out, err = self.maq(*arguments, **keywords)
        equal(status, 0, err)
        return out

    def fails(self, *arguments, says):
        status, out, err = self.maq(*arguments)
        equal((status, out), (1, ""), err)
        contains(err, says)

    def fetches(self, wish):
        """What `maq run` says that it fetches."""
        err = self.maq("run", wish, "-p", "hi", "-n", "1")[2]
        return err.splitlines()[0] if err else ""

    def files(self, folder):
        return sorted(str(path.relative_to(folder)) for path in folder.glob("snapshots/*/**/*") if path.is_file())


@check
def a_quant_is_no_part_of_a_name(place):
    place.fails("run", "lab/a:F16", "-p", "hi", says="no variant “F16”. Choose one of: Q8_0, BF16.")
    place.fails("fit", "lab/c:4", says="Choose one of: Q4_K_M, UD-Q4_K_M.")
    place.fails("download", "lab/c", "--quant", "K_M", says="no variant “K_M”")
    place.fails("run", "lab/both:Q8_0", "-p", "hi", says="several variants “Q8_0”. Choose one of: de/Q8_0, en/Q8_0.")
    equal(place.fetches("lab/both:de/Q8_0"), "Fetching lab/both:de/Q8_0, 2.2 MB")


@check
def the_hub_says_what_a_quant_means(place):
    place.ok("download", "lab/c", "--quant", "UD-Q4_K_M", "-q")
    place.ok("download", "lab/b", "--quant", "I-Compact", "-q")
    place.fails("run", "lab/c:Q4_K_M", "--offline", "-p", "hi", says="Choose one of: UD-Q4_K_M.")
    place.fails("download", "lab/c", "--quant", "Q4_K_M", "--offline", says="Choose one of: UD-Q4_K_M.")
    contains(place.ok("download", "lab/c", "--quant", "ud-q4_k_m", "--offline"), "UD-Q4_K_M.gguf")
    equal(place.fetches("lab/c:Q4_K_M"), "Fetching lab/c:Q4_K_M, 2.2 MB")
    equal(place.fetches("lab/b:Compact"), "Fetching lab/b:Step-APEX-Compact, 2.2 MB")
    # Nothing is fetched twice, and where the Hub cannot be asked what is here will do.
    equal(place.fetches("lab/c:Q4_K_M").startswith("Fetching"), False)
    place.url = "http://127.0.0.1:9"
    status, out, err = place.maq("run", "lab/c:Q4_K_M", "-p", "hi", "-n", "1")
    equal(status, 0, err)
    contains(err, "Using the cached files.")


@check
def deleting_never_guesses(place):
    for quant in ("Q8_0", "BF16"):
        place.ok("download", "lab/a", "--quant", quant, "-q")
    repo = place.home / "hub/models--lab--a"
    before = place.files(repo)
    for arguments in (["lab/a", "--quant", "F16"], ["lab/a", "--quant", "8"], ["lab/a", "m-BF16"], ["lab/a@mai"], ["lab"], ["a"]):
        place.fails("cache", "rm", *arguments, "-y", says="maq:")
        equal(place.files(repo), before, arguments)
    place.ok("cache", "rm", "lab/a", "--quant", "bf16", "-y")
    equal([pathlib.Path(path).name for path in place.files(repo)], ["m-Q8_0.gguf"])


@check
def revisions_have_slashes(place):
    equal(place.ok("card", "lab/refs@feature/x").strip(), "branch")
    equal(place.ok("card", "lab/refs@feature%2Fx").strip(), "branch")
    equal(place.ok("card", "lab/refs").strip(), "main")
    contains(place.ok("files", "lab/refs@feature/x"), "README.md")
    path = pathlib.Path(place.ok("download", "lab/refs@feature/x/README.md", "-q").strip())
    equal(path.read_text(), "# branch\n")
    equal((place.home / "hub/models--lab--refs/refs/feature/x").is_file(), True)
    contains(place.ok("files", "lab/refs@feature/x", "--offline"), "README.md")
    place.fails("files", "lab/refs@feature/y", says="no revision “feature/y”. It has: main, feature/x.")
    place.fails("download", "lab/refs@nope", says="no revision “nope”. It has: main, feature/x.")
    place.ok("cache", "rm", "lab/refs@feature/x", "-y")
    equal((place.home / "hub/models--lab--refs").exists(), False)


@check
def repos_have_one_word(place):
    repo = place.home / "hub/models--gpt2"
    snapshot = repo / "snapshots" / COMMIT
    model(snapshot / "m-Q8_0.gguf")
    (repo / "refs").mkdir()
    (repo / "refs/main").write_text(COMMIT)
    contains(place.ok("files", "gpt2", "--offline"), "m-Q8_0.gguf")
    contains(place.ok("files", "gpt2@main", "--offline"), "m-Q8_0.gguf")
    equal(place.ok("download", "gpt2", "--offline").strip(), str(snapshot))
    equal(place.ok("run", "gpt2:Q8_0", "--offline", "-p", "hi", "-n", "2", "-q", "--temp", "0").strip(), "Hello!")
    contains(place.ok("fit", "gpt2", "--offline"), "Q8_0")
    contains(place.ok("inspect", "gpt2/m-Q8_0.gguf", "--offline"), "llama")
    contains(place.ok("cache", "rm", "gpt2", "-n"), "gpt2")


@check
def the_home_folder_is_a_tilde(place):
    folder = pathlib.Path(tempfile.mkdtemp(dir=pathlib.Path.home()))
    here = pathlib.Path(tempfile.mkdtemp(dir=TOP))
    name = f"~/{folder.name}"
    place.ok("download", "lab/refs", f"--local-dir={name}/out", "-q", cwd=here)
    equal((folder / "out/README.md").read_text(), "# main\n")
    equal(list(here.iterdir()), [])
    model(folder / "m-Q8_0.gguf")
    (folder / "prompts").write_text('{"prompt": "hi"}\n')
    (folder / "schema").write_text('{"const": 1}')
    contains(place.ok("inspect", f"{name}/m-Q8_0.gguf"), "llama")
    contains(place.ok("fit", f"{name}/m-Q8_0.gguf"), "m-Q8_0.gguf")
    contains(place.ok("cache", "ls", "--others", name), "m-Q8_0")
    place.ok("run", f"{name}/m-Q8_0.gguf", f"--prompts={name}/prompts", f"--json-schema={name}/schema", "-q")
    shutil.rmtree(folder)


@check
def names_begin_with_a_dash(place):
    contains(place.ok("download", "lab/dash", "-q", "--", "-x.txt"), "-x.txt")
    contains(place.ok("download", "-q", "--", "lab/dash", "-x.txt"), "-x.txt")
    contains(place.ok("--", "download", "lab/dash", "--offline", "--", "-x.txt"), "-x.txt")
    place.ok("cache", "rm", "-y", "--", "lab/dash", "-x.txt")


@check
def a_companion_is_no_model(place):
    equal(place.fetches("lab/mtp"), "Fetching lab/mtp:UD-Q4_K_XL, 2.2 MB")
    equal(place.fetches("lab/dflash:Q8_0"), "Fetching lab/dflash:Q8_0, 2.2 MB")
    rows = [json.loads(line) for line in place.ok("fit", "lab/mtp", "--json").splitlines()]
    equal([(row["variant"], row["recommended"], row["verdict"]) for row in rows], [("UD-Q4_K_XL", True, "fits")])
    # A name that says nothing, or too little: its header does.
    place.fails("run", "lab/assistant:Q4_K_M", "-p", "hi", says="is a drafter")
    equal(place.fetches("lab/assistant"), "Fetching lab/assistant:F16, 2.2 MB")
    rows = {row["variant"]: row for row in map(json.loads, place.ok("fit", "lab/assistant", "--json").splitlines())}
    equal((rows["Q4_K_M"]["verdict"], rows["Q4_K_M"]["recommended"], rows["F16"]["recommended"]), ("unknown", False, True))
    place.fails("run", "lab/mtp/MTP/gemma-Q8_0-MTP.gguf", "-p", "hi", says="is a drafter")
    place.fails("run", MODELS / "lab/dflash/dflash-Qwen3-Q8_0.gguf", "-p", "hi", says="is a drafter")
    place.fails("fit", MODELS / "lab/clip/vision-F16.gguf", says="is a projector")
    contains(place.ok("cache", "ls", "--others", MODELS / "lab/mtp"), "UD-Q4_K_XL")
    equal("MTP" in place.ok("cache", "ls", "--others", MODELS / "lab/mtp"), False)


@check
def only_the_companion_is_here(place):
    place.ok("download", "lab/mtp", "--include", "MTP/*", "-q")
    place.fails("run", "lab/mtp", "--offline", "-p", "hi", says="not on this computer")
    equal(place.fetches("lab/mtp"), "Fetching lab/mtp:UD-Q4_K_XL, 2.2 MB")


@check
def endings_have_any_case(place):
    contains(place.ok("cache", "ls", "--others", MODELS / "lab/upper"), "M-Q8_0.GGUF")
    contains(place.ok("fit", MODELS / "lab/upper/M-Q8_0.GGUF"), "Fits")
    equal(place.fetches("lab/upper"), "Fetching lab/upper:Q8_0, 2.2 MB")
    equal(place.maq("run", "lab/shards", "-p", "hi", "-n", "1")[2].count("is missing"), 0)


@check
def any_shard_stands_for_the_model(place):
    folder = MODELS / "lab/shards"
    first = place.ok("fit", folder / "M-Q8_0-00001-of-00002.GGUF", "--json")
    second = place.ok("fit", folder / "M-Q8_0-00002-of-00002.GGUF", "--json")
    equal(json.loads(first)["size"], json.loads(second)["size"])
    contains(place.ok("fit", "lab/shards/M-Q8_0-00002-of-00002.GGUF"), "lab/shards:Q8_0")
    place.fails("fit", MODELS / "lab/half/m-Q8_0-00002-of-00002.gguf", says="1 part")


@check
def what_is_no_weights_is_called_what_it_is(place):
    folder = MODELS / "lab/not"
    for name, says in (("pointer", "Git LFS pointer"), ("page", "web page"), ("empty", "empty")):
        path = folder / f"{name}-Q4_0.gguf"
        place.fails("run", path, "-p", "hi", says=says)
        place.fails("fit", path, says=says)
        place.fails("inspect", path, says=says)


def make_hub():
    lab = MODELS / "lab"
    for name in ("a/m-BF16", "a/m-Q8_0", "b/Step-APEX-Compact", "b/Step-APEX-I-Compact", "c/Q3-4B-Q4_K_M", "c/Q3-4B-UD-Q4_K_M",
                 "both/en/m-Q8_0", "both/de/m-Q8_0", "mtp/gemma-UD-Q4_K_XL", "dflash/Qwen3-Q8_0", "assistant/gemma-F16",
                 "half/m-Q8_0-00002-of-00002"):
        model(lab / f"{name}.gguf")
    # A variant is larger than another, so that the order is known.
    with open(lab / "a/m-BF16.gguf", "ab") as weights:
        weights.write(b"\0" * 32)
    with open(lab / "c/Q3-4B-UD-Q4_K_M.gguf", "ab") as weights:
        weights.write(b"\0" * 32)
    for name in ("upper/M-Q8_0", "shards/M-Q8_0-00001-of-00002", "shards/M-Q8_0-00002-of-00002"):
        model(lab / f"{name}.GGUF")
    header_only(lab / "mtp/MTP/gemma-Q8_0-MTP.gguf", "gemma4-assistant")
    header_only(lab / "dflash/dflash-Qwen3-Q8_0.gguf", "dflash")
    header_only(lab / "assistant/gemma-assistant-Q4_K_M.gguf", "gemma4-assistant")
    header_only(lab / "clip/vision-F16.gguf", "clip")
    (lab / "dash").mkdir()
    (lab / "dash/-x.txt").write_text("x")
    (lab / "not").mkdir()
    (lab / "not/pointer-Q4_0.gguf").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 5\n")
    (lab / "not/page-Q4_0.gguf").write_text("\n<!DOCTYPE html><html><body>Sign in</body></html>")
    (lab / "not/empty-Q4_0.gguf").write_text("")
    (lab / "refs/.maquette").mkdir(parents=True)
    (lab / "refs/README.md").write_text("# main\n")
    first = {"title": "a", "message": "", "date": "2026-01-01T00:00:00.000Z", "files": {"README.md": {"text": "# main\n"}}}
    second = dict(first, title="b", branch="feature/x", files={"README.md": {"text": "# branch\n"}})
    (lab / "refs/.maquette/repo.json").write_text(json.dumps({"commits": [first, second]}))


def main():
    make_hub()
    hub = subprocess.Popen([MAQ, "hub", TOP / "hub"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    url = hub.stdout.readline().strip()
    failed = 0
    for i, function in enumerate(checks, 1):
        name = "/cli/wishes/" + function.__name__.replace("_", "-")
        try:
            function(Place(url))
            print(f"ok {i} - {name}", flush=True)
        except Exception as error:  # every failure is one line of TAP and its story
            failed += 1
            print(f"not ok {i} - {name}", flush=True)
            for line in f"{type(error).__name__}: {error}".splitlines():
                print(f"# {line}", flush=True)
    hub.terminate()
    hub.wait()
    print(f"1..{len(checks)}", flush=True)
    shutil.rmtree(TOP)
    return failed > 0


sys.exit(main())
