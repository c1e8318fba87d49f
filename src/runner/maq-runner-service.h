// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// Serves io.github.maquette_app.Runner on descriptor MAQ_RUNNER_BUS_FD for a model in N_WEIGHTS files, until the other side is
// gone; CONFINEMENT is what it says of itself. With a REFUSAL (nullable) loading fails with that error, before the files are
// looked at. Returns only when the connection cannot be made, with a sentence.
void maq_runner_service_run (guint n_weights, const char *confinement, const GError *refusal, GError **error);

G_END_DECLS
