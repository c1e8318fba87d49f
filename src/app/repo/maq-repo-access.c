// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-repo-access.h"

#include <glib/gi18n.h>

#include "maq-download-offer.h"

static void
retry_cb (MaqStatusStack *stack)
{
  g_signal_emit_by_name (stack, "retry");
}

// A token may have been added.
static void
preferences_closed_cb (MaqStatusStack *stack,
                       AdwDialog      *dialog)
{
  g_signal_handlers_disconnect_by_func (dialog, preferences_closed_cb, stack);
  if (maq_status_stack_get_status (stack) == MAQ_STATUS_EMPTY)
    retry_cb (stack);
}

static void
add_token_cb (MaqStatusStack *stack)
{
  GtkRoot   *root = gtk_widget_get_root (GTK_WIDGET (stack));
  AdwDialog *before = ADW_IS_APPLICATION_WINDOW (root) ? adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (root)) : NULL;

  gtk_widget_activate_action (GTK_WIDGET (stack), "app.preferences", NULL);
  AdwDialog *dialog = ADW_IS_APPLICATION_WINDOW (root) ? adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (root)) : NULL;
  if (dialog != NULL && dialog != before)
    g_signal_connect_object (dialog, "closed", G_CALLBACK (preferences_closed_cb), stack, G_CONNECT_SWAPPED);
}

static void
request_cb (GtkButton *button)
{
  gtk_widget_activate_action (GTK_WIDGET (button), "win.open-uri", "s", g_object_get_data (G_OBJECT (button), "page"));
}

static GtkWidget *
add_button (GtkWidget  *box,
            const char *label,
            const char *style)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "pill");
  if (style != NULL)
    gtk_widget_add_css_class (button, style);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
  return button;
}

void
maq_repo_access_show (MaqStatusStack *stack,
                      const char     *page,
                      gboolean        has_token)
{
  g_return_if_fail (MAQ_IS_STATUS_STACK (stack));
  g_return_if_fail (page != NULL);

  GtkWidget *box = adw_wrap_box_new ();
  GtkWidget *request = add_button (box, _ ("Request Access"), "suggested-action");
  GtkWidget *token = add_button (box, has_token ? _ ("Change Token") : _ ("Add Token"), NULL);
  GtkWidget *again = add_button (box, _ ("Try Again"), "flat");

  adw_wrap_box_set_align (ADW_WRAP_BOX (box), 0.5f);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 12);
  g_object_set_data_full (G_OBJECT (request), "page", g_strdup (page), g_free);
  g_signal_connect (request, "clicked", G_CALLBACK (request_cb), NULL);
  g_signal_connect_object (token, "clicked", G_CALLBACK (add_token_cb), stack, G_CONNECT_SWAPPED);
  g_signal_connect_object (again, "clicked", G_CALLBACK (retry_cb), stack, G_CONNECT_SWAPPED);
  maq_status_stack_set_empty (stack,
                              "maq-gated-symbolic",
                              _ ("Access Required"),
                              maq_download_access_to_sentence (has_token ? MAQ_DOWNLOAD_ACCESS_REFUSED : MAQ_DOWNLOAD_ACCESS_NEEDS_TOKEN));
  g_object_set (stack, "empty-child", box, NULL);
  maq_status_stack_set_status (stack, MAQ_STATUS_EMPTY);
}
