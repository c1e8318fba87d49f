// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

#include "maq-library-error.h"
#include "maq-library-private.h"

// From the order to delete until the time to undo it is over nothing happens but that the thing is hidden. Whether somebody uses
// it is asked last, just before it is carried out.

struct _MaqLibraryRemoval
{
  GObject         parent_instance;
  MaqLibraryItem *item;
  char           *commit;
  char          **paths;
  MaqCachePlan   *plan;
};

G_DEFINE_FINAL_TYPE (MaqLibraryRemoval, maq_library_removal, G_TYPE_OBJECT)

typedef struct
{
  MaqLibrary        *library; // borrowed: it owns this
  MaqLibraryRemoval *removal;
  DexPromise        *outcome; // resolves to a MaqCacheOutcome
  guint              timeout; // 0: too late to undo
} Pending;

struct _MaqLibraryRemovals
{
  MaqLibrary *library; // borrowed: it owns this
  GHashTable *pending; // MaqLibraryRemoval → Pending
};

static void
maq_library_removal_finalize (GObject *object)
{
  MaqLibraryRemoval *self = MAQ_LIBRARY_REMOVAL (object);

  g_clear_object (&self->item);
  g_clear_pointer (&self->commit, g_free);
  g_clear_pointer (&self->paths, g_strfreev);
  g_clear_pointer (&self->plan, maq_cache_plan_unref);
  G_OBJECT_CLASS (maq_library_removal_parent_class)->finalize (object);
}

static void
maq_library_removal_class_init (MaqLibraryRemovalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_library_removal_finalize;
}

static void
maq_library_removal_init (MaqLibraryRemoval *self)
{
}

MaqLibraryRemoval *
maq_library_removal_new (MaqLibraryItem    *item,
                         const char        *commit,
                         const char *const *paths)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (item), NULL);
  g_return_val_if_fail (paths == NULL || commit != NULL, NULL);

  MaqLibraryRemoval *self = g_object_new (MAQ_TYPE_LIBRARY_REMOVAL, NULL);
  self->item = g_object_ref (item);
  self->commit = g_strdup (commit);
  self->paths = g_strdupv ((char **) paths);
  return self;
}

MaqLibraryItem *
maq_library_removal_get_item (MaqLibraryRemoval *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_REMOVAL (self), NULL);
  return self->item;
}

const char *
maq_library_removal_get_commit (MaqLibraryRemoval *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_REMOVAL (self), NULL);
  return self->commit;
}

gboolean
maq_library_removal_takes (MaqLibraryRemoval *self,
                           const char        *commit,
                           const char        *path)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_REMOVAL (self), FALSE);

  if (self->commit == NULL)
    return TRUE;
  if (g_strcmp0 (self->commit, commit) != 0)
    return FALSE;
  return self->paths == NULL || (path != NULL && g_strv_contains ((const char *const *) self->paths, path));
}

// Who uses it

// Whether the file at FULL, as somebody opened it, goes with the removal.
static gboolean
takes_file (MaqLibraryRemoval *self,
            const char        *full)
{
  MaqCacheRepo    *repo = maq_library_item_get_repo (self->item);
  g_autofree char *snapshots = g_build_filename (repo->path, "snapshots/", NULL);

  if (!g_str_has_prefix (full, repo->path) || full[strlen (repo->path)] != '/')
    return FALSE;
  // A blob that was opened by its own name: nobody knows as what.
  if (!g_str_has_prefix (full, snapshots))
    return TRUE;
  const char      *rest = full + strlen (snapshots);
  const char      *slash = strchr (rest, '/');
  g_autofree char *commit = slash != NULL ? g_strndup (rest, slash - rest) : NULL;
  return maq_library_removal_takes (self, commit, slash != NULL ? slash + 1 : NULL);
}

static gboolean
is_loaded (MaqLibraryRemoval *self,
           const char        *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  // The cache may be reached through a link; the file itself is one.
  g_autofree char *real = realpath (folder, NULL);
  g_autofree char *full = real != NULL ? g_build_filename (real, name, NULL) : NULL;

  return takes_file (self, path) || (full != NULL && takes_file (self, full));
}

static gboolean
is_fetched (MaqLibraryRemoval *self,
            MaqTransfer       *transfer)
{
  const MaqTransferRequest *request = maq_transfer_get_request (transfer);
  const char               *commit = maq_transfer_get_commit (transfer);

  if (maq_transfer_get_state (transfer) >= MAQ_TRANSFER_DONE || request->kind != maq_library_item_get_kind (self->item) ||
      !g_str_equal (request->id, maq_library_item_get_id (self->item)))
    return FALSE;
  if (self->commit == NULL || commit == NULL)
    return TRUE;
  if (!g_str_equal (commit, self->commit))
    return FALSE;
  if (self->paths == NULL || request->paths == NULL)
    return TRUE;
  for (guint i = 0; self->paths[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) request->paths, self->paths[i]))
      return TRUE;
  return FALSE;
}

