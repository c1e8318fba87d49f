// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

#include <gio/gunixmounts.h>
#include <string.h>

#include "maq-variant-fits.h"

// A scan and the list have the same order. The list becomes the scan as two sorted lists are merged, a slice at a time:
//
//   items   what the scan has … | what was there before …
//                               at
//   next    merged …            | to come …
//                               next_at

#define SLICE       2000                  // microseconds of a turn of the main loop for merging
#define PAUSE       16                    // milliseconds between two: a frame, which has the rows that came to lay out
#define RUN         8                     // models that come or go at once: of each that is in sight a row is made
#define MAX_JUDGING 2                     // headers read at the same time
#define JUDGED_FOR  (60 * G_USEC_PER_SEC) // free memory changes
#define MAX_QUEUE   64                    // of rows that were on the screen; older ones are forgotten

struct _MaqForeignList
{
  GObject            parent_instance;
  GPtrArray         *items; // of MaqForeignItem
  GHashTable        *by_path;
  GPtrArray         *next; // of MaqForeignModel; NULL: nothing is being merged
  guint              at;
  guint              next_at;
  guint              slice;
  char             **folders;
  DexFuture         *scanning;
  gboolean           again; // it was asked for during the scan
  gboolean           looked;
  GUnixMountMonitor *mounts;
  GQueue             waiting; // of MaqForeignItem, to be judged
  guint              n_judging;
};

enum
{
  PROP_LOADING = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_FOREIGN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_FOREIGN_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqForeignList *self = MAQ_FOREIGN_LIST (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqForeignList, maq_foreign_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

// --- Merging ---

static gboolean
same_model (const MaqForeignModel *one,
            const MaqForeignModel *two)
{
  if (one->modified != two->modified || g_strcmp0 (one->problem, two->problem) != 0)
    return FALSE;
  return one->variant == NULL ||
         (one->variant->size == two->variant->size && one->variant->missing == two->variant->missing && strcmp (one->variant->label, two->variant->label) == 0 &&
          g_strv_equal ((const char *const *) one->variant->paths, (const char *const *) two->variant->paths));
}

// How the item at POSITION stands to the next model: before it, in its place, behind it. Beyond the end there is nothing.
static int
compare_next (MaqForeignList *self,
              guint           position)
{
  if (position >= self->items->len)
    return 1;
  if (self->next_at >= self->next->len)
    return -1;
  return maq_foreign_model_compare (maq_foreign_item_get_model (self->items->pdata[position]), self->next->pdata[self->next_at]);
}

static gboolean
is_merged (MaqForeignList *self)
{
  return self->at >= self->items->len && self->next_at >= self->next->len;
}

static gboolean
is_unchanged (MaqForeignList *self,
              guint           position)
{
  return compare_next (self, position) == 0 && same_model (maq_foreign_item_get_model (self->items->pdata[position]), self->next->pdata[self->next_at]);
}

static void
drop_path (MaqForeignList *self,
           MaqForeignItem *item)
{
  const char *path = maq_foreign_item_get_path (item);

  // A model that got another name may have come before the old one goes.
  if (g_hash_table_lookup (self->by_path, path) == item)
    g_hash_table_remove (self->by_path, path);
}

// Puts what differs from here on, up to RUN of it, into the list as one change.
static void
merge_run (MaqForeignList *self)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  guint position = self->at;
  guint n_removed = 0;

  for (guint n = 0; n < RUN && (self->at + n_removed < self->items->len || self->next_at < self->next->len) && !is_unchanged (self, self->at + n_removed); n++)
    {
      int order = compare_next (self, self->at + n_removed);
      if (order <= 0)
        drop_path (self, self->items->pdata[self->at + n_removed++]);
      if (order >= 0)
        g_ptr_array_add (added, maq_foreign_item_new (self->next->pdata[self->next_at++]));
    }
  if (n_removed > 0)
    g_ptr_array_remove_range (self->items, position, n_removed);
  for (guint i = 0; i < added->len; i++)
    {
      g_ptr_array_insert (self->items, (int) (position + i), added->pdata[i]);
      g_hash_table_replace (self->by_path, (gpointer) maq_foreign_item_get_path (added->pdata[i]), added->pdata[i]);
    }
  self->at += added->len;
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, added->len);
}

