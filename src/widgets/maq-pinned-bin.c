// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-pinned-view.h"

struct _MaqPinnedBin
{
  GtkWidget parent_instance;

  GtkWidget     *child; // nullable
  GtkAdjustment *adjustment;
};

G_DEFINE_FINAL_TYPE (MaqPinnedBin, maq_pinned_bin, GTK_TYPE_WIDGET)

typedef enum
{
  PROP_CHILD = 1,
} MaqPinnedBinProperty;

// However much there is to scroll, it can be shown in any height.
static void
maq_pinned_bin_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  MaqPinnedBin *self = MAQ_PINNED_BIN (widget);

  if (self->child != NULL)
    gtk_widget_measure (self->child, orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = 0;
}

static void
maq_pinned_bin_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  MaqPinnedBin *self = MAQ_PINNED_BIN (widget);

  if (self->child != NULL)
    gtk_widget_allocate (self->child, width, height, baseline, NULL);
}

static GtkSizeRequestMode
maq_pinned_bin_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
set_child (MaqPinnedBin *self,
           GtkWidget    *child)
{
  g_clear_pointer (&self->child, gtk_widget_unparent);
  if (child == NULL)
    return;
  self->child = child;
  gtk_widget_set_parent (child, GTK_WIDGET (self));
  g_object_set (child, "vadjustment", self->adjustment, NULL);
}

static void
maq_pinned_bin_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch ((MaqPinnedBinProperty) prop_id)
    {
    case PROP_CHILD:
      g_value_set_object (value, MAQ_PINNED_BIN (object)->child);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_pinned_bin_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch ((MaqPinnedBinProperty) prop_id)
    {
    case PROP_CHILD:
      set_child (MAQ_PINNED_BIN (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_pinned_bin_dispose (GObject *object)
{
  MaqPinnedBin *self = MAQ_PINNED_BIN (object);

  set_child (self, NULL);
  g_clear_object (&self->adjustment);

  G_OBJECT_CLASS (maq_pinned_bin_parent_class)->dispose (object);
}

static void
maq_pinned_bin_class_init (MaqPinnedBinClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = maq_pinned_bin_get_property;
  object_class->set_property = maq_pinned_bin_set_property;
  object_class->dispose = maq_pinned_bin_dispose;
  widget_class->measure = maq_pinned_bin_measure;
  widget_class->size_allocate = maq_pinned_bin_size_allocate;
  widget_class->get_request_mode = maq_pinned_bin_get_request_mode;

  g_object_class_install_property (object_class, PROP_CHILD, g_param_spec_object ("child", NULL, NULL, GTK_TYPE_WIDGET, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
maq_pinned_bin_init (MaqPinnedBin *self)
{
  self->adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkAdjustment *
maq_pinned_bin_get_adjustment (MaqPinnedBin *self)
{
  g_return_val_if_fail (MAQ_IS_PINNED_BIN (self), NULL);

  return self->adjustment;
}
