// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-gguf.h"

// The dimensions of a language model, as far as its GGUF header says them, in the terms memory is counted in. Every number is
// bounded, so that products of them with a context of up to 2^20 tokens and four bytes an element stay below 2^63.
// Keys: GGUF's specification, and what llama.cpp 0.7 reads of them.

G_BEGIN_DECLS

typedef struct
{
  guint    context_length; // in tokens, as trained; 0 if not said
  guint    n_layers;
  guint64  width;        // elements that pass from layer to layer, for one token
  guint64  feed_forward; // of the widest layer; of all experts that work at once
  gboolean gated;        // the feed-forward part has a gate of the same width
  guint    n_experts;    // that work at once; 0: none
  guint64  queries;      // elements of one token's queries, in the widest layer
  guint64  keys;         // the same of keys, and of values

  // What stays between tokens, in elements. States are of 32 bits, one for each sequence.
  guint64  cached_keys; // for each token of the context, all layers together
  guint64  cached_values;
  guint64  states;
  gboolean has_window; // some layers attend only to the last tokens: they have a cache and a mask of their own
  gboolean has_cache;  // FALSE for encoders, which look at a whole text at once
  gboolean pools;      // made for embeddings

  guint64 n_tokens; // of the vocabulary
  guint64 n_merges; // that the tokenizer uses

  guint64 weights;       // bytes of all tensors of this file; 0 when one is of a type not known
  guint64 input_weights; // bytes of the token embeddings alone, if nothing else uses them
  guint   n_files;       // that the model consists of
  guint64 data_start;    // bytes before the first tensor
} MaqModelShape;

// FALSE with MAQ_FORMAT_ERROR_UNSUPPORTED and the key in the message if the header does not say enough, or says what cannot be.
gboolean maq_model_shape_read (MaqGguf *gguf, MaqModelShape *shape, GError **error);

G_END_DECLS