MaqLibraryUse
maq_library_get_use (MaqLibrary        *self,
                     MaqLibraryRemoval *removal)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), MAQ_LIBRARY_USE_NONE);
  g_return_val_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal), MAQ_LIBRARY_USE_NONE);

  MaqSessionPool  *pool = maq_library_get_pool (self);
  MaqTransferList *transfers = maq_library_get_transfers (self);
  g_autoptr (GPtrArray) paths = pool != NULL ? maq_session_pool_list_paths (pool) : g_ptr_array_new ();
  guint n_transfers = transfers != NULL ? g_list_model_get_n_items (G_LIST_MODEL (transfers)) : 0;

  for (guint i = 0; i < paths->len; i++)
    if (is_loaded (removal, g_ptr_array_index (paths, i)))
      return MAQ_LIBRARY_USE_SESSION;
  for (guint i = 0; i < n_transfers; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (transfers), i);
      if (is_fetched (removal, transfer))
        return MAQ_LIBRARY_USE_TRANSFER;
    }
  return MAQ_LIBRARY_USE_NONE;
}

void
maq_library_unload (MaqLibrary        *self,
                    MaqLibraryRemoval *removal)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  MaqSessionPool *pool = maq_library_get_pool (self);
  g_autoptr (GPtrArray) paths = pool != NULL ? maq_session_pool_list_paths (pool) : g_ptr_array_new ();
  for (guint i = 0; i < paths->len; i++)
    if (is_loaded (removal, g_ptr_array_index (paths, i)))
      maq_session_pool_eject (pool, g_ptr_array_index (paths, i));
}

// Doing it

static DexFuture *
planned_cb (DexFuture *future,
            gpointer   data)
{
  MaqLibraryRemoval *removal = data;

  g_clear_pointer (&removal->plan, maq_cache_plan_unref);
  removal->plan = g_value_dup_boxed (dex_future_get_value (future, NULL));
  return dex_ref (future);
}

DexFuture *
maq_library_plan_removal (MaqLibrary        *self,
                          MaqLibraryRemoval *removal)
{
  dex_return_error_if_fail (MAQ_IS_LIBRARY (self));
  dex_return_error_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  g_autoptr (MaqRepoAddress) address = maq_repo_address_new (maq_library_item_get_kind (removal->item),
                                                             maq_library_item_get_id (removal->item),
                                                             removal->commit,
                                                             NULL);
  DexFuture *plan = maq_cache_plan_removal (maq_library_get_cache (self), address, (const char *const *) removal->paths);
  return dex_future_then (plan, planned_cb, g_object_ref (removal), g_object_unref);
}

static DexFuture *
plan_made_cb (DexFuture *future,
              gpointer   data)
{
  return maq_cache_carry_out (data, g_value_get_boxed (dex_future_get_value (future, NULL)), NULL, NULL);
}

static void
pending_free (gpointer data)
{
  Pending *self = data;

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (dex_future_is_pending (DEX_FUTURE (self->outcome)))
    dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Undone"));
  dex_clear (&self->outcome);
  maq_library_item_drop_removal (maq_library_removal_get_item (self->removal), self->removal);
  g_object_unref (self->removal);
  g_free (self);
}

MaqLibraryRemovals *
maq_library_removals_new (MaqLibrary *library)
{
  MaqLibraryRemovals *self = g_new0 (MaqLibraryRemovals, 1);

  self->library = library;
  self->pending = g_hash_table_new_full (NULL, NULL, NULL, pending_free);
  return self;
}

void
maq_library_removals_free (MaqLibraryRemovals *self)
{
  g_hash_table_unref (self->pending);
  g_free (self);
}

// What the callbacks of a removal need.
typedef struct
{
  GWeakRef           library;
  MaqLibraryRemoval *removal;
} Ending;

static void
ending_free (gpointer data)
{
  Ending *self = data;

  g_weak_ref_clear (&self->library);
  g_object_unref (self->removal);
  g_free (self);
}

static Ending *
ending_new (MaqLibrary        *library,
            MaqLibraryRemoval *removal)
{
  Ending *self = g_new0 (Ending, 1);

  g_weak_ref_init (&self->library, library);
  self->removal = g_object_ref (removal);
  return self;
}

// REMOVAL is over: what is left of it is shown.
static void
end_removal (MaqLibrary        *self,
             MaqLibraryRemoval *removal)
{
  MaqLibraryRemovals *removals = maq_library_get_removals (self);

  if (removals != NULL && g_hash_table_remove (removals->pending, removal))
    maq_library_show_known (self);
}

