// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-watch.h"

#include <string.h>

// Folders watched in all. Kernels without much memory allow a user 8,192, and other programs want some of these.
#define MAX_MONITORS 4096
// Of one repo.
#define MAX_COMMITS 16

struct _MaqLibraryWatch
{
  char               *root;
  GFileMonitor       *top;
  gboolean            is_there; // else the monitor is of the nearest folder above that is
  GHashTable         *repos;    // folder → RepoWatch
  guint               n_monitors;
  MaqLibraryWatchFunc func;
  gpointer            data;
};

typedef struct
{
  MaqLibraryWatch *owner;
  char            *folder;
  char            *places; // what is watched, one path a line
  GPtrArray       *monitors;
} RepoWatch;

static void
monitor_free (gpointer data)
{
  // An event that is on its way is not told any more.
  g_signal_handlers_disconnect_matched (data, G_SIGNAL_MATCH_ID, g_signal_lookup ("changed", G_TYPE_FILE_MONITOR), 0, NULL, NULL, NULL);
  g_file_monitor_cancel (data);
  g_object_unref (data);
}

static void
repo_watch_free (gpointer data)
{
  RepoWatch *self = data;

  self->owner->n_monitors -= self->monitors->len;
  g_ptr_array_unref (self->monitors);
  g_free (self->folder);
  g_free (self->places);
  g_free (self);
}

// Whether an event may mean that a file came or went: not that one which is being fetched grew.
static gboolean
is_news (GFile            *file,
         GFileMonitorEvent event)
{
  g_autofree char *name = g_file_get_basename (file);

  return event != G_FILE_MONITOR_EVENT_CHANGED && event != G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED &&
         !g_str_has_suffix (name, ".incomplete") && !g_str_has_suffix (name, ".tmp");
}

static void
repo_changed_cb (RepoWatch        *self,
                 GFile            *file,
                 GFile            *other,
                 GFileMonitorEvent event)
{
  if (is_news (file, event))
    self->owner->func (self->folder, self->owner->data);
}

static void watch_top (MaqLibraryWatch *self);

static void
top_changed_cb (MaqLibraryWatch  *self,
                GFile            *file,
                GFile            *other,
                GFileMonitorEvent event)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *path = g_file_get_path (file);

  if (!is_news (file, event))
    return;
  if (self->is_there && !g_str_equal (path, self->root))
    {
      if (strstr (name, "--") != NULL)
        self->func (name, self->data);
      return;
    }
  // The cache came, or went, or the way to it is a step longer.
  gboolean was_there = self->is_there;
  watch_top (self);
  if (was_there || self->is_there)
    self->func (NULL, self->data);
}

// The nearest folder above the cache that is there, or itself (transfer full).
static char *
dup_nearest (MaqLibraryWatch *self)
{
  char *path = g_strdup (self->root);

  while (!g_file_test (path, G_FILE_TEST_IS_DIR) && strchr (path + 1, '/') != NULL)
    {
      char *up = g_path_get_dirname (path);
      g_free (path);
      path = up;
    }
  return path;
}

static void
watch_top (MaqLibraryWatch *self)
{
  g_autofree char *path = dup_nearest (self);
  gboolean         settled = FALSE;

  // A folder may come while its parent is not watched yet.
  while (!settled)
    {
      g_autoptr (GFile) file = g_file_new_for_path (path);
      g_clear_pointer (&self->top, monitor_free);
      self->top = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
      char *now = dup_nearest (self);
      settled = g_str_equal (now, path);
      g_free (path);
      path = now;
    }
  self->is_there = g_str_equal (path, self->root);
  if (self->top != NULL)
    g_signal_connect_swapped (self->top, "changed", G_CALLBACK (top_changed_cb), self);
}

MaqLibraryWatch *
maq_library_watch_new (const char         *root,
                       MaqLibraryWatchFunc func,
                       gpointer            data)
{
  MaqLibraryWatch *self = g_new0 (MaqLibraryWatch, 1);

  self->root = g_canonicalize_filename (root, NULL);
  self->func = func;
  self->data = data;
  self->repos = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, repo_watch_free);
  watch_top (self);
  return self;
}

void
maq_library_watch_free (MaqLibraryWatch *self)
{
  g_clear_pointer (&self->top, monitor_free);
  g_hash_table_unref (self->repos);
  g_free (self->root);
  g_free (self);
}

// The folders to watch, one a line (transfer full). A folder that is not there yet is seen to come in the repo's own.
static char *
dup_places (MaqCacheRepo *repo)
{
  static const char *const inner[] = { "blobs", "refs", "snapshots" };
  GString                 *places = g_string_new (NULL);
  gboolean                 all = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (inner); i++)
    {
      g_autofree char *path = g_build_filename (repo->path, inner[i], NULL);
      gboolean         is_there = g_file_test (path, G_FILE_TEST_IS_DIR);
      all = all && is_there;
      if (is_there)
        g_string_append_printf (places, "%s\n", path);
    }
  if (!all)
    g_string_append_printf (places, "%s\n", repo->path);
  for (guint i = 0; i < MIN (repo->revisions->len, MAX_COMMITS); i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      g_string_append_printf (places, "%s/snapshots/%s\n", repo->path, revision->commit);
    }
  return g_string_free_and_steal (places);
}

gboolean
maq_library_watch_add (MaqLibraryWatch *self,
                       const char      *folder,
                       MaqCacheRepo    *repo)
{
  g_autofree char *places = dup_places (repo);
  RepoWatch       *watch = g_hash_table_lookup (self->repos, folder);

  if (watch != NULL && g_str_equal (watch->places, places))
    return FALSE;
  g_auto (GStrv) paths = g_strsplit (places, "\n", -1);
  watch = g_new0 (RepoWatch, 1);
  watch->owner = self;
  watch->folder = g_strdup (folder);
  watch->places = g_steal_pointer (&places);
  watch->monitors = g_ptr_array_new_with_free_func (monitor_free);
  g_hash_table_replace (self->repos, watch->folder, watch);
  for (guint i = 0; paths[i] != NULL && *paths[i] != '\0' && self->n_monitors < MAX_MONITORS; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (paths[i]);
      GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
      if (monitor == NULL)
        continue;
      g_signal_connect_swapped (monitor, "changed", G_CALLBACK (repo_changed_cb), watch);
      g_ptr_array_add (watch->monitors, monitor);
      self->n_monitors++;
    }
  return TRUE;
}

void
maq_library_watch_remove (MaqLibraryWatch *self,
                          const char      *folder)
{
  g_hash_table_remove (self->repos, folder);
}
