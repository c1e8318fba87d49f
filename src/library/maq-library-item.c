// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-heads.h"
#include "maq-library-private.h"
#include "maq-transfer-private.h"

#include <string.h>

struct _MaqLibraryItem
{
  GObject       parent_instance;
  MaqCacheRepo *repo;
  char         *owner; // nullable
  GPtrArray    *variants;
  GPtrArray    *partials;
  GPtrArray    *removals; // of MaqLibraryRemoval, not owned
  MaqFit       *fit;
  gint64        judged;
  char         *upstream; // nullable
  gint64        ask_again;

  MaqTransfer    *transfer; // nullable: into it, not done
  MaqCompleteness completeness;
  gboolean        follows; // the figures of transfer
};

enum
{
  PROP_KIND = 1,
  PROP_ID,
  PROP_OWNER,
  PROP_NAME,
  PROP_SIZE,
  PROP_N_FILES,
  PROP_N_REVISIONS,
  PROP_LAST_MODIFIED,
  PROP_LAST_ACCESSED,
  PROP_HAS_CHAT_WEIGHTS,
  PROP_WARNING,
  PROP_FIT,
  PROP_COMPLETENESS,
  PROP_HAVE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MaqLibraryItem, maq_library_item, G_TYPE_OBJECT)

static void
maq_library_item_finalize (GObject *object)
{
  MaqLibraryItem *self = MAQ_LIBRARY_ITEM (object);

  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_clear_object (&self->transfer);
  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  g_clear_pointer (&self->partials, g_ptr_array_unref);
  g_clear_pointer (&self->removals, g_ptr_array_unref);
  g_clear_pointer (&self->fit, maq_fit_free);
  g_clear_pointer (&self->owner, g_free);
  g_clear_pointer (&self->upstream, g_free);
  G_OBJECT_CLASS (maq_library_item_parent_class)->finalize (object);
}

static const char *
get_name (MaqLibraryItem *self)
{
  const char *slash = strchr (self->repo->id, '/');

  return slash != NULL ? slash + 1 : self->repo->id;
}

static void
maq_library_item_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqLibraryItem *self = MAQ_LIBRARY_ITEM (object);

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_enum (value, self->repo->kind);
      break;
    case PROP_ID:
      g_value_set_string (value, self->repo->id);
      break;
    case PROP_OWNER:
      g_value_set_string (value, self->owner);
      break;
    case PROP_NAME:
      g_value_set_string (value, get_name (self));
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, maq_library_item_get_size (self));
      break;
    case PROP_N_FILES:
      g_value_set_uint (value, self->repo->n_files);
      break;
    case PROP_N_REVISIONS:
      g_value_set_uint (value, self->repo->revisions->len);
      break;
    case PROP_LAST_MODIFIED:
      g_value_set_int64 (value, self->repo->last_modified);
      break;
    case PROP_LAST_ACCESSED:
      g_value_set_int64 (value, maq_library_item_get_last_accessed (self));
      break;
    case PROP_HAS_CHAT_WEIGHTS:
      g_value_set_boolean (value, self->variants->len > 0);
      break;
    case PROP_WARNING:
      g_value_set_string (value, self->repo->warning);
      break;
    case PROP_FIT:
      g_value_set_boxed (value, self->fit);
      break;
    case PROP_COMPLETENESS:
      g_value_set_uint (value, self->completeness.state);
      break;
    case PROP_HAVE:
      g_value_set_uint64 (value, self->completeness.have);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_item_class_init (MaqLibraryItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = maq_library_item_finalize;
  object_class->get_property = maq_library_item_get_property;

  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, MAQ_TYPE_REPO_KIND, MAQ_REPO_KIND_MODEL, flags);
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_OWNER] = g_param_spec_string ("owner", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_N_FILES] = g_param_spec_uint ("n-files", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_REVISIONS] = g_param_spec_uint ("n-revisions", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LAST_MODIFIED] = g_param_spec_int64 ("last-modified", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_LAST_ACCESSED] = g_param_spec_int64 ("last-accessed", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_HAS_CHAT_WEIGHTS] = g_param_spec_boolean ("has-chat-weights", NULL, NULL, FALSE, flags);
  properties[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, flags);
  properties[PROP_FIT] = g_param_spec_boxed ("fit", NULL, NULL, MAQ_TYPE_FIT, flags);
  properties[PROP_COMPLETENESS] = g_param_spec_uint ("completeness", NULL, NULL, 0, MAQ_COMPLETENESS_INCOMPLETE, 0, flags);
  properties[PROP_HAVE] = g_param_spec_uint64 ("have", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GPtrArray *
new_variants (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
}

static void
maq_library_item_init (MaqLibraryItem *self)
{
  self->variants = new_variants ();
  self->partials = new_variants ();
  self->removals = g_ptr_array_new ();
}

GPtrArray *
maq_library_group_variants (const MaqCacheRevision *revision)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) headers = g_array_new (FALSE, FALSE, sizeof (MaqCompanion));

  g_return_val_if_fail (revision != NULL, NULL);

  for (guint i = 0; i < revision->files->len; i++)
    {
      const MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      MaqCompanion        header;
      if (!maq_variant_is_gguf (file->path))
        continue;
      header = maq_library_heads_get (file);
      g_ptr_array_add (paths, file->path);
      g_array_append_val (sizes, file->size);
      g_array_append_val (headers, header);
    }
  return maq_variants_group_known ((const char *const *) paths->pdata, (const guint64 *) sizes->data, (const MaqCompanion *) headers->data, paths->len);
}

