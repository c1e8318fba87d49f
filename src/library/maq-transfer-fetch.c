// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-fetch-private.h"

#include "maq-fiber.h"

// Several streams write one partial file, each its own range; the last of them gives it its final name.

#define LEAST_SHARE  (2u << 20) // a request for less is not worth its round trips
#define ADDRESS_LIFE 60         // seconds that an address is used for without a new question
#define KEEP_FROM    (8u << 20) // smaller files are hashed at their end

static void
fetch_clear (gpointer data)
{
  MaqTransferFetch *self = data;

  g_ptr_array_unref (self->files);
  g_clear_pointer (&self->keeper, maq_transfer_keeper_free);
  g_clear_object (&self->writer);
  g_clear_object (&self->source);
  maq_range_plan_free (self->plan);
  g_clear_error (&self->spoiled);
  g_mutex_clear (&self->lock);
  maq_transfer_run_unref (self->run);
}

MaqTransferFetch *
maq_transfer_fetch_new (MaqTransferRun *run,
                        GPtrArray      *files)
{
  MaqTransferFetch *self = g_atomic_rc_box_new0 (MaqTransferFetch);

  self->run = maq_transfer_run_ref (run);
  self->files = files;
  g_mutex_init (&self->lock);
  return self;
}

MaqTransferFetch *
maq_transfer_fetch_ref (MaqTransferFetch *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_transfer_fetch_unref (MaqTransferFetch *self)
{
  g_atomic_rc_box_release_full (self, fetch_clear);
}

const MaqTransferFile *
maq_transfer_fetch_get_file (MaqTransferFetch *self)
{
  return g_ptr_array_index (self->files, 0);
}

void
maq_transfer_fetch_count (MaqTransferFetch *self,
                          gint64            done,
                          guint64           fetched)
{
  if (maq_transfer_fetch_get_file (self)->here)
    done = 0;
  g_mutex_lock (&self->lock);
  self->counted += done;
  g_mutex_unlock (&self->lock);
  maq_transfer_run_add_done (self->run, done, fetched);
}

// Waits until the keeper's thread has let go of the writer.
static void
end_keeper (MaqTransferFetch *self)
{
  if (self->keeper == NULL)
    return;
  maq_transfer_keeper_stop (self->keeper);
  dex_await (maq_transfer_keeper_wait (self->keeper), NULL);
  g_clear_pointer (&self->keeper, maq_transfer_keeper_free);
}

static guint64
get_there (MaqTransferFetch *self)
{
  g_autoptr (MaqRanges) there = maq_cache_writer_dup_ranges (self->writer);
  return maq_ranges_get_total (there);
}

// A folder gets what the cache has from there. FALSE where the network could do no better.
static gboolean
copy_first (MaqTransferFetch *self,
            const char       *source,
            GError          **error)
{
  g_autoptr (GError) failed = NULL;
  guint64 before = get_there (self);
  guint64 copied = 0;

  if (source == NULL || maq_cache_writer_is_complete (self->writer))
    return TRUE;
  maq_transfer_copy_file (self->run, self->writer, source, &copied, &failed);
  // What was told while it was copied may have been there already, after a gap.
  guint64 came = get_there (self) - before;
  g_mutex_lock (&self->lock);
  self->counted += came;
  g_mutex_unlock (&self->lock);
  maq_transfer_run_add_done (self->run, (gint64) came - (gint64) copied, 0);
  if (!maq_transfer_run_check (self->run, error))
    return FALSE;
  if (g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return FALSE;
    }
  if (failed != NULL)
    g_info ("%s is fetched: %s", maq_transfer_fetch_get_file (self)->path, failed->message);
  return TRUE;
}

static gboolean
open_first (MaqTransferFetch *self,
            GError          **error)
{
  // What was not right the first time is not copied again.
  const char *source = self->is_second ? NULL : maq_transfer_fetch_get_file (self)->source;

  self->writer = maq_transfer_begin_file (self->run, maq_transfer_fetch_get_file (self), source, error);
  if (self->writer == NULL)
    return FALSE;
  maq_transfer_fetch_count (self, get_there (self), 0);
  if (!copy_first (self, source, error))
    return FALSE;

  g_clear_object (&self->source);
  self->source = maq_hub_source_new (self->run->client, self->run->request->kind, self->run->work->id, self->run->work->commit, maq_transfer_fetch_get_file (self)->path);
  const MaqTransferWork *work = self->run->work;
  if (work->address != NULL && !self->is_second && g_get_monotonic_time () - work->told_at < ADDRESS_LIFE * G_USEC_PER_SEC)
    maq_hub_source_set_address (self->source, work->address);
  g_autoptr (MaqRanges) there = maq_cache_writer_dup_ranges (self->writer);
  g_mutex_lock (&self->lock);
  self->plan = maq_range_plan_new (maq_transfer_fetch_get_file (self)->size, there, LEAST_SHARE);
  g_mutex_unlock (&self->lock);
  if (maq_transfer_fetch_get_file (self)->size >= 2 * LEAST_SHARE)
    maq_transfer_run_tell_news (self->run);
  if (!maq_cache_writer_is_complete (self->writer) && maq_transfer_fetch_get_file (self)->size >= KEEP_FROM)
    self->keeper = maq_transfer_keeper_new (self->run, self->writer);
  return TRUE;
}

static MaqRangeClaim *
take_claim (MaqTransferFetch *self)
{
  MaqRangeClaim *claim = NULL;

  g_mutex_lock (&self->lock);
  if (self->plan == NULL || self->spoiled != NULL)
    claim = NULL;
  else if (!g_atomic_int_get (&self->no_ranges))
    claim = maq_range_plan_take (self->plan);
  else if (maq_range_plan_get_n_claims (self->plan) == 0)
    claim = maq_range_plan_take_rest (self->plan);
  g_mutex_unlock (&self->lock);
  return claim;
}

static gboolean
is_spoiled (const GError *error)
{
  return g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_MISMATCH) || g_error_matches (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED);
}

