// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant-fits.h"

#include "maq-header.h"

#include <glib/gi18n.h>

typedef struct
{
  GPtrArray    *variants; // of MaqVariant, its own copies
  MaqFitOptions options;
  MaqGguf      *header;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_ptr_array_unref (question->variants);
  g_clear_pointer (&question->header, maq_gguf_unref);
  g_free (question);
}

static MaqFit *
judge_variant (const Question   *question,
               const MaqVariant *variant,
               const MaqMachine *machine)
{
  MaqFitOptions options = question->options;

  if (variant->missing > 0)
    return maq_fit_new_unknown (_ ("parts of its files are missing"));
  options.size = variant->size;
  return maq_fit_new (question->header, machine, &options);
}

// In a worker: a header may have many thousands of keys.
static DexFuture *
judge_fiber (gpointer data)
{
  const Question *question = data;
  GPtrArray      *fits = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_fit_free);
  MaqMachine      machine;

  maq_machine_read (&machine);
  for (guint i = 0; i < question->variants->len; i++)
    g_ptr_array_add (fits, judge_variant (question, g_ptr_array_index (question->variants, i), &machine));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, fits);
}

static DexFuture *
header_read_cb (DexFuture *future,
                gpointer   data)
{
  const Question *known = data;
  Question       *job = g_new0 (Question, 1);

  job->variants = g_ptr_array_ref (known->variants);
  job->options = known->options;
  job->header = g_value_dup_boxed (dex_future_get_value (future, NULL));
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, judge_fiber, job, question_free);
}

static DexFuture *
read_header (MaqHubClient *client,
             MaqCache     *cache,
             const char   *id,
             const char   *revision,
             const char   *path)
{
  g_autofree char *here = maq_cache_dup_file_path (cache, MAQ_REPO_KIND_MODEL, id, revision, path);

  if (here != NULL)
    return maq_header_open (here);
  if (client != NULL)
    return maq_header_fetch (client, id, revision, path);
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s of %s is not in the cache", path, id);
}

DexFuture *
maq_variant_fits_judge (MaqHubClient        *client,
                        MaqCache            *cache,
                        const char          *id,
                        const char          *revision,
                        GPtrArray           *variants,
                        const MaqVariant    *header_of,
                        const MaqFitOptions *options)
{
  Question *question;

  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (id != NULL);
  dex_return_error_if_fail (variants != NULL);
  dex_return_error_if_fail (header_of != NULL);
  dex_return_error_if_fail (options != NULL);

  question = g_new0 (Question, 1);
  question->options = *options;
  question->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
  for (guint i = 0; i < variants->len; i++)
    g_ptr_array_add (question->variants, maq_variant_copy (g_ptr_array_index (variants, i)));
  return dex_future_then (read_header (client, cache, id, revision, header_of->paths[0]), header_read_cb, question, question_free);
}

DexFuture *
maq_variant_fits_judge_local (const MaqVariant    *variant,
                              const MaqFitOptions *options)
{
  Question *question;

  dex_return_error_if_fail (variant != NULL);
  dex_return_error_if_fail (options != NULL);

  question = g_new0 (Question, 1);
  question->options = *options;
  question->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
  g_ptr_array_add (question->variants, maq_variant_copy (variant));
  return dex_future_then (maq_header_open (variant->paths[0]), header_read_cb, question, question_free);
}
