// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-file-list.h"

#include <glib/gi18n.h>

#include "maq-inspect.h"
#include "maq-units.h"

struct _MaqRepoFileList
{
  GObject parent_instance;

  MaqHubTree *tree; // nullable
  GHashTable *here; // nullable, and so is the next
  GHashTable *coming;
  GHashTable *alive; // the rows there are, by the MaqHubFile they show; neither is owned
};

struct _MaqRepoFile
{
  GObject parent_instance;

  MaqRepoFileList *list; // not owned; NULL once it forgot this file
  MaqHubTree      *tree; // of which FILE is
  MaqHubFile      *file;
  MaqRepoFileState state;
};

G_DEFINE_ENUM_TYPE (MaqRepoFileState, maq_repo_file_state, G_DEFINE_ENUM_VALUE (MAQ_REPO_FILE_ON_HUB, "on-hub"), G_DEFINE_ENUM_VALUE (MAQ_REPO_FILE_COMING, "coming"), G_DEFINE_ENUM_VALUE (MAQ_REPO_FILE_HERE, "here"))

G_DEFINE_FINAL_TYPE (MaqRepoFile, maq_repo_file, G_TYPE_OBJECT)

typedef enum
{
  PROP_PATH = 1,
  PROP_SIZE,
  PROP_STATE,
  PROP_CAN_INSPECT,
  PROP_FACTS,
} MaqRepoFileProperty;

static GParamSpec *file_properties[PROP_FACTS + 1];

static char *
dup_facts (MaqRepoFile *self)
{
  g_autofree char *size = maq_format_bytes (self->file->size);
  const char      *words = maq_repo_file_state_to_words (self->state);

  return *words != '\0' ? g_strdup_printf ("%s · %s", size, words) : g_steal_pointer (&size);
}

static void
maq_repo_file_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MaqRepoFile *self = MAQ_REPO_FILE (object);

  switch ((MaqRepoFileProperty) prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->file->path);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->file->size);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_CAN_INSPECT:
      g_value_set_boolean (value, maq_inspect_knows (self->file->path));
      break;
    case PROP_FACTS:
      g_value_take_string (value, dup_facts (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_file_finalize (GObject *object)
{
  MaqRepoFile *self = MAQ_REPO_FILE (object);

  if (self->list != NULL)
    g_hash_table_remove (self->list->alive, self->file);
  maq_hub_tree_unref (self->tree);
  G_OBJECT_CLASS (maq_repo_file_parent_class)->finalize (object);
}

static void
maq_repo_file_class_init (MaqRepoFileClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_repo_file_get_property;
  object_class->finalize = maq_repo_file_finalize;

  file_properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  file_properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  file_properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MAQ_TYPE_REPO_FILE_STATE, MAQ_REPO_FILE_ON_HUB, flags);
  file_properties[PROP_CAN_INSPECT] = g_param_spec_boolean ("can-inspect", NULL, NULL, FALSE, flags);
  file_properties[PROP_FACTS] = g_param_spec_string ("facts", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (file_properties), file_properties);
}

static void
maq_repo_file_init (MaqRepoFile *self)
{
}

const char *
maq_repo_file_get_path (MaqRepoFile *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_FILE (self), NULL);

  return self->file->path;
}

MaqRepoFileState
maq_repo_file_get_state (MaqRepoFile *self)
{
  g_return_val_if_fail (MAQ_IS_REPO_FILE (self), MAQ_REPO_FILE_ON_HUB);

  return self->state;
}

const char *
maq_repo_file_state_to_words (MaqRepoFileState state)
{
  switch (state)
    {
    case MAQ_REPO_FILE_COMING:
      return _ ("Downloading");
    case MAQ_REPO_FILE_HERE:
      return _ ("On this computer");
    case MAQ_REPO_FILE_ON_HUB:
    default:
      return "";
    }
}

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_REPO_FILE;
}

static guint
get_n_items (GListModel *model)
{
  MaqRepoFileList *self = MAQ_REPO_FILE_LIST (model);

  return self->tree != NULL ? self->tree->files->len : 0;
}

