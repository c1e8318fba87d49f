// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-run-private.h"

#include "maq-fiber.h"
#include "maq-hub-source.h"
#include "maq-range-plan.h"

// Several streams write one partial file, each its own range; the last of them gives it its final name.

#define READ_BYTES   (1u << 20)
#define LEAST_READ   (16u << 10)
#define READS_SECOND 8u         // where there is a limit: so often at least something comes
#define LEAST_SHARE  (2u << 20) // a request for less is not worth its round trips
#define MAX_TRIES    5
#define LONGEST_WAIT 300        // seconds, for a rate limit
#define SPREAD       1000       // milliseconds after it within which the connections come back
#define PAGE_PAUSE   200        // milliseconds after which one more web page in the file's place is no accident
#define ADDRESS_LIFE 60         // seconds that an address is used for without a new question
#define KEEP_FROM    (8u << 20) // smaller files are hashed at their end

struct _MaqTransferFetch
{
  MaqTransferRun    *run;
  MaqHubSource      *source;
  GPtrArray         *files; // of MaqTransferFile; the first is fetched, the others are linked to it
  MaqCacheWriter    *writer;
  MaqTransferKeeper *keeper; // NULL for a small file

  gint     no_ranges; // atomic: the server sends files as a whole only
  gint     is_done;   // atomic
  gboolean is_second; // begun again from the start; never a third time

  GMutex        lock;    // guards what follows
  MaqRangePlan *plan;    // NULL until begun, and while one stream alone has it
  GError       *spoiled; // what came is wrong, or gone: the last stream starts over
  guint64       counted; // of the run's done bytes
  gint64        page_at; // monotonic: when a web page came instead of the file; 0 since the file came
};

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

static const MaqTransferFile *
get_file (MaqTransferFetch *self)
{
  return g_ptr_array_index (self->files, 0);
}

// Bytes of this file that are there, for the run's progress. What was in the cache from the beginning is counted already. Not under
// the lock: the run's comes before it.
static void
count_here (MaqTransferFetch *self,
            gint64            done,
            guint64           fetched)
{
  if (get_file (self)->here)
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
    g_info ("%s is fetched: %s", get_file (self)->path, failed->message);
  return TRUE;
}

static gboolean
open_first (MaqTransferFetch *self,
            GError          **error)
{
  // What was not right the first time is not copied again.
  const char *source = self->is_second ? NULL : get_file (self)->source;

  self->writer = maq_transfer_begin_file (self->run, get_file (self), source, error);
  if (self->writer == NULL)
    return FALSE;
  count_here (self, get_there (self), 0);
  if (!copy_first (self, source, error))
    return FALSE;

  g_clear_object (&self->source);
  self->source = maq_hub_source_new (self->run->client, self->run->request->kind, self->run->work->id, self->run->work->commit, get_file (self)->path);
  const MaqTransferWork *work = self->run->work;
  if (work->address != NULL && !self->is_second && g_get_monotonic_time () - work->told_at < ADDRESS_LIFE * G_USEC_PER_SEC)
    maq_hub_source_set_address (self->source, work->address);
  g_autoptr (MaqRanges) there = maq_cache_writer_dup_ranges (self->writer);
  g_mutex_lock (&self->lock);
  self->plan = maq_range_plan_new (get_file (self)->size, there, LEAST_SHARE);
  g_mutex_unlock (&self->lock);
  if (get_file (self)->size >= 2 * LEAST_SHARE)
    maq_transfer_run_tell_news (self->run);
  if (!maq_cache_writer_is_complete (self->writer) && get_file (self)->size >= KEEP_FROM)
    self->keeper = maq_transfer_keeper_new (self->run, self->writer);
  return TRUE;
}

// A web page came. Once that may be an accident on the way; a network that wants a login does it again.
static gboolean
refuse_page (MaqTransferFetch *self,
             GError          **error)
{
  gint64 now = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  if (self->page_at == 0)
    self->page_at = now;
  MaqHubError code = now - self->page_at < PAGE_PAUSE * 1000 ? MAQ_HUB_ERROR_BAD_REPLY : MAQ_HUB_ERROR_NO_HUB;
  g_mutex_unlock (&self->lock);
  g_set_error_literal (error, MAQ_HUB_ERROR, code, "A web page came instead of the file; the network may ask for a login");
  return FALSE;
}

static gboolean
check_total (MaqTransferFetch *self,
             MaqHubBody       *body,
             GError          **error)
{
  const MaqTransferFile *file = get_file (self);
  gint64                 total = maq_hub_body_get_total (body);

  if (total < 0 || (guint64) total == file->size)
    {
      g_mutex_lock (&self->lock);
      self->page_at = 0;
      g_mutex_unlock (&self->lock);
      return TRUE;
    }
  if (maq_hub_body_is_page (body))
    return refuse_page (self, error);
  g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REPLY, "The server sends %" G_GINT64_FORMAT " bytes, the Hub lists %" G_GUINT64_FORMAT, total, file->size);
  return FALSE;
}