static gboolean
hides_variant (MaqLibraryItem         *self,
               const MaqCacheRevision *revision,
               const MaqVariant       *variant)
{
  for (guint i = 0; variant->paths[i] != NULL; i++)
    if (maq_library_item_hides (self, revision->commit, variant->paths[i]))
      return TRUE;
  return FALSE;
}

// Adds the complete variants of REVISION, with absolute paths, and those that are not.
static void
list_variants (MaqLibraryItem         *self,
               const MaqCacheRevision *revision,
               GPtrArray              *complete,
               GPtrArray              *partial)
{
  g_autoptr (GPtrArray) found = maq_library_group_variants (revision);

  for (guint i = 0; i < found->len; i++)
    {
      const MaqVariant *variant = g_ptr_array_index (found, i);
      if (hides_variant (self, revision, variant))
        continue;
      MaqVariant *copy = maq_variant_copy (variant);
      g_ptr_array_add (variant->missing > 0 ? partial : complete, copy);
      for (guint j = 0; variant->missing == 0 && copy->paths[j] != NULL; j++)
        {
          char *full = g_build_filename (self->repo->path, "snapshots", revision->commit, copy->paths[j], NULL);
          g_free (copy->paths[j]);
          copy->paths[j] = full;
        }
    }
}

static gboolean
is_main (const MaqCacheRevision *revision)
{
  return g_strv_contains ((const char *const *) revision->refs, "main");
}

// Takes those of main, or where main has none that is complete, of the newest revision that has one.
static void
choose_variants (MaqLibraryItem *self)
{
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  g_clear_pointer (&self->partials, g_ptr_array_unref);
  self->variants = new_variants ();
  self->partials = new_variants ();
  for (guint i = 0; i < self->repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (self->repo->revisions, i);
      g_autoptr (GPtrArray) complete = new_variants ();
      g_autoptr (GPtrArray) partial = new_variants ();
      list_variants (self, revision, complete, partial);
      gboolean better = is_main (revision) ? complete->len > 0 : self->variants->len == 0 && complete->len > 0;
      if (!better && !(self->variants->len == 0 && self->partials->len == 0))
        continue;
      g_ptr_array_unref (self->variants);
      g_ptr_array_unref (self->partials);
      self->variants = g_steal_pointer (&complete);
      self->partials = g_steal_pointer (&partial);
    }
}

static void
set_completeness (MaqLibraryItem *self,
                  MaqCompleteness now)
{
  MaqCompleteness was = self->completeness;
  GObject        *object = G_OBJECT (self);

  self->completeness = now;
  g_object_freeze_notify (object);
  if (was.state != now.state)
    g_object_notify_by_pspec (object, properties[PROP_COMPLETENESS]);
  if (was.have != now.have || was.want != now.want)
    g_object_notify_by_pspec (object, properties[PROP_HAVE]);
  g_object_thaw_notify (object);
}

// Long lists are looked through.
static void
judge (MaqLibraryItem *self)
{
  MaqCompleteness now = maq_completeness_judge (self->repo, self->transfer);

  self->follows = self->transfer != NULL && now.want > 0 && now.want == maq_transfer_get_bytes_total (self->transfer);
  set_completeness (self, now);
}