// Ends CLAIM (nullable). A failure that the file can be begun again after is kept until the last stream is here.
static gboolean
end_claim (MaqTransferFetch *self,
           MaqRangeClaim    *claim,
           GError           *failed,
           GError          **error)
{
  gboolean ok = failed == NULL || is_spoiled (failed);

  g_mutex_lock (&self->lock);
  if (claim != NULL)
    maq_range_plan_give_back (self->plan, claim);
  if (failed != NULL && ok && self->spoiled == NULL)
    self->spoiled = g_error_copy (failed);
  g_mutex_unlock (&self->lock);
  if (ok)
    g_clear_error (&failed);
  else
    g_propagate_error (error, failed);
  return ok;
}

// Takes the plan away when this was the last stream of a file that is complete, or must be begun again.
static gboolean
take_over (MaqTransferFetch *self)
{
  g_mutex_lock (&self->lock);
  gboolean is_last = self->plan != NULL && maq_range_plan_get_n_claims (self->plan) == 0 &&
                     (self->spoiled != NULL || maq_range_plan_is_complete (self->plan));
  if (is_last)
    g_clear_pointer (&self->plan, maq_range_plan_free);
  g_mutex_unlock (&self->lock);
  return is_last;
}

// The other files with this content: links, or in a folder copies, as it is here now.
static gboolean
finish_others (MaqTransferFetch *self,
               GError          **error)
{
  MaqCacheLocalDir *dir = self->run->work->dir;
  g_autofree char  *first = dir != NULL ? g_build_filename (maq_cache_local_dir_get_path (dir), maq_transfer_fetch_get_file (self)->path, NULL) : NULL;

  for (guint i = 1; i < self->files->len; i++)
    {
      const MaqTransferFile *file = g_ptr_array_index (self->files, i);
      g_autoptr (MaqCacheWriter) writer = maq_transfer_begin_file (self->run, file, first, error);
      guint64 copied = 0;
      if (writer == NULL || (first != NULL && !maq_transfer_copy_file (self->run, writer, first, &copied, error)) || !maq_transfer_finish_file (writer, error))
        return FALSE;
      maq_transfer_run_add_done (self->run, (gint64) (file->here ? 0 : file->size) - (gint64) copied, 0);
    }
  return TRUE;
}

// Wrong bytes, or a partial file somebody deleted: once more from the start, then it is an error.
static gboolean
start_over (MaqTransferFetch *self,
            GError           *spoiled,
            GError          **error)
{
  end_keeper (self);
  g_clear_object (&self->writer);
  maq_transfer_fetch_count (self, -(gint64) self->counted, 0);
  g_mutex_lock (&self->lock);
  g_clear_error (&self->spoiled);
  g_mutex_unlock (&self->lock);
  if (self->is_second)
    {
      g_propagate_error (error, spoiled);
      return FALSE;
    }
  self->is_second = TRUE;
  g_info ("%s: fetched again after: %s", maq_transfer_fetch_get_file (self)->path, spoiled->message);
  g_error_free (spoiled);
  return open_first (self, error);
}

// Only the stream that took the plan over.
static gboolean
settle (MaqTransferFetch *self,
        GError          **error)
{
  GError *failed = NULL;

  g_mutex_lock (&self->lock);
  failed = self->spoiled != NULL ? g_error_copy (self->spoiled) : NULL;
  g_mutex_unlock (&self->lock);
  end_keeper (self);
  if (failed == NULL && maq_transfer_finish_file (self->writer, &failed))
    {
      g_clear_object (&self->writer);
      g_atomic_int_set (&self->is_done, TRUE);
      return finish_others (self, error);
    }
  if (is_spoiled (failed))
    return start_over (self, failed, error);
  g_propagate_error (error, failed);
  return FALSE;
}

gboolean
maq_transfer_fetch_help (MaqTransferFetch *self,
                         GError          **error)
{
  g_autoptr (GError) fatal = NULL;
  GError        *failed = NULL;
  MaqRangeClaim *claim = take_claim (self);

  if (claim != NULL)
    maq_transfer_fetch_claim (self, claim, &failed);
  if (end_claim (self, claim, failed, &fatal) && (!take_over (self) || settle (self, &fatal)))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&fatal), "%s: ", maq_transfer_fetch_get_file (self)->path);
  return FALSE;
}

gboolean
maq_transfer_fetch_begin (MaqTransferFetch *self,
                          GError          **error)
{
  g_autoptr (GError) failed = NULL;

  if (open_first (self, &failed))
    return maq_transfer_fetch_help (self, error);
  g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s: ", maq_transfer_fetch_get_file (self)->path);
  return FALSE;
}

guint64
maq_transfer_fetch_get_offer (MaqTransferFetch *self)
{
  g_mutex_lock (&self->lock);
  gboolean may = self->plan != NULL && self->spoiled == NULL &&
                 (!g_atomic_int_get (&self->no_ranges) || maq_range_plan_get_n_claims (self->plan) == 0);
  guint64 offer = may ? maq_range_plan_get_offer (self->plan) : 0;
  g_mutex_unlock (&self->lock);
  return offer;
}

gboolean
maq_transfer_fetch_is_done (MaqTransferFetch *self)
{
  return g_atomic_int_get (&self->is_done);
}
