// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-runner-engine.h"

// What the runner engine, its sessions and their tests share.

G_BEGIN_DECLS

#define MAQ_TYPE_RUNNER_SESSION (maq_runner_session_get_type ())
G_DECLARE_FINAL_TYPE (MaqRunnerSession, maq_runner_session, MAQ, RUNNER_SESSION, MaqSession)

// PATIENCE: in milliseconds, how long a runner that has work may give no sign of life.
MaqSession *maq_runner_session_new (const char *program, const char *path, const MaqLoadOptions *options, guint patience);
// The runner's process; 0 when there is none.
GPid maq_runner_session_get_pid (MaqRunnerSession *self);

// For sessions started from now on.
void maq_runner_engine_set_patience (MaqRunnerEngine *self, guint patience);

// Opens the weights file at PATH, and the other shards when its name says there are some, without blocking the caller. Resolves
// to a GUnixFDList in shard order; rejects with MAQ_ENGINE_ERROR_BAD_MODEL.
DexFuture *maq_weights_open (const char *path);

// The error for a runner that ended by itself with STATUS, as waitpid gives it, while the session was in STATE (transfer full).
GError *maq_runner_exit_to_error (int status, MaqSessionState state);

G_END_DECLS
