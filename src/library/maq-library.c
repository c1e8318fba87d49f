// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library.h"

#include <string.h>

#include "maq-library-private.h"

// The list is what the newest scan found, less what is about to be deleted. Items stay the same objects as long as their repo is
// there, so that a row keeps its place and focus; they are told when something in them changed.

#define SETTLE 200 // milliseconds after a change on the disk until the next scan, which then sees what belongs together

struct _MaqLibrary
{
  GObject       parent_instance;
  MaqCache     *cache;
  GPtrArray    *items;    // of MaqLibraryItem, as shown
  GHashTable   *known;    // key of a repo → MaqLibraryItem, shown or hidden
  GHashTable   *deleting; // MaqLibraryItem → Deletion
  DexFuture    *scan;     // while one is going on
  DexPromise   *current;  // resolves with it
  DexPromise   *next;     // resolves with the one after it, which somebody asked for meanwhile
  gboolean      loading;
  guint64       size;
  GFileMonitor *monitor;
  guint         settle;
};

enum
{
  PROP_LOADING = 1,
  PROP_SIZE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

typedef struct
{
  MaqLibrary     *library; // borrowed: it owns this
  MaqLibraryItem *item;
  DexPromise     *outcome; // resolves to the bytes freed
  guint           timeout; // 0: too late to undo
} Deletion;

static void
deletion_free (gpointer data)
{
  Deletion *self = data;

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (dex_future_is_pending (DEX_FUTURE (self->outcome)))
    dex_promise_resolve_uint64 (self->outcome, 0);
  dex_clear (&self->outcome);
  g_object_unref (self->item);
  g_free (self);
}

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_LIBRARY_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_LIBRARY (model)->items->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqLibrary *self = MAQ_LIBRARY (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqLibrary, maq_library, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
give_up (DexPromise **promise)
{
  if (*promise != NULL)
    dex_promise_reject (*promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The library is gone"));
  dex_clear (promise);
}

static void
maq_library_dispose (GObject *object)
{
  MaqLibrary *self = MAQ_LIBRARY (object);

  // What was not begun stays: better a repo too many than one too few.
  g_hash_table_remove_all (self->deleting);
  g_clear_handle_id (&self->settle, g_source_remove);
  dex_clear (&self->scan);
  give_up (&self->current);
  give_up (&self->next);
  g_clear_object (&self->monitor);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (maq_library_parent_class)->dispose (object);
}

static void
maq_library_finalize (GObject *object)
{
  MaqLibrary *self = MAQ_LIBRARY (object);

  g_clear_pointer (&self->deleting, g_hash_table_unref);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  G_OBJECT_CLASS (maq_library_parent_class)->finalize (object);
}

static void
maq_library_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MaqLibrary *self = MAQ_LIBRARY (object);

  if (prop_id == PROP_LOADING)
    g_value_set_boolean (value, self->loading);
  else if (prop_id == PROP_SIZE)
    g_value_set_uint64 (value, self->size);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_library_class_init (MaqLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = maq_library_dispose;
  object_class->finalize = maq_library_finalize;
  object_class->get_property = maq_library_get_property;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_library_init (MaqLibrary *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->deleting = g_hash_table_new_full (NULL, NULL, NULL, deletion_free);
}

static char *
dup_key (MaqRepoKind kind,
         const char *id)
{
  return g_strdup_printf ("%s %s", maq_repo_kind_to_string (kind), id);
}

static void
set_loading (MaqLibrary *self,
             gboolean    loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

// The size of what is shown.
static void
sum_up (MaqLibrary *self)
{
  guint64 size = 0;

  for (guint i = 0; i < self->items->len; i++)
    size += maq_library_item_get_size (g_ptr_array_index (self->items, i));
  if (self->size == size)
    return;
  self->size = size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE]);
}

// Replaces the items by WANTED (of MaqLibraryItem), announcing only the part in which they differ.
static void
show (MaqLibrary *self,
      GPtrArray  *wanted)
{
  guint old_len = self->items->len;
  guint head = 0;
  guint tail = 0;

  while (head < MIN (old_len, wanted->len) && self->items->pdata[head] == wanted->pdata[head])
    head++;
  while (tail < MIN (old_len, wanted->len) - head && self->items->pdata[old_len - 1 - tail] == wanted->pdata[wanted->len - 1 - tail])
    tail++;

  guint removed = old_len - head - tail;
  guint added = wanted->len - head - tail;
  if (removed > 0)
    g_ptr_array_remove_range (self->items, head, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->items, head + i, g_object_ref (wanted->pdata[head + i]));
  if (removed > 0 || added > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), head, removed, added);
  sum_up (self);
}

static int
compare_items (gconstpointer a,
               gconstpointer b)
{
  MaqLibraryItem *one = *(MaqLibraryItem *const *) a;
  MaqLibraryItem *two = *(MaqLibraryItem *const *) b;
  gint64          older = maq_library_item_get_last_modified (one);
  gint64          newer = maq_library_item_get_last_modified (two);

  if (older != newer)
    return older < newer ? 1 : -1;
  return strcmp (maq_library_item_get_id (one), maq_library_item_get_id (two));
}

static void
show_known (MaqLibrary *self)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       item;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (!g_hash_table_contains (self->deleting, item))
      g_ptr_array_add (wanted, item);
  g_ptr_array_sort (wanted, compare_items);
  show (self, wanted);
}

static void
take_scan (MaqLibrary   *self,
           MaqCacheScan *scan)
{
  g_autoptr (GHashTable) old = g_steal_pointer (&self->known);

  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  for (guint i = 0; i < scan->repos->len; i++)
    {
      MaqCacheRepo    *repo = g_ptr_array_index (scan->repos, i);
      g_autofree char *key = dup_key (repo->kind, repo->id);
      MaqLibraryItem  *item = g_hash_table_lookup (old, key);
      // A folder without content is a download that has only just begun, or one that was given up.
      if (repo->n_files == 0 && repo->warning == NULL)
        continue;
      if (item != NULL)
        maq_library_item_update (item, repo);
      g_hash_table_insert (self->known, g_steal_pointer (&key), item != NULL ? g_object_ref (item) : maq_library_item_new (repo));
    }
  show_known (self);
}

static void start_scan (MaqLibrary *self);

static DexFuture *
scanned_cb (DexFuture *future,
            gpointer   data)
{
  g_autoptr (MaqLibrary) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  g_autoptr (DexPromise) current = g_steal_pointer (&self->current);
  if (value != NULL)
    take_scan (self, g_value_get_boxed (value));
  if (self->next != NULL)
    start_scan (self);
  else
    set_loading (self, FALSE);
  if (value != NULL)
    dex_promise_resolve_boolean (current, TRUE);
  else
    dex_promise_reject (current, g_steal_pointer (&error));
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
new_weak_ref (gpointer object)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, object);
  return weak;
}

