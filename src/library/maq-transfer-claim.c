// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-fetch-private.h"

#include "maq-fiber.h"

// How the bytes of a claim come: one request after the other, each as far as its connection lasts.

#define READ_BYTES   (1u << 20)
#define LEAST_READ   (16u << 10)
#define READS_SECOND 8u // where there is a limit: so often at least something comes
#define MAX_TRIES    5
#define LONGEST_WAIT 300  // seconds, for a rate limit
#define SPREAD       1000 // milliseconds after it within which the connections come back
#define PAGE_PAUSE   200  // milliseconds after which one more web page in the file's place is no accident

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
  const MaqTransferFile *file = maq_transfer_fetch_get_file (self);
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
  maq_transfer_fetch_count (self, added, g_bytes_get_size (bytes));
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
          g_set_error (error, MAQ_HUB_ERROR, MAQ_HUB_ERROR_UNREACHABLE, "The connection ended at byte %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, position, maq_transfer_fetch_get_file (self)->size);
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
  return *gave_up || read_body (self, claim, body, position, whole ? maq_transfer_fetch_get_file (self)->size : end, error);
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

// Tries are counted as long as no new byte came.
gboolean
maq_transfer_fetch_claim (MaqTransferFetch *self,
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
      g_info ("%s: try %u from byte %" G_GUINT64_FORMAT " on after: %s", maq_transfer_fetch_get_file (self)->path, n_tries, claim->next, failed->message);
      if (!wait_before_try (self, failed, n_tries, n_expired, error))
        return FALSE;
    }
  return TRUE;
}
