// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-download-files-page.h"

#include <glib/gi18n.h>

#include "maq-context-menu.h"
#include "maq-portions.h"
#include "maq-status-stack.h"
#include "maq-template-callbacks.h"
#include "maq-units.h"

struct _MaqDownloadFilesPage
{
  AdwNavigationPage parent_instance;

  GtkSearchEntry *search;
  GtkMenuButton  *menu_button;
  MaqStatusStack *status_stack;
  GtkListView    *list_view;
  GtkLabel       *count;

  MaqDownloadFileList *files;
};

G_DEFINE_FINAL_TYPE (MaqDownloadFilesPage, maq_download_files_page, ADW_TYPE_NAVIGATION_PAGE)

static void
update (MaqDownloadFilesPage *self)
{
  guint            n_chosen = maq_download_file_list_get_n_chosen (self->files);
  g_autofree char *size = maq_format_bytes (maq_download_file_list_get_size_chosen (self->files));
  // Translators: %s is a size.
  g_autofree char *words = g_strdup_printf (ngettext ("%u file selected, %s", "%u files selected, %s", n_chosen), n_chosen, size);

  gtk_label_set_label (self->count, n_chosen > 0 ? words : _ ("No file selected"));
}

static void
search_changed_cb (MaqDownloadFilesPage *self)
{
  maq_download_file_list_search (self->files, gtk_editable_get_text (GTK_EDITABLE (self->search)));
  maq_status_stack_set_status (self->status_stack, g_list_model_get_n_items (G_LIST_MODEL (self->files)) > 0 ? MAQ_STATUS_CONTENT : MAQ_STATUS_EMPTY);
}

// Escape takes the search away first, then the page.
static void
stop_search_cb (MaqDownloadFilesPage *self)
{
  if (*gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0')
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "navigation.pop", NULL);
}

static void
shown_cb (MaqDownloadFilesPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
activated_cb (MaqDownloadFilesPage *self,
              guint                 position)
{
  g_autoptr (MaqDownloadFile) file = g_list_model_get_item (G_LIST_MODEL (self->files), position);

  if (file != NULL)
    maq_download_file_list_choose (self->files, file, !maq_download_file_get_chosen (file));
}

static void
toggled_cb (GtkListItem    *list_item,
            GtkCheckButton *check)
{
  MaqDownloadFilesPage *self = MAQ_DOWNLOAD_FILES_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (check), MAQ_TYPE_DOWNLOAD_FILES_PAGE));
  MaqDownloadFile      *file = gtk_list_item_get_item (list_item);

  if (self != NULL && file != NULL)
    maq_download_file_list_choose (self->files, file, gtk_check_button_get_active (check));
}

static void
select_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  maq_download_file_list_choose_shown (MAQ_DOWNLOAD_FILES_PAGE (widget)->files, g_str_equal (action_name, "files.select-shown"));
}

static void
maq_download_files_page_dispose (GObject *object)
{
  MaqDownloadFilesPage *self = MAQ_DOWNLOAD_FILES_PAGE (object);

  // What was searched for is forgotten with the page.
  if (self->files != NULL)
    maq_download_file_list_search (self->files, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_DOWNLOAD_FILES_PAGE);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (maq_download_files_page_parent_class)->dispose (object);
}

static void
maq_download_files_page_class_init (MaqDownloadFilesPageClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_download_files_page_dispose;

  g_type_ensure (MAQ_TYPE_DOWNLOAD_FILE);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-download-files-page.ui");
  maq_template_callbacks_bind (widget_class);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadFilesPage, search);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadFilesPage, menu_button);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadFilesPage, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadFilesPage, list_view);
  gtk_widget_class_bind_template_child (widget_class, MaqDownloadFilesPage, count);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
  gtk_widget_class_install_action (widget_class, "files.select-shown", NULL, select_action);
  gtk_widget_class_install_action (widget_class, "files.deselect-shown", NULL, select_action);
}

static void
maq_download_files_page_init (MaqDownloadFilesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_menu_button_name_items (self->menu_button);
}

MaqDownloadFilesPage *
maq_download_files_page_new (MaqDownloadFileList *files)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE_LIST (files), NULL);

  MaqDownloadFilesPage *self = g_object_new (MAQ_TYPE_DOWNLOAD_FILES_PAGE, NULL);
  self->files = g_object_ref (files);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (G_LIST_MODEL (maq_portions_new (g_object_ref (G_LIST_MODEL (files)))));
  gtk_list_view_set_model (self->list_view, GTK_SELECTION_MODEL (selection));
  g_signal_connect_object (files, "notify::n-chosen", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  search_changed_cb (self);
  update (self);
  return self;
}
