// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gtk/gtk.h>

// A text view that is as high as its text, without a scrolled window of its own. A plain one says its height for the width it had
// before, and does not correct itself.

G_BEGIN_DECLS

#define MAQ_TYPE_MESSAGE_TEXT (maq_message_text_get_type ())
G_DECLARE_FINAL_TYPE (MaqMessageText, maq_message_text, MAQ, MESSAGE_TEXT, GtkTextView)

G_END_DECLS