// What the claim still lacks; nothing once the file has to be begun again.
static guint64
get_room (MaqTransferFetch    *self,
          const MaqRangeClaim *claim)
{
  g_mutex_lock (&self->lock);
  guint64 room = self->spoiled == NULL ? claim->end - claim->next : 0;
  g_mutex_unlock (&self->lock);
  return room;
}

// Writes what of BYTES, which begin at POSITION of the file, belongs to the claim.
static gboolean
write_bytes (MaqTransferFetch *self,
             MaqRangeClaim    *claim,
             guint64           position,
             GBytes           *bytes,
             GError          **error)
{
  gsize         length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint64       before = claim->next > position ? MIN (claim->next - position, length) : 0;

  length = MIN (length - before, get_room (self, claim));
  if (length > 0 && !maq_cache_writer_write (self->writer, claim->next, data + before, length, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  // Meanwhile another stream may have taken the end.
  guint64 added = maq_range_plan_advance (self->plan, claim, MIN (length, claim->end - claim->next));
  g_mutex_unlock (&self->lock);
  count_here (self, added, g_bytes_get_size (bytes));
  return TRUE;
}

static MaqHubBody *
open_body (MaqTransferFetch *self,
           guint64           from,
           guint64           end,
           GError          **error)
{
  MaqTransferRun *run = self->run;
  gint64          asked = g_get_monotonic_time ();
  MaqHubBody     *body = dex_await_object (maq_hub_source_open (self->source, from, end), error);

  if (body == NULL)
    return NULL;
  g_mutex_lock (&run->lock);
  run->first_byte = (g_get_monotonic_time () - asked) / 1000;
  g_mutex_unlock (&run->lock);
  return body;
}

// Whether a connection that sends the whole file is of use for CLAIM: only to one that lacks all the rest of it.
static gboolean
may_read_whole (MaqTransferFetch    *self,
                const MaqRangeClaim *claim)
{
  g_atomic_int_set (&self->no_ranges, TRUE);
  g_mutex_lock (&self->lock);
  gboolean may = maq_range_plan_is_rest (self->plan, claim);
  g_mutex_unlock (&self->lock);
  return may;
}

// A server without ranges sends on what the other streams could not get.
static gboolean
may_read_on (MaqTransferFetch *self,
             MaqRangeClaim    *claim,
             guint64           position)
{
  g_mutex_lock (&self->lock);
  gboolean may = g_atomic_int_get (&self->no_ranges) && self->spoiled == NULL && position == claim->next && maq_range_plan_extend (self->plan, claim);
  g_mutex_unlock (&self->lock);
  return may;
}

static gsize
get_piece (MaqTransferFetch *self)
{
  guint64 rate = maq_transfer_rate_get (self->run->rate);

  return rate > 0 ? CLAMP (rate / READS_SECOND, LEAST_READ, READ_BYTES) : READ_BYTES;
}

// Waits as long as the limit makes it after N_BYTES.
static gboolean
keep_rate (MaqTransferFetch *self,
           gsize             n_bytes,
           GError          **error)
{
  gint64 wait = maq_transfer_rate_take (self->run->rate, n_bytes);

  return wait == 0 || maq_transfer_run_rest (self->run, wait / 1000, error);
}

// Reads a body that goes from POSITION to END, as far as the claim goes.
static gboolean
read_body (MaqTransferFetch *self,
           MaqRangeClaim    *claim,
           MaqHubBody       *body,
           guint64           position,
           guint64           end,
           GError          **error)
{
  for (guint64 room; (room = get_room (self, claim)) > 0 || may_read_on (self, claim, position);)
    {
      guint64 skipped = claim->next > position ? claim->next - position : 0;
      guint64 wanted = skipped + MAX (room, 1);
      g_autoptr (GBytes) bytes = dex_await_boxed (maq_hub_body_read (body, MIN (get_piece (self), wanted)), error);
      if (bytes == NULL || !maq_transfer_run_check (self->run, error))
        return FALSE;
      if (g_bytes_get_size (bytes) == 0)
        {
          g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "The connection ended at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, position, get_file (self)->size);
          return FALSE;
        }
      if (!write_bytes (self, claim, position, bytes, error) || !keep_rate (self, g_bytes_get_size (bytes), error))
        return FALSE;
      position += g_bytes_get_size (bytes);
    }
  // No byte more, but the connection can be used again after it.
  if (position == end)
    {
      g_autoptr (GBytes) nothing = dex_await_boxed (maq_hub_body_read (body, 1), NULL);
    }
  return TRUE;
}

// One request, from where the claim begins to wherever the connection ends. *GAVE_UP: it is of no use for this claim.
static gboolean
fetch_once (MaqTransferFetch *self,
            MaqRangeClaim    *claim,
            gboolean         *gave_up,
            GError          **error)
{
  gboolean whole = g_atomic_int_get (&self->no_ranges);

  *gave_up = whole && !may_read_whole (self, claim);
  if (*gave_up)
    return TRUE;
  guint64 from = whole ? 0 : claim->next;
  guint64 end = whole ? 0 : from + get_room (self, claim);
  g_autoptr (MaqHubBody) body = open_body (self, from, end, error);
  if (body == NULL || !check_total (self, body, error))
    return FALSE;
  guint64 position = maq_hub_body_get_offset (body);
  *gave_up = position != claim->next && !may_read_whole (self, claim);
  return *gave_up || read_body (self, claim, body, position, whole ? get_file (self)->size : end, error);
}

static gboolean
is_worth_another_try (MaqTransferFetch *self,
                      const GError     *error)
{
  if (error->domain != MAQ_HUB_ERROR)
    return FALSE;
  switch ((MaqHubError) error->code)
    {
    case MAQ_HUB_ERROR_UNREACHABLE:
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_RATE_LIMITED:
    case MAQ_HUB_ERROR_LINK_EXPIRED:
    case MAQ_HUB_ERROR_BAD_REPLY:
      return TRUE;
    case MAQ_HUB_ERROR_BAD_REQUEST:
      return !g_atomic_int_get (&self->no_ranges); // 416: there is no such range
    default:
      return FALSE;
    }
}

// Learns from FAILED, and waits as long as it asks for.
static gboolean
wait_before_try (MaqTransferFetch *self,
                 const GError     *failed,
                 guint             n_tries,
                 guint             n_expired,
                 GError          **error)
{
  MaqTransferRun *run = self->run;
  gboolean        is_limit = g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED);
  guint           seconds = maq_hub_client_get_wait (run->client);

  g_mutex_lock (&run->lock);
  run->is_pressed |= is_limit || g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_SERVER);
  g_mutex_unlock (&run->lock);
  // A link that is refused again although it is fresh, or a range that is: perhaps it is the range.
  if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_BAD_REQUEST) || n_expired > 1)
    g_atomic_int_set (&self->no_ranges, TRUE);
  if (g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_LINK_EXPIRED))
    return maq_transfer_run_check (run, error); // opening the file again gives a fresh link
  if (!is_limit || seconds == 0)
    return maq_transfer_run_rest (run, maq_transfer_run_get_first_pause () << (MAX (n_tries, 1) - 1), error);

  maq_transfer_run_count (run, &run->n_limited, 1);
  // Not all at once: the first ones learn whether there is room for the others.
  gboolean ok = maq_transfer_run_rest (run, MIN (seconds, LONGEST_WAIT) * 1000 + g_random_int_range (0, SPREAD), error);
  maq_transfer_run_count (run, &run->n_limited, -1);
  return ok;
}

