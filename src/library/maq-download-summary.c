// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-download-summary.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-fiber.h"
#include "maq-transfer-private.h"
#include "maq-units.h"

// Bytes of a file above which Python refuses to fetch it without the chunk protocol, as the Hub does not promise to send it (Hub API
// notes §7.2).
#define LARGEST_SURE (50 * G_GUINT64_CONSTANT (1000000000))

static void
summary_clear (gpointer data)
{
  MaqDownloadSummary *self = data;

  g_clear_pointer (&self->plan, maq_transfer_plan_free);
  g_free (self->folder);
}

MaqDownloadSummary *
maq_download_summary_ref (MaqDownloadSummary *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_download_summary_unref (MaqDownloadSummary *self)
{
  g_atomic_rc_box_release_full (self, summary_clear);
}

G_DEFINE_BOXED_TYPE (MaqDownloadSummary, maq_download_summary, maq_download_summary_ref, maq_download_summary_unref)

typedef struct
{
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferPlan    *plan;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_object_unref (self->cache);
  maq_transfer_request_free (self->request);
  g_clear_pointer (&self->plan, maq_transfer_plan_free);
  g_free (self);
}

// Content that only another repo, or another version, has is quickly here, but is not yet.
static gboolean
is_in_cache (const Question *self)
{
  const MaqTransferWork *work = self->plan->work;
  g_autofree char       *commit = maq_cache_dup_commit (self->cache, self->request->kind, work->id, self->request->revision);

  if (g_strcmp0 (commit, work->commit) != 0)
    return FALSE;
  for (guint i = 0; i < work->files->len; i++)
    {
      const MaqTransferFile *file = g_ptr_array_index (work->files, i);
      g_autofree char       *path = file->here ? maq_cache_dup_file_path (self->cache, self->request->kind, work->id, work->commit, file->path) : NULL;
      if (path == NULL)
        return FALSE;
    }
  return TRUE;
}

// What the cache has is not in a folder of the user's choice yet, either.
static gboolean
is_in_folder (const Question *self)
{
  const MaqTransferWork *work = self->plan->work;

  for (guint i = 0; i < work->files->len; i++)
    if (!((const MaqTransferFile *) g_ptr_array_index (work->files, i))->here)
      return FALSE;
  return TRUE;
}

static DexFuture *
look_thread (gpointer data)
{
  Question           *self = data;
  MaqDownloadSummary *summary = g_atomic_rc_box_new0 (MaqDownloadSummary);

  summary->folder = g_strdup (self->request->folder != NULL ? self->request->folder : maq_cache_get_root (self->cache));
  summary->has_folder = g_file_test (summary->folder, G_FILE_TEST_IS_DIR);
  summary->is_complete = self->request->folder != NULL ? is_in_folder (self) : is_in_cache (self);
  summary->bytes_left = self->plan->bytes_total - MIN (self->plan->bytes_here, self->plan->bytes_total);
  summary->plan = g_steal_pointer (&self->plan);
  return dex_future_new_take_boxed (MAQ_TYPE_DOWNLOAD_SUMMARY, summary);
}

static DexFuture *
planned_cb (DexFuture *future,
            gpointer   data)
{
  Question *known = data;
  Question *question = g_new0 (Question, 1);

  question->cache = g_object_ref (known->cache);
  question->request = maq_transfer_request_copy (known->request);
  question->plan = maq_transfer_plan_copy (g_value_get_boxed (dex_future_get_value (future, NULL)));
  return maq_thread_spawn ("maq-summary", look_thread, question, question_free);
}

DexFuture *
maq_download_summarize (MaqTransferList          *transfers,
                        MaqCache                 *cache,
                        const MaqTransferRequest *request,
                        MaqDownloadOffer         *offer)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (transfers));
  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (request != NULL && offer != NULL);

  Question *question = g_new0 (Question, 1);
  question->cache = g_object_ref (cache);
  question->request = maq_transfer_request_copy (request);
  return dex_future_then (maq_transfer_list_plan_tree (transfers, request, offer->commit, offer->tree), planned_cb, question, question_free);
}

gboolean
maq_download_summary_has_room (const MaqDownloadSummary *self)
{
  return self->plan->space <= self->plan->room;
}

char *
maq_download_plan_dup_warning (const MaqTransferPlan *plan)
{
  const char *large = plan->largest > LARGEST_SURE ? _ ("A file of over 50 GB is among them, which the Hub may not send to this program. “hf download” gets it into the same cache.") : NULL;

  if (large == NULL || plan->left_out == NULL)
    return g_strdup (large != NULL ? large : plan->left_out);
  return g_strconcat (large, " ", plan->left_out, NULL);
}

static char *
dup_amount (const MaqDownloadSummary *self)
{
  const MaqTransferPlan *plan = self->plan;
  g_autofree char       *total = maq_format_bytes (plan->bytes_total);
  g_autofree char       *here = maq_format_bytes (plan->bytes_here);

  if (self->is_complete)
    // Translators: %s is a size.
    return g_strdup_printf (ngettext ("Already downloaded (%u file, %s)", "Already downloaded (%u files, %s)", plan->n_files), plan->n_files, total);
  if (self->bytes_left == 0)
    // Translators: %s is a size.
    return g_strdup_printf (ngettext ("%u file, %s, already on this computer", "%u files, %s, already on this computer", plan->n_files), plan->n_files, total);
  if (plan->bytes_here == 0)
    // Translators: %s is a size.
    return g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", plan->n_files), plan->n_files, total);
  // Translators: both %s are sizes.
  return g_strdup_printf (ngettext ("%u file, %s, of which %s is already downloaded", "%u files, %s, of which %s is already downloaded", plan->n_files), plan->n_files, total, here);
}

char *
maq_download_summary_to_sentence (const MaqDownloadSummary *self)
{
  g_autofree char *amount = dup_amount (self);
  g_autofree char *warning = maq_download_plan_dup_warning (self->plan);

  return warning != NULL ? g_strconcat (amount, ". ", warning, NULL) : g_steal_pointer (&amount);
}

char *
maq_download_summary_dup_no_room (const MaqDownloadSummary *self)
{
  g_autofree char *space = maq_format_bytes (self->plan->space);
  g_autofree char *room = maq_format_bytes (self->plan->room);

  // Translators: both %s are sizes.
  return g_strdup_printf (_ ("This takes %s, but only %s is available on the disk. Delete something in the Library, or select less."), space, room);
}

static char *
dup_short (const char *folder)
{
  const char *home = g_get_home_dir ();
  gsize       length = strlen (home);

  if (g_str_has_prefix (folder, home) && folder[length] == G_DIR_SEPARATOR)
    {
      g_autofree char *below = g_filename_display_name (folder + length);
      return g_strconcat ("~", below, NULL);
    }
  return g_filename_display_name (folder);
}

char *
maq_download_place_to_text (const char *folder,
                            guint64     room)
{
  g_autofree char *place = dup_short (folder);
  g_autofree char *size = maq_format_bytes (room);

  if (room == G_MAXUINT64)
    return g_steal_pointer (&place);
  // Translators: a folder, and how much it can take.
  return g_strdup_printf (_ ("%s · %s available"), place, size);
}
