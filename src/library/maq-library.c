// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library.h"

#include <string.h>

#include "maq-fiber.h"
#include "maq-library-heads.h"
#include "maq-library-private.h"
#include "maq-library-watch.h"
#include "maq-transfer-private.h"

// Repos arrive from a scan in portions, wait in a queue, and are taken into the list a few milliseconds' worth at a time, so that
// a frame has time for what it has to do. The list is what is known less what is about to be deleted. Items stay the same objects as long as their
// repo is there, so that a row keeps its place and focus; they are told when something in them changed.

#define SETTLE     200        // milliseconds after a change on the disk until it is read, with what belongs to it
#define SLICE      (3 * 1000) // microseconds of the main loop in one go
#define PAUSE      16         // milliseconds from one to the next: a frame, which has the rows that came to lay out
#define MAX_PROBES 32         // changed repos that are read one by one; more are a new scan

struct _MaqLibrary
{
  GObject             parent_instance;
  MaqCache           *cache;
  MaqTransferList    *transfers; // weak
  MaqSessionPool     *pool;      // weak
  MaqLibraryRemovals *removals;
  MaqLibraryUpstream *upstream;
  MaqLibraryJudge    *judge;
  MaqLibraryWatch    *watch;
  GPtrArray          *items;   // of MaqLibraryItem, as shown
  GHashTable         *known;   // folder of a repo → MaqLibraryItem, shown or hidden
  GQueue              arrived; // of MaqCacheRepo, not yet taken
  GHashTable         *seen;    // folders the scan that is going on found; else NULL
  gint64              since;   // when it began, in microseconds since 1970
  guint               slice;
  DexFuture          *scan;    // while one is going on
  DexPromise         *current; // resolves with it
  DexPromise         *next;    // resolves with the one after it, which somebody asked for meanwhile
  gboolean            scanned; // its last portion is in the queue
  GError             *problem; // how it ended
  DexFuture          *measure; // of the free space
  gboolean            loading;
  guint64             size;
  guint64             unused; // bytes in the store that repos share, of no repo; at the last scan
  guint64             free;
  GHashTable         *changed; // folders to read again
  GHashTable         *open;    // folder → MaqTransfer into it that is not done
  guint               settle;
};

enum
{
  PROP_LOADING = 1,
  PROP_SIZE,
  PROP_FREE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

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

  g_clear_pointer (&self->removals, maq_library_removals_free);
  g_clear_handle_id (&self->settle, g_source_remove);
  g_clear_handle_id (&self->slice, g_source_remove);
  g_clear_pointer (&self->watch, maq_library_watch_free);
  g_clear_pointer (&self->upstream, maq_library_upstream_free);
  dex_clear (&self->scan);
  dex_clear (&self->measure);
  give_up (&self->current);
  give_up (&self->next);
  g_queue_clear_full (&self->arrived, (GDestroyNotify) maq_cache_repo_unref);
  g_clear_pointer (&self->judge, maq_library_judge_free);
  g_clear_weak_pointer (&self->pool);
  g_clear_weak_pointer (&self->transfers);
  g_clear_object (&self->cache);
  G_OBJECT_CLASS (maq_library_parent_class)->dispose (object);
}

