// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-watch.h"

#include <glib/gstdio.h>
#include <string.h>

// The thread runs a main context of its own, to which the owner sends what is to be watched and which sends back what changed.
// Each monitor is a source of its context: some thousands of them would make every turn of the owner's loop slower.

// Folders watched in all, where the kernel does not say how many it allows.
#define FEW_MONITORS 4096
#define KERNEL_LIMIT "/proc/sys/fs/inotify/max_user_watches"
// Of one repo.
#define MAX_COMMITS 16
// Microseconds by which the time of a file may lag behind the clock.
#define CLOCK_STEP (20 * 1000)

struct _MaqLibraryWatch
{
  // Either thread
  GMainContext *home;    // of the owner
  GMainContext *context; // of the thread
  char         *root;
  gint64        since; // when it was made
  // The owner's
  MaqLibraryWatchFunc func; // NULL: nobody listens any more
  gpointer            data;
  // The thread's
  GMainLoop    *loop;
  GFileMonitor *top;
  gboolean      is_there; // else the monitor is of the nearest folder above that is
  GHashTable   *repos;    // folder → RepoWatch
  guint         n_monitors;
  guint         max_monitors;
};

typedef struct
{
  MaqLibraryWatch *owner; // not referenced: it has this in a table
  char            *folder;
  char            *places; // what is watched, one path a line
  GPtrArray       *monitors;
} RepoWatch;

// What one thread asks of the other.
typedef struct
{
  MaqLibraryWatch *watch;
  char            *folder; // nullable
  MaqCacheRepo    *repo;   // nullable
  gint64           since;
} Message;

static void
clear_watch (gpointer data)
{
  MaqLibraryWatch *self = data;

  g_main_context_unref (self->home);
  g_main_context_unref (self->context);
  g_free (self->root);
}

static void
watch_unref (MaqLibraryWatch *self)
{
  g_atomic_rc_box_release_full (self, clear_watch);
}

static Message *
message_new (MaqLibraryWatch *self,
             const char      *folder)
{
  Message *message = g_new0 (Message, 1);

  message->watch = g_atomic_rc_box_acquire (self);
  message->folder = g_strdup (folder);
  return message;
}

static void
message_free (gpointer data)
{
  Message *self = data;

  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  g_free (self->folder);
  watch_unref (self->watch);
  g_free (self);
}

// In CONTEXT, also if that is the calling thread's: nothing happens within the call.
static void
send (GMainContext *context,
      GSourceFunc   func,
      Message      *message)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, message, message_free);
  g_source_attach (source, context);
}

// The owner's thread

static gboolean
told_cb (gpointer data)
{
  Message         *message = data;
  MaqLibraryWatch *self = message->watch;

  if (self->func != NULL)
    self->func (message->folder, self->data);
  return G_SOURCE_REMOVE;
}

// The watching thread

static void
tell (MaqLibraryWatch *self,
      const char      *folder)
{
  send (self->home, told_cb, message_new (self, folder));
}

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

  if (g_str_has_suffix (name, ".incomplete"))
    return event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_DELETED;
  return event != G_FILE_MONITOR_EVENT_CHANGED && event != G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED && !g_str_has_suffix (name, ".tmp") && !g_str_has_suffix (name, ".lock");
}

static void
repo_changed_cb (RepoWatch        *self,
                 GFile            *file,
                 GFile            *other,
                 GFileMonitorEvent event)
{
  if (is_news (file, event))
    tell (self->owner, self->folder);
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
        tell (self, name);
      return;
    }
  // The cache came, or went, or the way to it is a step longer.
  gboolean was_there = self->is_there;
  watch_top (self);
  if (was_there || self->is_there)
    tell (self, NULL);
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

// What a repo shares may be removed by a program that does not know so: from the store, where nothing of the repo changes.
static void
add_store_places (GString            *places,
                  const MaqCacheRepo *repo)
{
  g_autofree char *root = g_path_get_dirname (repo->path);

  for (guint i = 0; i < MIN (repo->payloads->len, MAX_COMMITS); i++)
    {
      const MaqCachePayload *payload = g_ptr_array_index (repo->payloads, i);
      g_autofree char       *prefix = g_path_get_dirname (payload->name);
      g_autofree char       *line = g_strdup_printf ("%s/blobs/%s\n", root, prefix);
      if (strstr (places->str, line) == NULL)
        g_string_append (places, line);
    }
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
  add_store_places (places, repo);
  for (guint i = 0; i < MIN (repo->revisions->len, MAX_COMMITS); i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (repo->revisions, i);
      g_string_append_printf (places, "%s/snapshots/%s\n", repo->path, revision->commit);
    }
  return g_string_free_and_steal (places);
}

