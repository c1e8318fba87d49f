// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>
#include <llama.h>

G_BEGIN_DECLS

// The chat template MODEL brought (transfer none, nullable). A blank one counts as none.
const char *maq_runner_template_get (const struct llama_model *model);
// The prompt for MESSAGES, a(ss) of role and content, that ends where the model's answer begins (transfer full). TEMPLATE is
// what the model brought; without one (NULL) a single message stands for itself and several are labelled with who speaks.
// MAQ_RUNNER_ERROR_UNSUPPORTED for a template that is not one of the kinds the engine knows.
char *maq_runner_template_apply (const char *template, GVariant *messages, GError **error);

G_END_DECLS
