// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// The engine opens each file by its name, once for the header and once for the data. Opening the name of a descriptor asks for the
// right to read the file again, which the runner gives up before it loads anything, so it is done here beforehand; the function
// that ggml opens files with is replaced by one that hands out what is open.
#include "maq-runner-weights.h"

#include "maq-runner-protocol.h"

#include <fcntl.h>
#include <ggml.h>
#include <gmodule.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX  "/proc/self/fd/"
#define N_OPENS 2 // of each file

static GArray *spare; // of int, N_OPENS for each file; -1 once it is handed out

int
maq_runner_weights_get_fd (guint index)
{
  return MAQ_RUNNER_FIRST_WEIGHTS_FD + (int) index;
}

char *
maq_runner_weights_make_name (guint index)
{
  return g_strdup_printf (PREFIX "%d", maq_runner_weights_get_fd (index));
}

void
maq_runner_weights_prepare (guint n)
{
  spare = g_array_new (FALSE, FALSE, sizeof (int));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = maq_runner_weights_make_name (i);

      for (guint j = 0; j < N_OPENS; j++)
        {
          // Where this fails, so does the engine, which says which file it cannot open.
          int fd = open (name, O_RDONLY | O_CLOEXEC);
          g_array_append_val (spare, fd);
        }
    }
}

static int
take_spare (const char *name)
{
  guint64 number;

  if (spare == NULL || !g_str_has_prefix (name, PREFIX) ||
      !g_ascii_string_to_unsigned (name + strlen (PREFIX), 10, MAQ_RUNNER_FIRST_WEIGHTS_FD, MAQ_RUNNER_FIRST_WEIGHTS_FD + spare->len / N_OPENS - 1, &number, NULL))
    return -1;
  for (guint i = 0; i < N_OPENS; i++)
    {
      int *place = &g_array_index (spare, int, (number - MAQ_RUNNER_FIRST_WEIGHTS_FD) * N_OPENS + i);
      int  fd = *place;

      *place = -1;
      if (fd >= 0)
        return fd;
    }
  return -1;
}

// Takes the place of ggml's own.
G_MODULE_EXPORT FILE *
ggml_fopen (const char *name,
            const char *mode)
{
  int fd = take_spare (name);

  return fd >= 0 ? fdopen (fd, mode) : fopen (name, mode);
}
