// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-memory.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// With more lines than this, the file is begun anew: only what is still found is hashed again.
#define MAX_LINES 200000
// How coarse the times of files can be, in microseconds: a tick of the kernel's clock, or seconds where there are no fractions.
#define TICK    (100 * G_TIME_SPAN_MILLISECOND)
#define SECONDS (3 * G_TIME_SPAN_SECOND)

struct _MaqServeMemory
{
  gatomicrefcount ref_count;
  char           *path;
  GMutex          lock;
  GHashTable     *known; // key to digest
};

static char *
make_key (const struct stat *info)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld:%" G_GINT64_FORMAT ".%09ld", (guint64) info->st_ino, (gint64) info->st_size, (gint64) info->st_mtim.tv_sec, info->st_mtim.tv_nsec, (gint64) info->st_ctim.tv_sec, info->st_ctim.tv_nsec);
}

static void
read_line (MaqServeMemory *self,
           const char     *line)
{
  const char *space = strchr (line, ' ');
  if (space == NULL || strlen (space + 1) != 64 || strspn (space + 1, "0123456789abcdef") != 64)
    return;
  g_hash_table_insert (self->known, g_strndup (line, space - line), g_strdup (space + 1));
}

static void
read_all (MaqServeMemory *self)
{
  g_autofree char *text = NULL;
  if (!g_file_get_contents (self->path, &text, NULL, NULL))
    return;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  if (g_strv_length (lines) > MAX_LINES)
    {
      g_unlink (self->path);
      return;
    }
  for (char **line = lines; *line != NULL; line++)
    read_line (self, *line);
}

MaqServeMemory *
maq_serve_memory_new (const char *path)
{
  MaqServeMemory *self = g_new0 (MaqServeMemory, 1);
  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->path = g_strdup (path);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  read_all (self);
  return self;
}

MaqServeMemory *
maq_serve_memory_ref (MaqServeMemory *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_serve_memory_unref (MaqServeMemory *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->known);
  g_mutex_clear (&self->lock);
  g_free (self->path);
  g_free (self);
}

char *
maq_serve_memory_find (MaqServeMemory    *self,
                       const struct stat *info)
{
  g_autofree char *key = make_key (info);
  g_mutex_lock (&self->lock);
  char *digest = g_strdup (g_hash_table_lookup (self->known, key));
  g_mutex_unlock (&self->lock);
  return digest;
}

static gboolean
has_settled (const struct timespec *time,
             gint64                 started)
{
  return time->tv_sec * G_USEC_PER_SEC + time->tv_nsec / 1000 + (time->tv_nsec != 0 ? TICK : SECONDS) < started;
}

void
maq_serve_memory_add (MaqServeMemory    *self,
                      const struct stat *info,
                      gint64             started,
                      const char        *sha256)
{
  if (!has_settled (&info->st_mtim, started) || !has_settled (&info->st_ctim, started))
    return;
  char            *key = make_key (info);
  g_autofree char *line = g_strdup_printf ("%s %s\n", key, sha256);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->known, key, g_strdup (sha256));
  g_mutex_unlock (&self->lock);

  // One write of one line at the end, so that lines of several processes do not mix. Failing only costs time at the next start.
  (void) g_mkdir_with_parents (folder, 0700);
  g_autofd int fd = open (self->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0 && write (fd, line, strlen (line)) < 0)
    g_debug ("%s: a hash cannot be remembered", self->path);
}
