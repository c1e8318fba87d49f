#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Which Hub gets which token from the real `maq`: servers on this machine record every byte that it sends. TAP.

    test-cli-token.py            without a keyring
    test-cli-token.py keyring    with one, on a D-Bus session of its own (tests/support/with-keyring)
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading

MAQ = pathlib.Path(os.environ["MAQ_BUILD_DIR"]) / "src/cli/maq"
APP = "io.github.maquette_app.Maquette"
DEFAULT = "https://huggingface.co"
TOKEN_FILE = pathlib.Path(os.environ["HF_HOME"], "token")
KEYFILE = pathlib.Path(os.environ["XDG_CONFIG_HOME"], "glib-2.0/settings/keyfile")
STATE = pathlib.Path(os.environ["XDG_STATE_HOME"])
COMMANDS = [["search"], ["info", "ada/one"], ["files", "ada/one"], ["card", "ada/one"], ["download", "ada/one"], ["inspect", "ada/one/w.gguf"], ["fit", "ada/one"]]
checks = []


def check(func):
    checks.append(func)
    return func


class Recorder:
    """Answers 401 to everything and keeps what came."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.came = b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            threading.Thread(target=self.answer, args=self.listener.accept()[:1], daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(20)
            while (data := self.receive(connection)):
                self.came += data
                if self.came.endswith(b"\r\n\r\n"):
                    connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nX-Error-Message: Invalid username or password.\r\nContent-Length: 0\r\n\r\n")

    @staticmethod
    def receive(connection):
        try:
            return connection.recv(65536)
        except OSError:
            return b""

    def url(self, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}"


def maq(*arguments, **variables):
    """Status and standard error."""
    environment = {**os.environ, **{name: value for name, value in variables.items() if value is not None}}
    done = subprocess.run([MAQ, *arguments], capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, done.stderr


def received(*arguments, servers, **variables):
    """Runs maq; what it sent to SERVERS, which must be something."""
    for server in servers:
        server.came = b""
    status, err = maq(*arguments, **variables)
    came = b"".join(server.came for server in servers)
    assert came, (arguments, variables, status, err)
    assert "hf_" not in err, err
    return came


def sent(text, *arguments, **more):
    return b"Authorization: Bearer " + text.encode() + b"\r\n" in received(*arguments, **more)


def write_file(text, mode=0o600):
    TOKEN_FILE.parent.mkdir(parents=True, exist_ok=True)
    TOKEN_FILE.unlink(missing_ok=True)
    if text is not None:
        TOKEN_FILE.write_text(text)
        TOKEN_FILE.chmod(mode)


def write_setting(endpoint):
    KEYFILE.parent.mkdir(parents=True, exist_ok=True)
    KEYFILE.write_text(f"[io/github/maquette_app/Maquette]\nendpoint='{endpoint}'\n" if endpoint else "")


class Lying:
    """A token that lies around: in a variable or in the file."""

    def __init__(self, where):
        self.where = where

    def __enter__(self):
        if self.where == "file":
            write_file("hf_lying_around\n")
        return {} if self.where == "file" else {self.where: "hf_lying_around"}

    def __exit__(self, *_error):
        write_file(None)


def table(home, other):
    """Rows of HF_ENDPOINT, what --endpoint names, what the setting names, who is asked, and whether a token that lies around is for it."""
    yield home.url(), None, None, [home], True
    yield home.url() + "/", None, None, [home], True
    yield home.url(), home.url() + "/hub/", None, [home], True
    yield home.url(), None, other.url(), [home], True
    # Another port, host, scheme.
    yield home.url(), other.url(), None, [other], False
    yield home.url(), home.url(host="localhost"), None, [home], False
    yield home.url("https"), home.url(), None, [home], False
    yield home.url(), home.url("https"), None, [home], False
    # The environment names the public Hub.
    yield None, other.url(), None, [other], False
    yield DEFAULT, other.url(), None, [other], False
    yield None, None, other.url(), [other], False
    yield None, other.url(), other.url(), [other], False


@check
def what_lies_around_is_for_the_hub_of_the_environment():
    home, other = Recorder(), Recorder()
    for environment, option, setting, asked, gets in table(home, other):
        write_setting(setting)
        arguments = ["search", *(["--endpoint", option] if option else [])]
        for where in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "file"):
            with Lying(where) as variables:
                result = sent("hf_lying_around", *arguments, servers=asked, HF_ENDPOINT=environment, **variables)
                assert result == gets, (environment, option, setting, where)
        assert b"uthorization" not in received(*arguments, servers=asked, HF_ENDPOINT=environment)
    write_setting(None)


@check
def whatever_the_command():
    home, other = Recorder(), Recorder()
    for command in COMMANDS:
        assert sent("hf_lying_around", *command, servers=[home], HF_ENDPOINT=home.url(), HF_TOKEN="hf_lying_around"), command
        assert not sent("hf_lying_around", *command, "--endpoint", other.url(), servers=[other], HF_ENDPOINT=home.url(), HF_TOKEN="hf_lying_around"), command


@check
def says_why_a_token_was_not_sent():
    other = Recorder()
    status, err = maq("info", "ada/one", "--endpoint", other.url(), HF_TOKEN="hf_lying_around")
    assert status == 1 and "HF_TOKEN is for https://huggingface.co" in err and other.url() in err and "HF_ENDPOINT" in err, err
    # Nobody needs to know where no token was wanted.
    status, err = maq("search", "--endpoint", "http://127.0.0.1:9", HF_TOKEN="hf_lying_around")
    assert "HF_TOKEN" not in err, err


@check
def a_malformed_token_is_told():
    home = Recorder()
    for text in ("two words", "hf_ä", "hf_a\nX-Evil: b"):
        status, err = maq("search", HF_ENDPOINT=home.url(), HF_TOKEN=text)
        assert "HF_TOKEN does not hold a token" in err and text not in err, err
        # Another one in its place would be another user.
        with Lying("file"):
            assert not sent("hf_lying_around", "search", servers=[home], HF_ENDPOINT=home.url(), HF_TOKEN=text)
    write_file("not a token")
    status, err = maq("search", HF_ENDPOINT=home.url())
    assert f"{TOKEN_FILE} does not hold a token" in err, err
    write_file(None)


@check
def a_file_that_others_can_read_is_told_once():
    home = Recorder()
    write_file("hf_lying_around", 0o644)
    warning = f"chmod 600 {TOKEN_FILE}"
    assert warning not in maq("search", "--quiet", HF_ENDPOINT=home.url())[1]
    status, err = maq("search", HF_ENDPOINT=home.url())
    assert err.count(warning) == 1, err
    assert warning not in maq("search", HF_ENDPOINT=home.url())[1]
    assert sent("hf_lying_around", "search", servers=[home], HF_ENDPOINT=home.url())
    write_file("hf_lying_around")
    assert warning not in maq("search", HF_ENDPOINT=home.url())[1]
    write_file("hf_lying_around", 0o640)
    assert warning in maq("search", HF_ENDPOINT=home.url())[1]
    assert b"hf_lying_around" not in b"".join(path.read_bytes() for path in STATE.rglob("*") if path.is_file())
    write_file(None)


@check
def the_public_hub_gets_it_through_a_tunnel_only():
    proxy = Recorder()
    assert not sent("hf_lying_around", "search", servers=[proxy], https_proxy=proxy.url(), HF_TOKEN="hf_lying_around")
    assert proxy.came.startswith(b"CONNECT huggingface.co:443 ")


def store(endpoint, text):
    subprocess.run(["secret-tool", "store", "--label=test", "xdg:schema", APP, "endpoint", endpoint], input=text, text=True, check=True, timeout=60)


def clear(endpoint):
    subprocess.run(["secret-tool", "clear", "xdg:schema", APP, "endpoint", endpoint], check=True, timeout=60)


def what_is_kept_goes_to_the_hub_it_was_kept_for():
    home, other = Recorder(), Recorder()
    store(DEFAULT, "hf_of_default")
    store(home.url(), "hf_of_home")
    for environment, option, setting, asked, _gets in table(home, other):
        write_setting(setting)
        arguments = ["search", *(["--endpoint", option] if option else [])]
        target = option or environment or setting
        is_home = target.rstrip("/").removesuffix("/hub") == home.url()
        for token, gets in (("hf_of_home", is_home), ("hf_of_default", False)):
            assert sent(token, *arguments, servers=asked, HF_ENDPOINT=environment) == gets, (environment, option, setting, token)
    write_setting(None)
    for command in COMMANDS:
        assert sent("hf_of_home", *command, "--endpoint", home.url(), servers=[home]), command
        assert not sent("hf_of_default", *command, "--endpoint", other.url(), servers=[other]), command
    clear(home.url())
    clear(DEFAULT)


def main():
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    wanted = [what_is_kept_goes_to_the_hub_it_was_kept_for] if sys.argv[1:] == ["keyring"] else checks
    if wanted is not checks and shutil.which("secret-tool") is None:
        print("1..0 # SKIP there is no secret-tool")
        return
    failed = 0
    print(f"TAP version 14\n1..{len(wanted)}")
    for number, func in enumerate(wanted, 1):
        name = func.__name__.replace("_", " ")
        try:
            func()
            print(f"ok {number} {name}", flush=True)
        except Exception as error:  # every check is told about, whatever went wrong
            failed += 1
            print(f"not ok {number} {name}")
            print("\n".join(f"# {line}" for line in f"{type(error).__name__}: {error}".split("\n")), flush=True)
    sys.exit(1 if failed else 0)


main()
