// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-private.h"

#include <string.h>

#include "maq-variant.h"

struct _MaqLibraryItem
{
  GObject       parent_instance;
  MaqCacheRepo *repo;
  char         *owner; // nullable
  GPtrArray    *variants;
};

enum
{
  PROP_KIND = 1,
  PROP_ID,
  PROP_OWNER,
  PROP_NAME,
  PROP_SIZE,
  PROP_N_FILES,
  PROP_LAST_MODIFIED,
  PROP_HAS_CHAT_WEIGHTS,
  PROP_WARNING,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MaqLibraryItem, maq_library_item, G_TYPE_OBJECT)

static void
maq_library_item_finalize (GObject *object)
{
  MaqLibraryItem *self = MAQ_LIBRARY_ITEM (object);

  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  g_clear_pointer (&self->owner, g_free);
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
      g_value_set_uint64 (value, self->repo->size);
      break;
    case PROP_N_FILES:
      g_value_set_uint (value, self->repo->n_files);
      break;
    case PROP_LAST_MODIFIED:
      g_value_set_int64 (value, self->repo->last_modified);
      break;
    case PROP_HAS_CHAT_WEIGHTS:
      g_value_set_boolean (value, self->variants->len > 0);
      break;
    case PROP_WARNING:
      g_value_set_string (value, self->repo->warning);
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
  properties[PROP_LAST_MODIFIED] = g_param_spec_int64 ("last-modified", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_HAS_CHAT_WEIGHTS] = g_param_spec_boolean ("has-chat-weights", NULL, NULL, FALSE, flags);
  properties[PROP_WARNING] = g_param_spec_string ("warning", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_library_item_init (MaqLibraryItem *self)
{
  self->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
}

// The complete variants of one revision, with absolute paths.
static GPtrArray *
list_variants (MaqCacheRepo           *repo,
               const MaqCacheRevision *revision)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  GPtrArray *complete = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);

  for (guint i = 0; i < revision->files->len; i++)
    {
      const MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      gsize               length = strlen (file->path);
      if (length < 5 || g_ascii_strcasecmp (file->path + length - 5, ".gguf") != 0)
        continue;
      g_ptr_array_add (paths, g_strdup (file->path));
      g_array_append_val (sizes, file->size);
    }

  g_autoptr (GPtrArray) found = maq_variants_group ((const char *const *) paths->pdata, (const guint64 *) sizes->data, paths->len);
  for (guint i = 0; i < found->len; i++)
    {
      MaqVariant *variant = g_ptr_array_index (found, i);
      if (variant->missing > 0)
        continue;
      MaqVariant *copy = maq_variant_copy (variant);
      for (guint j = 0; copy->paths[j] != NULL; j++)
        {
          char *full = g_build_filename (repo->path, "snapshots", revision->commit, copy->paths[j], NULL);
          g_free (copy->paths[j]);
          copy->paths[j] = full;
        }
      g_ptr_array_add (complete, copy);
    }
  return complete;
}

static gboolean
is_main (const MaqCacheRevision *revision)
{
  return g_strv_contains ((const char *const *) revision->refs, "main");
}

// Those of main, or where main has none, of the newest revision that has any.
static GPtrArray *
choose_variants (MaqCacheRepo *repo)
{
  g_autoptr (GPtrArray) chosen = NULL;

  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      g_autoptr (GPtrArray) variants = list_variants (repo, revision);
      if (variants->len == 0 || (chosen != NULL && !is_main (revision)))
        continue;
      g_clear_pointer (&chosen, g_ptr_array_unref);
      chosen = g_steal_pointer (&variants);
    }
  return chosen != NULL ? g_steal_pointer (&chosen) : g_ptr_array_new_with_free_func ((GDestroyNotify) maq_variant_free);
}

static void
set_repo (MaqLibraryItem *self,
          MaqCacheRepo   *repo)
{
  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  g_clear_pointer (&self->variants, g_ptr_array_unref);
  self->repo = maq_cache_repo_ref (repo);
  self->variants = choose_variants (repo);
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

void
maq_library_item_update (MaqLibraryItem *self,
                         MaqCacheRepo   *repo)
{
  g_autoptr (MaqCacheRepo) old = maq_cache_repo_ref (self->repo);
  gboolean could_chat = self->variants->len > 0;
  GObject *object = G_OBJECT (self);

  set_repo (self, repo);
  g_object_freeze_notify (object);
  if (old->size != repo->size)
    g_object_notify_by_pspec (object, properties[PROP_SIZE]);
  if (old->n_files != repo->n_files)
    g_object_notify_by_pspec (object, properties[PROP_N_FILES]);
  if (old->last_modified != repo->last_modified)
    g_object_notify_by_pspec (object, properties[PROP_LAST_MODIFIED]);
  if (could_chat != (self->variants->len > 0))
    g_object_notify_by_pspec (object, properties[PROP_HAS_CHAT_WEIGHTS]);
  if (g_strcmp0 (old->warning, repo->warning) != 0)
    g_object_notify_by_pspec (object, properties[PROP_WARNING]);
  g_object_thaw_notify (object);
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
  return self->repo->size;
}

gint64
maq_library_item_get_last_modified (MaqLibraryItem *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (self), 0);
  return self->repo->last_modified;
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