static void
start_scan (MaqLibrary *self)
{
  self->current = g_steal_pointer (&self->next);
  set_loading (self, TRUE);
  dex_clear (&self->scan);
  self->scan = dex_future_finally (maq_cache_scan (self->cache), scanned_cb, new_weak_ref (self), weak_ref_free);
}

DexFuture *
maq_library_refresh (MaqLibrary *self)
{
  dex_return_error_if_fail (MAQ_IS_LIBRARY (self));

  if (self->next == NULL)
    {
      self->next = dex_promise_new ();
      if (self->current == NULL)
        {
          start_scan (self);
          return dex_ref (DEX_FUTURE (self->current));
        }
    }
  return dex_ref (DEX_FUTURE (self->next));
}

static void
settled_cb (gpointer data)
{
  MaqLibrary *self = data;

  self->settle = 0;
  // Nobody waits: the list changes when it changes.
  dex_future_disown (maq_library_refresh (self));
}

// A repo came or went. What changes inside one is told by refresh.
static void
changed_cb (MaqLibrary *self)
{
  if (self->settle == 0)
    self->settle = g_timeout_add_once (SETTLE, settled_cb, self);
}

MaqLibrary *
maq_library_new (MaqCache *cache)
{
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);

  MaqLibrary *self = g_object_new (MAQ_TYPE_LIBRARY, NULL);
  g_autoptr (GFile) root = g_file_new_for_path (maq_cache_get_root (cache));
  self->cache = g_object_ref (cache);
  self->monitor = g_file_monitor_directory (root, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
maq_library_get_loading (MaqLibrary *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), FALSE);
  return self->loading;
}

