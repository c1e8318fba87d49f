// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// What the engine reserves for computing follows its graph allocator: one layer's tensors live at a time, and the widest of them
// lie beside each other. The figures below were fitted to dry loads of libllama 0.7 over widths, heads, experts and contexts;
// tests/library/test-fit-table.c holds them against what runs really take.
#include "maq-fit.h"

#include "maq-model-shape.h"
#include "maq-units.h"

#include <glib/gi18n.h>

// As the runner decides when it is not told, see maq-runner-model.c.
#define DEFAULT_CONTEXT         8192
#define DEFAULT_POOLING_CONTEXT 2048
#define SMALLEST_CONTEXT        512
#define LARGEST_CONTEXT         (1 << 20)
#define BATCH                   512
// Cells of a cache come in blocks of so many.
#define CELLS 256
// A shorter context than this is of little use: a model that runs slowly with the one asked for is said to be slow instead.
#define USEFUL_CONTEXT 2048

// The engine's process with an empty model, and what each token and each merge of a vocabulary take.
#define RUNTIME     (16 * 1024 * 1024)
#define TOKEN_BYTES 150
#define MERGE_BYTES 160
// What a graphics card's driver takes for a process of its own.
#define VRAM_RUNTIME (400 * 1024 * 1024)
// One part in so many of what is free stays free: an estimate is that good.
#define MARGIN 20
// More bits than these make no difference that has been noticed, and cost memory and time.
#define ENOUGH_BITS 9.0

typedef struct
{
  const MaqModelShape *shape;
  const MaqMachine    *machine;
  const MaqFitOptions *options;
  guint64              weights;
} Question;

typedef struct
{
  guint64 cache;
  guint64 compute;
  guint64 overhead;
  guint64 total;
} Need;

// Elements of a block of the cache, and the bytes it takes.
static const struct
{
  const char *name;
  guint8      elements;
  guint8      bytes;
} cache_types[] = {
  [MAQ_FIT_CACHE_F16] = { "f16", 1, 2 },
  [MAQ_FIT_CACHE_BF16] = { "bf16", 1, 2 },
  [MAQ_FIT_CACHE_F32] = { "f32", 1, 4 },
  [MAQ_FIT_CACHE_Q8_0] = { "q8_0", 32, 34 },
  [MAQ_FIT_CACHE_Q5_1] = { "q5_1", 32, 24 },
  [MAQ_FIT_CACHE_Q5_0] = { "q5_0", 32, 22 },
  [MAQ_FIT_CACHE_Q4_1] = { "q4_1", 32, 20 },
  [MAQ_FIT_CACHE_Q4_0] = { "q4_0", 32, 18 },
};

static const struct
{
  const char *id;
  const char *word;
} verdicts[] = {
  [MAQ_FIT_UNKNOWN] = { "unknown", N_ ("Unknown") },
  [MAQ_FIT_FITS] = { "fits", N_ ("Fits") },
  [MAQ_FIT_FITS_LESS_CONTEXT] = { "fits-less-context", N_ ("Fits With Less Context") },
  [MAQ_FIT_SLOW] = { "slow", N_ ("Slow") },
  [MAQ_FIT_DOES_NOT_FIT] = { "does-not-fit", N_ ("Does Not Fit") },
};

G_DEFINE_BOXED_TYPE (MaqFit, maq_fit, maq_fit_copy, maq_fit_free)
G_DEFINE_ENUM_TYPE (MaqFitVerdict, maq_fit_verdict, G_DEFINE_ENUM_VALUE (MAQ_FIT_UNKNOWN, "unknown"), G_DEFINE_ENUM_VALUE (MAQ_FIT_FITS, "fits"), G_DEFINE_ENUM_VALUE (MAQ_FIT_FITS_LESS_CONTEXT, "fits-less-context"), G_DEFINE_ENUM_VALUE (MAQ_FIT_SLOW, "slow"), G_DEFINE_ENUM_VALUE (MAQ_FIT_DOES_NOT_FIT, "does-not-fit"))

