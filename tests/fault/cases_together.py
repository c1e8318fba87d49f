# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Several programs at once, and deletions by us and by others: rows C3, C4 and C8."""

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from cases_content import SMALL, with_hub
from harness import MIB, TOP, Hub, Skip, check_sentence, expect, made_up_hub, place, random_source, wait_for, write_file


def together(row):
    """Maquettes and Pythons fetch the same at once, with locks that work, that lie, and that do not work."""
    script = "import sys, huggingface_hub as hf; hf.snapshot_download(sys.argv[1], cache_dir=sys.argv[2])"

    def once(hub, flock, ours, theirs):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 6 * MIB, "times": 0})
            hub.forget()
            shim = here.shim(MAQ_FAULT_FLOCK=flock) if flock else {}
            programs = [here.start("download", SMALL, **{**shim, "MAQ_FAULT_COUNT": f"{here.top}.{number}", "XDG_STATE_HOME": here.state / str(number)})
                        for number in range(ours)]
            # Python gives up where locks do not work at all.
            theirs_shim = {**shim, "MAQ_FAULT_FLOCK": "lies"} if flock else {}
            theirs_shim.pop("MAQ_FAULT_COUNT", None)
            programs += [subprocess.Popen([sys.executable, "-c", script, SMALL, here.cache], env=here.environment(**theirs_shim),
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _number in range(theirs)]
            for program in programs:
                _out, err = program.communicate(timeout=60)
                expect(program.returncode == 0, f"one ended with {program.returncode}: {err.strip()[-300:]}")
            size = sum(size for _etag, size in hub.tree(SMALL).values())
            limit = (len(programs) if flock else 1 + theirs) * size
            expect(hub.sent() <= limit * 1.05, f"{hub.sent() / size:.1f} copies were sent")
            here.check_complete(SMALL)

    def run(hub):
        if not row.full:
            row.attempt("locks work", once, hub, None, 2, 1)
            row.attempt("locks lie", once, hub, "lies", 4, 0)
        # In every other round nobody is kept out; in some of those flock fails.
        for number in range(200 if row.full else 0):
            flock = (None, "lies", None, "ENOLCK")[number % 4]
            row.attempt(f"round {number}, {flock or 'locks work'}", once, hub, flock, 4, 4)

    with_hub(run)


def cleaned_up(row):
    """Somebody deletes partial files, blobs or the whole repo while a file comes."""
    source = random_source()

    def once(hub, what):
        with place(hub) as here:
            hub.spoil({"host": "cdn", "rate": 8 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/big")
            expect(wait_for(lambda: hub.sent() > MIB, 20, process), "it did not get going")
            time.sleep(source.uniform(0, 0.4))
            if what == "repo":
                shutil.rmtree(here.repo("acme/big"), ignore_errors=True)
            else:
                for path in here.partials():
                    path.unlink(missing_ok=True)
            _out, err = process.communicate(timeout=60)
            if process.returncode != 0:
                expect(process.returncode == 1, f"status {process.returncode}: {err}")
                check_sentence(err)
                here.check()
            expect(process.returncode == 0 or what == "repo", f"status {process.returncode}: {err.strip()[-300:]}")
            here.finish("acme/big")

    hub = Hub(made_up_hub(big=6 * MIB))
    try:
        for number in range(25 if row.full else 1):
            row.attempt(f"partial files, {number}", once, hub, "partials")
            row.attempt(f"the repo, {number}", once, hub, "repo")
    finally:
        hub.close()


def deletion(row):
    """A repo goes while another program fetches it, and while it is shared: what is used stays."""
    def once(hub):
        with place(hub) as here:
            hub.spoil()
            here.download("acme/small")
            status, _out, err = here.run("cache", "rm", "acme/small", "--yes")
            if status == 2:
                raise Skip("this build has no “maq cache rm”")
            expect(status == 0, f"status {status}: {err}")
            here.check()
            expect(not here.repo("acme/small").exists(), "the repo is still there")
            hub.spoil({"host": "cdn", "rate": 2 * MIB, "times": 0})
            hub.forget()
            process = here.start("download", "acme/small")
            expect(wait_for(lambda: hub.sent() > MIB // 2, 20, process), "it did not get going")
            status, _out, err = here.run("cache", "rm", "acme/small", "--yes")
            expect(status == 1, f"what is being fetched was deleted: status {status}")
            check_sentence(err)
            process.communicate(timeout=60)
            expect(process.returncode == 0, "the download did not survive")
            here.finish("acme/small")

    with_hub(lambda hub: [row.attempt(f"round {number}", once, hub) for number in range(20 if row.full else 1)])
    delete_in_any_order(row)


def many_revisions():
    """A Hub of two models with the same weights, one with four commits of which each changes a file, and three variants."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hub-", dir=TOP))
    source = random_source()
    weights = {f"m-{quant}.gguf": source.randbytes(50000 + n) for n, quant in enumerate(("Q4_K_M", "Q8_0", "F16"))}
    for name in ("tiny", "twin"):
        repo = folder / "models/acme" / name
        for path, content in {**weights, "README.md": b"# Tiny\n", "onnx/x.json": b"{}"}.items():
            write_file(repo / path, content)
        commits = [{"title": f"{n}", "date": f"2026-0{n + 1}-01T00:00:00.000Z", "authors": ["acme"], "files": {"config.json": {"text": f'{{"a": {n}}}'}}} for n in range(4)]
        write_file(repo / ".maquette/repo.json", json.dumps({"commits": commits, "git_tags": {f"v{n}": n for n in range(3)}}))
    return folder


def delete_in_any_order(row):
    source = random_source()
    words = [*[("acme/tiny@" + ref,) for ref in ("v0", "v1", "v2", "main")], *[("acme/tiny", "--quant", quant) for quant in ("Q4_K_M", "Q8_0", "F16")],
             ("acme/twin@v0",), ("acme/twin@main",), ("acme/tiny",), ("acme/twin",)]
    hub = Hub(many_revisions())

    def once(full, order):
        with place(hub) as here:
            # The repos share their weights, and so are they to do here.
            subprocess.run(["cp", "-a", full, here.cache], check=True)
            for word in order:
                delete(here, word)
            here.check()

    try:
        with place(hub) as whole:
            hub.spoil()
            for repo, refs in (("acme/tiny", ("v0", "v1", "v2", "main")), ("acme/twin", ("v0", "main"))):
                for ref in refs:
                    whole.download(f"{repo}@{ref}")
            for number in range(200 if row.full else 3):
                order = source.sample(words, source.randint(3, len(words)))
                row.attempt(f"order {number}: {'; '.join(' '.join(word) for word in order)}", once, whole.cache, order)
    finally:
        hub.close()


def used(cache, folder=""):
    """The bytes of the files of all repos, or of those in one FOLDER of each: each counted once, however many names it has."""
    files = {}
    for top in cache.glob(f"models--*/{folder}"):
        for root, _folders, names in os.walk(top):
            for info in (os.lstat(os.path.join(root, name)) for name in names):
                if stat.S_ISREG(info.st_mode):
                    files[info.st_ino] = info.st_size
    return sum(files.values())


def delete(here, word):
    """One deletion: what it says it frees is what is gone, and Python finds nothing to warn of."""
    repo = here.repo(word[0].split("@")[0])
    everything, blobs = used(here.cache), used(here.cache, "blobs")
    _status, said, _err = here.run("cache", "rm", *word, "--dry-run", "--json")
    status, out, err = here.run("cache", "rm", *word, "--yes", "--json")
    if status != 0:  # gone before
        check_sentence(err)
        expect(used(here.cache) == everything, "it failed, and yet something is gone")
        return
    # Of a revision the weights are counted, of a repo whatever lies there.
    gone = blobs - used(here.cache, "blobs") if repo.exists() else everything - used(here.cache)
    expect(json.loads(out)["freed"] == gone == json.loads(said)["frees"], f"{gone} bytes are gone, {out.strip()} was said, and before {said.strip()}")
    here.check()


CASES = [
    {"name": "C3", "title": "several programs at once", "target": "0 corrupt; ≤ 1 extra copy a loser", "run": together},
    {"name": "C4", "title": "others delete what is being written", "target": "the right file in the end", "run": cleaned_up},
    {"name": "C8", "title": "deletion while in use, and in any order", "target": "freed bytes exact; 0 dangling links", "run": deletion},
]