static void
maq_library_finalize (GObject *object)
{
  MaqLibrary *self = MAQ_LIBRARY (object);

  g_clear_error (&self->problem);
  g_clear_pointer (&self->changed, g_hash_table_unref);
  g_clear_pointer (&self->open, g_hash_table_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
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

  switch (prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_FREE:
      g_value_set_uint64 (value, self->free);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
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
  properties[PROP_FREE] = g_param_spec_uint64 ("free", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_library_init (MaqLibrary *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->removals = maq_library_removals_new (self);
  self->upstream = maq_library_upstream_new ();
  g_queue_init (&self->arrived);
  self->judge = maq_library_judge_new ();
}

// The name of a repo's folder in the cache (transfer full).
static char *
dup_folder (MaqRepoKind kind,
            const char *id)
{
  g_auto (GStrv) parts = g_strsplit (id, "/", -1);
  g_autofree char *name = g_strjoinv ("--", parts);

  return g_strdup_printf ("%s--%s", maq_repo_kind_get_plural (kind), name);
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

// The list

static void
set_loading (MaqLibrary *self,
             gboolean    loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

// The bytes on the disk: what several repos share counts once, so the items may add up to more.
static void
sum_up (MaqLibrary *self)
{
  g_autoptr (GHashTable) counted = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 size = self->unused;

  for (guint i = 0; i < self->items->len; i++)
    {
      const MaqCacheRepo *repo = maq_library_item_get_repo (g_ptr_array_index (self->items, i));
      size += repo->own_size + repo->begun_size;
      for (guint j = 0; j < repo->payloads->len; j++)
        {
          const MaqCachePayload *payload = g_ptr_array_index (repo->payloads, j);
          size += g_hash_table_add (counted, payload->name) ? payload->size : 0;
        }
    }
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

void
maq_library_show_known (MaqLibrary *self)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       item;

  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    if (!maq_library_item_is_hidden (item))
      g_ptr_array_add (wanted, item);
  g_ptr_array_sort (wanted, compare_items);
  show (self, wanted);
}

// Where ITEM belongs among the items; it is not among them.
static guint
find_place (MaqLibrary     *self,
            MaqLibraryItem *item)
{
  guint low = 0;
  guint high = self->items->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (compare_items (&self->items->pdata[middle], &item) < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
insert_item (MaqLibrary     *self,
             MaqLibraryItem *item)
{
  guint place = find_place (self, item);

  g_ptr_array_insert (self->items, place, g_object_ref (item));
  g_list_model_items_changed (G_LIST_MODEL (self), place, 0, 1);
}

// ITEM changed, perhaps its place too. That it is announced lets every order that somebody else made of the list be right again.
static void
move_item (MaqLibrary     *self,
           MaqLibraryItem *item)
{
  guint from;

  if (!g_ptr_array_find (self->items, item, &from))
    return;
  g_ptr_array_steal_index (self->items, from);
  guint to = find_place (self, item);
  g_ptr_array_insert (self->items, to, item);
  guint n = MAX (from, to) - MIN (from, to) + 1;
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (from, to), n, n);
}

// The repo in FOLDER is no longer there.
static void
forget (MaqLibrary *self,
        const char *folder)
{
  MaqLibraryItem *item = g_hash_table_lookup (self->known, folder);
  guint           place;

  if (item == NULL)
    return;
  if (g_ptr_array_find (self->items, item, &place))
    {
      g_ptr_array_remove_index (self->items, place);
      g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
    }
  maq_library_watch_remove (self->watch, folder);
  g_hash_table_remove (self->known, folder);
}

// REPO, which began to be read at SINCE.
static void
take_repo (MaqLibrary   *self,
           MaqCacheRepo *repo,
           gint64        since)
{
  g_autofree char *folder = dup_folder (repo->kind, repo->id);
  MaqLibraryItem  *item = g_hash_table_lookup (self->known, folder);

  maq_library_watch_add (self->watch, folder, repo, since);
  if (self->seen != NULL)
    g_hash_table_add (self->seen, g_strdup (folder));
  // A folder without content is a download that was given up; its own monitors stay.
  if (repo->n_files == 0 && repo->warning == NULL && repo->begun->len == 0)
    {
      if (item == NULL)
        return;
      maq_library_item_update (item, repo);
      guint place;
      if (g_ptr_array_find (self->items, item, &place))
        {
          g_ptr_array_remove_index (self->items, place);
          g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
        }
      g_hash_table_remove (self->known, folder);
    }
  else if (item == NULL)
    {
      item = maq_library_item_new (repo);
      maq_library_item_set_transfer (item, g_hash_table_lookup (self->open, folder));
      g_hash_table_insert (self->known, g_steal_pointer (&folder), item);
      insert_item (self, item);
    }
  else if (maq_library_item_update (item, repo))
    move_item (self, item);
}

// Reading

static DexFuture *
heads_read_cb (DexFuture *future,
               gpointer   data)
{
  g_autoptr (MaqLibrary) self = g_weak_ref_get (data);
  GPtrArray *repos = g_value_get_boxed (dex_future_get_value (future, NULL));

  for (guint i = 0; self != NULL && i < repos->len; i++)
    {
      const MaqCacheRepo *repo = g_ptr_array_index (repos, i);
      g_autofree char    *folder = dup_folder (repo->kind, repo->id);
      MaqLibraryItem     *item = g_hash_table_lookup (self->known, folder);
      if (item != NULL)
        maq_library_item_choose_again (item);
    }
  return dex_future_new_true ();
}

// A file that turns out to be no model is no variant from then on.
static void
read_heads (MaqLibrary *self,
            GPtrArray  *repos)
{
  dex_future_disown (dex_future_then (maq_library_heads_read (repos), heads_read_cb, new_weak_ref (self), weak_ref_free));
}

static void start_scan (MaqLibrary *self);

static void
set_free (MaqLibrary *self,
          guint64     bytes)
{
  if (self->free == bytes)
    return;
  self->free = bytes;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FREE]);
}

static DexFuture *
measured_cb (DexFuture *future,
             gpointer   data)
{
  g_autoptr (MaqLibrary) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self != NULL && value != NULL)
    set_free (self, g_value_get_uint64 (value));
  return dex_future_new_true ();
}

static DexFuture *
measure_thread (gpointer data)
{
  guint64 bytes = maq_cache_get_free_bytes (data);

  return dex_future_new_for_uint64 (bytes == G_MAXUINT64 ? 0 : bytes);
}

// In a thread: a disk that is far away takes its time.
static void
measure_free (MaqLibrary *self)
{
  DexFuture *work = maq_thread_spawn ("maq-free-space", measure_thread, g_object_ref (self->cache), g_object_unref);

  dex_clear (&self->measure);
  self->measure = dex_future_finally (work, measured_cb, new_weak_ref (self), weak_ref_free);
}

// All that the scan found is in the list: what it did not find goes.
static void
end_scan (MaqLibrary *self)
{
  g_autoptr (DexPromise) current = g_steal_pointer (&self->current);
  g_autoptr (GHashTable) seen = g_steal_pointer (&self->seen);
  g_autoptr (GError) problem = g_steal_pointer (&self->problem);
  GHashTableIter iter;
  gpointer       folder;

  self->scanned = FALSE;
  g_hash_table_iter_init (&iter, self->known);
  while (problem == NULL && g_hash_table_iter_next (&iter, &folder, NULL))
    if (!g_hash_table_contains (seen, folder))
      {
        maq_library_watch_remove (self->watch, folder);
        g_hash_table_iter_remove (&iter);
      }
  maq_library_show_known (self);
  measure_free (self);
  if (self->next != NULL)
    start_scan (self);
  else
    set_loading (self, FALSE);
  if (problem == NULL)
    dex_promise_resolve_boolean (current, TRUE);
  else
    dex_promise_reject (current, g_steal_pointer (&problem));
}

static gboolean
slice_cb (gpointer data)
{
  MaqLibrary *self = data;
  gint64      end = g_get_monotonic_time () + SLICE;

  while (!g_queue_is_empty (&self->arrived) && g_get_monotonic_time () < end)
    {
      g_autoptr (MaqCacheRepo) repo = g_queue_pop_head (&self->arrived);
      take_repo (self, repo, self->since);
    }
  sum_up (self);
  if (!g_queue_is_empty (&self->arrived))
    return G_SOURCE_CONTINUE;
  self->slice = 0;
  if (self->scanned)
    end_scan (self);
  return G_SOURCE_REMOVE;
}

static void
want_slice (MaqLibrary *self)
{
  // Not after drawing: where each frame takes longer than a frame has, as on a slow display with a spinner, it would never come.
  if (self->slice == 0)
    self->slice = g_timeout_add (PAUSE, slice_cb, self);
}

static void
portion_cb (GPtrArray *repos,
            gpointer   data)
{
  MaqLibrary *self = data;

  for (guint i = 0; i < repos->len; i++)
    g_queue_push_tail (&self->arrived, maq_cache_repo_ref (g_ptr_array_index (repos, i)));
  read_heads (self, repos);
  want_slice (self);
}

static DexFuture *
scanned_cb (DexFuture *future,
            gpointer   data)
{
  g_autoptr (MaqLibrary) self = g_weak_ref_get (data);

  if (self == NULL)
    return dex_future_new_true ();
  g_clear_error (&self->problem);
  const GValue *value = dex_future_get_value (future, &self->problem);
  if (value != NULL)
    self->unused = ((MaqCacheScan *) g_value_get_boxed (value))->unused;
  self->scanned = TRUE;
  want_slice (self);
  return dex_future_new_true ();
}

static void
start_scan (MaqLibrary *self)
{
  self->current = g_steal_pointer (&self->next);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->since = g_get_real_time ();
  set_loading (self, TRUE);
  dex_clear (&self->scan);
  self->scan = dex_future_finally (maq_cache_scan_in_portions (self->cache, portion_cb, self), scanned_cb, new_weak_ref (self), weak_ref_free);
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

// One repo, which changed

typedef struct
{
  GWeakRef library;
  char    *folder;
  gint64   since; // when it began
} Probe;

static void
probe_free (gpointer data)
{
  Probe *self = data;

  g_weak_ref_clear (&self->library);
  g_free (self->folder);
  g_free (self);
}

// What a scan that began earlier says of the same repo is out of date.
static void
drop_arrived (MaqLibrary *self,
              const char *folder)
{
  for (GList *link = self->arrived.head, *next; link != NULL; link = next)
    {
      MaqCacheRepo    *repo = link->data;
      g_autofree char *name = dup_folder (repo->kind, repo->id);
      next = link->next;
      if (!g_str_equal (name, folder))
        continue;
      maq_cache_repo_unref (repo);
      g_queue_delete_link (&self->arrived, link);
    }
}

static DexFuture *
probed_cb (DexFuture *future,
           gpointer   data)
{
  Probe *probe = data;
  g_autoptr (MaqLibrary) self = g_weak_ref_get (&probe->library);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || self->watch == NULL)
    return dex_future_new_true ();
  drop_arrived (self, probe->folder);
  if (value != NULL)
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new ();
      g_ptr_array_add (one, g_value_get_boxed (value));
      read_heads (self, one);
      take_repo (self, g_value_get_boxed (value), probe->since);
    }
  else
    forget (self, probe->folder);
  sum_up (self);
  measure_free (self);
  return dex_future_new_true ();
}

static DexFuture *
probe (MaqLibrary *self,
       const char *folder)
{
  Probe *data = g_new0 (Probe, 1);

  g_weak_ref_init (&data->library, self);
  data->folder = g_strdup (folder);
  data->since = g_get_real_time ();
  return dex_future_finally (maq_cache_scan_folder (self->cache, folder), probed_cb, data, probe_free);
}

DexFuture *
maq_library_probe (MaqLibrary     *self,
                   MaqLibraryItem *item)
{
  g_autofree char *folder = dup_folder (maq_library_item_get_kind (item), maq_library_item_get_id (item));

  return probe (self, folder);
}

static void
settled_cb (gpointer data)
{
  MaqLibrary *self = data;
  g_autoptr (GHashTable) changed = g_steal_pointer (&self->changed);
  GHashTableIter iter;
  gpointer       folder;

  self->settle = 0;
  self->changed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  // Nobody waits: the list changes when it changes.
  if (g_hash_table_size (changed) > MAX_PROBES)
    {
      dex_future_disown (maq_library_refresh (self));
      return;
    }
  g_hash_table_iter_init (&iter, changed);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    dex_future_disown (probe (self, folder));
}

static void
note_change (const char *folder,
             gpointer    data)
{
  MaqLibrary *self = data;

  if (folder == NULL)
    {
      dex_future_disown (maq_library_refresh (self));
      return;
    }
  g_hash_table_add (self->changed, g_strdup (folder));
  if (self->settle == 0)
    self->settle = g_timeout_add_once (SETTLE, settled_cb, self);
}

MaqLibrary *
maq_library_new (MaqCache *cache)
{
  g_return_val_if_fail (MAQ_IS_CACHE (cache), NULL);

  MaqLibrary *self = g_object_new (MAQ_TYPE_LIBRARY, NULL);
  self->cache = g_object_ref (cache);
  self->watch = maq_library_watch_new (maq_cache_get_root (cache), note_change, self);
  return self;
}

// What is being fetched

static void
give_transfer (MaqLibrary  *self,
               const char  *folder,
               MaqTransfer *transfer)
{
  MaqLibraryItem *item = g_hash_table_lookup (self->known, folder);

  if (item != NULL)
    maq_library_item_set_transfer (item, transfer);
}

// The first that is not done of each repo.
static GHashTable *
find_open (MaqTransferList *transfers)
{
  GHashTable *open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  guint       n = g_list_model_get_n_items (G_LIST_MODEL (transfers));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (transfers), i);
      MaqRepoKind      kind = maq_transfer_get_request (transfer)->kind;
      const char      *id = maq_transfer_get_id (transfer);
      g_autofree char *folder = dup_folder (kind, id);
      MaqTransfer     *found = g_hash_table_contains (open, folder) ? NULL : maq_transfer_list_find_open (transfers, kind, id);
      if (found != NULL)
        g_hash_table_insert (open, g_steal_pointer (&folder), g_object_ref (found));
    }
  return open;
}

static void
match_transfers (MaqLibrary *self)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->open);
  GHashTableIter iter;
  gpointer       folder;
  gpointer       transfer;

  self->open = find_open (self->transfers);
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (!g_hash_table_contains (self->open, folder))
      {
        give_transfer (self, folder, NULL);
        // What it left may be gone.
        note_change (folder, self);
      }
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &folder, &transfer))
    give_transfer (self, folder, transfer);
}

