// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-local-private.h"

#include <openssl/evp.h>
#include <string.h>

#include "maq-cache-private.h"

// What is noted of a file in a folder of the user's choice: three lines, the commit, the etag, and when they were right.

char *
maq_cache_local_dup_state_path (const char *path,
                                const char *suffix)
{
  return g_strconcat ("download/", path, suffix, NULL);
}

// Python's name for it begins in the same way: that of the metadata is hashed, so that long names stay within 255 bytes.
char *
maq_cache_local_dup_partial_name (const char *path,
                                  const char *etag,
                                  const char *tag)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_strconcat (base, ".metadata", NULL);
  guint8           digest[EVP_MAX_MD_SIZE];
  unsigned         length = 0;

  EVP_Digest (name, strlen (name), digest, &length, EVP_sha1 (), NULL);
  g_autofree char *hash = g_base64_encode (digest, length);
  g_strdelimit (hash, "+", '-');
  g_strdelimit (hash, "/", '_');
  g_autofree char *rest = maq_cache_dup_partial_name (etag, tag);
  return g_strconcat (hash, ".", rest, NULL);
}

gboolean
maq_cache_local_read_note (int                folder,
                           const char        *path,
                           MaqCacheLocalNote *note)
{
  g_autofree char *place = g_strconcat (MAQ_CACHE_LOCAL_STATE "/download/", path, ".metadata", NULL);
  g_autofree char *text = maq_cache_read_text (folder, place);
  g_auto (GStrv) lines = text != NULL ? g_strsplit (text, "\n", 4) : NULL;
  char *end = NULL;

  if (lines == NULL || g_strv_length (lines) < 3)
    return FALSE;
  for (guint i = 0; i < 3; i++)
    g_strstrip (lines[i]);
  note->time = g_ascii_strtod (lines[2], &end);
  if (end == lines[2] || *end != '\0')
    return FALSE;
  note->commit = g_strdup (lines[0]);
  note->etag = g_strdup (lines[1]);
  return TRUE;
}

void
maq_cache_local_note_clear (MaqCacheLocalNote *self)
{
  g_clear_pointer (&self->commit, g_free);
  g_clear_pointer (&self->etag, g_free);
}

gboolean
maq_cache_local_write_note (int         state,
                            const char *commit,
                            const char *path,
                            const char *etag,
                            GError    **error)
{
  g_autoptr (GError) failed = NULL;
  g_autofree char *place = maq_cache_local_dup_state_path (path, ".metadata");
  gint64           now = g_get_real_time ();
  g_autofree char *text = g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "\n", commit, etag, now / G_USEC_PER_SEC, now % G_USEC_PER_SEC);

  if (maq_cache_write_text (state, place, text, &failed))
    return TRUE;
  // The longest names leave no room for a suffix; and what is right need not be noted where nothing can be. Then the hash tells.
  if (g_error_matches (failed, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG) || g_error_matches (failed, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_READ_ONLY))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failed));
  return FALSE;
}
