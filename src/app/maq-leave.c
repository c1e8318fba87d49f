// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-leave.h"

#include <glib/gi18n.h>

#include "maq-background.h"
#include "maq-future-slot.h"

struct _MaqLeave
{
  GObject parent_instance;

  GApplication    *application; // not owned
  MaqTransferList *transfers;
  GtkWindow       *window;  // weak: the one that is to go
  AdwDialog       *dialog;  // weak: while the user is asked
  MaqFutureSlot    request; // of the desktop
  gboolean         is_wanted;
  gboolean         is_holding;
};

G_DEFINE_FINAL_TYPE (MaqLeave, maq_leave, G_TYPE_OBJECT)

static void
go_on (MaqLeave *self)
{
  if (!self->is_holding && maq_transfer_list_get_n_active (self->transfers) > 0)
    {
      self->is_holding = TRUE;
      g_application_hold (self->application);
    }
  if (self->window != NULL)
    gtk_window_destroy (self->window);
}

static void
n_active_cb (MaqLeave *self)
{
  if (!self->is_holding || maq_transfer_list_get_n_active (self->transfers) > 0)
    return;
  self->is_holding = FALSE;
  g_application_release (self->application);
}

static void ask (MaqLeave *self, gboolean can_go_on);

static void
requested_cb (gpointer   object,
              DexFuture *future)
{
  MaqLeave *self = object;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    go_on (self);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    ask (self, FALSE);
  // Where the desktop has no say in it, the user has.
  else if (self->is_wanted)
    go_on (self);
  else
    ask (self, TRUE);
}

static void
request (MaqLeave *self)
{
  maq_future_slot_set (&self->request, maq_background_request (_ ("Downloads continue without a window.")), self, requested_cb);
}

static void
response_cb (MaqLeave   *self,
             const char *response)
{
  g_clear_weak_pointer (&self->dialog);
  if (g_str_equal (response, "quit"))
    g_application_quit (self->application);
  else if (g_str_equal (response, "background"))
    {
      self->is_wanted = TRUE;
      request (self);
    }
}

static void
ask (MaqLeave *self,
     gboolean  can_go_on)
{
  guint n = maq_transfer_list_get_n_active (self->transfers);

  if (self->window == NULL || self->dialog != NULL)
    return;
  g_autofree char *body = g_strdup_printf (ngettext ("%u download is not finished. If you quit, it resumes when you open Maquette again.",
                                                     "%u downloads are not finished. If you quit, they resume when you open Maquette again.",
                                                     n),
                                           n);
  AdwAlertDialog  *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Downloads Are Running"), body));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("Cancel"), "quit", _ ("Quit"), NULL);
  adw_alert_dialog_set_default_response (dialog, "cancel");
  if (can_go_on)
    {
      adw_alert_dialog_add_response (dialog, "background", _ ("Continue in Background"));
      adw_alert_dialog_set_response_appearance (dialog, "background", ADW_RESPONSE_SUGGESTED);
      adw_alert_dialog_set_default_response (dialog, "background");
    }
  adw_alert_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  g_set_weak_pointer (&self->dialog, ADW_DIALOG (dialog));
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self->window));
}

static gboolean
is_settling (MaqLeave *self)
{
  return self->dialog != NULL || maq_future_slot_is_waiting (&self->request);
}

static void
maq_leave_dispose (GObject *object)
{
  MaqLeave *self = MAQ_LEAVE (object);

  maq_future_slot_clear (&self->request);
  g_clear_weak_pointer (&self->window);
  g_clear_weak_pointer (&self->dialog);
  g_clear_object (&self->transfers);

  G_OBJECT_CLASS (maq_leave_parent_class)->dispose (object);
}

static void
maq_leave_class_init (MaqLeaveClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = maq_leave_dispose;
}

static void
maq_leave_init (MaqLeave *self)
{
}

MaqLeave *
maq_leave_new (GApplication    *application,
               MaqTransferList *transfers)
{
  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (MAQ_IS_TRANSFER_LIST (transfers), NULL);

  MaqLeave *self = g_object_new (MAQ_TYPE_LEAVE, NULL);
  self->application = application;
  self->transfers = g_object_ref (transfers);
  g_signal_connect_object (transfers, "notify::n-active", G_CALLBACK (n_active_cb), self, G_CONNECT_SWAPPED);
  return self;
}

gboolean
maq_leave_close (MaqLeave  *self,
                 GtkWindow *window)
{
  g_return_val_if_fail (MAQ_IS_LEAVE (self), TRUE);
  g_return_val_if_fail (GTK_IS_WINDOW (window), TRUE);

  // Also where it goes on already: then with the window that was opened meanwhile.
  if (self->is_holding || maq_transfer_list_get_n_active (self->transfers) == 0)
    return TRUE;
  if (is_settling (self))
    return FALSE;
  g_set_weak_pointer (&self->window, window);
  self->is_wanted = FALSE;
  request (self);
  return FALSE;
}

void
maq_leave_quit (MaqLeave  *self,
                GtkWindow *window)
{
  g_return_if_fail (MAQ_IS_LEAVE (self));

  if (window == NULL || maq_transfer_list_get_n_active (self->transfers) == 0)
    g_application_quit (self->application);
  else if (!is_settling (self))
    {
      g_set_weak_pointer (&self->window, window);
      ask (self, TRUE);
    }
}
