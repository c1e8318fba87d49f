// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-download-file.h"

struct _MaqDownloadFile
{
  GObject parent_instance;

  char    *path;
  guint64  size;
  gboolean here;
  gboolean chosen;
};

G_DEFINE_FINAL_TYPE (MaqDownloadFile, maq_download_file, G_TYPE_OBJECT)

typedef enum
{
  PROP_PATH = 1,
  PROP_SIZE,
  PROP_HERE,
  PROP_CHOSEN,
} MaqDownloadFileProperty;

static GParamSpec *properties[PROP_CHOSEN + 1];

static void
maq_download_file_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MaqDownloadFile *self = MAQ_DOWNLOAD_FILE (object);

  switch ((MaqDownloadFileProperty) prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_HERE:
      g_value_set_boolean (value, self->here);
      break;
    case PROP_CHOSEN:
      g_value_set_boolean (value, self->chosen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_download_file_finalize (GObject *object)
{
  g_free (MAQ_DOWNLOAD_FILE (object)->path);

  G_OBJECT_CLASS (maq_download_file_parent_class)->finalize (object);
}

static void
maq_download_file_class_init (MaqDownloadFileClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_download_file_get_property;
  object_class->finalize = maq_download_file_finalize;

  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_HERE] = g_param_spec_boolean ("here", NULL, NULL, FALSE, flags);
  properties[PROP_CHOSEN] = g_param_spec_boolean ("chosen", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
maq_download_file_init (MaqDownloadFile *self)
{
}

MaqDownloadFile *
maq_download_file_new (const char *path,
                       guint64     size,
                       gboolean    here)
{
  g_return_val_if_fail (path != NULL, NULL);

  MaqDownloadFile *self = g_object_new (MAQ_TYPE_DOWNLOAD_FILE, NULL);
  self->path = g_strdup (path);
  self->size = size;
  self->here = here;
  return self;
}

const char *
maq_download_file_get_path (MaqDownloadFile *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE (self), NULL);

  return self->path;
}

guint64
maq_download_file_get_size (MaqDownloadFile *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE (self), 0);

  return self->size;
}

gboolean
maq_download_file_get_here (MaqDownloadFile *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE (self), FALSE);

  return self->here;
}

gboolean
maq_download_file_get_chosen (MaqDownloadFile *self)
{
  g_return_val_if_fail (MAQ_IS_DOWNLOAD_FILE (self), FALSE);

  return self->chosen;
}

void
maq_download_file_set_chosen (MaqDownloadFile *self,
                              gboolean         chosen)
{
  g_return_if_fail (MAQ_IS_DOWNLOAD_FILE (self));

  if (self->chosen == chosen)
    return;
  self->chosen = chosen;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOSEN]);
}
