// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-folder-chooser.h"

#include <glib/gi18n.h>

static void
selected_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder = gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (path != NULL)
    dex_promise_resolve_string (promise, g_steal_pointer (&path));
  else if (folder != NULL)
    dex_promise_reject (promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Select a folder on this computer")));
  else if (g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) || g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    dex_promise_reject (promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, error->message));
  else
    dex_promise_reject (promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("Folders cannot be selected here")));
}

typedef struct
{
  GtkFileDialog *dialog;
  GtkWindow     *parent; // nullable
} Choice;

static void
choice_free (gpointer data)
{
  Choice *self = data;

  g_object_unref (self->dialog);
  g_clear_object (&self->parent);
  g_free (self);
}

// A folder that is not there cannot be begun with.
static DexFuture *
looked_cb (DexFuture *future,
           gpointer   data)
{
  Choice     *self = data;
  DexPromise *promise = dex_promise_new_cancellable ();

  if (dex_future_is_rejected (future))
    gtk_file_dialog_set_initial_folder (self->dialog, NULL);
  gtk_file_dialog_select_folder (self->dialog, self->parent, dex_promise_get_cancellable (promise), selected_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

DexFuture *
maq_choose_folder (GtkWidget  *widget,
                   const char *title,
                   const char *folder)
{
  dex_return_error_if_fail (GTK_IS_WIDGET (widget));

  GtkRoot *root = gtk_widget_get_root (widget);
  g_autoptr (GFile) initial = g_file_new_for_path (folder != NULL ? folder : g_get_home_dir ());
  Choice *choice = g_new0 (Choice, 1);
  choice->dialog = gtk_file_dialog_new ();
  choice->parent = GTK_IS_WINDOW (root) ? g_object_ref (GTK_WINDOW (root)) : NULL;
  gtk_file_dialog_set_title (choice->dialog, title);
  gtk_file_dialog_set_initial_folder (choice->dialog, initial);
  return dex_future_finally (dex_file_query_info (initial, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT), looked_cb, choice, choice_free);
}
