// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// Preloaded into a runner: an engine whose vocabulary has a token for nothing, and says so by an id that is none.
#include <llama.h>

int32_t
llama_tokenize (const struct llama_vocab *vocab,
                const char               *text,
                int32_t                   text_len,
                llama_token              *tokens,
                int32_t                   n_tokens_max,
                bool                      add_special,
                bool                      parse_special)
{
  (void) vocab;
  (void) text;
  (void) add_special;
  (void) parse_special;
  if (text_len > 0 && n_tokens_max > 0)
    tokens[0] = -1;
  return text_len > 0;
}
