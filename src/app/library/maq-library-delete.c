// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-library-delete.h"

#include <glib/gi18n.h>

#include "maq-error-text.h"
#include "maq-units.h"

// Seconds the toast stays. It carries the deletion out when it goes; where none is seen, that happens by itself later.
#define UNDO_SECONDS  8
#define WITHOUT_TOAST (60 * 1000) // milliseconds

typedef struct
{
  GWeakRef           parent;
  GWeakRef           toast;
  MaqLibrary        *library;
  MaqLibraryRemoval *removal;
  char              *name;
  gboolean           was_loaded;
} Deletion;

static Deletion *
deletion_ref (Deletion *self)
{
  return g_rc_box_acquire (self);
}

static void
deletion_clear (gpointer data)
{
  Deletion *self = data;

  g_weak_ref_clear (&self->parent);
  g_weak_ref_clear (&self->toast);
  g_object_unref (self->library);
  g_object_unref (self->removal);
  g_free (self->name);
}

static void
deletion_unref (gpointer data)
{
  g_rc_box_release_full (data, deletion_clear);
}

static void
deletion_closure_unref (gpointer  data,
                        GClosure *closure)
{
  deletion_unref (data);
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
show_error (Deletion     *self,
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
  Deletion *self = data;
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  g_autoptr (GError) error = NULL;
  const GValue          *value = dex_future_get_value (future, &error);
  const MaqCacheOutcome *outcome = value != NULL ? g_value_get_boxed (value) : NULL;

  if (outcome == NULL)
    show_error (self, error);
  else if (outcome->skipped->len > 0)
    {
      // Translators: %s is a name.
      g_autofree char *text = g_strdup_printf (_ ("Part of %s was not deleted because another program uses or changed it"), self->name);
      maq_library_add_toast (parent, text);
    }
  return dex_future_new_true ();
}

static void
undo_clicked_cb (AdwToast *toast,
                 Deletion *self)
{
  maq_library_undo_delete (self->library, self->removal);
}

static void
toast_gone_cb (AdwToast *toast,
               Deletion *self)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);

  // A window that is closed takes its toasts along: then nothing is deleted in a hurry.
  if (parent != NULL && gtk_widget_get_root (parent) != NULL && gtk_widget_get_mapped (GTK_WIDGET (gtk_widget_get_root (parent))))
    maq_library_hasten_delete (self->library, self->removal);
}

// FREES: bytes; G_MAXUINT64: not known yet (transfer full).
static char *
dup_title (Deletion *self,
           guint64   frees)
{
  g_autofree char *size = maq_format_bytes (frees);
  // Translators: %s is a name.
  g_autofree char *deleted = g_strdup_printf (self->was_loaded ? _ ("Unloaded and deleted %s") : _ ("Deleted %s"), self->name);

  if (frees == G_MAXUINT64)
    return g_steal_pointer (&deleted);
  if (frees == 0)
    // Translators: %s is "Deleted …".
    return g_strdup_printf (_ ("%s · frees no space, its files are shared"), deleted);
  // Translators: the first %s is "Deleted …", the second a size.
  return g_strdup_printf (_ ("%s · frees %s"), deleted, size);
}

static DexFuture *
planned_cb (DexFuture *future,
            gpointer   data)
{
  Deletion *self = data;
  g_autoptr (AdwToast) toast = g_weak_ref_get (&self->toast);
  const MaqCachePlan *plan = g_value_get_boxed (dex_future_get_value (future, NULL));
  g_autofree char    *title = dup_title (self, plan->frees);

  if (toast != NULL)
    adw_toast_set_title (toast, title);
  return dex_future_new_true ();
}

static void
show_undo (Deletion        *self,
           AdwToastOverlay *overlay)
{
  g_autofree char *title = dup_title (self, G_MAXUINT64);
  AdwToast        *toast = adw_toast_new (title);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_weak_ref_set (&self->toast, toast);
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), deletion_ref (self), deletion_closure_unref, 0);
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (toast_gone_cb), deletion_ref (self), deletion_closure_unref, 0);
  adw_toast_overlay_add_toast (overlay, toast);
  // Nobody waits: the toast says what is freed as soon as that is known. What failed is told when it is carried out.
  dex_future_disown (dex_future_then (maq_library_plan_removal (self->library, self->removal), planned_cb, deletion_ref (self), deletion_unref));
}

static void
delete_it (Deletion *self)
{
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&self->parent);
  AdwToastOverlay *overlay = get_overlay (parent);

  // Nobody waits for the end: deleting goes on when the page is gone, which then has nobody to tell.
  dex_future_disown (dex_future_finally (maq_library_delete (self->library, self->removal, WITHOUT_TOAST), deleted_cb, deletion_ref (self), deletion_unref));
  if (overlay != NULL)
    show_undo (self, overlay);
}

static void
refuse (Deletion  *self,
        GtkWidget *parent)
{
  AdwToastOverlay *overlay = get_overlay (parent);
  // Translators: %s is a name.
  g_autofree char *title = g_strdup_printf (_ ("%s is being downloaded. Cancel that first."), self->name);

  if (overlay == NULL)
    return;
  AdwToast *toast = adw_toast_new (title);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_button_label (toast, _ ("Show Transfers"));
  adw_toast_set_detailed_action_name (toast, "win.show-page::transfers");
  adw_toast_overlay_add_toast (overlay, toast);
}

void
maq_library_delete_with_undo (GtkWidget         *parent,
                              MaqLibrary        *library,
                              MaqLibraryRemoval *removal,
                              const char        *name)
{
  g_return_if_fail (GTK_IS_WIDGET (parent));
  g_return_if_fail (MAQ_IS_LIBRARY (library));
  g_return_if_fail (MAQ_IS_LIBRARY_REMOVAL (removal));

  Deletion     *self = g_rc_box_new0 (Deletion);
  MaqLibraryUse use = maq_library_get_use (library, removal);
  g_weak_ref_init (&self->parent, parent);
  g_weak_ref_init (&self->toast, NULL);
  self->library = g_object_ref (library);
  self->removal = g_object_ref (removal);
  self->name = g_strdup (name);
  self->was_loaded = use == MAQ_LIBRARY_USE_SESSION;
  if (self->was_loaded)
    maq_library_unload (library, removal);
  // One that was loaded may be in a download as well.
  if (maq_library_get_use (library, removal) == MAQ_LIBRARY_USE_TRANSFER)
    refuse (self, parent);
  else
    delete_it (self);
  deletion_unref (self);
}