static void
transfer_state_cb (MaqLibrary  *self,
                   GParamSpec  *pspec,
                   MaqTransfer *transfer)
{
  g_autofree char *folder = dup_folder (maq_transfer_get_request (transfer)->kind, maq_transfer_get_id (transfer));

  match_transfers (self);
  // What it has written into files that are not finished nobody else tells of.
  note_change (folder, self);
}

static void
transfers_changed_cb (MaqLibrary *self,
                      guint       position,
                      guint       removed,
                      guint       added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (MaqTransfer) transfer = g_list_model_get_item (G_LIST_MODEL (self->transfers), i);
      g_signal_handlers_disconnect_by_func (transfer, transfer_state_cb, self);
      g_signal_connect_object (transfer, "notify::state", G_CALLBACK (transfer_state_cb), self, G_CONNECT_SWAPPED);
    }
  match_transfers (self);
}

gboolean
maq_library_resume (MaqLibrary     *self,
                    MaqLibraryItem *item)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), FALSE);
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (item), FALSE);

  MaqTransfer *transfer = maq_library_item_get_transfer (item);
  if (transfer != NULL)
    {
      maq_transfer_retry (transfer);
      return TRUE;
    }
  g_autoptr (MaqTransferRequest) request = self->transfers != NULL ? maq_completeness_make_request (maq_library_item_get_repo (item)) : NULL;
  g_autoptr (MaqTransfer) started = request != NULL ? maq_transfer_list_start (self->transfers, request) : NULL;
  return started != NULL;
}

