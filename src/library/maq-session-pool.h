// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"

// The models that are loaded: at most one session for each weights file. A model takes much memory, so loading another one
// unloads those that are not answering just now. Main thread only.

G_BEGIN_DECLS

#define MAQ_TYPE_SESSION_POOL (maq_session_pool_get_type ())
// Signal changed: a session came, went, or changed its state.
G_DECLARE_FINAL_TYPE (MaqSessionPool, maq_session_pool, MAQ, SESSION_POOL, GObject)

MaqSessionPool *maq_session_pool_new (MaqEngine *engine);
// The session of the weights file at PATH; begins to load it if it is not loaded, or failed before (transfer none).
MaqSession *maq_session_pool_get (MaqSessionPool *self, const char *path);
// The session if there is one that loads or is loaded (transfer none, nullable). PATH nullable.
MaqSession *maq_session_pool_find (MaqSessionPool *self, const char *path);
// The weights files that are loaded or load (transfer full, of char *).
GPtrArray *maq_session_pool_list_paths (MaqSessionPool *self);
// Unloads one, also while it loads or answers. PATH nullable: all.
void maq_session_pool_eject (MaqSessionPool *self, const char *path);

G_END_DECLS
