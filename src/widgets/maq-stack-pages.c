// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-stack-pages.h"

#include <adwaita.h>

// Both kinds of stack list their pages in a selection model, in which the visible one is selected.

static void
update (GtkSelectionModel *pages)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
    {
      g_autoptr (GtkAccessible) page = g_list_model_get_item (G_LIST_MODEL (pages), i);

      if (gtk_selection_model_is_selected (pages, i))
        gtk_accessible_reset_state (page, GTK_ACCESSIBLE_STATE_HIDDEN);
      else
        gtk_accessible_update_state (page, GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
    }
}

void
maq_stack_pages_hide_others (GtkWidget *stack)
{
  g_return_if_fail (GTK_IS_STACK (stack) || ADW_IS_VIEW_STACK (stack));

  GtkSelectionModel *pages = GTK_IS_STACK (stack) ? gtk_stack_get_pages (GTK_STACK (stack)) : adw_view_stack_get_pages (ADW_VIEW_STACK (stack));
  g_signal_connect (pages, "items-changed", G_CALLBACK (update), NULL);
  g_signal_connect (pages, "selection-changed", G_CALLBACK (update), NULL);
  // It lives as long as somebody holds it.
  g_object_set_data_full (G_OBJECT (stack), "maq-hidden-pages", pages, g_object_unref);
  update (pages);
}
