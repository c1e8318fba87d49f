// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-runner-model.h"
#include "maq-runner-threads.h"

#include <llama.h>

G_BEGIN_DECLS

struct _MaqRunnerModel
{
  MaqRunnerPulse           *pulse;
  struct llama_model       *model;
  struct llama_context     *context; // NULL for a file that holds only a vocabulary
  const struct llama_vocab *vocab;
  guint                     n_context; // in tokens; the context itself may be a little longer
  gboolean                  embeds;    // makes embeddings, and cannot answer
  double                    load_ms;
  gboolean                  dry;    // nothing is really there; only facts can be asked for
  GArray                   *cached; // of llama_token: what the context's memory holds, in order
  guint                     batch;  // tokens of a prompt that are read at a time; follows the speed

  MaqRunnerThreads threads;        // to draw tokens
  MaqRunnerThreads prompt_threads; // to read a prompt, which gains from every core unless they are much in demand

  // While loading: who is told how far it is.
  MaqRunnerProgressFunc progress;
  gpointer              progress_data;
  gint64                progress_at;
  // While answering: called from inside the engine, often.
  void (*tick) (gpointer data);
  gpointer tick_data;
};

typedef enum
{
  MAQ_RUNNER_TOKENS_PLAIN = 0,
  MAQ_RUNNER_TOKENS_FRAMED = 1 << 0,  // with what the model wants at the beginning and the end
  MAQ_RUNNER_TOKENS_SPECIAL = 1 << 1, // control tokens written in the text count as such
} MaqRunnerTokensFlags;

// The text of TOKEN, not terminated (transfer full), and its length in bytes. CONTROL: also of a control token, which has none else.
gsize maq_runner_model_get_piece (MaqRunnerModel *self, llama_token token, gboolean control, char **piece);
// The token ids of TEXT (transfer full, of llama_token). Every one is of the vocabulary.
GArray *maq_runner_model_make_tokens (MaqRunnerModel *self, const char *text, MaqRunnerTokensFlags flags, GError **error);

G_END_DECLS
