#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Walks every place and says what a screen reader or a keyboard would stumble over: controls and Tab stops without a name, rows
that do not say what they show, pages that are hidden and read all the same, a focus that is lost. TAP. Run by run-access."""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from maq_ui import Atspi, NotFound, Window  # noqa: E402

BUILD = pathlib.Path(os.environ["MAQ_BUILD_DIR"])
PROGRAM = str(BUILD / "src/app/maquette")
MODEL = "maquette/pebble-chat-GGUF"
# What stands only in this place, by its key.
PLACES = {
    "Models": ("ctrl+1", {"name": "Search Models"}),
    "Library": ("ctrl+2", {"contains": "The Library Is Empty"}),
    "Chats": ("ctrl+3", {"contains": "No Chats Yet"}),
    "Transfers": ("ctrl+4", {"contains": "No Transfers"}),
}
CONTROLS = {
    "button", "toggle button", "entry", "text", "password text", "check box", "switch", "combo box", "page tab", "list item", "link",
    "image", "menu item", "check menu item", "radio menu item", "radio button", "spin button", "slider", "table cell", "column header",
}  # fmt: skip
MOST_TAB_STOPS = 60


def places_named(ui):
    return [node for node in ui.application.walk() if node.role == "list" and node.name == "Places"]


class Audit:
    def __init__(self):
        self.number = 0
        self.failed = 0
        self.ui = None

    def check(self, claim, function):
        self.number += 1
        try:
            faults = function() or []
        except NotFound as error:
            faults = [str(error)]
        self.failed += bool(faults)
        print(f"{'not ' if faults else ''}ok {self.number} - {claim}")
        for fault in faults:
            print(f"# {fault}")
        sys.stdout.flush()

    def names(self):
        """Controls without a name; rows that say nothing of what they show; what is read twice."""
        faults, seen = [], {}
        for node in self.ui.application.walk():
            if node.role in CONTROLS and not (node.name + node.text).strip():
                faults.append(f"{node.role} without a name at {node.extents}")
            if node.role == "list item":
                shown = [kid.text.strip() for kid in node.walk() if kid.role in ("label", "text") and kid.text.strip()]
                said = node.name + " " + node.description
                if shown and not node.description and not any(text in said for text in shown):
                    faults.append(f"the row “{said.strip()}” shows “{shown[0]}”")
            if node.raw in seen and node.name:
                faults.append(f"{node.role} “{node.name}” is read twice")
            seen[node.raw] = node
        return sorted(set(faults))

    def focused(self):
        nodes = [node for node in self.ui.application.walk() if node.has(Atspi.StateType.FOCUSED)]
        return nodes[-1] if nodes else None

    def wait_focus(self):
        return self.ui.wait_for(self.focused, "a control with the focus")

    def tab_stops(self):
        """From where the focus is, all the way round by Tab."""
        faults, stops = [], []
        for _ in range(MOST_TAB_STOPS):
            node = self.focused()
            # A spin row of libadwaita has the focus in a part of it that is not told of.
            if node is None:
                self.ui.key("Tab")
                time.sleep(0.3)
                continue
            if stops and node.raw == stops[0].raw:
                break
            if any(node.raw == stop.raw for stop in stops[-1:]):
                faults.append(f"Tab does not leave {node.role} “{node.name}”")
                break
            stops.append(node)
            if not (node.name + node.text).strip():
                faults.append(f"Tab stops at {node.role} without a name at {node.extents}")
            before = node.raw
            self.ui.key("Tab")
            try:
                self.ui.wait_for(lambda before=before: (lambda now: now and now.raw != before)(self.focused()), "the next stop", patience=2)
            except NotFound:
                pass
        else:
            faults.append(f"more than {MOST_TAB_STOPS} Tab stops: {[stop.name for stop in stops]}")
        places = places_named(self.ui)
        rows = [row.raw for row in places[0].walk()] if places else []
        if sum(stop.raw in rows for stop in stops) > 1:
            faults.append("the list of places has more than one Tab stop")
        return faults

    def opened(self, place):
        """The focus is in the content, and no other place is read."""
        faults = []
        node = self.wait_focus()
        places = places_named(self.ui)
        outside = [kid.raw for kid in places[0].walk()] if places else []
        if node.raw in outside or node.name == "Main Menu":
            faults.append(f"the focus is on {node.role} “{node.name}”")
        for other, (_, mark) in PLACES.items():
            if other != place and self.ui.sees(**mark):
                faults.append(f"{other} is read while {place} is shown")
        return faults

    def page(self, name):
        self.check(f"{name}: what is on it has a name and is read once", self.names)
        self.check(f"{name}: each Tab stop has a name", self.tab_stops)


def empty_places(audit):
    ui = audit.ui
    ui.find(role="list item", contains=MODEL)
    audit.check("the focus is in the content from the start", lambda: audit.opened("Models"))
    for place, (key, mark) in PLACES.items():
        ui.key(key)
        ui.find(**mark)
        audit.check(f"{place}: opens by {key} with the focus in its content", lambda place=place: audit.opened(place))
        audit.page(place)


def menu(audit):
    ui = audit.ui

    def items():
        ui.click(ui.find(role="toggle button", name="Main Menu"))
        ui.find(role="menu item", name="Preferences")
        names = [node.name for node in ui.application.walk() if node.role == "menu item"]
        ui.key("Escape")
        ui.wait_gone(role="menu item", name="Preferences")
        return [] if "" not in names else [f"the items are called {names}"]

    audit.check("the items of the main menu have names", items)


def preferences(audit):
    ui = audit.ui

    def bad_token():
        """A token that is none leaves the focus in the dialog, and Escape closes it."""
        ui.click(ui.find(role="list item", contains="New Token"))
        ui.type("two words")
        ui.key("Return")
        ui.find(contains="A token is one word")
        ui.key("Escape")
        ui.wait_gone(contains="Access Token")

    ui.key("ctrl+comma")
    ui.find(contains="Access Token")
    audit.page("Preferences")
    audit.check("Preferences: closes by Escape after a token that was not accepted", bad_token)


def pages(audit):
    ui = audit.ui
    ui.key("ctrl+1")
    ui.click(ui.find(role="list item", contains=MODEL))
    ui.find(contains="How it was made")
    audit.check("a repo: what is on it has a name and is read once", audit.names)
    ui.click(ui.find(role="button", name="Try", enabled=True))
    ui.find(name="Message", patience=60)
    ui.type("What is 7 plus 5?")
    ui.key("Return")
    ui.find(contains="tokens/s", patience=60)
    ui.wait_gone(name="Dismiss")
    audit.page("a chat")
    ui.key("ctrl+2")
    ui.find(role="list item", contains="pebble-chat-GGUF")
    audit.page("the library")


def main():
    audit = Audit()
    audit.ui = Window(PROGRAM, "--demo", width=1200, height=800)
    for part in (empty_places, menu, preferences, pages):
        try:
            part(audit)
        except NotFound as error:
            audit.check(part.__name__, lambda error=error: [str(error)])
        time.sleep(0.1)
    status, warnings = audit.ui.close()
    audit.check("the program ends and warned of nothing", lambda: warnings + ([f"exit status {status}"] if status else []))
    print(f"1..{audit.number}")
    sys.exit(1 if audit.failed else 0)


main()