void
maq_library_set_users (MaqLibrary      *self,
                       MaqTransferList *transfers,
                       MaqSessionPool  *pool)
{
  g_return_if_fail (MAQ_IS_LIBRARY (self));

  g_set_weak_pointer (&self->pool, pool);
  if (!g_set_weak_pointer (&self->transfers, transfers) || transfers == NULL)
    return;
  g_signal_connect_object (transfers, "items-changed", G_CALLBACK (transfers_changed_cb), self, G_CONNECT_SWAPPED);
  transfers_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (transfers)));
}

MaqCache *
maq_library_get_cache (MaqLibrary *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), NULL);
  return self->cache;
}

MaqLibraryRemovals *
maq_library_get_removals (MaqLibrary *self)
{
  return self->removals;
}

MaqLibraryJudge *
maq_library_get_judge (MaqLibrary *self)
{
  return self->judge;
}

MaqLibraryUpstream *
maq_library_get_upstream (MaqLibrary *self)
{
  return self->upstream;
}

MaqTransferList *
maq_library_get_transfers (MaqLibrary *self)
{
  return self->transfers;
}

MaqSessionPool *
maq_library_get_pool (MaqLibrary *self)
{
  return self->pool;
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

guint64
maq_library_get_free (MaqLibrary *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), 0);
  return self->free;
}

MaqLibraryItem *
maq_library_find (MaqLibrary *self,
                  MaqRepoKind kind,
                  const char *id)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  g_autofree char *folder = dup_folder (kind, id);
  MaqLibraryItem  *item = g_hash_table_lookup (self->known, folder);
  return item != NULL && !maq_library_item_is_hidden (item) ? item : NULL;
}
