// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// Errors that reach the application under the names of maq-runner-protocol.h. Their messages are shown to people: a sentence of
// what is the matter and one of what to do.

G_BEGIN_DECLS

#define MAQ_RUNNER_ERROR (maq_runner_error_quark ())
GQuark maq_runner_error_quark (void);

typedef enum
{
  MAQ_RUNNER_FAILED_BAD_MODEL,
  MAQ_RUNNER_FAILED_OUT_OF_MEMORY,
  MAQ_RUNNER_FAILED_BUSY,
  MAQ_RUNNER_FAILED_TOO_LONG,
  MAQ_RUNNER_FAILED_UNSUPPORTED,
} MaqRunnerError;

G_END_DECLS