static gboolean
slice_cb (gpointer data)
{
  MaqForeignList *self = data;
  gint64          end = g_get_monotonic_time () + SLICE;

  while (!is_merged (self) && g_get_monotonic_time () < end)
    {
      if (is_unchanged (self, self->at))
        {
          self->at++;
          self->next_at++;
        }
      else
        merge_run (self);
    }
  if (!is_merged (self))
    return G_SOURCE_CONTINUE;
  self->slice = 0;
  g_clear_pointer (&self->next, g_ptr_array_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
  return G_SOURCE_REMOVE;
}

// What cannot be looked into is listed behind the models.
static void
add_places (GPtrArray *models,
            GPtrArray *places)
{
  g_autoptr (GPtrArray) bad = g_ptr_array_new ();

  for (guint i = 0; i < places->len; i++)
    {
      const MaqForeignPlace *place = places->pdata[i];
      if (place->problem != NULL)
        maq_foreign_add (bad, place->program, g_filename_display_name (place->path), NULL, 0, g_strdup (place->problem));
    }
  maq_foreign_sort (bad);
  g_ptr_array_extend_and_steal (models, g_steal_pointer (&bad));
}

static void
begin_merge (MaqForeignList       *self,
             const MaqForeignScan *scan)
{
  g_clear_pointer (&self->next, g_ptr_array_unref);
  self->next = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_foreign_model_unref);
  self->at = 0;
  self->next_at = 0;
  for (guint i = 0; i < scan->models->len; i++)
    g_ptr_array_add (self->next, maq_foreign_model_ref (scan->models->pdata[i]));
  add_places (self->next, scan->places);
  // Not when idle: while something on the screen moves, a slow machine never is. What a slice may take and the pause leave time to draw.
  if (self->slice == 0)
    self->slice = g_timeout_add_full (G_PRIORITY_DEFAULT, PAUSE, slice_cb, self, NULL);
}

// --- Scanning ---

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
weak_new (MaqForeignList *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

static void scan (MaqForeignList *self);

static DexFuture *
scanned_cb (DexFuture *future,
            gpointer   data)
{
  g_autoptr (MaqForeignList) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL)
    return dex_future_new_true ();
  dex_clear (&self->scanning);
  if (value != NULL)
    begin_merge (self, g_value_get_boxed (value));
  if (self->again)
    scan (self);
  return dex_future_new_true ();
}

static void
scan (MaqForeignList *self)
{
  self->again = FALSE;
  self->scanning = dex_future_finally (maq_foreign_find ((const char *const *) self->folders), scanned_cb, weak_new (self), weak_free);
}

// --- Judging ---

typedef struct
{
  GWeakRef        list;
  MaqForeignItem *item;
} Judging;

static void
judging_free (gpointer data)
{
  Judging *self = data;

  g_weak_ref_clear (&self->list);
  g_object_unref (self->item);
  g_free (self);
}

static void judge_next (MaqForeignList *self);

static DexFuture *
judged_cb (DexFuture *future,
           gpointer   data)
{
  Judging *judging = data;
  g_autoptr (MaqForeignList) self = g_weak_ref_get (&judging->list);
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray    *fits = value != NULL ? g_value_get_boxed (value) : NULL;

  // A header that cannot be read says nothing on whether the model runs.
  maq_foreign_item_take_fit (judging->item, fits != NULL ? maq_fit_copy (fits->pdata[0]) : NULL);
  if (self == NULL)
    return dex_future_new_true ();
  self->n_judging--;
  judge_next (self);
  return dex_future_new_true ();
}

static void
judge_next (MaqForeignList *self)
{
  const MaqFitOptions options = { 0 };

  while (self->n_judging < MAX_JUDGING && !g_queue_is_empty (&self->waiting))
    {
      Judging *judging = g_new0 (Judging, 1);
      judging->item = g_queue_pop_head (&self->waiting);
      g_weak_ref_init (&judging->list, self);
      self->n_judging++;
      DexFuture *work = maq_variant_fits_judge_local (maq_foreign_item_get_model (judging->item)->variant, &options);
      // Nobody waits: the item tells.
      dex_future_disown (dex_future_finally (work, judged_cb, judging, judging_free));
    }
}

