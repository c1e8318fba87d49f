// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// MaqInspectList, which searches and orders by itself → GtkNoSelection → column view. The sorters of the columns only draw the arrows.

#include "maq-inspect-tensors.h"

#include <glib/gi18n.h>

#include "maq-status-stack.h"
#include "maq-template-callbacks.h"
#include "maq-units.h"

struct _MaqInspectTensors
{
  AdwBin parent_instance;

  AdwBreakpointBin    *bin;
  GtkLabel            *summary;
  MaqStatusStack      *status_stack;
  GtkColumnView       *column_view;
  GtkColumnViewColumn *narrow_column;
  GtkColumnViewColumn *name_column;
  GtkColumnViewColumn *type_column;
  GtkColumnViewColumn *shape_column;
  GtkColumnViewColumn *size_column;

  MaqInspectList *list;
  gboolean        is_index; // files instead of types, shapes and sizes
};

G_DEFINE_FINAL_TYPE (MaqInspectTensors, maq_inspect_tensors, ADW_TYPE_BIN)

enum
{
  SIGNAL_ACTIVATE_ITEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
activated_cb (MaqInspectTensors *self,
              guint              position)
{
  g_autoptr (MaqInspectItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  if (item != NULL)
    g_signal_emit (self, signals[SIGNAL_ACTIVATE_ITEM], 0, item);
}

static void
update_columns (MaqInspectTensors *self)
{
  gboolean is_narrow = adw_breakpoint_bin_get_current_breakpoint (self->bin) != NULL;

  gtk_column_view_column_set_visible (self->narrow_column, is_narrow);
  gtk_column_view_column_set_visible (self->name_column, !is_narrow);
  gtk_column_view_column_set_visible (self->type_column, !is_narrow && !self->is_index);
  gtk_column_view_column_set_visible (self->shape_column, !is_narrow);
  gtk_column_view_column_set_visible (self->size_column, !self->is_index);
}

static void
update (MaqInspectTensors *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->list)) == 0;

  maq_status_stack_set_status (self->status_stack, is_empty ? MAQ_STATUS_EMPTY : MAQ_STATUS_CONTENT);
}

static void
order_changed_cb (MaqInspectTensors   *self,
                  GtkSorterChange      change,
                  GtkColumnViewSorter *sorter)
{
  GtkColumnViewColumn *column = gtk_column_view_sorter_get_primary_sort_column (sorter);
  MaqInspectOrder      order = MAQ_INSPECT_BY_PLACE;

  if (self->list == NULL)
    return;
  if (column == self->name_column || column == self->narrow_column)
    order = MAQ_INSPECT_BY_NAME;
  else if (column == self->type_column)
    order = MAQ_INSPECT_BY_TYPE;
  else if (column == self->size_column)
    order = MAQ_INSPECT_BY_SIZE;
  maq_inspect_list_set_order (self->list, order, gtk_column_view_sorter_get_primary_sort_order (sorter) == GTK_SORT_DESCENDING);
}

static void
maq_inspect_tensors_dispose (GObject *object)
{
  MaqInspectTensors *self = MAQ_INSPECT_TENSORS (object);

  // Before the template lets go of its children, of which the bin's is one.
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), MAQ_TYPE_INSPECT_TENSORS);
  g_clear_object (&self->list);

  G_OBJECT_CLASS (maq_inspect_tensors_parent_class)->dispose (object);
}

static void
maq_inspect_tensors_class_init (MaqInspectTensorsClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = maq_inspect_tensors_dispose;

  signals[SIGNAL_ACTIVATE_ITEM] = g_signal_new ("activate-item", MAQ_TYPE_INSPECT_TENSORS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MAQ_TYPE_INSPECT_ITEM);

  g_type_ensure (MAQ_TYPE_INSPECT_ITEM);
  g_type_ensure (MAQ_TYPE_STATUS_STACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/maquette_app/Maquette/app/maq-inspect-tensors.ui");
  maq_template_callbacks_bind (widget_class);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, bin);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, summary);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, status_stack);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, column_view);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, narrow_column);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, name_column);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, type_column);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, shape_column);
  gtk_widget_class_bind_template_child (widget_class, MaqInspectTensors, size_column);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, update_columns);
}

static void
maq_inspect_tensors_init (MaqInspectTensors *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_column_view_get_sorter (self->column_view), "changed", G_CALLBACK (order_changed_cb), self, G_CONNECT_SWAPPED);
}

// "291 tensors: 226 Q4_K (3.8 GB), 65 F32 (1.1 MB)".
static char *
dup_summary (MaqInspection *inspection)
{
  guint    n_tensors = maq_inspection_get_n_tensors (inspection);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, ngettext ("%'u tensor", "%'u tensors", n_tensors), n_tensors);
  for (guint i = 0; i < inspection->types->len; i++)
    {
      const MaqInspectType *type = &g_array_index (inspection->types, MaqInspectType, i);
      g_autofree char      *size = maq_format_bytes (type->n_bytes);
      g_string_append_printf (text, "%s%'u %s (%s)", i == 0 ? ": " : ", ", type->n_tensors, type->name, size);
    }
  return g_string_free (text, FALSE);
}

void
maq_inspect_tensors_set_inspection (MaqInspectTensors *self,
                                    MaqInspection     *inspection)
{
  g_return_if_fail (MAQ_IS_INSPECT_TENSORS (self));
  g_return_if_fail (inspection != NULL);

  g_autoptr (MaqInspectList) list = maq_inspect_list_new_tensors (inspection);
  g_autoptr (GtkNoSelection) selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (list)));
  g_autofree char *summary = dup_summary (inspection);
  g_set_object (&self->list, list);
  self->is_index = inspection->kind == MAQ_INSPECT_JSON;
  gtk_column_view_set_model (self->column_view, GTK_SELECTION_MODEL (selection));
  gtk_column_view_column_set_title (self->shape_column, self->is_index ? _ ("File") : _ ("Shape"));
  gtk_label_set_label (self->summary, summary);
  update_columns (self);
  update (self);
}

void
maq_inspect_tensors_set_search (MaqInspectTensors *self,
                                const char        *words)
{
  g_return_if_fail (MAQ_IS_INSPECT_TENSORS (self));

  if (self->list == NULL)
    return;
  maq_inspect_list_set_search (self->list, words);
  update (self);
}
