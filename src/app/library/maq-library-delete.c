// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-delete.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-future-slot.h"
#include "maq-library-words.h"
#include "maq-units.h"

// Seconds the toast stays. It carries the deletion out when it goes; where none is seen, that happens by itself later.
#define UNDO_SECONDS  8
#define WITHOUT_TOAST (60 * 1000) // milliseconds

typedef struct
{
  GWeakRef           parent;
  MaqLibrary        *library;
  MaqLibraryRemoval *removal;
  char              *name;
} Ask;

static Ask *
ask_ref (Ask *self)
{
  return g_rc_box_acquire (self);
}

static void
ask_clear (gpointer data)
{
  Ask *self = data;

  g_weak_ref_clear (&self->parent);
  g_object_unref (self->library);
  g_object_unref (self->removal);
  g_free (self->name);
}

static void
ask_unref (gpointer data)
{
  g_rc_box_release_full (data, ask_clear);
}

static void
ask_closure_unref (gpointer  data,
                   GClosure *closure)
{
  ask_unref (data);
}

static AdwToastOverlay *
get_overlay (GtkWidget *widget)
{
  GtkWidget *overlay = widget != NULL ? gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY) : NULL;

  return overlay != NULL ? ADW_TOAST_OVERLAY (overlay) : NULL;
}

void
maq_library_add_toast (GtkWidget  *widget,
                       const char *text)
{
  AdwToastOverlay *overlay = get_overlay (widget);

  if (overlay == NULL)
    return;
  AdwToast *toast = adw_toast_new (text);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (overlay, toast);
}

static void
show_error (Ask          *self,
            const GError *error)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  g_autoptr (MaqErrorText) text = maq_error_text_new (error);

  if (text == NULL)
    return;
  // Translators: a title such as "Cache Not Writable".
  g_autofree char *title = g_strdup_printf (_ ("Not deleted: %s"), text->title);
  maq_library_add_toast (parent, title);
}

static DexFuture *
deleted_cb (DexFuture *future,
            gpointer   data)
{
  Ask *self = data;
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  g_autoptr (GError) error = NULL;
  const GValue          *value = dex_future_get_value (future, &error);
  const MaqCacheOutcome *outcome = value != NULL ? g_value_get_boxed (value) : NULL;

  if (outcome == NULL)
    show_error (self, error);
  else if (outcome->skipped->len > 0)
    {
      // Translators: %s is a name.
      g_autofree char *text = g_strdup_printf (_ ("Not all of %s could be deleted: another program uses it or changed it"), self->name);
      maq_library_add_toast (parent, text);
    }
  return dex_future_new_true ();
}

static void
undo_clicked_cb (AdwToast *toast,
                 Ask      *self)
{
  maq_library_undo_delete (self->library, self->removal);
}

static void
toast_gone_cb (AdwToast *toast,
               Ask      *self)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);

  // A window that is closed takes its toasts along: then nothing is deleted in a hurry.
  if (parent != NULL && gtk_widget_get_root (parent) != NULL && gtk_widget_get_mapped (GTK_WIDGET (gtk_widget_get_root (parent))))
    maq_library_hasten_delete (self->library, self->removal);
}

static void
delete_it (Ask *self)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  AdwToastOverlay *overlay = get_overlay (parent);

  // Nobody waits for the end: deleting goes on when the page is gone, which then has nobody to tell.
  dex_future_disown (dex_future_finally (maq_library_delete (self->library, self->removal, WITHOUT_TOAST), deleted_cb, ask_ref (self), ask_unref));
  if (overlay == NULL)
    return;
  // Translators: %s is a name.
  g_autofree char *title = g_strdup_printf (_ ("%s deleted"), self->name);
  AdwToast        *toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), ask_ref (self), ask_closure_unref, 0);
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (toast_gone_cb), ask_ref (self), ask_closure_unref, 0);
  adw_toast_overlay_add_toast (overlay, toast);
}

static void ask (Ask *self);

static void
response_cb (AdwAlertDialog *dialog,
             const char     *response,
             Ask            *self)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);

  if (g_str_equal (response, "delete"))
    delete_it (self);
  else if (g_str_equal (response, "unload"))
    {
      maq_library_unload (self->library, self->removal);
      ask (self);
    }
  else if (g_str_equal (response, "transfers") && parent != NULL)
    gtk_widget_activate_action (parent, "win.show-page", "s", "transfers");
}

