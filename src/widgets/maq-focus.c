// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-focus.h"

gboolean
maq_focus_is_in (GtkWidget *widget)
{
  g_return_val_if_fail (GTK_IS_WIDGET (widget), FALSE);

  GtkRoot   *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

// Itself, or what in it can have the focus.
static gboolean
take (GtkWidget *heir)
{
  return gtk_widget_get_mapped (heir) && gtk_widget_is_sensitive (heir) && (gtk_widget_grab_focus (heir) || gtk_widget_child_focus (heir, GTK_DIR_TAB_FORWARD));
}

void
maq_focus_leave (GtkWidget *widget,
                 GtkWidget *heir,
                 ...)
{
  va_list heirs;

  if (!maq_focus_is_in (widget))
    return;
  va_start (heirs, heir);
  while (heir != NULL && !take (heir))
    heir = va_arg (heirs, GtkWidget *);
  va_end (heirs);
}

void
maq_focus_set_visible (GtkWidget *widget,
                       gboolean   visible,
                       GtkWidget *heir)
{
  if (!visible)
    maq_focus_leave (widget, heir, NULL);
  gtk_widget_set_visible (widget, visible);
}

void
maq_focus_set_sensitive (GtkWidget *widget,
                         gboolean   sensitive,
                         GtkWidget *heir)
{
  if (!sensitive)
    maq_focus_leave (widget, heir, NULL);
  gtk_widget_set_sensitive (widget, sensitive);
}
