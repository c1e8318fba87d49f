// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "maq-json.h"

// Ollama's store: manifests/HOST/NAMESPACE/MODEL/TAG lists the layers of a model, blobs/sha256-HEX holds each. Sources: Ollama
// server/modelpath.go, types/model/name.go, server/images.go.

#define MEDIA_MODEL "application/vnd.ollama.image.model"
#define DEPTH       4 // parts of a manifest's path

// The path of the blob DIGEST, NULL if it is no digest. Old versions wrote a colon into the file name.
static char *
dup_blob_path (const char *store,
               const char *digest)
{
  gsize hex = digest != NULL && strlen (digest) == 71 && (g_str_has_prefix (digest, "sha256:") || g_str_has_prefix (digest, "sha256-"))
                ? strspn (digest + 7, "0123456789abcdef")
                : 0;

  if (hex != 64)
    return NULL;
  g_autofree char *name = g_strconcat ("sha256-", digest + 7, NULL);
  g_autofree char *path = g_build_filename (store, "blobs", name, NULL);
  name[6] = ':';
  g_autofree char *old = g_build_filename (store, "blobs", name, NULL);
  gboolean         is_old = !g_file_test (path, G_FILE_TEST_EXISTS) && g_file_test (old, G_FILE_TEST_EXISTS);
  return is_old ? g_steal_pointer (&old) : g_steal_pointer (&path);
}

// "llama3.2:3b": the host and the namespace are named only where they are not Ollama's own.
static char *
dup_name (const char *const parts[DEPTH])
{
  if (strcmp (parts[0], "registry.ollama.ai") != 0)
    return g_strdup_printf ("%s/%s/%s:%s", parts[0], parts[1], parts[2], parts[3]);
  if (strcmp (parts[1], "library") != 0)
    return g_strdup_printf ("%s/%s:%s", parts[1], parts[2], parts[3]);
  return g_strdup_printf ("%s:%s", parts[2], parts[3]);
}

// The quantization that the model's configuration names, else its tag.
static char *
dup_label (const char   *store,
           MaqJsonValue *manifest,
           const char   *tag)
{
  g_autofree char *path = dup_blob_path (store, maq_json_get_string (maq_json_get (manifest, "config"), "digest"));
  g_autofree char *text = path != NULL ? maq_foreign_read_text (path) : NULL;
  g_autoptr (MaqJson) config = text != NULL ? maq_json_parse_text (text, NULL) : NULL;
  const char *label = config != NULL ? maq_json_get_string (maq_json_get_root (config), "file_type") : NULL;

  return g_strdup (label != NULL ? label : tag);
}

static void
add_manifest (GPtrArray         *models,
              MaqForeignPlace   *place,
              const char        *path,
              const char *const *parts)
{
  g_autofree char *text = maq_foreign_read_text (path);
  g_autoptr (MaqJson) json = text != NULL ? maq_json_parse_text (text, NULL) : NULL;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autoptr (MaqVariant) variant = g_new0 (MaqVariant, 1);
  g_autofree char *problem = NULL;
  gint64           modified = 0;
  GStatBuf         status;

  if (json == NULL)
    return;
  MaqJsonValue *root = maq_json_get_root (json);
  MAQ_JSON_FOREACH (layer, maq_json_get (root, "layers"))
    {
      if (g_strcmp0 (maq_json_get_string (layer, "mediaType"), MEDIA_MODEL) != 0)
        continue;
      char *blob = dup_blob_path (place->path, maq_json_get_string (layer, "digest"));
      if (blob == NULL)
        continue;
      if (g_stat (blob, &status) == 0)
        {
          variant->size += (guint64) status.st_size;
          modified = MAX (modified, (gint64) status.st_mtime);
        }
      else
        {
          variant->missing++;
          g_free (problem);
          problem = maq_foreign_say_missing (blob);
        }
      g_strv_builder_take (paths, blob);
    }
  variant->paths = g_strv_builder_end (paths);
  // Models that Ollama keeps in the cloud, or in another format, have no such layer.
  if (variant->paths[0] == NULL)
    return;
  variant->label = dup_label (place->path, root, parts[DEPTH - 1]);
  maq_foreign_add (models, place->program, dup_name (parts), g_steal_pointer (&variant), modified, g_steal_pointer (&problem));
}

// Walks the folder PATH that PARTS[0..DEEP) lead to.
static void
walk (GPtrArray       *models,
      MaqForeignPlace *place,
      const char      *path,
      const char     **parts,
      guint            deep)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      if (name[0] == '.' || !g_utf8_validate (name, -1, NULL))
        continue;
      parts[deep] = name;
      if (deep + 1 < DEPTH)
        walk (models, place, below, parts, deep + 1);
      else
        add_manifest (models, place, below, parts);
    }
}

void
maq_foreign_add_ollama (GPtrArray       *models,
                        MaqForeignPlace *place)
{
  g_autofree char *manifests = g_build_filename (place->path, "manifests", NULL);
  const char      *parts[DEPTH];

  walk (models, place, manifests, parts, 0);
}