static void
progress_cb (MaqLibraryItem *self)
{
  MaqCompleteness now = self->completeness;

  if (!self->follows)
    return;
  now.have = maq_transfer_get_bytes_done (self->transfer);
  set_completeness (self, now);
}

static void
transfer_changed_cb (MaqLibraryItem *self)
{
  judge (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
maq_library_item_set_transfer (MaqLibraryItem *self,
                               MaqTransfer    *transfer)
{
  if (self->transfer == transfer)
    return;
  if (self->transfer != NULL)
    g_signal_handlers_disconnect_by_data (self->transfer, self);
  g_set_object (&self->transfer, transfer);
  if (transfer != NULL)
    {
      g_signal_connect_object (transfer, "notify::bytes-done", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (transfer, "notify::bytes-total", G_CALLBACK (judge), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (transfer, "notify::state", G_CALLBACK (transfer_changed_cb), self, G_CONNECT_SWAPPED);
    }
  transfer_changed_cb (self);
}

static void
set_repo (MaqLibraryItem *self,
          MaqCacheRepo   *repo)
{
  MaqCacheRepo *old = self->repo;

  self->repo = maq_cache_repo_ref (repo);
  g_clear_pointer (&old, maq_cache_repo_unref);
  choose_variants (self);
  judge (self);
}

MaqLibraryItem *
maq_library_item_new (MaqCacheRepo *repo)
{
  MaqLibraryItem *self = g_object_new (MAQ_TYPE_LIBRARY_ITEM, NULL);
  const char     *slash = strchr (repo->id, '/');

  self->owner = slash != NULL ? g_strndup (repo->id, slash - repo->id) : NULL;
  set_repo (self, repo);
  return self;
}

static gboolean
same_revision (const MaqCacheRevision *one,
               const MaqCacheRevision *two)
{
  if (!g_str_equal (one->commit, two->commit) || one->files->len != two->files->len || one->size != two->size ||
      (one->absent == NULL) != (two->absent == NULL) || (one->absent != NULL && one->absent->len != two->absent->len) ||
      !g_strv_equal ((const char *const *) one->refs, (const char *const *) two->refs))
    return FALSE;
  for (guint i = 0; i < one->files->len; i++)
    {
      const MaqCacheFile *a = g_ptr_array_index (one->files, i);
      const MaqCacheFile *b = g_ptr_array_index (two->files, i);
      if (a->size != b->size || !g_str_equal (a->path, b->path) || !g_str_equal (a->blob_path, b->blob_path))
        return FALSE;
    }
  return TRUE;
}

static gboolean
same_repo (const MaqCacheRepo *one,
           const MaqCacheRepo *two)
{
  if (one->size != two->size || one->begun_size != two->begun_size || one->begun->len != two->begun->len || one->n_files != two->n_files || one->last_modified != two->last_modified ||
      one->last_accessed != two->last_accessed || g_strcmp0 (one->warning, two->warning) != 0 || one->revisions->len != two->revisions->len)
    return FALSE;
  for (guint i = 0; i < one->revisions->len; i++)
    if (!same_revision (g_ptr_array_index (one->revisions, i), g_ptr_array_index (two->revisions, i)))
      return FALSE;
  return TRUE;
}

gboolean
maq_library_item_update (MaqLibraryItem *self,
                         MaqCacheRepo   *repo)
{
  g_autoptr (MaqCacheRepo) old = maq_cache_repo_ref (self->repo);
  gboolean could_chat = self->variants->len > 0;
  GObject *object = G_OBJECT (self);

  if (same_repo (old, repo))
    return FALSE;
  set_repo (self, repo);
  // What was found out of other files is not true of these.
  self->judged = 0;
  g_object_freeze_notify (object);
  if (old->size + old->begun_size != repo->size + repo->begun_size)
    g_object_notify_by_pspec (object, properties[PROP_SIZE]);
  if (old->n_files != repo->n_files)
    g_object_notify_by_pspec (object, properties[PROP_N_FILES]);
  if (old->revisions->len != repo->revisions->len)
    g_object_notify_by_pspec (object, properties[PROP_N_REVISIONS]);
  if (old->last_modified != repo->last_modified)
    g_object_notify_by_pspec (object, properties[PROP_LAST_MODIFIED]);
  if (old->last_accessed != repo->last_accessed)
    g_object_notify_by_pspec (object, properties[PROP_LAST_ACCESSED]);
  if (could_chat != (self->variants->len > 0))
    g_object_notify_by_pspec (object, properties[PROP_HAS_CHAT_WEIGHTS]);
  if (g_strcmp0 (old->warning, repo->warning) != 0)
    g_object_notify_by_pspec (object, properties[PROP_WARNING]);
  g_object_thaw_notify (object);
  g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}

void
maq_library_item_choose_again (MaqLibraryItem *self)
{
  gboolean could_chat = self->variants->len > 0;

  choose_variants (self);
  if (could_chat != (self->variants->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_CHAT_WEIGHTS]);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
maq_library_item_add_removal (MaqLibraryItem    *self,
                              MaqLibraryRemoval *removal)
{
  g_ptr_array_add (self->removals, removal);
  maq_library_item_choose_again (self);
}

void
maq_library_item_drop_removal (MaqLibraryItem    *self,
                               MaqLibraryRemoval *removal)
{
  if (g_ptr_array_remove (self->removals, removal))
    maq_library_item_choose_again (self);
}

gboolean
maq_library_item_is_hidden (MaqLibraryItem *self)
{
  return maq_library_item_hides (self, NULL, NULL);
}

gboolean
maq_library_item_hides (MaqLibraryItem *self,
                        const char     *commit,
                        const char     *path)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), FALSE);

  for (guint i = 0; i < self->removals->len; i++)
    if (maq_library_removal_takes (g_ptr_array_index (self->removals, i), commit, path))
      return TRUE;
  return FALSE;
}

void
maq_library_item_take_fit (MaqLibraryItem *self,
                           MaqFit         *fit)
{
  g_clear_pointer (&self->fit, maq_fit_free);
  self->fit = fit;
  self->judged = g_get_monotonic_time ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIT]);
}

