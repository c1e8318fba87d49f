// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-model-folders.h"

#include <glib/gi18n.h>

#include "maq-fiber.h"
#include "maq-folder-chooser.h"
#include "maq-future-slot.h"

struct _MaqModelFolders
{
  AdwPreferencesGroup parent_instance;

  GtkWidget *add_button;

  MaqSettings  *settings;
  GPtrArray    *rows;     // of AdwActionRow, not owned
  MaqFutureSlot checking; // which folders are there
  MaqFutureSlot choosing;
};

G_DEFINE_FINAL_TYPE (MaqModelFolders, maq_model_folders, ADW_TYPE_PREFERENCES_GROUP)

static void
add_toast (MaqModelFolders *self, const char *text)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_PREFERENCES_DIALOG);
  AdwToast  *toast = adw_toast_new (text);

  adw_toast_set_use_markup (toast, FALSE);
  if (dialog)
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

// --- The folders ---

// In a worker: a drive that sleeps, or a network, may take its time. Resolves to those that are not there.
static DexFuture *
check_thread (gpointer data)
{
  char **folders = data;
  g_autoptr (GStrvBuilder) missing = g_strv_builder_new ();

  for (guint i = 0; folders[i]; i++)
    if (!g_file_test (folders[i], G_FILE_TEST_IS_DIR))
      g_strv_builder_add (missing, folders[i]);
  return dex_future_new_take_boxed (G_TYPE_STRV, g_strv_builder_end (missing));
}

static void
checked_cb (gpointer object, DexFuture *future)
{
  MaqModelFolders   *self = object;
  const char *const *missing = maq_future_get_boxed (future, NULL);

  for (guint i = 0; missing && i < self->rows->len; i++)
    {
      const char *folder = g_object_get_data (G_OBJECT (self->rows->pdata[i]), "folder");

      if (!g_strv_contains (missing, folder))
        continue;
      // Translators: %s is the path of a folder.
      g_autofree char *subtitle = g_strdup_printf (_ ("%s\nNot found. Check the path, or connect the drive"), folder);
      adw_action_row_set_subtitle (self->rows->pdata[i], subtitle);
    }
}

static void update (MaqModelFolders *self);

static void
remove_clicked_cb (MaqModelFolders *self, GtkWidget *button)
{
  g_autofree char *folder = g_strdup (g_object_get_data (G_OBJECT (button), "folder"));

  gtk_widget_grab_focus (self->add_button);
  maq_settings_remove_model_folder (self->settings, folder);
  update (self);
}

static GtkWidget *
make_row (MaqModelFolders *self, const char *folder)
{
  GtkWidget       *row = adw_action_row_new ();
  GtkWidget       *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  g_autofree char *name = g_path_get_basename (folder);
  // Translators: %s is the name of a folder.
  g_autofree char *label = g_strdup_printf (_ ("Remove “%s”"), name);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), folder);
  g_object_set_data_full (G_OBJECT (row), "folder", g_strdup (folder), g_free);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (button), "folder", g_strdup (folder), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
update (MaqModelFolders *self)
{
  g_auto (GStrv) folders = maq_settings_dup_model_folders (self->settings);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; folders[i]; i++)
    {
      GtkWidget *row = make_row (self, folders[i]);

      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
      g_ptr_array_add (self->rows, row);
    }
  maq_future_slot_set (&self->checking, maq_thread_spawn ("model-folders", check_thread, g_steal_pointer (&folders), (GDestroyNotify) g_strfreev), self, checked_cb);
}

// --- Adding one ---

static void
folder_chosen_cb (gpointer object, DexFuture *future)
{
  MaqModelFolders *self = object;
  g_autoptr (GError) error = NULL;
  const GValue *path = dex_future_get_value (future, &error);

  if (path != NULL)
    maq_settings_add_model_folder (self->settings, g_value_get_string (path), &error);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    add_toast (self, error->message);
  update (self);
}

static void
add_clicked_cb (MaqModelFolders *self)
{
  maq_future_slot_set (&self->choosing, maq_choose_folder (GTK_WIDGET (self), _ ("Add a Model Folder"), NULL), self, folder_chosen_cb);
}

// --- Object ---

static void
maq_model_folders_dispose (GObject *object)
{
  MaqModelFolders *self = MAQ_MODEL_FOLDERS (object);

  maq_future_slot_clear (&self->checking);
  maq_future_slot_clear (&self->choosing);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_MODEL_FOLDERS);
  G_OBJECT_CLASS (maq_model_folders_parent_class)->dispose (object);
}

static void
maq_model_folders_class_init (MaqModelFoldersClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = maq_model_folders_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-model-folders.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqModelFolders, add_button);
  gtk_widget_class_bind_template_callback (widget_class, add_clicked_cb);
}

static void
maq_model_folders_init (MaqModelFolders *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
maq_model_folders_set_settings (MaqModelFolders *self, MaqSettings *settings)
{
  g_return_if_fail (MAQ_IS_MODEL_FOLDERS (self));
  g_return_if_fail (self->settings == NULL);

  self->settings = g_object_ref (settings);
  if (maq_settings_get_gsettings (settings))
    g_signal_connect_object (maq_settings_get_gsettings (settings), "changed::model-folders", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
