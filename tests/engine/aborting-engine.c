// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Preloaded into a runner: an engine that ends its process by itself, as ggml does where something is not as it expects.
#include <llama.h>

int32_t
llama_decode (struct llama_context *context,
              struct llama_batch    batch)
{
  (void) context;
  (void) batch;
  GGML_ABORT ("made for a test");
}
