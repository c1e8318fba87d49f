// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-format.h"

#include "maq-file.h"
#include "maq-format-private.h"
#include "maq-gguf.h"
#include "maq-json.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_errno (GError    **error,
           const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
}

int
maq_format_open (const char *path,
                 guint64    *file_size,
                 GError    **error)
{
  struct stat  info;
  g_autofd int fd = -1;

  g_return_val_if_fail (path != NULL, -1);

  // Not blocking, so that a pipe put in the place of a file cannot hold the caller.
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &info) < 0)
    {
      set_errno (error, path);
      return -1;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s: not a regular file", path);
      return -1;
    }
  maq_file_keep_access_time (fd);
  *file_size = info.st_size;
  return g_steal_fd (&fd);
}

GBytes *
maq_format_read (int      fd,
                 gsize    n,
                 GError **error)
{
  g_autofree guint8 *data = g_try_malloc (MAX (n, 1));
  gsize              have = 0;

  if (data == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "There is no memory for %" G_GSIZE_FORMAT " bytes", n);
      return NULL;
    }
  while (have < n)
    {
      gssize got = pread (fd, data + have, n - have, have);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_errno (error, "Reading failed");
          return NULL;
        }
      if (got == 0)
        break;
      have += got;
    }
  return g_bytes_new_take (g_steal_pointer (&data), have);
}

GBytes *
maq_format_read_beginning (const char *path,
                           gsize       n,
                           guint64    *file_size,
                           GError    **error)
{
  g_autofd int fd = maq_format_open (path, file_size, error);

  return fd < 0 ? NULL : maq_format_read (fd, MIN (n, *file_size), error);
}

const char *
maq_format_name_other (const void *data,
                       gsize       size)
{
  static const struct
  {
    const char *start, *name;
  } known[] = {
    { "version https://git-lfs.github.com/spec/", "a Git LFS pointer: the file it stands for was not downloaded" },
    { "version https://hawser.github.com/spec/", "a Git LFS pointer: the file it stands for was not downloaded" },
    { "<!doctype html", "a web page that was saved under this name" },
    { "<html", "a web page that was saved under this name" },
  };
  const char *text = data;

  while (size > 0 && g_ascii_isspace (*text))
    {
      text++;
      size--;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (size >= strlen (known[i].start) && g_ascii_strncasecmp (text, known[i].start, strlen (known[i].start)) == 0)
      return known[i].name;
  return NULL;
}

gboolean
maq_format_check_not_empty (guint64  file_size,
                            GError **error)
{
  if (file_size > 0)
    return TRUE;
  g_set_error_literal (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This file is empty");
  return FALSE;
}

GBytes *
maq_format_close_json (GBytes *bytes)
{
  char        open[MAQ_JSON_MAX_DEPTH];
  guint       depth = 0;
  gsize       size, whole = 0;
  gboolean    in_string = FALSE;
  const char *text;
  GByteArray *closed;

  g_return_val_if_fail (bytes != NULL, NULL);

  // Every bracket and comma ends something whole, so what is open there is what is open at the end.
  text = g_bytes_get_data (bytes, &size);
  for (gsize i = 0; i < size; i++)
    if (in_string)
      {
        if (text[i] == '\\')
          i++;
        else if (text[i] == '"')
          in_string = FALSE;
      }
    else if (text[i] == '"')
      in_string = TRUE;
    else if (text[i] == '{' || text[i] == '[')
      {
        if (depth == G_N_ELEMENTS (open))
          return NULL;
        open[depth++] = text[i] == '{' ? '}' : ']';
        whole = i + 1;
      }
    else if ((text[i] == '}' || text[i] == ']') && depth > 0)
      {
        depth--;
        whole = i + 1;
      }
    else if (text[i] == ',')
      whole = i;
  if (whole == 0)
    return NULL;
  closed = g_byte_array_sized_new (whole + depth);
  g_byte_array_append (closed, (const guint8 *) text, whole);
  while (depth > 0)
    g_byte_array_append (closed, (const guint8 *) &open[--depth], 1);
  return g_byte_array_free_to_bytes (closed);
}
