// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// A column that scrolls as one, to be put into a scrolled window: its head scrolls away, its bar stays at the top once it got
// there, and its body goes on below. A body that is scrollable itself, such as a list of a hundred thousand rows, is given the
// room that is left and scrolls by as much as the column is scrolled beyond its head, so that only what shows is laid out: it is
// the child of a MaqPinnedBin, which may be anywhere inside the body, one in each page of a stack. A body without one gets its
// natural height.

G_BEGIN_DECLS

// Properties: head, bar, body (widgets); head-gone (read-only): nothing of the head shows, and the bar has the style class pinned.
#define MAQ_TYPE_PINNED_VIEW (maq_pinned_view_get_type ())
G_DECLARE_FINAL_TYPE (MaqPinnedView, maq_pinned_view, MAQ, PINNED_VIEW, GtkWidget)

gboolean maq_pinned_view_get_head_gone (MaqPinnedView *self);

// Property: child, a GtkScrollable.
#define MAQ_TYPE_PINNED_BIN (maq_pinned_bin_get_type ())
G_DECLARE_FINAL_TYPE (MaqPinnedBin, maq_pinned_bin, MAQ, PINNED_BIN, GtkWidget)

// What scrolls the child, from 0 to the end of it.
GtkAdjustment *maq_pinned_bin_get_adjustment (MaqPinnedBin *self);

G_END_DECLS
