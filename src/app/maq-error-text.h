// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// The one place that turns an error of the core, whose message is for logs, into words for people: what happened and what to do
// next. Pages, toasts and banners all use it.

G_BEGIN_DECLS

typedef struct
{
  char    *title;      // header capitalisation, no full stop
  char    *body;       // one or two sentences: what happened, what next
  gboolean is_offline; // no connection rather than a fault
  gboolean can_retry;  // trying again may help
  gboolean needs_page; // the next step is on the repo's page: ask for access
} MaqErrorText;

// The words for ERROR (transfer full). NULL for a cancellation, which is never shown.
MaqErrorText *maq_error_text_new (const GError *error);
void          maq_error_text_free (MaqErrorText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqErrorText, maq_error_text_free)

G_END_DECLS