guint64
maq_library_get_size (MaqLibrary *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), 0);
  return self->size;
}

MaqLibraryItem *
maq_library_find (MaqLibrary *self,
                  MaqRepoKind kind,
                  const char *id)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  g_autofree char *key = dup_key (kind, id);
  MaqLibraryItem  *item = g_hash_table_lookup (self->known, key);
  return item != NULL && !g_hash_table_contains (self->deleting, item) ? item : NULL;
}

// What the callback of a deletion on the disk needs.
typedef struct
{
  GWeakRef        library;
  MaqLibraryItem *item;
} Ending;

static void
ending_free (gpointer data)
{
  Ending *self = data;

  g_weak_ref_clear (&self->library);
  g_object_unref (self->item);
  g_free (self);
}

static DexFuture *
deleted_cb (DexFuture *future,
            gpointer   data)
{
  Ending *ending = data;
  g_autoptr (MaqLibrary) self = g_weak_ref_get (&ending->library);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  Deletion     *deletion = self != NULL ? g_hash_table_lookup (self->deleting, ending->item) : NULL;

  if (deletion == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    {
      g_autofree char *key = dup_key (maq_library_item_get_kind (ending->item), maq_library_item_get_id (ending->item));
      dex_promise_resolve_uint64 (deletion->outcome, g_value_get_uint64 (value));
      g_hash_table_remove (self->known, key);
    }
  else
    dex_promise_reject (deletion->outcome, g_steal_pointer (&error));
  g_hash_table_remove (self->deleting, ending->item);
  show_known (self);
  return dex_future_new_true ();
}

static void
delete_now (gpointer data)
{
  Deletion   *deletion = data;
  MaqLibrary *self = deletion->library;
  Ending     *ending = g_new0 (Ending, 1);

  deletion->timeout = 0;
  g_weak_ref_init (&ending->library, self);
  ending->item = g_object_ref (deletion->item);
  DexFuture *work = maq_cache_delete_repo (self->cache, maq_library_item_get_kind (deletion->item), maq_library_item_get_id (deletion->item));
  // Once begun it is brought to its end, whether or not the library lives to hear of it.
  dex_future_disown (dex_future_finally (work, deleted_cb, ending, ending_free));
}

DexFuture *
maq_library_delete (MaqLibrary     *self,
                    MaqLibraryItem *item,
                    guint           delay_ms)
{
  dex_return_error_if_fail (MAQ_IS_LIBRARY (self));
  dex_return_error_if_fail (MAQ_IS_LIBRARY_ITEM (item));

  Deletion *deletion = g_hash_table_lookup (self->deleting, item);
  if (deletion != NULL)
    return dex_ref (DEX_FUTURE (deletion->outcome));

  deletion = g_new0 (Deletion, 1);
  deletion->library = self;
  deletion->item = g_object_ref (item);
  deletion->outcome = dex_promise_new ();
  deletion->timeout = g_timeout_add_once (delay_ms, delete_now, deletion);
  g_hash_table_insert (self->deleting, item, deletion);
  show_known (self);
  return dex_ref (DEX_FUTURE (deletion->outcome));
}

void
maq_library_undo_delete (MaqLibrary     *self,
                         MaqLibraryItem *item)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));
  g_return_if_fail (MAQ_IS_LIBRARY_ITEM (item));

  Deletion *deletion = g_hash_table_lookup (self->deleting, item);
  if (deletion == NULL || deletion->timeout == 0)
    return;
  g_hash_table_remove (self->deleting, item);
  show_known (self);
}
