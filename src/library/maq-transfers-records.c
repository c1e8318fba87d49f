// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfers-private.h"

#include "maq-fiber.h"

// The folder of the records is read on a thread; what is found enters the list afterwards. A transfer that is started meanwhile
// is in the list at once, and takes up what is found for it.

static MaqTransferStanding
find_standing (MaqTransferList *self,
               MaqTransfer     *transfer)
{
  switch (maq_transfer_get_state (transfer))
    {
    case MAQ_TRANSFER_QUEUED:
    case MAQ_TRANSFER_RUNNING:
      // Whoever stops a command does not want to find its download running again.
      return self->goes_on ? MAQ_TRANSFER_STANDING_WANTED : MAQ_TRANSFER_STANDING_STOPPED;
    case MAQ_TRANSFER_PAUSED:
      return MAQ_TRANSFER_STANDING_PAUSED;
    case MAQ_TRANSFER_DONE:
      return MAQ_TRANSFER_STANDING_DONE;
    default:
      return maq_transfer_is_parked (transfer) ? MAQ_TRANSFER_STANDING_WANTED : MAQ_TRANSFER_STANDING_STOPPED;
    }
}

void
maq_transfer_list_note (MaqTransferList *self,
                        MaqTransfer     *transfer)
{
  MaqTransferRecord *record = maq_transfer_get_record (transfer);
  MaqTransferState   state = maq_transfer_get_state (transfer);
  MaqTransferMemo    memo = *maq_transfer_get_memo (transfer);

  // What the Hub refused was forgotten on purpose.
  if ((state == MAQ_TRANSFER_FAILED && !maq_transfer_record_has_note (record)) || (state == MAQ_TRANSFER_DONE && !self->goes_on))
    return;
  memo.standing = find_standing (self, transfer);
  maq_transfer_record_note (record, maq_transfer_get_request (transfer), &memo);
}

static MaqTransfer *
find_tag (MaqTransferList *self,
          const char      *tag)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_str_equal (maq_transfer_get_name (maq_transfer_list_get (self, i)), tag))
      return maq_transfer_list_get (self, i);
  return NULL;
}

static void
add_found (MaqTransferList  *self,
           MaqTransferFound *found)
{
  MaqTransferMemo shown = found->memo;

  if (find_tag (self, maq_transfer_record_get_tag (found->record)) != NULL || (shown.standing == MAQ_TRANSFER_STANDING_DONE && !self->goes_on))
    return;
  if (shown.standing == MAQ_TRANSFER_STANDING_WANTED)
    shown.standing = MAQ_TRANSFER_STANDING_STOPPED;
  maq_transfer_list_add (self, maq_transfer_new (self->client, self->cache, found->request, found->record, self->rate, &shown));
}

// The transfer for REQUEST that can be used again, but for OTHER (nullable); NULL if there is none.
static MaqTransfer *
find_request (MaqTransferList          *self,
              const MaqTransferRequest *request,
              MaqTransfer              *other)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      MaqTransfer *transfer = maq_transfer_list_get (self, i);
      if (transfer == other || maq_transfer_list_is_elsewhere (self, transfer) || !maq_transfer_request_equal (maq_transfer_get_request (transfer), request))
        continue;
      if (maq_transfer_get_state (transfer) != MAQ_TRANSFER_DONE)
        return transfer;
      // Much may have happened since; a new look costs one request.
      maq_transfer_list_forget_at (self, i--);
    }
  return NULL;
}

// STARTED was new to the list. What another program left of it is in the list by now, if there is something.
static void
settle (MaqTransferList *self,
        MaqTransfer     *started)
{
  guint from = 0;
  guint to = 0;

  if (!maq_transfer_is_new (started))
    return;
  MaqTransfer *left = find_request (self, maq_transfer_get_request (started), started);
  if (left != NULL && g_ptr_array_find (self->items, left, &to))
    {
      maq_transfer_take_up (started, left);
      maq_transfer_list_remove_at (self, to);
      if (g_ptr_array_find (self->items, started, &from))
        maq_transfer_list_move_item (self, from, to);
    }
  maq_transfer_claim (started);
}

// One look into the folder: what the thread is to know,
typedef struct
{
  char       *folder;
  char       *cache_root;
  GHashTable *known;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_free (look->folder);
  g_free (look->cache_root);
  g_hash_table_unref (look->known);
  g_free (look);
}

static DexFuture *
look_thread (gpointer data)
{
  Look *look = data;

  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, maq_transfer_records_find (look->folder, look->cache_root, look->known));
}

// and what becomes of it.
typedef struct
{
  GWeakRef list;
  GWeakRef started;
  gboolean goes_on;
} Outlook;

static void
outlook_free (gpointer data)
{
  Outlook *outlook = data;

  g_weak_ref_clear (&outlook->list);
  g_weak_ref_clear (&outlook->started);
  g_free (outlook);
}

