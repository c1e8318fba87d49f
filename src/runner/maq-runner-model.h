// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>
#include <stdatomic.h>

// One loaded model and its context: all that touches libllama. Used from one thread, the worker; only the pulse is shared.
// Dictionaries have the keys of maq-runner-protocol.h; results are transfer full and not floating; errors are MAQ_RUNNER_ERROR.

G_BEGIN_DECLS

// What the thread of the connection and the worker tell each other while the worker is inside the engine.
typedef struct
{
  atomic_bool          stop; // the answer, or loading, is to end
  atomic_int_least64_t last; // when the worker last gave a sign of life, in monotonic µs; 0: it has nothing to do
} MaqRunnerPulse;

typedef struct _MaqRunnerModel MaqRunnerModel;

typedef void (*MaqRunnerProgressFunc) (double fraction, gpointer data);
typedef void (*MaqRunnerChunkFunc) (GString *text, GArray *tokens, gpointer data);

// Loads the N files whose descriptors begin at MAQ_RUNNER_FIRST_WEIGHTS_FD. PROGRESS is called at most every 30 ms.
MaqRunnerModel *maq_runner_model_load (GVariant *options, guint n, MaqRunnerPulse *pulse, MaqRunnerProgressFunc progress, gpointer data, GError **error);
// Whether it was loaded only for its facts.
gboolean maq_runner_model_is_dry (MaqRunnerModel *self);
// Backend, chat template, context length, load time, memory.
void maq_runner_model_add_facts (MaqRunnerModel *self, GVariantDict *facts);
// Answers MESSAGES, a(ss); CHUNK gets every piece of text, from this thread. Returns the stats.
GVariant *maq_runner_model_generate (MaqRunnerModel *self, GVariant *messages, GVariant *options, MaqRunnerChunkFunc chunk, gpointer data, GError **error);
GVariant *maq_runner_model_embed (MaqRunnerModel *self, const char *const *texts, GError **error);
GVariant *maq_runner_model_tokenize (MaqRunnerModel *self, const char *text, GError **error);

G_END_DECLS
