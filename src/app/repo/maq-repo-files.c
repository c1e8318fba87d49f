// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-files.h"

#include "maq-inspect.h"
#include "maq-template-callbacks.h"

struct _MaqRepoFile
{
  GObject parent_instance;

  char    *path;
  guint64  size;
  gboolean here;
};

G_DEFINE_FINAL_TYPE (MaqRepoFile, maq_repo_file, G_TYPE_OBJECT)

typedef enum
{
  PROP_PATH = 1,
  PROP_SIZE,
  PROP_HERE,
  PROP_CAN_INSPECT,
} MaqRepoFileProperty;

static GParamSpec *file_properties[PROP_CAN_INSPECT + 1];

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
      g_value_set_string (value, self->path);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_HERE:
      g_value_set_boolean (value, self->here);
      break;
    case PROP_CAN_INSPECT:
      g_value_set_boolean (value, maq_inspect_knows (self->path));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_repo_file_finalize (GObject *object)
{
  g_free (MAQ_REPO_FILE (object)->path);

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
  file_properties[PROP_HERE] = g_param_spec_boolean ("here", NULL, NULL, FALSE, flags);
  file_properties[PROP_CAN_INSPECT] = g_param_spec_boolean ("can-inspect", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (file_properties), file_properties);
}

static void
maq_repo_file_init (MaqRepoFile *self)
{
}

struct _MaqRepoFiles
{
  AdwBin parent_instance;

  GtkListView *list_view;

  GListStore *files;
};

G_DEFINE_FINAL_TYPE (MaqRepoFiles, maq_repo_files, ADW_TYPE_BIN)

static void
download_clicked_cb (GtkListItem *list_item,
                     GtkButton   *button)
{
  MaqRepoFile *file = gtk_list_item_get_item (list_item);

  if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (button), "repo.download-file", "s", file->path);
}

static void
inspect_clicked_cb (GtkListItem *list_item,
                    GtkButton   *button)
{
  MaqRepoFile *file = gtk_list_item_get_item (list_item);

  if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (button), "repo.inspect-file", "s", file->path);
}

static void
activated_cb (MaqRepoFiles *self,
              guint         position)
{
  g_autoptr (MaqRepoFile) file = g_list_model_get_item (G_LIST_MODEL (self->files), position);

  if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "repo.inspect-file", "s", file->path);
}

static void
maq_repo_files_dispose (GObject *object)
{
  MaqRepoFiles *self = MAQ_REPO_FILES (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_FILES);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (maq_repo_files_parent_class)->dispose (object);
}

static void
maq_repo_files_class_init (MaqRepoFilesClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_repo_files_dispose;

  g_type_ensure (MAQ_TYPE_REPO_FILE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-files.ui");
  maq_template_callbacks_bind (widget_class);
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFiles, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, download_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, inspect_clicked_cb);
}

static void
maq_repo_files_init (MaqRepoFiles *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->files = g_list_store_new (MAQ_TYPE_REPO_FILE);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->files)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
}

void
maq_repo_files_set_tree (MaqRepoFiles *self,
                         MaqHubTree   *tree)
{
  g_return_if_fail (MAQ_IS_REPO_FILES (self));
  g_return_if_fail (tree != NULL);

  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < tree->files->len; i++)
    {
      const MaqHubFile *hub_file = tree->files->pdata[i];
      MaqRepoFile      *file = g_object_new (MAQ_TYPE_REPO_FILE, NULL);
      file->path = g_strdup (hub_file->path);
      file->size = hub_file->size;
      g_ptr_array_add (files, file);
    }
  g_list_store_splice (self->files, 0, g_list_model_get_n_items (G_LIST_MODEL (self->files)), files->pdata, files->len);
}

void
maq_repo_files_set_here (MaqRepoFiles *self,
                         GHashTable   *here)
{
  g_return_if_fail (MAQ_IS_REPO_FILES (self));

  guint n_files = g_list_model_get_n_items (G_LIST_MODEL (self->files));
  for (guint i = 0; i < n_files; i++)
    {
      g_autoptr (MaqRepoFile) file = g_list_model_get_item (G_LIST_MODEL (self->files), i);
      gboolean is_here = g_hash_table_contains (here, file->path);
      if (file->here == is_here)
        continue;
      file->here = is_here;
      g_object_notify_by_pspec (G_OBJECT (file), file_properties[PROP_HERE]);
    }
}
