// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-runner-engine-private.h"

// What tests of the real runner share. All but the paths run in a fiber.

G_BEGIN_DECLS

// The path of a real model file below the shared inputs, NULL if they are not there (transfer full).
char *fixture_input (const char *name);
// A small model that completes text: from the shared inputs or the demo Hub. NULL, and the test is skipped, without either.
char *fixture_model (void);

MaqSession *fixture_start (const char *path);
// As fixture_start, and waits until it is loaded.
MaqSession *fixture_load (const char *path);
// As fixture_load, with LIBRARY preloaded into the runner, whose functions take the place of the engine's.
MaqSession *fixture_load_with (const char *path, const char *library);
// Greedy, from a raw prompt.
MaqGeneration *fixture_ask (MaqSession *session, const char *prompt, guint max_tokens);
// So hot that it rarely ends before the context does.
MaqGeneration *fixture_ramble (MaqSession *session);
// All chunks to the end; NULL with an error. N_CHUNKS nullable.
char *fixture_read (MaqGeneration *generation, guint *n_chunks, GError **error);
char *fixture_answer (MaqSession *session, const char *prompt, guint max_tokens, GError **error);
// The figures of an answer that is over.
MaqStats fixture_get_stats (MaqGeneration *generation);
void     fixture_sleep (guint milliseconds);

// Waits until SESSION has a process (its id), or has ended (0).
GPid fixture_wait_for_pid (MaqSession *session);
// Asserts that process PID is gone, not even a zombie, within two seconds.
void  fixture_assert_gone (GPid pid);
guint fixture_count_fds (void);
// Asserts that no more than N descriptors are open within two seconds.
void fixture_assert_fds (guint n);
// Asserts that ERROR has CODE and is made for people: a sentence and what to do next.
void fixture_assert_clear_error (const GError *error, MaqEngineError code);

// As dex_test_add_func, with data for the test.
void fixture_add_case (const char *path, void (*func) (gconstpointer data), gconstpointer data);

G_END_DECLS