void
maq_foreign_list_judge (MaqForeignList *self,
                        MaqForeignItem *item)
{
  g_return_if_fail (MAQ_IS_FOREIGN_LIST (self));
  g_return_if_fail (MAQ_IS_FOREIGN_ITEM (item));

  gint64 judged = maq_foreign_item_get_judged (item);
  if (!maq_foreign_item_is_usable (item) || (judged != 0 && g_get_monotonic_time () - judged < JUDGED_FOR) || g_queue_find (&self->waiting, item) != NULL)
    return;
  g_queue_push_tail (&self->waiting, g_object_ref (item));
  while (g_queue_get_length (&self->waiting) > MAX_QUEUE)
    g_object_unref (g_queue_pop_head (&self->waiting));
  judge_next (self);
}

// --- Object ---

static void
maq_foreign_list_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (prop_id == PROP_LOADING)
    g_value_set_boolean (value, maq_foreign_list_get_loading (MAQ_FOREIGN_LIST (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_foreign_list_dispose (GObject *object)
{
  MaqForeignList *self = MAQ_FOREIGN_LIST (object);

  g_clear_handle_id (&self->slice, g_source_remove);
  dex_clear (&self->scanning);
  g_queue_clear_full (&self->waiting, g_object_unref);
  g_clear_object (&self->mounts);
  G_OBJECT_CLASS (maq_foreign_list_parent_class)->dispose (object);
}

static void
maq_foreign_list_finalize (GObject *object)
{
  MaqForeignList *self = MAQ_FOREIGN_LIST (object);

  g_clear_pointer (&self->next, g_ptr_array_unref);
  g_hash_table_unref (self->by_path);
  g_ptr_array_unref (self->items);
  g_strfreev (self->folders);
  G_OBJECT_CLASS (maq_foreign_list_parent_class)->finalize (object);
}

static void
maq_foreign_list_class_init (MaqForeignListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = maq_foreign_list_get_property;
  object_class->dispose = maq_foreign_list_dispose;
  object_class->finalize = maq_foreign_list_finalize;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

// A drive came or went.
static void
mounts_changed_cb (MaqForeignList *self)
{
  if (self->looked)
    maq_foreign_list_refresh (self);
}

static void
maq_foreign_list_init (MaqForeignList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->folders = g_new0 (char *, 1);
  self->mounts = g_unix_mount_monitor_get ();
  g_queue_init (&self->waiting);
  g_signal_connect_object (self->mounts, "mounts-changed", G_CALLBACK (mounts_changed_cb), self, G_CONNECT_SWAPPED);
}

MaqForeignList *
maq_foreign_list_new (void)
{
  return g_object_new (MAQ_TYPE_FOREIGN_LIST, NULL);
}

void
maq_foreign_list_set_folders (MaqForeignList    *self,
                              const char *const *folders)
{
  static const char *const none[] = { NULL };

  g_return_if_fail (MAQ_IS_FOREIGN_LIST (self));

  if (folders == NULL)
    folders = none;
  if (g_strv_equal ((const char *const *) self->folders, folders))
    return;
  g_strfreev (self->folders);
  self->folders = g_strdupv ((char **) folders);
  if (self->looked)
    maq_foreign_list_refresh (self);
}

void
maq_foreign_list_refresh (MaqForeignList *self)
{
  g_return_if_fail (MAQ_IS_FOREIGN_LIST (self));

  self->looked = TRUE;
  if (self->scanning != NULL)
    {
      self->again = TRUE;
      return;
    }
  scan (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

gboolean
maq_foreign_list_get_loading (MaqForeignList *self)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_LIST (self), FALSE);
  return self->scanning != NULL || self->next != NULL;
}

MaqForeignItem *
maq_foreign_list_find (MaqForeignList *self,
                       const char     *path)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_LIST (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);
  return g_hash_table_lookup (self->by_path, path);
}
