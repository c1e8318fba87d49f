// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

struct _MaqForeignItem
{
  GObject          parent_instance;
  MaqForeignModel *model;
  MaqFit          *fit;
  gint64           judged;
};

enum
{
  PROP_FIT = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MaqForeignItem, maq_foreign_item, G_TYPE_OBJECT)

static void
maq_foreign_item_finalize (GObject *object)
{
  MaqForeignItem *self = MAQ_FOREIGN_ITEM (object);

  maq_foreign_model_unref (self->model);
  g_clear_pointer (&self->fit, maq_fit_free);
  G_OBJECT_CLASS (maq_foreign_item_parent_class)->finalize (object);
}

static void
maq_foreign_item_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (prop_id == PROP_FIT)
    g_value_set_boxed (value, MAQ_FOREIGN_ITEM (object)->fit);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
maq_foreign_item_class_init (MaqForeignItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = maq_foreign_item_finalize;
  object_class->get_property = maq_foreign_item_get_property;
  properties[PROP_FIT] = g_param_spec_boxed ("fit", NULL, NULL, MAQ_TYPE_FIT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_foreign_item_init (MaqForeignItem *self)
{
}

MaqForeignItem *
maq_foreign_item_new (MaqForeignModel *model)
{
  MaqForeignItem *self = g_object_new (MAQ_TYPE_FOREIGN_ITEM, NULL);

  self->model = maq_foreign_model_ref (model);
  return self;
}

const MaqForeignModel *
maq_foreign_item_get_model (MaqForeignItem *self)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_ITEM (self), NULL);
  return self->model;
}

const char *
maq_foreign_item_get_path (MaqForeignItem *self)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_ITEM (self), NULL);
  return self->model->variant != NULL ? self->model->variant->paths[0] : self->model->name;
}

gboolean
maq_foreign_item_is_usable (MaqForeignItem *self)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_ITEM (self), FALSE);
  return self->model->variant != NULL && self->model->problem == NULL;
}

const MaqFit *
maq_foreign_item_get_fit (MaqForeignItem *self)
{
  g_return_val_if_fail (MAQ_IS_FOREIGN_ITEM (self), NULL);
  return self->fit;
}

void
maq_foreign_item_take_fit (MaqForeignItem *self,
                           MaqFit         *fit)
{
  g_clear_pointer (&self->fit, maq_fit_free);
  self->fit = fit;
  self->judged = g_get_monotonic_time ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIT]);
}

gint64
maq_foreign_item_get_judged (MaqForeignItem *self)
{
  return self->judged;
}
