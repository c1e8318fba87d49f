// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-files.h"

#include "maq-portions.h"
#include "maq-repo-file-list.h"
#include "maq-repo-file-row.h"

struct _MaqRepoFiles
{
  AdwBin parent_instance;

  GtkListView *list_view;

  MaqRepoFileList   *files;
  GtkSliceListModel *shown;
};

G_DEFINE_FINAL_TYPE (MaqRepoFiles, maq_repo_files, ADW_TYPE_BIN)

static void
activated_cb (MaqRepoFiles *self,
              guint         position)
{
  g_autoptr (MaqRepoFile) file = g_list_model_get_item (G_LIST_MODEL (self->files), position);

  if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "repo.inspect-file", "s", maq_repo_file_get_path (file));
}

static void
maq_repo_files_dispose (GObject *object)
{
  MaqRepoFiles *self = MAQ_REPO_FILES (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_REPO_FILES);
  g_clear_object (&self->shown);
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
  g_type_ensure (MAQ_TYPE_REPO_FILE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-repo-files.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqRepoFiles, list_view);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
maq_repo_files_init (MaqRepoFiles *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->files = maq_repo_file_list_new ();
  self->shown = maq_portions_new (g_object_ref (G_LIST_MODEL (self->files)));
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
}

void
maq_repo_files_set_tree (MaqRepoFiles *self,
                         MaqHubTree   *tree)
{
  g_return_if_fail (MAQ_IS_REPO_FILES (self));
  g_return_if_fail (tree != NULL);

  maq_portions_restart (self->shown);
  maq_repo_file_list_set_tree (self->files, tree);
}

void
maq_repo_files_set_here (MaqRepoFiles *self,
                         GHashTable   *here)
{
  g_return_if_fail (MAQ_IS_REPO_FILES (self));

  maq_repo_file_list_set_here (self->files, here);
}

void
maq_repo_files_set_coming (MaqRepoFiles *self,
                           GHashTable   *coming)
{
  g_return_if_fail (MAQ_IS_REPO_FILES (self));

  maq_repo_file_list_set_coming (self->files, coming);
}
