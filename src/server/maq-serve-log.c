// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-log.h"

#include "maq-serve-json.h"

#include <string.h>

#define MAX_ENTRIES 10000

struct _MaqServeLog
{
  GMutex     lock;
  GPtrArray *entries;
};

MaqServeLogEntry *
maq_serve_log_entry_new (void)
{
  return g_atomic_rc_box_new0 (MaqServeLogEntry);
}

static void
entry_clear (gpointer data)
{
  MaqServeLogEntry *entry = data;
  g_free (entry->method);
  g_free (entry->path);
  g_free (entry->range);
  g_free (entry->user_agent);
}

void
maq_serve_log_entry_unref (MaqServeLogEntry *self)
{
  g_atomic_rc_box_release_full (self, entry_clear);
}

void
maq_serve_log_entry_add_sent (MaqServeLogEntry *self,
                              gsize             bytes)
{
  g_atomic_pointer_add (&self->sent, bytes);
}

MaqServeLog *
maq_serve_log_new (void)
{
  MaqServeLog *self = g_new0 (MaqServeLog, 1);
  g_mutex_init (&self->lock);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_serve_log_entry_unref);
  return self;
}

void
maq_serve_log_free (MaqServeLog *self)
{
  g_ptr_array_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
maq_serve_log_clear (MaqServeLog *self)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->entries, 0);
  g_mutex_unlock (&self->lock);
}

void
maq_serve_log_add (MaqServeLog      *self,
                   MaqServeLogEntry *entry)
{
  g_mutex_lock (&self->lock);
  if (self->entries->len >= MAX_ENTRIES)
    g_ptr_array_remove_range (self->entries, 0, MAX_ENTRIES / 10);
  g_ptr_array_add (self->entries, g_atomic_rc_box_acquire (entry));
  g_mutex_unlock (&self->lock);
}

void
maq_serve_log_set_status (MaqServeLog      *self,
                          MaqServeLogEntry *entry,
                          guint             status)
{
  g_mutex_lock (&self->lock);
  entry->status = status;
  g_mutex_unlock (&self->lock);
}

guint
maq_serve_log_count (MaqServeLog *self,
                     const char  *host,
                     const char  *glob)
{
  g_autoptr (GPatternSpec) pattern = g_pattern_spec_new (glob);
  guint n = 0;
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    {
      MaqServeLogEntry *entry = g_ptr_array_index (self->entries, i);
      g_autofree char  *path = g_strndup (entry->path, strcspn (entry->path, "?"));
      g_autofree char  *line = g_strconcat (entry->method, " ", path, NULL);
      n += (host == NULL || g_str_equal (host, entry->cdn ? "cdn" : "hub")) && g_pattern_spec_match_string (pattern, line);
    }
  g_mutex_unlock (&self->lock);
  return n;
}

static void
write_entry (GString          *out,
             MaqServeLogEntry *entry)
{
  maq_serve_json_open (out, '{');
  maq_serve_json_member_string (out, "method", entry->method);
  maq_serve_json_member_string (out, "path", entry->path);
  maq_serve_json_member_string (out, "host", entry->cdn ? "cdn" : "hub");
  maq_serve_json_member_bool (out, "authorization", entry->authorization);
  maq_serve_json_member_string (out, "range", entry->range);
  maq_serve_json_member_string (out, "userAgent", entry->user_agent);
  maq_serve_json_member_int (out, "status", entry->status);
  maq_serve_json_member_int (out, "sent", (gint64) (gsize) g_atomic_pointer_get (&entry->sent));
  maq_serve_json_member_bool (out, "fault", entry->fault);
  maq_serve_json_close (out, '}');
}

char *
maq_serve_log_to_json (MaqServeLog *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  maq_serve_json_open (out, '[');
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    write_entry (out, g_ptr_array_index (self->entries, i));
  g_mutex_unlock (&self->lock);
  maq_serve_json_close (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}
