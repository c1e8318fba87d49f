// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-import-dialog.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-import.h"
#include "maq-library-words.h"
#include "maq-stack-pages.h"

// Files that are named in the result; the others are counted.
#define MAX_NAMES 5

struct _MaqLibraryImportDialog
{
  AdwDialog parent_instance;

  GtkStack       *stack;
  AdwEntryRow    *repo_row;
  AdwActionRow   *files_row;
  GtkLabel       *problem_label;
  GtkWidget      *import_button;
  GtkProgressBar *progress;
  GtkWidget      *cancel_button;
  AdwStatusPage  *done_page;
  GtkWidget      *close_button;
  GtkWidget      *again_button;

  MaqLibrary   *library;
  MaqHubClient *client;
  GPtrArray    *paths; // char *
  MaqFutureSlot work;
  guint         pulse;
};

G_DEFINE_FINAL_TYPE (MaqLibraryImportDialog, maq_library_import_dialog, ADW_TYPE_DIALOG)

// What the user typed, NULL if it names no repo (transfer full).
static MaqRepoAddress *
parse (MaqLibraryImportDialog *self,
       GError                **error)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->repo_row))));

  return maq_repo_address_parse (text, MAQ_REPO_KIND_MODEL, NULL, error);
}

static void
update (MaqLibraryImportDialog *self)
{
  g_autofree char *files = maq_library_dup_files (self->paths->len);
  gboolean         is_named = *gtk_editable_get_text (GTK_EDITABLE (self->repo_row)) != '\0';

  adw_action_row_set_subtitle (self->files_row, self->paths->len > 0 ? files : _ ("None selected"));
  gtk_widget_set_sensitive (self->import_button, is_named && self->paths->len > 0);
}

static void
repo_changed_cb (MaqLibraryImportDialog *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->repo_row), "error");
  gtk_widget_set_visible (GTK_WIDGET (self->problem_label), FALSE);
  update (self);
}

static gboolean
pulse_cb (gpointer data)
{
  gtk_progress_bar_pulse (MAQ_LIBRARY_IMPORT_DIALOG (data)->progress);
  return G_SOURCE_CONTINUE;
}

static void
stop_work (MaqLibraryImportDialog *self)
{
  maq_future_slot_clear (&self->work);
  g_clear_handle_id (&self->pulse, g_source_remove);
}

// What takes the place of the page before gets the focus.
static void
show_page (MaqLibraryImportDialog *self,
           const char             *name,
           GtkWidget              *focus)
{
  gtk_stack_set_visible_child_name (self->stack, name);
  gtk_widget_grab_focus (focus);
}

static void
show_done (MaqLibraryImportDialog *self,
           const char             *icon_name,
           const char             *title,
           const char             *description,
           gboolean                can_retry)
{
  // The description is markup.
  g_autofree char *escaped = g_markup_escape_text (description, -1);

  stop_work (self);
  adw_status_page_set_icon_name (self->done_page, icon_name);
  adw_status_page_set_title (self->done_page, title);
  adw_status_page_set_description (self->done_page, escaped);
  gtk_widget_set_visible (self->again_button, can_retry);
  show_page (self, "done", can_retry ? self->again_button : self->close_button);
  gtk_accessible_announce (GTK_ACCESSIBLE (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

// Which files are not in the cache now, and why; "" if all are (transfer full).
static char *
dup_left_out (const MaqImport *import)
{
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; i < import->files->len; i++)
    {
      const MaqImportFile *file = g_ptr_array_index (import->files, i);
      if (file->placed != NULL || ++n > MAX_NAMES)
        continue;
      g_autofree char *name = g_filename_display_basename (file->source);
      // Translators: %s is the name of a file.
      g_strv_builder_take (lines, file->problem != NULL ? g_strdup_printf ("%s.", file->problem) : g_strdup_printf (_ ("The repo has no file with the content of “%s”."), name));
    }
  if (n > MAX_NAMES)
    g_strv_builder_take (lines, g_strdup_printf (ngettext ("and %u more", "and %u more", n - MAX_NAMES), n - MAX_NAMES));
  g_auto (GStrv) strv = g_strv_builder_end (lines);
  return g_strjoinv ("\n", strv);
}

static void
imported_cb (gpointer   object,
             DexFuture *future)
{
  MaqLibraryImportDialog *self = object;
  g_autoptr (GError) error = NULL;
  const MaqImport *import = maq_future_get_boxed (future, &error);
  guint            n_placed = 0;

  if (import == NULL)
    {
      g_autoptr (MaqErrorText) text = maq_error_text_new (error);
      if (text != NULL)
        show_done (self, "dialog-error-symbolic", text->title, text->body, TRUE);
      return;
    }
  for (guint i = 0; i < import->files->len; i++)
    n_placed += ((MaqImportFile *) g_ptr_array_index (import->files, i))->placed != NULL;
  g_autofree char *left_out = dup_left_out (import);
  g_autofree char *title = g_strdup_printf (ngettext ("%u File Imported", "%u Files Imported", n_placed), n_placed);
  if (n_placed > 0)
    show_done (self, "object-select-symbolic", title, left_out, FALSE);
  else
    show_done (self, "dialog-information-symbolic", _ ("No Files Imported"), left_out, TRUE);
  dex_future_disown (maq_library_refresh (self->library));
}

static void
import_cb (MaqLibraryImportDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MaqRepoAddress) address = parse (self, &error);

  // As with Enter in the row.
  if (!gtk_widget_is_sensitive (self->import_button))
    return;
  if (address == NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->repo_row), "error");
      gtk_widget_set_visible (GTK_WIDGET (self->problem_label), TRUE);
      gtk_accessible_announce (GTK_ACCESSIBLE (self), gtk_label_get_label (self->problem_label), GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
      gtk_widget_grab_focus (GTK_WIDGET (self->repo_row));
      return;
    }
  g_autofree const char **sources = g_new0 (const char *, self->paths->len + 1);
  for (guint i = 0; i < self->paths->len; i++)
    sources[i] = g_ptr_array_index (self->paths, i);
  show_page (self, "work", self->cancel_button);
  self->pulse = g_timeout_add (150, pulse_cb, self);
  maq_future_slot_set (&self->work, maq_import_files (self->client, maq_library_get_cache (self->library), address->kind, address->id, address->revision, sources, FALSE), self, imported_cb);
}