MaqFit *
maq_fit_copy (const MaqFit *self)
{
  MaqFit *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
maq_fit_free (MaqFit *self)
{
  if (self == NULL)
    return;
  g_free (self->reason);
  g_free (self);
}

MaqFit *
maq_fit_new_unknown (const char *reason)
{
  MaqFit *self = g_new0 (MaqFit, 1);

  self->reason = g_strdup (reason);
  return self;
}

static guint64
add (guint64 a,
     guint64 b)
{
  return a > G_MAXUINT64 - b ? G_MAXUINT64 : a + b;
}

static guint64
count_cache (const Question *self,
             guint           context)
{
  const MaqModelShape *shape = self->shape;
  guint64              cells = (context + CELLS - 1) / CELLS * CELLS;
  guint64              states = shape->states * sizeof (float);

  if (!shape->has_cache)
    return states;
  return shape->cached_keys * cells / cache_types[self->options->key_type].elements * cache_types[self->options->key_type].bytes +
         shape->cached_values * cells / cache_types[self->options->value_type].elements * cache_types[self->options->value_type].bytes +
         states;
}

// Tokens that are computed at a time. A text to embed is looked at as a whole.
static guint64
get_batch (const MaqModelShape *shape,
           guint                context)
{
  return shape->pools ? context : MIN (context, BATCH);
}

static guint64
count_compute (const MaqModelShape *shape,
               guint                context)
{
  guint64 batch = get_batch (shape, context);
  guint64 cells = shape->has_cache ? (context + CELLS - 1) / CELLS * CELLS : batch;
  guint64 masks = cells * batch * 2 * (shape->has_window ? 2 : 1);
  guint64 attention = 2 * shape->queries + (shape->keys > shape->width ? 2 * shape->keys : 0) + 5 * shape->width;
  guint64 forward = (shape->gated ? 3 : 2) * shape->feed_forward + (shape->feed_forward > 2 * shape->width ? 5 : 3) * shape->width;

  // The experts' outputs lie side by side until they are summed up.
  if (shape->n_experts > 0)
    forward = MAX (forward, shape->feed_forward + (2 * shape->n_experts + 1) * shape->width);
  return masks + MAX (attention, forward) * batch * sizeof (float) + 2 * shape->n_tokens * sizeof (float);
}

// The widest input of a multiplication is converted for it, outside of what the graph reserves.
static guint64
count_overhead (const MaqModelShape *shape,
                guint                context)
{
  guint64 scratch = MAX (MAX (shape->feed_forward, shape->queries), shape->width) * get_batch (shape, context) * 2;

  return RUNTIME + shape->n_tokens * TOKEN_BYTES + shape->n_merges * MERGE_BYTES + scratch;
}

static Need
count_need (const Question *self,
            guint           context)
{
  const MaqMemoryUse *measured = self->options->measured;
  Need                need = {
                   .cache = count_cache (self, context),
                   .compute = count_compute (self->shape, context),
                   .overhead = count_overhead (self->shape, context),
  };

  if (measured != NULL && measured->context_length == context)
    {
      need.cache = measured->cache;
      need.compute = measured->compute;
    }
  need.total = add (add (add (need.cache, need.compute), need.overhead), self->weights);
  return need;
}

static gboolean
leaves_room (guint64 need,
             guint64 free)
{
  return need <= free - free / MARGIN;
}

// Whether all that computes lies in the fastest memory there is.
static gboolean
fits (const Question *self,
      guint           context)
{
  const MaqMachine *machine = self->machine;
  Need              need = count_need (self, context);
  guint64           input = MIN (self->shape->input_weights, self->weights);
  guint64           on_card = add (add (need.cache, need.compute), add (self->weights - input, VRAM_RUNTIME));

  if (machine->vram_total == 0)
    return leaves_room (need.total, machine->ram_free);
  return leaves_room (on_card, machine->vram_free) && leaves_room (need.overhead + input, machine->ram_free);
}

// The largest context up to MOST, in whole blocks of cells, that fits; 0 if not even the smallest does.
static guint
find_largest_context (const Question *self,
                      guint           most)
{
  guint low, high = most / CELLS;

  if (fits (self, most))
    return most;
  if (most <= SMALLEST_CONTEXT || !fits (self, SMALLEST_CONTEXT))
    return 0;
  // Always: LOW fits and HIGH does not, or is not asked for.
  for (low = SMALLEST_CONTEXT / CELLS, high++; high - low > 1;)
    {
      guint middle = low + (high - low) / 2;
      if (fits (self, MIN (middle * CELLS, most)))
        low = middle;
      else
        high = middle;
    }
  return MIN (low * CELLS, most);
}

static gboolean
runs_slowly (const MaqMachine *machine,
             guint64           total)
{
  return leaves_room (total, add (machine->ram_free, machine->vram_total > 0 ? machine->vram_free : machine->swap_free));
}

static MaqFitVerdict
judge (const MaqFit *self)
{
  if (self->max_context == self->context)
    return MAQ_FIT_FITS;
  if (self->max_context >= USEFUL_CONTEXT)
    return MAQ_FIT_FITS_LESS_CONTEXT;
  if (runs_slowly (&self->machine, self->total))
    return MAQ_FIT_SLOW;
  return self->max_context > 0 ? MAQ_FIT_FITS_LESS_CONTEXT : MAQ_FIT_DOES_NOT_FIT;
}

static guint
choose_context (const MaqModelShape *shape,
                const MaqFitOptions *options)
{
  guint wanted = options->context_length;

  if (options->measured != NULL && options->measured->context_length > 0)
    return options->measured->context_length;
  guint context = wanted != 0 ? MIN (wanted, LARGEST_CONTEXT) : shape->pools ? DEFAULT_POOLING_CONTEXT
                                                                             : DEFAULT_CONTEXT;

  return shape->context_length > 0 ? MIN (context, shape->context_length) : context;
}

// The bytes of all weights; 0 if they are not known.
static guint64
choose_weights (const MaqModelShape *shape,
                const MaqFitOptions *options)
{
  if (options->measured != NULL)
    return options->measured->weights;
  if (options->size > 0)
    return options->size - MIN (shape->data_start, options->size);
  return shape->n_files > 1 ? 0 : shape->weights;
}

MaqFit *
maq_fit_new (MaqGguf             *header,
             const MaqMachine    *machine,
             const MaqFitOptions *options)
{
  g_autoptr (GError) error = NULL;
  MaqModelShape shape;
  Question      question = { .shape = &shape, .machine = machine, .options = options };
  Need          need;
  MaqFit       *self;

  g_return_val_if_fail (header != NULL, NULL);
  g_return_val_if_fail (machine != NULL, NULL);
  g_return_val_if_fail (options != NULL, NULL);

  if (!maq_model_shape_read (header, &shape, &error))
    return maq_fit_new_unknown (error->message);
  question.weights = choose_weights (&shape, options);
  if (question.weights == 0)
    return maq_fit_new_unknown (shape.n_files > 1 ? "the sizes of the model's other files are not known" : "the sizes of its tensors are not known");
  if (machine->ram_free == 0)
    return maq_fit_new_unknown ("this system does not say how much memory is free");

  self = g_new0 (MaqFit, 1);
  self->machine = *machine;
  self->context = choose_context (&shape, options);
  need = count_need (&question, self->context);
  self->weights = question.weights;
  self->cache = need.cache;
  self->compute = need.compute;
  self->overhead = need.overhead;
  self->total = need.total;
  self->max_context = find_largest_context (&question, self->context);
  self->verdict = judge (self);
  return self;
}

const char *
maq_fit_verdict_to_id (MaqFitVerdict verdict)
{
  g_return_val_if_fail ((guint) verdict < G_N_ELEMENTS (verdicts), NULL);

  return verdicts[verdict].id;
}

const char *
maq_fit_verdict_to_word (MaqFitVerdict verdict)
{
  g_return_val_if_fail ((guint) verdict < G_N_ELEMENTS (verdicts), NULL);

  return _ (verdicts[verdict].word);
}

char *
maq_fit_to_sentence (const MaqFit *self)
{
  g_autofree char *total = NULL, *ram = NULL, *vram = NULL;
  gboolean         has_card;

  g_return_val_if_fail (self != NULL, NULL);

  total = maq_format_bytes (self->total);
  ram = maq_format_bytes (self->machine.ram_free);
  vram = maq_format_bytes (self->machine.vram_free);
  has_card = self->machine.vram_total > 0;
  switch (self->verdict)
    {
    case MAQ_FIT_FITS:
      if (has_card)
        return g_strdup_printf (_ ("Takes about %s with a context of %u tokens. The graphics card has %s free."), total, self->context, vram);
      return g_strdup_printf (_ ("Takes about %s with a context of %u tokens. %s of memory is free."), total, self->context, ram);
    case MAQ_FIT_FITS_LESS_CONTEXT:
      if (has_card)
        return g_strdup_printf (_ ("With a context of %u tokens it would take about %s, and the graphics card has %s free. Up to %u tokens fit."), self->context, total, vram, self->max_context);
      return g_strdup_printf (_ ("With a context of %u tokens it would take about %s, and %s of memory is free. Up to %u tokens fit."), self->context, total, ram, self->max_context);
    case MAQ_FIT_SLOW:
      if (has_card)
        return g_strdup_printf (_ ("Takes about %s with a context of %u tokens, more than the %s that the graphics card has free. The processor would compute the rest, which is slower."), total, self->context, vram);
      return g_strdup_printf (_ ("Takes about %s with a context of %u tokens, and %s of memory is free. Parts would be swapped to disk, which is slow."), total, self->context, ram);
    case MAQ_FIT_DOES_NOT_FIT:
      return g_strdup_printf (_ ("Takes about %s with a context of %u tokens, too much for the %s of memory that is free."), total, self->context, ram);
    case MAQ_FIT_UNKNOWN:
    default:
      // An engine that refuses says so in sentences of its own.
      if (g_str_has_suffix (self->reason, "."))
        return g_strdup (self->reason);
      return g_strdup_printf (_ ("How much memory it takes cannot be told: %s."), self->reason);
    }
}

gboolean
maq_fit_cache_type_parse (const char      *text,
                          MaqFitCacheType *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cache_types); i++)
    if (g_ascii_strcasecmp (text, cache_types[i].name) == 0)
      {
        *type = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
is_better (const MaqVariant *candidate,
           const MaqVariant *best)
{
  gboolean candidate_is_large = candidate->bits > ENOUGH_BITS, best_is_large;

  if (best == NULL)
    return TRUE;
  best_is_large = best->bits > ENOUGH_BITS;
  if (candidate_is_large != best_is_large)
    return best_is_large;
  // Of those that are larger than need be, the smallest.
  if (candidate_is_large)
    return candidate->size < best->size;
  return candidate->bits > best->bits || (candidate->bits == best->bits && candidate->size > best->size);
}

static const MaqVariant *
find_best (GPtrArray    *variants,
           GPtrArray    *all_fits,
           MaqFitVerdict verdict)
{
  const MaqVariant *best = NULL;

  for (guint i = 0; i < variants->len && i < all_fits->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      const MaqFit     *fit = g_ptr_array_index (all_fits, i);

      if (fit != NULL && fit->verdict == verdict && variant->missing == 0 && is_better (variant, best))
        best = variant;
    }
  return best;
}

// What is taken without a verdict, companions aside.
static const MaqVariant *
get_default (GPtrArray *variants,
             GPtrArray *fits)
{
  g_autoptr (GPtrArray) models = g_ptr_array_new ();

  for (guint i = 0; i < variants->len; i++)
    {
      const MaqFit *fit = i < fits->len ? g_ptr_array_index (fits, i) : NULL;
      if (fit == NULL || fit->companion == MAQ_COMPANION_NONE)
        g_ptr_array_add (models, g_ptr_array_index (variants, i));
    }
  return maq_variants_get_default (models);
}

const MaqVariant *
maq_fit_recommend (GPtrArray *variants,
                   GPtrArray *fits)
{
  const MaqVariant *best;

  g_return_val_if_fail (variants != NULL, NULL);
  g_return_val_if_fail (fits != NULL, NULL);

  best = find_best (variants, fits, MAQ_FIT_FITS);
  if (best == NULL)
    best = find_best (variants, fits, MAQ_FIT_FITS_LESS_CONTEXT);
  return best != NULL ? best : get_default (variants, fits);
}