static DexFuture *
probed_cb (DexFuture *future,
           gpointer   data)
{
  Ending *ending = data;
  g_autoptr (MaqLibrary) self = g_weak_ref_get (&ending->library);

  if (self != NULL)
    end_removal (self, ending->removal);
  return dex_future_new_true ();
}

// With the whole repo goes what a download that stands still had fetched of it.
static void
forget_transfers (MaqLibrary        *self,
                  MaqLibraryRemoval *removal)
{
  MaqTransferList *transfers = maq_library_get_transfers (self);
  MaqTransfer     *transfer = NULL;

  while (transfers != NULL && removal->commit == NULL &&
         (transfer = maq_transfer_list_find_open (transfers, maq_library_item_get_kind (removal->item), maq_library_item_get_id (removal->item))) != NULL &&
         maq_transfer_get_state (transfer) > MAQ_TRANSFER_RUNNING)
    maq_transfer_list_discard (transfers, transfer);
}

static DexFuture *
carried_out_cb (DexFuture *future,
                gpointer   data)
{
  Ending *ending = data;
  g_autoptr (MaqLibrary) self = g_weak_ref_get (&ending->library);
  g_autoptr (GError) error = NULL;
  const GValue       *value = dex_future_get_value (future, &error);
  MaqLibraryRemovals *removals = self != NULL ? maq_library_get_removals (self) : NULL;
  Pending            *pending = removals != NULL ? g_hash_table_lookup (removals->pending, ending->removal) : NULL;

  if (pending == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    {
      forget_transfers (self, ending->removal);
      dex_promise_resolve (pending->outcome, value);
    }
  else
    dex_promise_reject (pending->outcome, g_steal_pointer (&error));
  // Hidden until it is known what is there now, so that it does not flash up.
  dex_future_disown (dex_future_finally (maq_library_probe (self, ending->removal->item), probed_cb, ending_new (self, ending->removal), ending_free));
  return dex_future_new_true ();
}

static void
delete_now (gpointer data)
{
  Pending           *pending = data;
  MaqLibrary        *self = pending->library;
  MaqLibraryRemoval *removal = pending->removal;
  MaqCache          *cache = maq_library_get_cache (self);
  DexFuture         *work;

  pending->timeout = 0;
  if (maq_library_get_use (self, removal) != MAQ_LIBRARY_USE_NONE)
    {
      // Translators: %s is the name of a repo.
      dex_promise_reject (pending->outcome, g_error_new (MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_IN_USE, _ ("%s is in use now, so it was not deleted."), maq_library_item_get_id (removal->item)));
      end_removal (self, removal);
      return;
    }
  if (removal->plan != NULL)
    work = maq_cache_carry_out (cache, removal->plan, NULL, NULL);
  else
    work = dex_future_then (maq_library_plan_removal (self, removal), plan_made_cb, g_object_ref (cache), g_object_unref);
  // Once begun it is brought to its end, whether or not the library lives to hear of it.
  dex_future_disown (dex_future_finally (work, carried_out_cb, ending_new (self, removal), ending_free));
}

DexFuture *
maq_library_delete (MaqLibrary        *self,
                    MaqLibraryRemoval *removal,
                    guint              delay_ms)
{
  dex_return_error_if_fail (MAQ_IS_LIBRARY (self));
  dex_return_error_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  MaqLibraryRemovals *removals = maq_library_get_removals (self);
  Pending            *pending = g_hash_table_lookup (removals->pending, removal);
  if (pending != NULL)
    return dex_ref (DEX_FUTURE (pending->outcome));

  pending = g_new0 (Pending, 1);
  pending->library = self;
  pending->removal = g_object_ref (removal);
  pending->outcome = dex_promise_new ();
  pending->timeout = g_timeout_add_once (delay_ms, delete_now, pending);
  g_hash_table_insert (removals->pending, removal, pending);
  maq_library_item_add_removal (removal->item, removal);
  maq_library_show_known (self);
  return dex_ref (DEX_FUTURE (pending->outcome));
}

void
maq_library_undo_delete (MaqLibrary        *self,
                         MaqLibraryRemoval *removal)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  Pending *pending = g_hash_table_lookup (maq_library_get_removals (self)->pending, removal);
  if (pending != NULL && pending->timeout != 0)
    end_removal (self, removal);
}

void
maq_library_hasten_delete (MaqLibrary        *self,
                           MaqLibraryRemoval *removal)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  Pending *pending = g_hash_table_lookup (maq_library_get_removals (self)->pending, removal);
  if (pending == NULL || pending->timeout == 0)
    return;
  g_clear_handle_id (&pending->timeout, g_source_remove);
  delete_now (pending);
}