static void
cancel_cb (MaqLibraryImportDialog *self)
{
  stop_work (self);
  show_page (self, "choose", self->import_button);
}

static void
close_cb (MaqLibraryImportDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
selected_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (MaqLibraryImportDialog) self = data;
  g_autoptr (GListModel) files = gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (object), result, NULL);

  if (files != NULL)
    maq_library_import_dialog_add_files (self, files);
}

static void
select_cb (MaqLibraryImportDialog *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _ ("Select Files"));
  gtk_file_dialog_open_multiple (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, selected_cb, g_object_ref (self));
}

static void
maq_library_import_dialog_dispose (GObject *object)
{
  MaqLibraryImportDialog *self = MAQ_LIBRARY_IMPORT_DIALOG (object);

  stop_work (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_LIBRARY_IMPORT_DIALOG);
  g_clear_object (&self->client);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (maq_library_import_dialog_parent_class)->dispose (object);
}

static void
maq_library_import_dialog_finalize (GObject *object)
{
  g_ptr_array_unref (MAQ_LIBRARY_IMPORT_DIALOG (object)->paths);

  G_OBJECT_CLASS (maq_library_import_dialog_parent_class)->finalize (object);
}

static void
maq_library_import_dialog_class_init (MaqLibraryImportDialogClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_library_import_dialog_dispose;
  object_class->finalize = maq_library_import_dialog_finalize;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-library-import-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, repo_row);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, files_row);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, problem_label);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, import_button);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, done_page);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, close_button);
  gtk_widget_class_bind_template_child (widget_class, MaqLibraryImportDialog, again_button);
  gtk_widget_class_bind_template_callback (widget_class, repo_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, import_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
  gtk_widget_class_bind_template_callback (widget_class, select_cb);
}

static void
maq_library_import_dialog_init (MaqLibraryImportDialog *self)
{
  self->paths = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  maq_stack_pages_hide_others (GTK_WIDGET (self->stack));
  update (self);
}

MaqLibraryImportDialog *
maq_library_import_dialog_new (MaqLibrary   *library,
                               MaqHubClient *client)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (MAQ_IS_HUB_CLIENT (client), NULL);

  MaqLibraryImportDialog *self = g_object_new (MAQ_TYPE_LIBRARY_IMPORT_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->client = g_object_ref (client);
  return self;
}

void
maq_library_import_dialog_add_files (MaqLibraryImportDialog *self,
                                     GListModel             *files)
{
  g_return_if_fail (MAQ_IS_LIBRARY_IMPORT_DIALOG (self));
  g_return_if_fail (G_IS_LIST_MODEL (files));

  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);
      g_autofree char *path = g_file_get_path (file);
      if (path != NULL && !g_ptr_array_find_with_equal_func (self->paths, path, g_str_equal, NULL))
        g_ptr_array_add (self->paths, g_steal_pointer (&path));
    }
  update (self);
}
