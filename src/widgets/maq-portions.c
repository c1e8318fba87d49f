// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-portions.h"

#define PORTION 20
#define ENOUGH  260
#define SOURCE  "maq-portions-source"

static gboolean
grow (gpointer data)
{
  GtkSliceListModel *portions = data;
  guint              size = gtk_slice_list_model_get_size (portions);
  gboolean           is_enough = size >= MIN (ENOUGH, g_list_model_get_n_items (gtk_slice_list_model_get_model (portions)));

  if (is_enough)
    g_object_steal_data (G_OBJECT (portions), SOURCE);
  gtk_slice_list_model_set_size (portions, is_enough ? G_MAXUINT : size + PORTION);
  return is_enough ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
remove_source (gpointer data)
{
  g_source_remove (GPOINTER_TO_UINT (data));
}

GtkSliceListModel *
maq_portions_new (GListModel *model)
{
  g_return_val_if_fail (G_IS_LIST_MODEL (model), NULL);

  GtkSliceListModel *portions = gtk_slice_list_model_new (model, 0, PORTION);
  maq_portions_restart (portions);
  return portions;
}

void
maq_portions_restart (GtkSliceListModel *portions)
{
  g_return_if_fail (GTK_IS_SLICE_LIST_MODEL (portions));

  gtk_slice_list_model_set_size (portions, PORTION);
  if (g_object_get_data (G_OBJECT (portions), SOURCE) == NULL)
    g_object_set_data_full (G_OBJECT (portions), SOURCE, GUINT_TO_POINTER (g_idle_add (grow, portions)), remove_source);
}