gint64
maq_library_item_get_judged (MaqLibraryItem *self)
{
  return self->judged;
}

MaqFit *
maq_library_item_choose_fit (MaqLibraryItem *self,
                             GPtrArray      *fits)
{
  const MaqVariant *best = fits->len == self->variants->len ? maq_fit_recommend (self->variants, fits) : NULL;
  guint             i = 0;

  return best != NULL && g_ptr_array_find (self->variants, best, &i) ? maq_fit_copy (g_ptr_array_index (fits, i)) : NULL;
}

void
maq_library_item_set_upstream (MaqLibraryItem *self,
                               const char     *commit,
                               gint64          again)
{
  gboolean had_news = maq_library_item_has_news (self);

  // What was known before is better than nothing.
  if (commit != NULL)
    g_set_str (&self->upstream, commit);
  self->ask_again = again;
  if (had_news != maq_library_item_has_news (self))
    g_signal_emit (self, signals[CHANGED], 0);
}

const char *
maq_library_item_get_upstream (MaqLibraryItem *self)
{
  return self->upstream;
}

gint64
maq_library_item_get_ask_again (MaqLibraryItem *self)
{
  return self->ask_again;
}

void
maq_library_item_set_ask_again (MaqLibraryItem *self,
                                gint64          again)
{
  self->ask_again = again;
}

MaqRepoKind
maq_library_item_get_kind (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), MAQ_REPO_KIND_MODEL);
  return self->repo->kind;
}

const char *
maq_library_item_get_id (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->repo->id;
}

guint64
maq_library_item_get_size (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), 0);
  return self->repo->size + self->repo->begun_size;
}

gint64
maq_library_item_get_last_modified (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), 0);
  return self->repo->last_modified;
}

gint64
maq_library_item_get_last_accessed (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), 0);
  return MAX (self->repo->last_accessed, self->repo->last_modified);
}

MaqCacheRepo *
maq_library_item_get_repo (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->repo;
}

GPtrArray *
maq_library_item_get_variants (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->variants;
}

GPtrArray *
maq_library_item_get_partial_variants (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->partials;
}

const MaqFit *
maq_library_item_get_fit (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->fit;
}

const MaqCompleteness *
maq_library_item_get_completeness (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return &self->completeness;
}

MaqTransfer *
maq_library_item_get_transfer (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), NULL);
  return self->transfer;
}

gboolean
maq_library_item_is_fetched (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), FALSE);
  return self->transfer != NULL && maq_transfer_is_active (self->transfer);
}
