// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-open-address.h"

#include <glib/gi18n.h>

struct _MaqOpenAddress
{
  GObject parent_instance;

  MaqRepoAddress *address;
};

G_DEFINE_FINAL_TYPE (MaqOpenAddress, maq_open_address, G_TYPE_OBJECT)

static void
maq_open_address_finalize (GObject *object)
{
  maq_repo_address_free (MAQ_OPEN_ADDRESS (object)->address);

  G_OBJECT_CLASS (maq_open_address_parent_class)->finalize (object);
}

static void
maq_open_address_class_init (MaqOpenAddressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_open_address_finalize;
}

static void
maq_open_address_init (MaqOpenAddress *self)
{
}

MaqOpenAddress *
maq_open_address_new (const MaqRepoAddress *address)
{
  g_return_val_if_fail (address != NULL, NULL);

  MaqOpenAddress *self = g_object_new (MAQ_TYPE_OPEN_ADDRESS, NULL);
  self->address = maq_repo_address_copy (address);
  return self;
}

const MaqRepoAddress *
maq_open_address_get_address (MaqOpenAddress *self)
{
  g_return_val_if_fail (MAQ_IS_OPEN_ADDRESS (self), NULL);

  return self->address;
}

char *
maq_open_address_dup_title (MaqOpenAddress *self)
{
  g_return_val_if_fail (MAQ_IS_OPEN_ADDRESS (self), NULL);

  // Translators: %s is the name of a repo.
  return g_strdup_printf (_ ("Open %s"), self->address->id);
}

static const char *
get_kind_word (MaqRepoKind kind)
{
  switch (kind)
    {
    case MAQ_REPO_KIND_DATASET:
      return _ ("Dataset");
    case MAQ_REPO_KIND_SPACE:
      return _ ("Space");
    case MAQ_REPO_KIND_MODEL:
    default:
      return _ ("Model");
    }
}

char *
maq_open_address_dup_facts (MaqOpenAddress *self)
{
  g_return_val_if_fail (MAQ_IS_OPEN_ADDRESS (self), NULL);

  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();

  g_strv_builder_add (parts, get_kind_word (self->address->kind));
  if (self->address->path != NULL)
    g_strv_builder_add (parts, self->address->path);
  g_auto (GStrv) strv = g_strv_builder_end (parts);
  return g_strjoinv (" · ", strv);
}