static MaqRepoFileState
find_state (MaqRepoFileList  *self,
            const MaqHubFile *file)
{
  if (self->here != NULL && g_hash_table_contains (self->here, file->path))
    return MAQ_REPO_FILE_HERE;
  return self->coming != NULL && g_hash_table_contains (self->coming, file->path) ? MAQ_REPO_FILE_COMING : MAQ_REPO_FILE_ON_HUB;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqRepoFileList *self = MAQ_REPO_FILE_LIST (model);

  if (position >= get_n_items (model))
    return NULL;
  MaqHubFile  *file = g_ptr_array_index (self->tree->files, position);
  MaqRepoFile *row = g_hash_table_lookup (self->alive, file);
  if (row != NULL)
    return g_object_ref (row);

  row = g_object_new (MAQ_TYPE_REPO_FILE, NULL);
  row->list = self;
  row->tree = maq_hub_tree_ref (self->tree);
  row->file = file;
  row->state = find_state (self, file);
  g_hash_table_insert (self->alive, file, row);
  return row;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqRepoFileList, maq_repo_file_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
forget_rows (MaqRepoFileList *self)
{
  GHashTableIter iter;
  gpointer       row;

  g_hash_table_iter_init (&iter, self->alive);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    MAQ_REPO_FILE (row)->list = NULL;
  g_hash_table_remove_all (self->alive);
}

static void
maq_repo_file_list_finalize (GObject *object)
{
  MaqRepoFileList *self = MAQ_REPO_FILE_LIST (object);

  forget_rows (self);
  g_hash_table_unref (self->alive);
  g_clear_pointer (&self->here, g_hash_table_unref);
  g_clear_pointer (&self->coming, g_hash_table_unref);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);

  G_OBJECT_CLASS (maq_repo_file_list_parent_class)->finalize (object);
}

static void
maq_repo_file_list_class_init (MaqRepoFileListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_repo_file_list_finalize;
}

static void
maq_repo_file_list_init (MaqRepoFileList *self)
{
  self->alive = g_hash_table_new (NULL, NULL);
}

MaqRepoFileList *
maq_repo_file_list_new (void)
{
  return g_object_new (MAQ_TYPE_REPO_FILE_LIST, NULL);
}

void
maq_repo_file_list_set_tree (MaqRepoFileList *self,
                             MaqHubTree      *tree)
{
  g_return_if_fail (MAQ_IS_REPO_FILE_LIST (self));
  g_return_if_fail (tree != NULL);

  guint n_before = get_n_items (G_LIST_MODEL (self));

  forget_rows (self);
  g_clear_pointer (&self->tree, maq_hub_tree_unref);
  self->tree = maq_hub_tree_ref (tree);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, tree->files->len);
}

static void
update_states (MaqRepoFileList *self)
{
  g_autoptr (GPtrArray) rows = g_hash_table_get_values_as_ptr_array (self->alive);

  // What a change leads to may let go of rows.
  for (guint i = 0; i < rows->len; i++)
    g_object_ref (g_ptr_array_index (rows, i));
  g_ptr_array_set_free_func (rows, g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    {
      MaqRepoFile     *row = g_ptr_array_index (rows, i);
      MaqRepoFileState now = find_state (self, row->file);
      if (row->state == now)
        continue;
      row->state = now;
      g_object_notify_by_pspec (G_OBJECT (row), file_properties[PROP_STATE]);
      g_object_notify_by_pspec (G_OBJECT (row), file_properties[PROP_FACTS]);
    }
}

static void
set_paths (MaqRepoFileList *self,
           GHashTable     **place,
           GHashTable      *paths)
{
  g_hash_table_ref (paths);
  g_clear_pointer (place, g_hash_table_unref);
  *place = paths;
  update_states (self);
}

void
maq_repo_file_list_set_here (MaqRepoFileList *self,
                             GHashTable      *here)
{
  g_return_if_fail (MAQ_IS_REPO_FILE_LIST (self));
  g_return_if_fail (here != NULL);

  set_paths (self, &self->here, here);
}

void
maq_repo_file_list_set_coming (MaqRepoFileList *self,
                               GHashTable      *coming)
{
  g_return_if_fail (MAQ_IS_REPO_FILE_LIST (self));
  g_return_if_fail (coming != NULL);

  set_paths (self, &self->coming, coming);
}
