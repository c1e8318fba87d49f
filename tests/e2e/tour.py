#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The tour: what a new user does, step by step, in the real window on the demo Hub. Each step says what must be on the screen
and leaves a picture; the transcript is TAP. Run by tests/e2e/run-tour."""

import os
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from maq_ui import NotFound, Window  # noqa: E402

BUILD = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
PICTURES = BUILD / "tour"
PROGRAM = str(BUILD / "src/app/maquette")
WIDE, NARROW = (1200, 800), (360, 720)
MODEL = "maquette/pebble-chat-GGUF"


class Tour:
    """The window, the number of the step, and where its pictures go."""

    def __init__(self):
        self.number = 0
        self.failed = 0
        self.window = None
        self.scheme = "light"

    def start(self, scheme, *arguments, size=WIDE):
        self.scheme = scheme
        self.window = Window(
            PROGRAM, *arguments, width=size[0], height=size[1], environment={"ADW_DEBUG_COLOR_SCHEME": f"prefer-{scheme}"}
        )

    def picture(self, name):
        """Leaves a picture of what is on the screen, and fails if a control on it has no name."""
        self.take_picture(name)
        unnamed = self.window.unnamed()
        if unnamed:
            raise NotFound("\n".join(unnamed))

    def take_picture(self, name):
        width, height = self.window.size
        self.window.picture(PICTURES / f"{name}-{width}x{height}-{self.scheme}.png")

    def step(self, claim, function):
        """Runs one step; a failure is told and the tour goes on, so that one fault does not hide the next."""
        self.number += 1
        try:
            function()
            print(f"ok {self.number} - {claim}", flush=True)
        except Exception as error:  # noqa: BLE001
            self.failed += 1
            print(f"not ok {self.number} - {claim}")
            print("".join(f"# {line}\n" for line in str(error).splitlines() or traceback.format_exc().splitlines()), end="", flush=True)
            try:
                if self.window and self.window.process.poll() is None:
                    self.take_picture(f"failed-{self.number}")
            except (NotFound, OSError):
                pass

    def go_to(self, place):
        """Opens a place of the sidebar by its keyboard shortcut, as it also works in a narrow window."""
        self.window.key({"Models": "ctrl+1", "Library": "ctrl+2", "Chats": "ctrl+3", "Transfers": "ctrl+4"}[place])


def first_steps(tour):
    """Search, open, try, ask: two activations and no typing but the search and the question."""
    ui = tour.window

    def models():
        ui.find(role="list item", contains=MODEL)
        tour.picture("models")

    def search():
        ui.key("ctrl+f")
        ui.type("pebble chat")
        ui.wait_gone(role="list item", contains="harbor-labs")
        ui.find(role="list item", contains=MODEL)
        tour.picture("search")

    def open_repo():
        ui.click(ui.find(role="list item", contains=MODEL))
        ui.find(contains="How it was made")
        tour.picture("repo-card")
        ui.resize(*NARROW)
        tour.picture("repo-card")
        ui.resize(*WIDE)
        names = ui.tab_through(14)
        for name in ("Choose Variant", "Card", "Code"):
            if name not in names:
                raise NotFound(f"Tab does not come to {name}: {names}")

    def try_it():
        ui.click(ui.find(role="button", name="Try", enabled=True))
        ui.find(name="Message", patience=60)
        ui.type("What is 7 plus 5?")
        ui.key("Return")
        ui.find(contains="7 plus 5 is 12", patience=60)
        ui.find(contains="tokens/s")
        tour.picture("chat")

    tour.step("the models of the demo Hub are listed", models)
    tour.step("search narrows the list while typing", search)
    tour.step("a model opens with its card", open_repo)
    tour.step("one more click and a question give an answer", try_it)


def second_look(tour):
    """Files, variants, transfers, library, a second turn."""
    ui = tour.window

    def files():
        tour.go_to("Models")
        ui.click(ui.find(name="Files", enabled=True))
        ui.find(contains="pebble-chat-Q4_0.gguf")
        tour.picture("repo-files")
        ui.resize(*NARROW)
        ui.find(contains="pebble-chat-Q4_0.gguf")
        tour.picture("repo-files")
        ui.resize(*WIDE)

    def inspect():
        ui.click(ui.find(role="button", name="Inspect"))
        ui.find(contains="Architecture: llama")
        ui.find(role="list item", contains="general.name")
        tour.picture("inspect-metadata")
        ui.key("ctrl+f")
        ui.find(name="Search Keys, Values, and Tensors")
        time.sleep(0.5)
        ui.type("context_length")
        ui.wait_gone(role="list item", contains="general.name")
        ui.find(role="list item", contains="llama.context_length")
        ui.key("Escape")
        ui.click(tab("Tensors"))
        ui.find(contains="token_embd.weight")
        tour.picture("inspect-tensors")
        ui.resize(*NARROW)
        tour.picture("inspect-tensors")
        ui.resize(*WIDE)
        ui.key("alt+Left")
        ui.find(role="toggle button", name="Choose Variant", enabled=True)

    def tab(name):
        return next(filter(None, (ui.sees(role=role, name=name) for role in ("page tab", "radio button", "toggle button", "button"))))

    def download():
        ui.click(ui.find(role="toggle button", name="Choose Variant", enabled=True))
        ui.find(contains="F16", role="button")
        tour.picture("repo-variants")
        ui.click(ui.find(contains="F16", role="button"))
        # The dialog says what will be fetched; it is preset, and Enter starts.
        ui.find(role="button", name="Download 4.2\N{NO-BREAK SPACE}MB")
        tour.picture("download")
        ui.resize(*NARROW)
        tour.picture("download")
        ui.resize(*WIDE)
        ui.key("Return")
        ui.wait_gone(role="dialog", name="Download")
        tour.go_to("Transfers")
        ui.find(contains="Done")
        tour.picture("transfers")

    def choose():
        """By keyboard alone: the list of files, a search, a mark, and back; Escape ends it with nothing started."""
        tour.go_to("Models")
        ui.click(ui.find(name="Select Files…", enabled=True))
        ui.find(contains="No file selected")
        dialog = ui.find(role="dialog", name="Download")
        tour.picture("download-files")
        ui.type("readme")
        ui.wait_gone(role="list item", contains="F16", within=dialog)
        ui.key("Down")
        ui.key("Return")
        ui.find(contains="1 file selected")
        ui.key("Escape")
        ui.find(contains="1 file, ")
        ui.click(ui.find(role="list item", name="Options"))
        ui.find(role="list item", name="Version")
        tour.picture("download-options")
        ui.click(ui.find(role="list item", name="Version"))
        ui.find(role="list item", name="main", within=dialog)
        tour.picture("download-version")
        ui.key("Escape")
        ui.wait_gone(role="list item", name="main", within=dialog)
        ui.key("Escape")
        ui.wait_gone(role="dialog", name="Download")

    def library():
        tour.go_to("Library")
        ui.find(contains="pebble-chat-GGUF")
        tour.picture("library")

    def delete_and_undo():
        folder = pathlib.Path(os.environ["HF_HOME"]) / "hub/models--maquette--pebble-chat-GGUF"
        ui.click(ui.find(role="list item", contains="pebble-chat-GGUF"))
        ui.find(role="list item", name="main")
        tour.picture("library-details")
        # The variant that the chat has not loaded: by the menu of its line.
        line = ui.find(role="list item", name="F16")
        ui.click(ui.find(role="toggle button", name="More Options", within=line))
        ui.wait_for(lambda: ui.sees(role="menu", name="More Options"), "the menu")
        ui.key("Up")
        ui.key("Return")
        ui.wait_gone(role="list item", name="F16")
        if not list(folder.glob("snapshots/*/pebble-chat-F16.gguf")):
            raise NotFound("a file is gone while it can be brought back")
        tour.picture("library-undo")
        ui.click(ui.find(role="button", name="Undo"))
        ui.find(role="list item", name="F16")
        # What a chat has in memory is unloaded for it, and can be had back, too.
        ui.key("alt+Left")
        row = ui.find(role="list item", contains="pebble-chat-GGUF")
        ui.click(ui.find(role="toggle button", name="More Options", within=row))
        ui.wait_for(lambda: ui.sees(role="menu", name="More Options"), "the menu")
        ui.key("Up")
        ui.key("Return")
        ui.find(contains="unloaded and deleted")
        tour.picture("library-loaded")
        ui.click(ui.find(role="button", name="Undo"))
        ui.find(role="list item", contains="pebble-chat-GGUF")
        if not list(folder.glob("snapshots/*/pebble-chat-F16.gguf")):
            raise NotFound("the file that was brought back is gone")

    def again():
        tour.go_to("Chats")
        ui.click(ui.find(name="Message"))
        ui.type("What is the capital of France?")
        ui.key("Return")
        ui.find(contains="Paris", patience=60)
        tour.picture("chat-second-turn")

    def pick():
        ui.click(ui.find(role="toggle button", name="Model"))
        ui.find(contains="F16")
        tour.picture("chat-models")
        ui.key("Escape")

    def preferences():
        ui.key("ctrl+comma")
        ui.find(contains="Access Token")
        tour.picture("preferences")
        ui.key("Escape")
        ui.wait_gone(contains="Access Token")

    tour.step("the files of the repo are listed", files)
    tour.step("a file that is not here tells what is in it", inspect)
    tour.step("another variant is downloaded, after it was said what that is", download)
    tour.step("files and a version can be chosen, and nothing starts by itself", choose)
    tour.step("the library shows what is on this computer", library)
    tour.step("a variant is deleted and brought back; one in memory stays", delete_and_undo)
    tour.step("a second question is answered in the same chat", again)
    tour.step("the models of the library can be chosen in a chat", pick)
    tour.step("Ctrl+, opens the preferences, Escape closes them", preferences)


def narrow(tour):
    ui = tour.window

    def places():
        ui.resize(*NARROW)
        for place, expected in (("Models", "pebble"), ("Library", "pebble-chat-GGUF"), ("Transfers", "Done"), ("Chats", "7 plus 5")):
            tour.go_to(place)
            ui.find(contains=expected)
            tour.picture(place.lower())
        ui.resize(*WIDE)

    tour.step("every place works in a window of 360 pixels", places)


def after_a_restart(tour):
    def chats():
        tour.go_to("Chats")
        tour.window.find(contains="What is 7 plus 5?")
        tour.picture("chats")

    def places():
        for place, expected in (("Models", "pebble"), ("Library", "pebble-chat-GGUF")):
            tour.go_to(place)
            tour.window.find(contains=expected)
            tour.picture(place.lower())

    tour.step("after a restart the chat is there again", chats)
    tour.step("models and library, dark", places)
    narrow(tour)


def when_things_are_wrong(tour):
    def no_match():
        tour.go_to("Models")
        tour.window.key("ctrl+f")
        tour.window.type("zzzz no such model")
        tour.window.find(contains="No Models Found")
        tour.picture("models-empty")

    def gated():
        tour.go_to("Models")
        tour.window.key("ctrl+f", "ctrl+a")
        tour.window.type("harbor-labs/skua-code-1B")
        tour.window.click(tour.window.find(role="list item", name="Open harbor-labs/skua-code-1B"))
        tour.window.find(role="button", name="Request Access")
        tour.window.find(role="button", name="Add Token")
        tour.picture("repo-gated")
        tour.window.resize(*NARROW)
        tour.picture("repo-gated")
        tour.window.resize(*WIDE)
        tour.window.key("alt+Left")
        tour.window.find(role="list item", name="Open harbor-labs/skua-code-1B")
        tour.picture("models-address")

    tour.step("a search without a match says so", no_match)
    tour.step("an address opens; a gated repo says what to do", gated)


def unreachable(tour):
    def sentence():
        tour.window.find(role="button", name="Try Again")
        tour.picture("models-error")

    tour.step("a Hub that is not there gives a sentence and a way on", sentence)


def run(tour, scheme, *parts, arguments=("--demo",), size=WIDE):
    try:
        tour.start(scheme, *arguments, size=size)
    except NotFound as error:
        tour.step(f"the window opens, {scheme}", lambda: (_ for _ in ()).throw(error))
        return
    for part in parts:
        part(tour)
    tour.step(f"Ctrl+Q ends the program, which warned of nothing, {scheme}", lambda: check_end(tour))


def check_end(tour):
    status, warnings = tour.window.close()
    if status != 0 or warnings:
        raise NotFound("\n".join([f"exit status {status}", *warnings]))


def main():
    tour = Tour()
    run(tour, "light", first_steps, second_look, narrow, when_things_are_wrong)
    run(tour, "dark", after_a_restart)
    run(tour, "light", unreachable, arguments=("--hub", "http://127.0.0.1:9"))
    print(f"1..{tour.number}")
    print(f"# pictures are in {PICTURES}")
    sys.exit(1 if tour.failed else 0)


main()