static gboolean
has_changed_since (const char *path,
                   gint64      since)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return TRUE;
  return info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000 >= since - CLOCK_STEP;
}

// TRUE if something in it changed since.
static gboolean
watch_place (RepoWatch  *self,
             const char *path,
             gint64      since)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileMonitor *monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);

  if (monitor == NULL)
    return FALSE;
  g_signal_connect_swapped (monitor, "changed", G_CALLBACK (repo_changed_cb), self);
  g_ptr_array_add (self->monitors, monitor);
  self->owner->n_monitors++;
  return has_changed_since (path, since);
}

static gboolean
add_cb (gpointer data)
{
  Message         *message = data;
  MaqLibraryWatch *self = message->watch;
  g_autofree char *places = dup_places (message->repo);
  RepoWatch       *watch = g_hash_table_lookup (self->repos, message->folder);
  gboolean         missed = FALSE;

  if (watch != NULL && g_str_equal (watch->places, places))
    return G_SOURCE_REMOVE;
  g_auto (GStrv) paths = g_strsplit (places, "\n", -1);
  watch = g_new0 (RepoWatch, 1);
  watch->owner = self;
  watch->folder = g_strdup (message->folder);
  watch->places = g_steal_pointer (&places);
  watch->monitors = g_ptr_array_new_with_free_func (monitor_free);
  g_hash_table_replace (self->repos, watch->folder, watch);
  for (guint i = 0; paths[i] != NULL && *paths[i] != '\0' && self->n_monitors < self->max_monitors; i++)
    missed |= watch_place (watch, paths[i], message->since);
  if (missed)
    tell (self, message->folder);
  return G_SOURCE_REMOVE;
}

static gboolean
remove_cb (gpointer data)
{
  Message *message = data;

  g_hash_table_remove (message->watch->repos, message->folder);
  return G_SOURCE_REMOVE;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (((Message *) data)->watch->loop);
  return G_SOURCE_REMOVE;
}

static guint
get_limit (void)
{
  g_autofree char *text = NULL;
  guint64          allowed = g_file_get_contents (KERNEL_LIMIT, &text, NULL, NULL) ? g_ascii_strtoull (text, NULL, 10) : 0;

  return allowed > 0 ? (guint) MIN (allowed / 2, G_MAXUINT) : FEW_MONITORS;
}

static gpointer
watch_thread (gpointer data)
{
  MaqLibraryWatch *self = data;

  g_main_context_push_thread_default (self->context);
  self->loop = g_main_loop_new (self->context, FALSE);
  self->repos = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, repo_watch_free);
  self->max_monitors = get_limit ();
  watch_top (self);
  if (self->is_there && has_changed_since (self->root, self->since))
    tell (self, NULL);
  g_main_loop_run (self->loop);
  g_clear_pointer (&self->top, monitor_free);
  g_hash_table_unref (self->repos);
  g_main_loop_unref (self->loop);
  g_main_context_pop_thread_default (self->context);
  watch_unref (self);
  return NULL;
}

MaqLibraryWatch *
maq_library_watch_new (const char         *root,
                       MaqLibraryWatchFunc func,
                       gpointer            data)
{
  MaqLibraryWatch *self = g_atomic_rc_box_new0 (MaqLibraryWatch);

  self->root = g_canonicalize_filename (root, NULL);
  self->since = g_get_real_time ();
  self->func = func;
  self->data = data;
  self->home = g_main_context_ref_thread_default ();
  self->context = g_main_context_new ();
  // Nobody joins it: a disk that does not answer would hold whoever did.
  g_thread_unref (g_thread_new ("maq-library-watch", watch_thread, g_atomic_rc_box_acquire (self)));
  return self;
}

void
maq_library_watch_free (MaqLibraryWatch *self)
{
  self->func = NULL;
  send (self->context, quit_cb, message_new (self, NULL));
  watch_unref (self);
}

void
maq_library_watch_add (MaqLibraryWatch *self,
                       const char      *folder,
                       MaqCacheRepo    *repo,
                       gint64           since)
{
  Message *message = message_new (self, folder);

  message->repo = maq_cache_repo_ref (repo);
  message->since = since;
  send (self->context, add_cb, message);
}

void
maq_library_watch_remove (MaqLibraryWatch *self,
                          const char      *folder)
{
  send (self->context, remove_cb, message_new (self, folder));
}
