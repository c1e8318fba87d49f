// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-engine-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define MAX_SHARDS 1000

static DexFuture *
reject (const char *format,
        ...) G_GNUC_PRINTF (1, 2);

static DexFuture *
reject (const char *format,
        ...)
{
  va_list          arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return dex_future_new_reject (MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_BAD_MODEL, "%s", text);
}

// The paths of all shards if the name of PATH says it is one, else PATH alone.
static char **
list_paths (const char *path)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(.*)-[0-9]{5}-of-([0-9]{5})(\\.gguf)$", G_REGEX_CASELESS | G_REGEX_DOTALL | G_REGEX_RAW, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  guint count = 0;

  if (g_regex_match (regex, path, 0, &match))
    {
      g_autofree char *stem = g_match_info_fetch (match, 1);
      g_autofree char *number = g_match_info_fetch (match, 2);
      g_autofree char *ending = g_match_info_fetch (match, 3); // as it is written here: .GGUF is another file

      count = strtoul (number, NULL, 10);
      for (guint i = 1; i <= count && count <= MAX_SHARDS; i++)
        g_strv_builder_take (paths, g_strdup_printf ("%s-%05u-of-%s%s", stem, i, number, ending));
    }
  if (count == 0 || count > MAX_SHARDS)
    g_strv_builder_add (paths, path);
  return g_strv_builder_end (paths);
}

static DexFuture *
open_fiber (gpointer data)
{
  g_auto (GStrv) paths = list_paths (data);
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    {
      // Not blocking, so that a pipe put in the place of a file cannot hold the worker.
      g_autofd int     fd = open (paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
      g_autofree char *name = g_filename_display_basename (paths[i]);
      struct stat      info;

      if (fd < 0 && errno == ENOENT && paths[1] != NULL)
        return reject ("Part %u of %u of this model is missing (%s). Download the model again.", i + 1, g_strv_length (paths), name);
      if (fd < 0 && errno == ENOENT)
        return reject ("The weights file %s is not there. Download it again.", name);
      if (fd < 0 || fstat (fd, &info) != 0)
        return reject ("The weights file %s cannot be read (%s). Check its permissions.", name, g_strerror (errno));
      if (!S_ISREG (info.st_mode))
        return reject ("%s is not a file. Choose a file whose name ends in .gguf.", name);
      if (g_unix_fd_list_append (list, fd, NULL) < 0)
        return reject ("The weights file %s cannot be opened: too many files are open. Close some models and try again.", name);
    }
  return dex_future_new_take_object (g_steal_pointer (&list));
}

DexFuture *
maq_weights_open (const char *path)
{
  return dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, open_fiber, g_strdup (path), g_free);
}