// Whether the Hub said when it takes requests again: what comes before that is no failed try, however often it says so.
static gboolean
is_told_when (MaqTransferFetch *self,
              const GError     *failed)
{
  return g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_RATE_LIMITED) && maq_hub_client_get_wait (self->run->client) > 0;
}

// The claim's bytes, over as many connections as it takes. Tries are counted as long as no new byte came.
static gboolean
fetch_claim (MaqTransferFetch *self,
             MaqRangeClaim    *claim,
             GError          **error)
{
  gboolean gave_up = FALSE;
  guint    n_tries = 0;
  guint    n_expired = 0; // one after the other

  while (!gave_up && get_room (self, claim) > 0)
    {
      g_autoptr (GError) failed = NULL;
      guint64 before = claim->next;
      if (fetch_once (self, claim, &gave_up, &failed))
        continue;

      if (claim->next > before)
        n_tries = n_expired = 0;
      n_tries += !is_told_when (self, failed);
      if (n_tries > MAX_TRIES || !is_worth_another_try (self, failed))
        {
          g_propagate_error (error, g_steal_pointer (&failed));
          return FALSE;
        }
      n_expired = g_error_matches (failed, MAQ_HUB_ERROR, MAQ_HUB_ERROR_LINK_EXPIRED) ? n_expired + 1 : 0;
      g_info ("%s: try %u from byte %" G_GUINT64_FORMAT " on after: %s", get_file (self)->path, n_tries, claim->next, failed->message);
      if (!wait_before_try (self, failed, n_tries, n_expired, error))
        return FALSE;
    }
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
  g_autofree char  *first = dir != NULL ? g_build_filename (maq_cache_local_dir_get_path (dir), get_file (self)->path, NULL) : NULL;

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
  count_here (self, -(gint64) self->counted, 0);
  g_mutex_lock (&self->lock);
  g_clear_error (&self->spoiled);
  g_mutex_unlock (&self->lock);
  if (self->is_second)
    {
      g_propagate_error (error, spoiled);
      return FALSE;
    }
  self->is_second = TRUE;
  g_info ("%s: fetched again after: %s", get_file (self)->path, spoiled->message);
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
    fetch_claim (self, claim, &failed);
  if (end_claim (self, claim, failed, &fatal) && (!take_over (self) || settle (self, &fatal)))
    return TRUE;
  g_propagate_prefixed_error (error, g_steal_pointer (&fatal), "%s: ", get_file (self)->path);
  return FALSE;
}

gboolean
maq_transfer_fetch_begin (MaqTransferFetch *self,
                          GError          **error)
{
  g_autoptr (GError) failed = NULL;

  if (open_first (self, &failed))
    return maq_transfer_fetch_help (self, error);
  g_propagate_prefixed_error (error, g_steal_pointer (&failed), "%s: ", get_file (self)->path);
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
