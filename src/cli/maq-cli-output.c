// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "maq-cli-private.h"
#include "maq-cli-text.h"
#include "maq-units.h"

// Output goes straight to stdio: g_print would convert it to the locale's character set, and what a Hub or a model says is
// UTF-8 whatever the locale.

#define PROGRESS_TERMINAL_USEC (100 * 1000)
#define PROGRESS_PLAIN_USEC    (10 * G_USEC_PER_SEC)

static int
find_columns (void)
{
  struct winsize size = { 0 };
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return 80;
}

void
maq_cli_init_output (MaqCli *self)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  self->out_is_terminal = isatty (STDOUT_FILENO);
  self->err_is_terminal = isatty (STDERR_FILENO);
  self->columns = self->out_is_terminal ? find_columns () : G_MAXINT;
  self->colours = self->out_is_terminal && (no_colour == NULL || *no_colour == '\0') &&
                  g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

gboolean
maq_cli_is_terminal (MaqCli *self)
{
  return self->out_is_terminal;
}

int
maq_cli_get_columns (MaqCli *self)
{
  return self->columns;
}

void
maq_cli_write (MaqCli *self, const char *text)
{
  if (self->write_errno != 0)
    return;
  maq_cli_progress_end (self);
  self->has_spoken = TRUE;
  if (fputs (text, stdout) == EOF)
    self->write_errno = errno;
}

void
maq_cli_print (MaqCli *self, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  maq_cli_write (self, text);
}

void
maq_cli_flush (MaqCli *self)
{
  if (self->write_errno == 0 && fflush (stdout) == EOF)
    self->write_errno = errno;
}

gboolean
maq_cli_finish_output (MaqCli *self)
{
  maq_cli_flush (self);
  // A reader that went away, as in `maq search | head`, has what it wanted.
  if (self->write_errno != 0 && self->write_errno != EPIPE)
    fprintf (stderr, _ ("maq: Cannot write the output: %s.\n"), g_strerror (self->write_errno));
  return self->write_errno == 0;
}

void
maq_cli_print_json (MaqCli *self, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  maq_cli_write (self, text);
  maq_cli_write (self, "\n");
  maq_cli_flush (self);
}

gboolean
maq_cli_has_styles (MaqCli *self)
{
  return self->colours;
}

char *
maq_cli_bold (MaqCli *self, const char *text)
{
  return self->colours ? g_strdup_printf ("\033[1m%s\033[0m", text) : g_strdup (text);
}

void
maq_cli_note (MaqCli *self, const char *format, ...)
{
  if (maq_cli_is_quiet (self))
    return;
  maq_cli_progress_end (self);
  self->has_spoken = TRUE;
  va_list args;
  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *clean = maq_cli_clean (text, TRUE);
  fprintf (stderr, "%s\n", clean);
}

// Whether it is time for another line of progress.
static gboolean
progress_is_due (MaqCli *self)
{
  if (maq_cli_is_quiet (self))
    return FALSE;
  gint64 now = g_get_monotonic_time ();
  // The first plain line comes after the interval, too: short work says nothing.
  if (self->progress_at == 0 && !self->err_is_terminal)
    self->progress_at = now;
  if (now - self->progress_at < (self->err_is_terminal ? PROGRESS_TERMINAL_USEC : PROGRESS_PLAIN_USEC))
    return FALSE;
  self->progress_at = now;
  return TRUE;
}

static void
show_progress (MaqCli *self, const char *line)
{
  if (self->err_is_terminal)
    {
      struct winsize   size = { 0 };
      int              columns = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
      g_autofree char *cut = maq_cli_text_cut (line, columns - 1);
      fprintf (stderr, "\r\033[K%s", cut);
      fflush (stderr);
      self->progress_open = TRUE;
    }
  else
    fprintf (stderr, "%s\n", line);
}

void
maq_cli_progress (MaqCli *self, const char *label, guint64 done, guint64 total, double speed, gint64 seconds_left)
{
  if (!progress_is_due (self))
    return;
  g_autofree char *clean = maq_cli_clean (label, FALSE);
  g_autofree char *done_text = maq_format_bytes (done);
  g_autoptr (GString) line = g_string_new (NULL);
  if (total > 0)
    {
      g_autofree char *total_text = maq_format_bytes (total);
      // Translators: name, bytes done, bytes in all, per cent.
      g_string_append_printf (line, _ ("%s: %s of %s (%d %%)"), clean, done_text, total_text, (int) (100.0 * (double) done / (double) total));
    }
  else
    g_string_append_printf (line, "%s: %s", clean, done_text);
  if (speed > 0)
    {
      g_autofree char *speed_text = maq_format_speed (speed);
      g_string_append_printf (line, ", %s", speed_text);
    }
  if (seconds_left >= 0)
    {
      g_autofree char *left = maq_format_duration (seconds_left);
      g_string_append_printf (line, _ (", %s left"), left);
    }
  show_progress (self, line->str);
}

void
maq_cli_progress_fraction (MaqCli *self, const char *label, double fraction)
{
  if (!progress_is_due (self))
    return;
  g_autofree char *clean = maq_cli_clean (label, FALSE);
  g_autofree char *line = g_strdup_printf ("%s: %d %%", clean, (int) (100 * CLAMP (fraction, 0, 1)));
  show_progress (self, line);
}

void
maq_cli_show_waiting (MaqCli *self)
{
  if (self->has_spoken || self->progress_at != 0 || !self->err_is_terminal || self->client == NULL || maq_cli_is_quiet (self))
    return;
  g_autofree char *line = g_strdup_printf (_ ("Waiting for %s"), maq_hub_client_get_endpoint (self->client));
  show_progress (self, line);
}

void
maq_cli_progress_end (MaqCli *self)
{
  if (self->progress_open)
    {
      fputs ("\r\033[K", stderr);
      fflush (stderr);
    }
  self->progress_open = FALSE;
}

void
maq_cli_json_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value == NULL)
    json_builder_add_null_value (builder);
  else
    {
      g_autofree char *valid = g_utf8_make_valid (value, -1);
      json_builder_add_string_value (builder, valid);
    }
}

void
maq_cli_json_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  if (value == -1)
    json_builder_add_null_value (builder);
  else
    json_builder_add_int_value (builder, value);
}

void
maq_cli_json_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  // JSON has no infinity.
  if (!isfinite (value))
    json_builder_add_null_value (builder);
  else
    json_builder_add_double_value (builder, value);
}

void
maq_cli_json_bool (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
maq_cli_json_strv (JsonBuilder *builder, const char *name, const char *const *values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; values != NULL && values[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (values[i], -1);
      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}

void
maq_cli_json_time (JsonBuilder *builder, const char *name, gint64 when)
{
  g_autoptr (GDateTime) time = when != 0 ? g_date_time_new_from_unix_utc (when) : NULL;
  g_autofree char *text = time != NULL ? g_date_time_format_iso8601 (time) : NULL;
  maq_cli_json_string (builder, name, text);
}
