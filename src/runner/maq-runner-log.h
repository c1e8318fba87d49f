// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Keeps what the engine last complained about, for the sentence of an error. MAQ_RUNNER_DEBUG in the environment passes all of
// its messages on to standard error.

G_BEGIN_DECLS

void maq_runner_log_install (void);
// Forgets complaints; call before what may fail.
void maq_runner_log_clear (void);
// The last complaint, in one line of printable text without the name of the function that made it; nullable (transfer full).
char *maq_runner_log_dup_last (void);
// Whether any complaint since the last clear was about memory.
gboolean maq_runner_log_is_about_memory (void);

G_END_DECLS
