// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"

// What an engine tells its session; the base class keeps it, notifies, and answers wait_ready.

G_BEGIN_DECLS

// What is known once a model is loaded.
typedef struct
{
  const char *backend;
  const char *confinement;
  gboolean    has_chat_template;
  gboolean    ignores_case;
  guint       context_length; // in tokens

  const MaqMemoryUse *memory_use; // nullable: not known
} MaqSessionFacts;

// From 0 to 1; only while loading.
void maq_session_set_progress (MaqSession *self, double progress);
// Loading is over: the state becomes READY.
void maq_session_set_ready (MaqSession *self, const MaqSessionFacts *facts);
// Between READY and GENERATING; nothing in any other state.
void maq_session_set_generating (MaqSession *self, gboolean generating);
// Ends the session with FAILED, or with UNLOADED; the first of these counts. ERROR is taken.
void maq_session_fail (MaqSession *self, GError *error);
void maq_session_set_unloaded (MaqSession *self);
// The error to give to whoever asks something of a session that has ended (transfer full); NULL while it has not.
GError *maq_session_dup_end (MaqSession *self);

G_END_DECLS
