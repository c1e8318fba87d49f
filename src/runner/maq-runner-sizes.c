// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-sizes.h"

#include <string.h>

#define MIB 1048576.0
// No message says more; a guard for what is not a number of bytes at all.
#define MAX_MIB (1024.0 * 1024 * 1024)

static GMutex         mutex;
static MaqRunnerSizes sizes_now;

// The bytes after LABEL in MESSAGE; END is what has to follow the number and its unit. 0 if it is not there.
static guint64
find_size (const char *message,
           const char *label,
           const char *end)
{
  const char *at = strstr (message, label);
  char       *rest;
  double      mib;

  if (at == NULL)
    return 0;
  mib = g_ascii_strtod (at + strlen (label), &rest);
  if (!(mib > 0 && mib < MAX_MIB) || !g_str_has_prefix (rest, end))
    return 0;
  return (guint64) (mib * MIB);
}

void
maq_runner_sizes_clear (void)
{
  g_mutex_lock (&mutex);
  sizes_now = (MaqRunnerSizes) { 0 };
  g_mutex_unlock (&mutex);
}

void
maq_runner_sizes_note (const char *message)
{
  guint64 cache = strstr (message, " cells") != NULL ? find_size (message, ": size = ", " MiB (") : 0;
  guint64 compute = find_size (message, " compute buffer size = ", " MiB") + find_size (message, " output buffer size = ", " MiB");

  if (cache == 0 && compute == 0)
    return;
  g_mutex_lock (&mutex);
  sizes_now.cache += cache;
  sizes_now.compute += compute;
  g_mutex_unlock (&mutex);
}

void
maq_runner_sizes_get (MaqRunnerSizes *sizes)
{
  g_mutex_lock (&mutex);
  *sizes = sizes_now;
  g_mutex_unlock (&mutex);
}
