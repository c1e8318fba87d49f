// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-log.h"

#include "maq-runner-sizes.h"

#include <llama.h>
#include <stdio.h>
#include <string.h>

static GMutex   mutex;
static char     last[256];
static gboolean about_memory;
static gboolean verbose;

static void
log_cb (enum ggml_log_level level,
        const char         *text,
        void               *data)
{
  if (verbose)
    fputs (text, stderr);
  maq_runner_sizes_note (text);
  if (level != GGML_LOG_LEVEL_ERROR)
    return;
  g_mutex_lock (&mutex);
  if (strstr (text, "alloc") != NULL || strstr (text, "memory") != NULL)
    about_memory = TRUE;
  // The first complaint names the cause, later ones only repeat that loading failed.
  if (*last == 0)
    g_strlcpy (last, text, sizeof last);
  g_mutex_unlock (&mutex);
}

void
maq_runner_log_install (void)
{
  verbose = g_getenv ("MAQ_RUNNER_DEBUG") != NULL;
  llama_log_set (log_cb, NULL);
}

void
maq_runner_log_clear (void)
{
  g_mutex_lock (&mutex);
  *last = 0;
  about_memory = FALSE;
  g_mutex_unlock (&mutex);
}

// Makes one line of TEXT, with single spaces.
static void
squeeze (char *text)
{
  char *to = text;

  for (const char *from = text; *from != 0; from++)
    {
      gboolean space = *from == ' ' || g_ascii_iscntrl (*from);
      if (!space)
        *to++ = *from;
      else if (to > text && to[-1] != ' ')
        *to++ = ' ';
    }
  *to = 0;
  g_strchomp (text);
}

char *
maq_runner_log_dup_last (void)
{
  g_autofree char *text = NULL;
  const char      *fact, *next;

  g_mutex_lock (&mutex);
  text = g_utf8_make_valid (last, -1);
  g_mutex_unlock (&mutex);
  squeeze (text);
  // "llama_model_load: error loading model: unknown model architecture: 'x'"
  for (fact = text; (next = strstr (fact, ": ")) != NULL && memchr (fact, '\'', next - fact) == NULL &&
                    (memchr (fact, '_', next - fact) != NULL || g_str_has_prefix (fact, "error"));)
    fact = next + 2;
  return *fact != 0 ? g_strdup (fact) : NULL;
}

gboolean
maq_runner_log_is_about_memory (void)
{
  gboolean result;

  g_mutex_lock (&mutex);
  result = about_memory;
  g_mutex_unlock (&mutex);
  return result;
}
