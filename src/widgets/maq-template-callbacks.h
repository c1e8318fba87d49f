// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// Pure closures for templates, each existing once. In a Blueprint file they are written `$format_bytes(item.size)`:
//   string  format_bytes (uint64)     "1.3 MB"
//   string  format_count (int64)      "1.2M"
//   string  format_parameters (int64) "7.6B", "" if not positive
//   string  relative_time (int64)     "3 days ago"; "" for 0
//   boolean is_empty (string)         NULL counts as empty
//   boolean is_not_empty (string)
//   boolean is_positive (int64)
//   boolean is_zero (uint)            for the n-items of a list
//   boolean not (boolean)
//   string  hub_label (string)        a tag of the Hub as words: "text-generation" → "Text Generation"

G_BEGIN_DECLS

// Call it in class_init, after the template was set.
void maq_template_callbacks_bind (GtkWidgetClass *widget_class);

// A tag of the Hub as words, translated where it is well known (transfer full). NULL gives "".
char *maq_hub_label (const char *tag);

G_END_DECLS
