// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-variant-fits.h"

#include "maq-fiber.h"
#include "maq-header.h"

#include <glib/gi18n.h>
#include <string.h>

// Headers that are read for a repo at most: to find one of a model, and to see what files with doubtful names are.
#define MAX_HEADERS 8

typedef struct
{
  GPtrArray    *variants; // of MaqVariant, its own copies
  MaqFitOptions options;
  MaqCompanion *companions; // what each variant is, as far as is known
  MaqGguf      *header;     // of a model; NULL if there is none
} Question;

// How headers come, from the cache or the Hub.
typedef struct
{
  MaqHubClient *client; // nullable
  MaqCache     *cache;
  char         *id;
  char         *revision;
  guint         first; // the variant whose header is asked for
  Question     *question;
} Search;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_ptr_array_unref (question->variants);
  g_clear_pointer (&question->header, maq_gguf_unref);
  g_free (question->companions);
  g_free (question);
}

static void
search_free (gpointer data)
{
  Search *search = data;

  g_clear_object (&search->client);
  g_object_unref (search->cache);
  g_free (search->id);
  g_free (search->revision);
  g_clear_pointer (&search->question, question_free);
  g_free (search);
}

static Question *
question_new (GPtrArray           *variants,
              const MaqFitOptions *options)
{
  Question *question = g_new0 (Question, 1);

  question->options = *options;
  question->companions = g_new0 (MaqCompanion, MAX (variants->len, 1));
  question->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
  for (guint i = 0; i < variants->len; i++)
    g_ptr_array_add (question->variants, maq_variant_copy (g_ptr_array_index (variants, i)));
  return question;
}

const char *
maq_companion_to_words (MaqCompanion companion)
{
  switch (companion)
    {
    case MAQ_COMPANION_PROJECTOR:
      return _ ("a projector, which lets a model read images or audio");
    case MAQ_COMPANION_DRAFTER:
      return _ ("a drafter, which speeds up another model");
    case MAQ_COMPANION_IMATRIX:
      return _ ("importance data for quantizing a model");
    case MAQ_COMPANION_ADAPTER:
      return _ ("an adapter, which changes another model");
    case MAQ_COMPANION_NONE:
      break;
    }
  return _ ("a model");
}

static MaqFit *
judge_variant (const Question   *question,
               guint             i,
               const MaqMachine *machine)
{
  const MaqVariant *variant = g_ptr_array_index (question->variants, i);
  MaqFitOptions     options = question->options;

  if (question->companions[i] != MAQ_COMPANION_NONE)
    {
      g_autofree char *reason = g_strdup_printf (_ ("the file is %s"), maq_companion_to_words (question->companions[i]));
      MaqFit          *fit = maq_fit_new_unknown (reason);
      fit->companion = question->companions[i];
      return fit;
    }
  if (variant->missing > 0)
    return maq_fit_new_unknown (_ ("parts of its files are missing"));
  if (question->header == NULL)
    return maq_fit_new_unknown (_ ("no header of a model could be read"));
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
    g_ptr_array_add (fits, judge_variant (question, i, &machine));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, fits);
}

static DexFuture *
judge_question (Question *question)
{
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, judge_fiber, question, question_free);
}

// The first file of variant I in the cache; NULL if it is not there.
static char *
dup_here (const Search *search,
          guint         i)
{
  const MaqVariant *variant = g_ptr_array_index (search->question->variants, i);

  return maq_cache_dup_file_path (search->cache, MAQ_REPO_KIND_MODEL, search->id, search->revision, variant->paths[0]);
}

static MaqGguf *
read_header (const Search *search,
             guint         i,
             GError      **error)
{
  const MaqVariant *variant = g_ptr_array_index (search->question->variants, i);
  g_autofree char  *here = dup_here (search, i);

  if (here != NULL)
    return dex_await_boxed (maq_header_open (here), error);
  if (search->client != NULL)
    return dex_await_boxed (maq_header_fetch (search->client, search->id, search->revision, variant->paths[0]), error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s of %s is not in the cache", variant->paths[0], search->id);
  return NULL;
}

// Reads the header of variant I, notes what it is and keeps it if it is the first of a model.
static gboolean
look_at (const Search *search,
         guint         i,
         GError      **error)
{
  g_autoptr (MaqGguf) header = read_header (search, i, error);

  if (header == NULL)
    return FALSE;
  search->question->companions[i] = maq_companion_from_header (header);
  if (search->question->companions[i] == MAQ_COMPANION_NONE && search->question->header == NULL)
    search->question->header = g_steal_pointer (&header);
  return TRUE;
}

static gboolean
is_doubtful (const Search *search,
             guint         i)
{
  return maq_companion_is_doubtful (((const MaqVariant *) g_ptr_array_index (search->question->variants, i))->paths[0]);
}

static DexFuture *
search_fiber (gpointer data)
{
  Search   *search = data;
  Question *question = search->question;
  guint     n = question->variants->len, n_headers = 1;
  g_autoptr (GError) error = NULL;

  if (!look_at (search, search->first, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  // Another one if that was no model's, and those whose names leave a doubt.
  for (gboolean doubtful = FALSE; doubtful <= TRUE; doubtful++)
    for (guint i = 0; i < n && n_headers < MAX_HEADERS; i++)
      if (i != search->first && is_doubtful (search, i) == doubtful && (doubtful || question->header == NULL))
        {
          n_headers++;
          look_at (search, i, NULL);
        }
  return judge_question (g_steal_pointer (&search->question));
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
  Search *search;

  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (id != NULL);
  dex_return_error_if_fail (variants != NULL);
  dex_return_error_if_fail (header_of != NULL);
  dex_return_error_if_fail (options != NULL);

  search = g_new0 (Search, 1);
  search->client = client != NULL ? g_object_ref (client) : NULL;
  search->cache = g_object_ref (cache);
  search->id = g_strdup (id);
  search->revision = g_strdup (revision);
  search->question = question_new (variants, options);
  for (guint i = 0; i < variants->len; i++)
    if (strcmp (((const MaqVariant *) g_ptr_array_index (variants, i))->label, header_of->label) == 0)
      search->first = i;
  return maq_fiber_spawn (NULL, search_fiber, search, search_free);
}

static DexFuture *
header_read_cb (DexFuture *future,
                gpointer   data)
{
  const Question *known = data;
  Question       *job = question_new (known->variants, &known->options);

  job->header = g_value_dup_boxed (dex_future_get_value (future, NULL));
  job->companions[0] = maq_companion_from_header (job->header);
  return judge_question (job);
}

DexFuture *
maq_variant_fits_judge_local (const MaqVariant    *variant,
                              const MaqFitOptions *options)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new ();

  dex_return_error_if_fail (variant != NULL);
  dex_return_error_if_fail (options != NULL);

  g_ptr_array_add (one, (gpointer) variant);
  return dex_future_then (maq_header_open (variant->paths[0]), header_read_cb, question_new (one, options), question_free);
}
