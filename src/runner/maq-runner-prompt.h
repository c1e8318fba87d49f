// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-runner-model-private.h"

G_BEGIN_DECLS

// The tokens of MESSAGES (a(ss), role and content) in the model's chat template (transfer full, of llama_token). What looks like a
// control token in a content is text: nobody's words end a turn or begin one.
GArray *maq_runner_prompt_make (MaqRunnerModel *model, GVariant *messages, GError **error);

G_END_DECLS
