// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-figures-private.h"

void
maq_transfer_figures_make_properties (GParamSpec **properties)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[MAQ_TRANSFER_FIGURE_DONE] = g_param_spec_uint64 ("bytes-done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[MAQ_TRANSFER_FIGURE_TOTAL] = g_param_spec_uint64 ("bytes-total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[MAQ_TRANSFER_FIGURE_SPEED] = g_param_spec_double ("speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[MAQ_TRANSFER_FIGURE_LEFT] = g_param_spec_int64 ("seconds-left", NULL, NULL, -1, G_MAXINT64, -1, flags);
}

gboolean
maq_transfer_figures_get_property (const MaqTransferFigures *self,
                                   guint                     prop_id,
                                   GValue                   *value)
{
  switch (prop_id)
    {
    case MAQ_TRANSFER_FIGURE_DONE:
      g_value_set_uint64 (value, self->done);
      return TRUE;
    case MAQ_TRANSFER_FIGURE_TOTAL:
      g_value_set_uint64 (value, self->total);
      return TRUE;
    case MAQ_TRANSFER_FIGURE_SPEED:
      g_value_set_double (value, self->speed);
      return TRUE;
    case MAQ_TRANSFER_FIGURE_LEFT:
      g_value_set_int64 (value, self->left);
      return TRUE;
    default:
      return FALSE;
    }
}

static gint64
find_left (const MaqTransferFigures *figures)
{
  guint64 bytes = figures->total - MIN (figures->done, figures->total);

  return figures->speed > 0 ? (gint64) MIN (bytes / figures->speed + 0.5, 1e15) : -1;
}

void
maq_transfer_figures_change (MaqTransferFigures       *self,
                             const MaqTransferFigures *news,
                             GObject                  *object,
                             GParamSpec              **properties)
{
  MaqTransferFigures old = *self;

  *self = *news;
  self->left = find_left (self);
  g_object_freeze_notify (object);
  if (self->done != old.done)
    g_object_notify_by_pspec (object, properties[MAQ_TRANSFER_FIGURE_DONE]);
  if (self->total != old.total)
    g_object_notify_by_pspec (object, properties[MAQ_TRANSFER_FIGURE_TOTAL]);
  if (self->speed != old.speed)
    g_object_notify_by_pspec (object, properties[MAQ_TRANSFER_FIGURE_SPEED]);
  if (self->left != old.left)
    g_object_notify_by_pspec (object, properties[MAQ_TRANSFER_FIGURE_LEFT]);
  g_object_thaw_notify (object);
}
