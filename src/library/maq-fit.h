// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-engine.h"
#include "maq-gguf.h"
#include "maq-machine.h"
#include "maq-variant.h"

// Whether a model runs on a computer, before a byte of its weights is fetched: what it takes, counted from its header, against
// what is free. Nothing here reads hardware, files or the network, so everything can be called from any thread.
//
// What it takes is counted as the runner loads: a cache in which windowed layers keep every token too, prompts read in batches
// of 512 tokens, one vector of outputs. Weights that the engine copies into a faster layout count once: the kernel drops the pages
// of the file they came from when it needs them.

G_BEGIN_DECLS

typedef enum
{
  MAQ_FIT_UNKNOWN, // see reason
  MAQ_FIT_FITS,
  MAQ_FIT_FITS_LESS_CONTEXT, // see max_context
  MAQ_FIT_SLOW,              // only with swapping, or partly outside the graphics card's memory
  MAQ_FIT_DOES_NOT_FIT,
} MaqFitVerdict;

#define MAQ_TYPE_FIT_VERDICT (maq_fit_verdict_get_type ())
GType maq_fit_verdict_get_type (void);

// How an element of the cache is kept.
typedef enum
{
  MAQ_FIT_CACHE_F16,
  MAQ_FIT_CACHE_BF16,
  MAQ_FIT_CACHE_F32,
  MAQ_FIT_CACHE_Q8_0,
  MAQ_FIT_CACHE_Q5_1,
  MAQ_FIT_CACHE_Q5_0,
  MAQ_FIT_CACHE_Q4_1,
  MAQ_FIT_CACHE_Q4_0,
} MaqFitCacheType;

typedef struct
{
  guint               context_length; // in tokens; 0: what the runner takes when it is not told
  MaqFitCacheType     key_type;
  MaqFitCacheType     value_type;
  guint64             size;     // of the model's files together, in bytes; 0: of the tensors in the header
  const MaqMemoryUse *measured; // what the engine says, of a model that is here, and for which context; nullable
} MaqFitOptions;

typedef struct
{
  MaqFitVerdict verdict;
  char         *reason;      // of UNKNOWN: a fact, or whole sentences; otherwise NULL
  MaqCompanion  companion;   // other than NONE: the file is no model, which is also the reason
  guint         context;     // in tokens, that the figures are for
  guint         max_context; // the largest that fits, in tokens, not above the one the figures are for; 0: none

  // In bytes.
  guint64    weights;
  guint64    cache; // of keys and values
  guint64    compute;
  guint64    overhead; // of the engine's process: itself, the vocabulary, scratch memory
  guint64    total;
  MaqMachine machine;
} MaqFit;

#define MAQ_TYPE_FIT (maq_fit_get_type ())
GType   maq_fit_get_type (void);
MaqFit *maq_fit_copy (const MaqFit *self);
void    maq_fit_free (MaqFit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqFit, maq_fit_free)

// HEADER: of the model's first file, or of another variant of the same model with SIZE in OPTIONS (transfer full).
MaqFit *maq_fit_new (MaqGguf *header, const MaqMachine *machine, const MaqFitOptions *options);
// Nothing can be said, for REASON (transfer full).
MaqFit *maq_fit_new_unknown (const char *reason);

// "fits", "fits-less-context", "slow", "does-not-fit", "unknown": for JSON.
const char *maq_fit_verdict_to_id (MaqFitVerdict verdict);
// "Fits", "Fits With Less Context", …: for a label (translated).
const char *maq_fit_verdict_to_word (MaqFitVerdict verdict);
// The verdict with its numbers, as one or two sentences (transfer full, translated).
char *maq_fit_to_sentence (const MaqFit *self);

// "f16", "q8_0", … in any case; FALSE if it is none of the types.
gboolean maq_fit_cache_type_parse (const char *text, MaqFitCacheType *type);

// The variant to recommend: the one of the best quality that fits, up to 9 bits a weight unless only larger ones do; else that
// fits with less context; else what maq_variants_get_default takes. FITS: of MaqFit, one for each variant, in order. NULL if no variant
// is complete (transfer none).
const MaqVariant *maq_fit_recommend (GPtrArray *variants, GPtrArray *fits);

G_END_DECLS