static void
enter (MaqTransferList  *self,
       MaqTransferFound *found,
       gboolean          goes_on)
{
  add_found (self, found);
  if (!goes_on || found->memo.standing != MAQ_TRANSFER_STANDING_WANTED)
    return;
  MaqTransfer *transfer = find_tag (self, maq_transfer_record_get_tag (found->record));
  if (maq_transfer_get_state (transfer) == MAQ_TRANSFER_CANCELLED)
    maq_transfer_retry (transfer);
}

static DexFuture *
looked_cb (DexFuture *future,
           gpointer   data)
{
  Outlook *outlook = data;
  g_autoptr (MaqTransferList) self = g_weak_ref_get (&outlook->list);
  g_autoptr (MaqTransfer) started = g_weak_ref_get (&outlook->started);
  GPtrArray *all = g_value_get_boxed (dex_future_get_value (future, NULL));

  for (guint i = 0; i < all->len && self != NULL; i++)
    enter (self, g_ptr_array_index (all, i), outlook->goes_on);
  if (self != NULL && outlook->goes_on)
    maq_transfer_list_trim_history (self);
  if (self != NULL && started != NULL)
    settle (self, started);
  return dex_future_new_true ();
}

static void
look (MaqTransferList *self,
      gboolean         goes_on,
      MaqTransfer     *started)
{
  Look    *look = g_new0 (Look, 1);
  Outlook *outlook = g_new0 (Outlook, 1);

  look->folder = g_strdup (self->folder);
  look->cache_root = g_strdup (maq_cache_get_root (self->cache));
  look->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  // To go on is to hear of those, too, how they are meant to go on.
  for (guint i = 0; i < self->items->len && !goes_on; i++)
    g_hash_table_add (look->known, g_strdup (maq_transfer_get_name (maq_transfer_list_get (self, i))));
  g_weak_ref_init (&outlook->list, self);
  g_weak_ref_init (&outlook->started, started);
  outlook->goes_on = goes_on;
  // The callback runs on this thread again.
  DexFuture *looked = dex_future_finally (maq_thread_spawn ("maq-records", look_thread, look, look_free), looked_cb, outlook, outlook_free);
  gboolean   is_alone = self->looking == NULL || !dex_future_is_pending (self->looking);
  g_autoptr (DexFuture) before = g_steal_pointer (&self->looking);
  self->looking = is_alone ? looked : dex_future_all (dex_ref (before), looked, NULL);
}

void
maq_transfer_list_look (MaqTransferList *self,
                        gboolean         goes_on)
{
  look (self, goes_on, NULL);
}

DexFuture *
maq_transfer_list_ready (MaqTransferList *self)
{
  dex_return_error_if_fail (MAQ_IS_TRANSFER_LIST (self));

  return dex_ref (self->looking);
}

static MaqTransfer *
start (MaqTransferList          *self,
       const MaqTransferRequest *request,
       MaqTransferWork          *work)
{
  MaqTransfer *known = find_request (self, request, NULL);

  if (known != NULL)
    {
      if (work != NULL)
        maq_transfer_set_work (known, work);
      maq_transfer_renew_folder (known);
      maq_transfer_retry (known);
      return g_object_ref (known);
    }

  guint           n_open = maq_transfer_list_count_open (self);
  gint64          last = n_open > 0 ? maq_transfer_get_memo (maq_transfer_list_get (self, n_open - 1))->order : 0;
  MaqTransferMemo memo = { .standing = MAQ_TRANSFER_STANDING_WANTED, .order = MAX (g_get_real_time (), last + 1), .hub = (char *) maq_transfer_list_get_hub (self) };
  g_autoptr (MaqTransferRecord) record = maq_transfer_record_new (self->folder, maq_cache_get_root (self->cache));
  MaqTransfer *transfer = maq_transfer_new (self->client, self->cache, request, record, self->rate, &memo);
  if (work != NULL)
    maq_transfer_set_work (transfer, work);
  maq_transfer_list_add (self, transfer);
  maq_transfer_list_note (self, transfer);
  maq_transfer_list_changed (self, transfer);
  maq_transfer_list_begin_next (self);
  // Another program may have left something unfinished meanwhile.
  look (self, FALSE, transfer);
  return g_object_ref (transfer);
}

MaqTransfer *
maq_transfer_list_start (MaqTransferList          *self,
                         const MaqTransferRequest *request)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (request != NULL, NULL);

  return start (self, request, NULL);
}

MaqTransfer *
maq_transfer_list_start_planned (MaqTransferList          *self,
                                 const MaqTransferRequest *request,
                                 const MaqTransferPlan    *plan)
{
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (self), NULL);
  g_return_val_if_fail (request != NULL && plan != NULL, NULL);

  return start (self, request, plan->work);
}
