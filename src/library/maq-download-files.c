// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-download-files.h"

#include <string.h>

struct _MaqDownloadFileList
{
  GObject parent_instance;

  GPtrArray *files;
  GPtrArray *shown; // not owned
  guint      n_chosen;
  guint64    size_chosen;
};

enum
{
  PROP_N_CHOSEN = 1,
  PROP_SIZE_CHOSEN,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_DOWNLOAD_FILE;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_DOWNLOAD_FILE_LIST (model)->shown->len;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqDownloadFileList *self = MAQ_DOWNLOAD_FILE_LIST (model);

  return position < self->shown->len ? g_object_ref (g_ptr_array_index (self->shown, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqDownloadFileList, maq_download_file_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
maq_download_file_list_get_property (GObject    *object,
                                     guint       prop_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  MaqDownloadFileList *self = MAQ_DOWNLOAD_FILE_LIST (object);

  switch (prop_id)
    {
    case PROP_N_CHOSEN:
      g_value_set_uint (value, self->n_chosen);
      break;
    case PROP_SIZE_CHOSEN:
      g_value_set_uint64 (value, self->size_chosen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_download_file_list_finalize (GObject *object)
{
  MaqDownloadFileList *self = MAQ_DOWNLOAD_FILE_LIST (object);

  g_ptr_array_unref (self->shown);
  g_ptr_array_unref (self->files);
  G_OBJECT_CLASS (maq_download_file_list_parent_class)->finalize (object);
}

static void
maq_download_file_list_class_init (MaqDownloadFileListClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_download_file_list_get_property;
  object_class->finalize = maq_download_file_list_finalize;
  properties[PROP_N_CHOSEN] = g_param_spec_uint ("n-chosen", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_SIZE_CHOSEN] = g_param_spec_uint64 ("size-chosen", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_download_file_list_init (MaqDownloadFileList *self)
{
  self->shown = g_ptr_array_new ();
}

MaqDownloadFileList *
maq_download_file_list_new (GPtrArray *files)
{
  g_return_val_if_fail (files != NULL, NULL);

  MaqDownloadFileList *self = g_object_new (MAQ_TYPE_DOWNLOAD_FILE_LIST, NULL);
  self->files = g_ptr_array_ref (files);
  g_ptr_array_extend (self->shown, files, NULL, NULL);
  return self;
}

guint
maq_download_file_list_get_n_chosen (MaqDownloadFileList *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self), 0);

  return self->n_chosen;
}

guint64
maq_download_file_list_get_size_chosen (MaqDownloadFileList *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self), 0);

  return self->size_chosen;
}

// Letters and case only of ASCII are the same: paths are names, not text, and a hundred thousand of them are looked through at
// each key.
static gboolean
has_word (const char *path,
          const char *word)
{
  return strcasestr (path, word) != NULL;
}

static gboolean
matches (MaqDownloadFile *file,
         char           **words)
{
  const char *path = maq_download_file_get_path (file);

  for (guint i = 0; words[i] != NULL; i++)
    if (!has_word (path, words[i]))
      return FALSE;
  return TRUE;
}

void
maq_download_file_list_search (MaqDownloadFileList *self,
                               const char          *text)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self));

  guint n_before = self->shown->len;
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", " \t", -1);

  g_ptr_array_set_size (self->shown, 0);
  for (guint i = 0; i < self->files->len; i++)
    if (matches (g_ptr_array_index (self->files, i), words))
      g_ptr_array_add (self->shown, g_ptr_array_index (self->files, i));
  if (n_before > 0 || self->shown->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->shown->len);
}

// FALSE if FILE is so already.
static gboolean
set_chosen (MaqDownloadFileList *self,
            MaqDownloadFile     *file,
            gboolean             chosen)
{
  guint64 size = maq_download_file_get_size (file);

  if (maq_download_file_get_chosen (file) == chosen)
    return FALSE;
  self->n_chosen += chosen ? 1 : -1;
  self->size_chosen += chosen ? size : -size;
  maq_download_file_set_chosen (file, chosen);
  return TRUE;
}

static void
notify_chosen (MaqDownloadFileList *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE_CHOSEN]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CHOSEN]);
}

void
maq_download_file_list_choose (MaqDownloadFileList *self,
                               MaqDownloadFile     *file,
                               gboolean             chosen)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self));
  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE (file));

  if (set_chosen (self, file, chosen))
    notify_chosen (self);
}

void
maq_download_file_list_choose_shown (MaqDownloadFileList *self,
                                     gboolean             chosen)
{
  gboolean changed = FALSE;

  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self));

  for (guint i = 0; i < self->shown->len; i++)
    changed |= set_chosen (self, g_ptr_array_index (self->shown, i), chosen);
  if (changed)
    notify_chosen (self);
}

void
maq_download_file_list_choose_paths (MaqDownloadFileList *self,
                                     const char *const   *paths)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean changed = FALSE;

  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self));
  g_return_if_fail (paths != NULL);

  for (guint i = 0; paths[i] != NULL; i++)
    g_hash_table_add (wanted, (gpointer) paths[i]);
  for (guint i = 0; i < self->files->len; i++)
    {
      MaqDownloadFile *file = g_ptr_array_index (self->files, i);
      changed |= set_chosen (self, file, g_hash_table_contains (wanted, maq_download_file_get_path (file)));
    }
  if (changed)
    notify_chosen (self);
}

char **
maq_download_file_list_dup_paths (MaqDownloadFileList *self)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (self), NULL);

  for (guint i = 0; i < self->files->len; i++)
    {
      MaqDownloadFile *file = g_ptr_array_index (self->files, i);
      if (maq_download_file_get_chosen (file))
        g_strv_builder_add (paths, maq_download_file_get_path (file));
    }
  return g_strv_builder_end (paths);
}
