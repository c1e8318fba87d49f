// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-serve-repo.h"

// Fills in what the Hub reads out of a repo's files and does not store itself: card data, tags, task, library,
// description, config, parameters. Called by maq_serve_repo_finish.
void maq_serve_describe (MaqServeRepo   *repo,
                         MaqServeCommit *head);

// What the Hub says of weights, read from the beginnings of the files: "gguf" of the largest one, "safetensors" of all of
// them together. NULL if there are none or they cannot be read. (transfer full)
char *maq_serve_describe_gguf (MaqServeCommit *head);
char *maq_serve_describe_safetensors (MaqServeCommit *head);
