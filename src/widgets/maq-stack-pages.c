// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-stack-pages.h"

static void
update (GtkWidget *stack)
{
  g_autoptr (GListModel) pages = NULL;
  g_autoptr (GtkWidget) visible = NULL;

  g_object_get (stack, "pages", &pages, "visible-child", &visible, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (pages); i++)
    {
      g_autoptr (GtkAccessible) page = g_list_model_get_item (pages, i);
      g_autoptr (GtkWidget) child = NULL;
      g_object_get (page, "child", &child, NULL);
      if (child == visible)
        gtk_accessible_reset_state (page, GTK_ACCESSIBLE_STATE_HIDDEN);
      else
        gtk_accessible_update_state (page, GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
    }
}

void
maq_stack_pages_hide_others (GtkWidget *stack)
{
  g_return_if_fail (GTK_IS_WIDGET (stack));

  g_signal_handlers_disconnect_by_func (stack, update, NULL);
  g_signal_connect (stack, "notify::visible-child", G_CALLBACK (update), NULL);
  update (stack);
}