static void
show_dialog (Ask                  *self,
             const char           *heading,
             const char           *body,
             const char           *response,
             const char           *label,
             AdwResponseAppearance appearance)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  if (parent == NULL)
    {
      g_object_unref (g_object_ref_sink (dialog));
      return;
    }
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), response, label, NULL);
  adw_alert_dialog_set_response_appearance (dialog, response, appearance);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  adw_alert_dialog_set_default_response (dialog, "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), ask_ref (self), ask_closure_unref, 0);
  adw_dialog_present (ADW_DIALOG (dialog), parent);
}

// The bytes that stay because another version, or another repo, uses them.
static guint64
get_kept (Ask                *self,
          const MaqCachePlan *plan)
{
  MaqCacheRepo *repo = maq_library_item_get_repo (maq_library_removal_get_item (self->removal));
  guint64       size = 0;

  if (maq_library_removal_get_commit (self->removal) == NULL)
    size = repo->size;
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      if (g_strcmp0 (revision->commit, maq_library_removal_get_commit (self->removal)) != 0)
        continue;
      for (guint j = 0; j < revision->files->len; j++)
        {
          const MaqCacheFile *file = g_ptr_array_index (revision->files, j);
          if (maq_library_removal_takes (self->removal, revision->commit, file->path))
            size += file->size;
        }
    }
  return size > plan->frees ? size - plan->frees : 0;
}

static DexFuture *
planned_cb (DexFuture *future,
            gpointer   data)
{
  Ask *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      show_error (self, error);
      return dex_future_new_true ();
    }
  const MaqCachePlan *plan = g_value_get_boxed (value);
  guint64             kept = get_kept (self, plan);
  g_autofree char    *frees_text = maq_format_bytes (plan->frees);
  g_autofree char    *kept_text = maq_format_bytes (kept);
  // Translators: %s is the name of a model, dataset, Space, version or variant.
  g_autofree char *heading = g_strdup_printf (_ ("Delete %s?"), self->name);
  g_autofree char *body = NULL;
  if (plan->frees == 0)
    body = g_strdup (_ ("This frees no space: something else here uses the same files, and keeps them."));
  else if (kept > 0)
    body = g_strdup_printf (_ ("This frees %s. Another %s stays, because something else here uses it too."), frees_text, kept_text);
  else
    body = g_strdup_printf (_ ("This frees %s. It can be downloaded again from the Hub."), frees_text);
  show_dialog (self, heading, body, "delete", _ ("_Delete"), ADW_RESPONSE_DESTRUCTIVE);
  return dex_future_new_true ();
}

static void
ask (Ask *self)
{
  g_autofree char *heading = NULL;

  switch (maq_library_get_use (self->library, self->removal))
    {
    case MAQ_LIBRARY_USE_SESSION:
      // Translators: %s is a name.
      heading = g_strdup_printf (_ ("%s Is Loaded"), self->name);
      show_dialog (self, heading, _ ("A chat has it in memory. It can be deleted once it is unloaded; the chat itself stays."), "unload", _ ("_Unload and Go On"), ADW_RESPONSE_SUGGESTED);
      return;
    case MAQ_LIBRARY_USE_TRANSFER:
      // Translators: %s is a name.
      heading = g_strdup_printf (_ ("%s Is Being Downloaded"), self->name);
      show_dialog (self, heading, _ ("A download of it is not finished. Stop it or let it finish, then it can be deleted."), "transfers", _ ("_Show Transfers"), ADW_RESPONSE_SUGGESTED);
      return;
    case MAQ_LIBRARY_USE_NONE:
      break;
    }
  // Nobody waits: the dialog comes when it is known what to say, if the page is still there.
  dex_future_disown (dex_future_finally (maq_library_plan_removal (self->library, self->removal), planned_cb, ask_ref (self), ask_unref));
}

void
maq_library_ask_delete (GtkWidget         *parent,
                        MaqLibrary        *library,
                        MaqLibraryRemoval *removal,
                        const char        *name)
{
  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (MAQ_IS_LIBRARY (library));
  g_return_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  Ask *self = g_rc_box_new0 (Ask);
  g_weak_ref_init (&self->parent, parent);
  self->library = g_object_ref (library);
  self->removal = g_object_ref (removal);
  self->name = g_strdup (name);
  ask (self);
  ask_unref (self);
}
