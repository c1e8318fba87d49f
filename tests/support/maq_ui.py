# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Drives the real window as a person would: finds controls by role and name through AT-SPI, clicks and types through the X
server, and takes pictures of what is on the screen. Needs the display that tests/support/with-display gives."""

import os
import pathlib
import subprocess
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = float(os.environ.get("MAQ_PATIENCE", "30"))

# What GTK says of itself and no program can prevent, each with its reason. Everything else that is warned of fails the tour.
KNOWN_WARNINGS = (
    # GTK 4.24 on X11 without a compositor: the first popover's frame is told of twice (gdk/x11), once per process.
    "gdk_frame_timings_submitted() called on submitted frame",
)


# What a person operates or is told something by, and which a screen reader must be able to name.
NAMED_ROLES = ("button", "toggle button", "entry", "text", "password text", "check box", "switch", "combo box", "page tab", "list item", "link", "image")


class NotFound(AssertionError):
    """Something expected did not appear on the screen in time."""


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


class Node:
    """One accessible object. Everything may vanish at any time: a vanished one is empty, never an exception."""

    def __init__(self, raw):
        self.raw = raw

    def _ask(self, function, default):
        try:
            value = function()
        except GLib.Error:
            return default
        return default if value is None else value

    @property
    def name(self):
        return self._ask(self.raw.get_name, "")

    @property
    def description(self):
        return self._ask(self.raw.get_description, "")

    @property
    def role(self):
        return self._ask(self.raw.get_role_name, "")

    @property
    def text(self):
        def read():
            text = self.raw.get_text_iface()
            return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text else ""

        return self._ask(read, "") or self.name

    def has(self, state):
        return self._ask(lambda: self.raw.get_state_set().contains(state), False)

    @property
    def showing(self):
        return self.has(Atspi.StateType.SHOWING)

    @property
    def enabled(self):
        return self.has(Atspi.StateType.SENSITIVE)

    @property
    def extents(self):
        box = self._ask(lambda: self.raw.get_component_iface().get_extents(Atspi.CoordType.WINDOW), None)
        return (box.x, box.y, box.width, box.height) if box else (0, 0, 0, 0)

    @property
    def children(self):
        count = self._ask(self.raw.get_child_count, 0)
        kids = (self._ask(lambda i=i: self.raw.get_child_at_index(i), None) for i in range(count))
        return [Node(kid) for kid in kids if kid is not None]

    def walk(self, only_showing=True):
        """All nodes below this one, in reading order; hidden branches are left out."""
        for kid in self.children:
            if only_showing and not kid.showing:
                continue
            yield kid
            yield from kid.walk(only_showing)


class Window:
    """The running application and its first window."""

    def __init__(self, program, *arguments, width=1200, height=800, environment=None):
        # Warnings are read from the log instead of ending the program, so that those of KNOWN_WARNINGS can pass; a critical ends it.
        # All is drawn anew in each frame: the software renderer takes some glyphs for a pixel lower than they are and leaves their
        # tops behind when they go.
        environment = {**os.environ, **(environment or {}), "G_DEBUG": "fatal-criticals", "GSK_DEBUG": "full-redraw"}
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen([program, *arguments], env=environment, stdout=self.log, stderr=self.log)
        self.application = self._wait(self._find_application, "the application on the accessibility bus")
        self.window_id = self._wait(self._find_window_id, "a window").splitlines()[0]
        self.resize(width, height)

    def _find_application(self):
        desktop = Atspi.get_desktop(0)
        for index in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(index)
            try:
                if child is not None and child.get_process_id() == self.process.pid and child.get_child_count() > 0:
                    return Node(child)
            except GLib.Error:
                continue
        return None

    def _find_window_id(self):
        try:
            return run("xdotool", "search", "--onlyvisible", "--pid", str(self.process.pid))
        except subprocess.CalledProcessError:
            return None

    def _wait(self, function, what, patience=PATIENCE):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise NotFound(f"the program ended with {self.process.returncode} while waiting for {what}")
            found = function()
            if found:
                return found
            time.sleep(0.05)
        raise NotFound(f"no {what} after {patience:.0f} s; on the screen: {self.describe()}")

    def describe(self):
        seen = []
        if hasattr(self, "application"):
            for node in self.application.walk():
                if node.text.strip():
                    seen.append(f"{node.role} “{node.text.strip()[:60]}”")
        return "; ".join(seen[:80])

    def find(self, role=None, name=None, contains=None, within=None, patience=PATIENCE, enabled=False):
        """Waits for a node on the screen by role, exact name, or a part of its name or text."""

        def look():
            for node in (within or self.application).walk():
                if role and node.role != role:
                    continue
                if name is not None and node.name != name:
                    continue
                if contains is not None and contains.lower() not in (node.name + "\n" + node.text).lower():
                    continue
                if enabled and not node.enabled:
                    continue
                return node
            return None

        return self._wait(look, f"{role or 'control'} “{name or contains}”", patience)

    def sees(self, **what):
        try:
            return self.find(patience=0.3, **what)
        except NotFound:
            return None

    def unnamed(self):
        """The controls and pictures on the screen that have no accessible name, each as a line."""
        lines = []
        for node in self.application.walk():
            if node.role in NAMED_ROLES and not node.name.strip() and not node.text.strip():
                lines.append(f"{node.role} without a name at {node.extents}")
        return lines

    def focused(self):
        """What has the focus of the keyboard, or None."""
        return next((node for node in self.application.walk() if node.has(Atspi.StateType.FOCUSED) and node.role not in ("frame", "dialog")), None)

    def tab_through(self, count):
        """Presses Tab that often; each time something must have the focus, and a name. Returns the names."""
        names = []
        for _ in range(count):
            self.key("Tab")
            node = self._wait(self.focused, f"focus after Tab at {names[-3:]}", 10)
            name = node.name.strip() or node.text.strip()
            if not name:
                raise NotFound(f"Tab stops at a {node.role} without a name, after {names[-3:]}")
            names.append(name)
        return names

    def wait_gone(self, **what):
        self._wait(lambda: not self.sees(**what), f"end of {what}")

    def wait_for(self, function, what, patience=PATIENCE):
        return self._wait(function, what, patience)

    def click(self, node):
        """Presses a button, or clicks the middle of what cannot be pressed once it has stopped moving. GTK leaves the padding of
        what is around a node out of its place, so a click may land some pixels too far up and left: too far for a button."""
        action = node._ask(node.raw.get_action_iface, None)
        if node.role in ("button", "toggle button", "page tab", "check box", "menu item") and action is not None and node._ask(action.get_n_actions, 0) > 0:
            action.do_action(0)
            return
        last = None
        for _ in range(40):
            box = node.extents
            if box == last and box[2] > 0:
                break
            last = box
            time.sleep(0.05)
        x, y, width, height = node.extents
        run("xdotool", "mousemove", "--window", self.window_id, str(x + width // 2), str(y + height // 2), "click", "1")

    def key(self, *names):
        run("xdotool", "windowfocus", "--sync", self.window_id)
        run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text):
        run("xdotool", "windowfocus", "--sync", self.window_id)
        run("xdotool", "type", "--delay", "15", text)

    def resize(self, width, height):
        run("xdotool", "windowmove", self.window_id, "0", "0")
        run("xdotool", "windowsize", self.window_id, str(width), str(height))
        run("xdotool", "windowfocus", self.window_id)
        self.size = (width, height)
        time.sleep(0.4)

    def picture(self, path, settle=0.5):
        """A picture of the window as it is on the screen, once animations are over."""
        time.sleep(settle)
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        width, height = self.size
        run("import", "-silent", "-window", "root", "-crop", f"{width}x{height}+0+0", "+repage", str(path))

    def close(self):
        """Ends the program as Ctrl+Q does; returns its exit status and the lines it warned with."""
        if self.process.poll() is None:
            self.key("ctrl+q")
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise NotFound("the program did not end on Ctrl+Q") from None
        return self.process.returncode, self._read_warnings()

    def _read_warnings(self):
        self.log.seek(0)
        text = self.log.read().decode(errors="replace")
        if "MAQ_UI_LOG" in os.environ:
            with open(os.environ["MAQ_UI_LOG"], "a", encoding="utf-8") as file:
                file.write(text)
        lines = [line for line in text.splitlines() if "-WARNING **" in line or "-CRITICAL **" in line or "-ERROR **" in line]
        return [line for line in lines if not any(known in line for known in KNOWN_WARNINGS)]
