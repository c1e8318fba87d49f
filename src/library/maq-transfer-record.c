// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-transfer-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "maq-json.h"

#define OPEN_TRIES 10

struct _MaqTransferRecord
{
  char  *folder; // nullable
  char  *cache_root;
  char  *tag;
  GMutex lock; // guards what follows
  guint  n_holds;
  int    lock_fd; // -1 also where locks do not work
};

static void
record_clear (gpointer data)
{
  MaqTransferRecord *self = data;

  g_clear_fd (&self->lock_fd, NULL);
  g_mutex_clear (&self->lock);
  g_free (self->folder);
  g_free (self->cache_root);
  g_free (self->tag);
}

MaqTransferRecord *
maq_transfer_record_ref (MaqTransferRecord *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_transfer_record_unref (MaqTransferRecord *self)
{
  g_atomic_rc_box_release_full (self, record_clear);
}

const char *
maq_transfer_record_get_tag (MaqTransferRecord *self)
{
  return self->tag;
}

static char *
dup_path (MaqTransferRecord *self,
          const char        *suffix)
{
  g_autofree char *name = g_strconcat (self->tag, suffix, NULL);
  return g_build_filename (self->folder, name, NULL);
}

// FALSE if somebody else has it. Where locks do not work it is taken to be ours.
static gboolean
take_lock (MaqTransferRecord *self)
{
  g_autofree char *path = dup_path (self, ".lock");

  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    return TRUE;
  for (guint i = 0; i < OPEN_TRIES; i++)
    {
      g_autofd int fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
      struct stat  held, named;
      if (fd < 0)
        return TRUE;
      if (flock (fd, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK;
      // Who ended the transfer removed the file: then what we hold is not what others will open.
      if (fstat (fd, &held) == 0 && stat (path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev)
        {
          self->lock_fd = g_steal_fd (&fd);
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
maq_transfer_record_hold (MaqTransferRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->n_holds == 0 && self->folder != NULL && !take_lock (self))
    return FALSE;
  self->n_holds++;
  return TRUE;
}

void
maq_transfer_record_release (MaqTransferRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_return_if_fail (self->n_holds > 0);
  if (--self->n_holds == 0)
    g_clear_fd (&self->lock_fd, NULL);
}

static MaqTransferRecord *
new_record (const char *folder,
            const char *cache_root,
            const char *tag)
{
  MaqTransferRecord *self = g_atomic_rc_box_new0 (MaqTransferRecord);

  self->folder = g_strdup (folder);
  self->cache_root = g_strdup (cache_root);
  self->tag = g_strdup (tag);
  self->lock_fd = -1;
  g_mutex_init (&self->lock);
  return self;
}

MaqTransferRecord *
maq_transfer_record_new (const char *folder,
                         const char *cache_root)
{
  g_autofree char *tag = g_strdup_printf ("%08x", g_random_int ());

  return new_record (folder, cache_root, tag);
}

MaqTransferRecord *
maq_transfer_record_renew (MaqTransferRecord *self)
{
  return maq_transfer_record_new (self->folder, self->cache_root);
}

static void
add_strings (JsonBuilder *builder,
             const char  *name,
             char       **strings)
{
  if (strings == NULL || strings[0] == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; strings[i] != NULL; i++)
    json_builder_add_string_value (builder, strings[i]);
  json_builder_end_array (builder);
}

static void
add_string (JsonBuilder *builder,
            const char  *name,
            const char  *text)
{
  if (text == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

void
maq_transfer_record_write (MaqTransferRecord        *self,
                           const MaqTransferRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GError) error = NULL;

  if (self->folder == NULL)
    return;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "started");
  json_builder_add_int_value (builder, g_get_real_time () / G_USEC_PER_SEC);
  add_string (builder, "cache", self->cache_root);
  add_string (builder, "kind", maq_repo_kind_to_string (request->kind));
  add_string (builder, "id", request->id);
  add_string (builder, "revision", request->revision);
  add_string (builder, "title", request->title);
  add_strings (builder, "paths", request->paths);
  add_strings (builder, "include", request->include);
  add_strings (builder, "exclude", request->exclude);
  json_builder_end_object (builder);

  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  g_autofree char *path = dup_path (self, ".json");
  // Without it the download goes on all the same; only a restart will not know of it.
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_info ("An unfinished download will not be remembered: %s", error->message);
}

void
maq_transfer_record_remove (MaqTransferRecord *self)
{
  if (self->folder == NULL)
    return;
  g_autofree char *json = dup_path (self, ".json");
  g_autofree char *lock = dup_path (self, ".lock");
  g_unlink (json);
  g_unlink (lock);
}

// NULL for an empty array, as requests have it.
static char **
dup_strings (MaqJsonValue *object,
             const char   *name)
{
  g_auto (GStrv) strings = maq_json_dup_strv (object, name);
  return strings[0] != NULL ? g_steal_pointer (&strings) : NULL;
}

// NULL if it is none; *IS_OTHER if it is about another cache.
static MaqTransferRequest *
read_request (const char *path,
              const char *cache_root,
              gboolean   *is_other)
{
  g_autofree char *text = NULL;
  g_autoptr (MaqJson) json = g_file_get_contents (path, &text, NULL, NULL) ? maq_json_parse_text (text, NULL) : NULL;
  MaqJsonValue *root = json != NULL ? maq_json_get_root (json) : NULL;
  const char   *id = maq_json_get_string (root, "id");
  const char   *revision = maq_json_get_string (root, "revision");
  const char   *cache = maq_json_get_string (root, "cache");
  MaqRepoKind   kind;

  *is_other = cache != NULL && !g_str_equal (cache, cache_root);
  if (maq_json_get_int (root, "version", 0) != 1 || cache == NULL || *is_other || !maq_repo_kind_from_string (maq_json_get_string (root, "kind"), &kind) ||
      id == NULL || !maq_repo_id_validate (id, NULL) || (revision != NULL && !maq_revision_validate (revision, NULL)))
    return NULL;

  MaqTransferRequest *request = maq_transfer_request_new (kind, id, revision);
  request->title = g_strdup (maq_json_get_string (root, "title"));
  request->paths = dup_strings (root, "paths");
  request->include = dup_strings (root, "include");
  request->exclude = dup_strings (root, "exclude");
  return request;
}

typedef struct
{
  char  *tag;
  gint64 changed;
} Found;

static int
compare_found (gconstpointer a,
               gconstpointer b)
{
  const Found *one = a;
  const Found *two = b;
  return (one->changed > two->changed) - (one->changed < two->changed);
}

static void
found_clear (gpointer data)
{
  g_free (((Found *) data)->tag);
}

static gboolean
is_record_name (const char *name,
                const char *suffix)
{
  return strspn (name, "0123456789abcdef") == 8 && g_str_has_prefix (name + 8, suffix);
}

// A lock without its record, or a record half written: whoever made it died between two calls, or still holds the lock.
static void
clear_remains (const char *folder,
               const char *cache_root,
               const char *name)
{
  g_autofree char *tag = g_strndup (name, 8);
  g_autoptr (MaqTransferRecord) record = new_record (folder, cache_root, tag);
  g_autofree char *json = dup_path (record, ".json");
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if ((g_str_has_suffix (name, ".lock") && g_file_test (json, G_FILE_TEST_EXISTS)) || !maq_transfer_record_hold (record))
    return;
  gboolean is_unwritten = !g_file_test (json, G_FILE_TEST_EXISTS);
  if (is_unwritten || !g_str_has_suffix (name, ".lock"))
    g_unlink (path);
  if (is_unwritten)
    maq_transfer_record_remove (record);
  maq_transfer_record_release (record);
}

void
maq_transfer_records_load (const char           *folder,
                           const char           *cache_root,
                           MaqTransferRecordFunc func,
                           gpointer              data)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));

  g_array_set_clear_func (found, found_clear);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf         info;
      if (!is_record_name (name, ".json") || !g_str_equal (name + 8, ".json"))
        {
          if (is_record_name (name, ".json.") || is_record_name (name, ".lock"))
            clear_remains (folder, cache_root, name);
          continue;
        }
      if (g_stat (path, &info) != 0)
        continue;
      Found one = { g_strndup (name, 8), info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000 };
      g_array_append_val (found, one);
    }
  g_array_sort (found, compare_found);

  for (guint i = 0; i < found->len; i++)
    {
      g_autoptr (MaqTransferRecord) record = new_record (folder, cache_root, g_array_index (found, Found, i).tag);
      g_autofree char *path = dup_path (record, ".json");
      gboolean         is_other = FALSE;
      if (!maq_transfer_record_hold (record))
        continue;
      g_autoptr (MaqTransferRequest) request = read_request (path, cache_root, &is_other);
      if (request == NULL && !is_other && g_file_test (path, G_FILE_TEST_EXISTS))
        g_info ("%s does not describe a download", path);
      else if (request == NULL && !is_other)
        maq_transfer_record_remove (record); // its owner ended just now
      maq_transfer_record_release (record);
      if (request != NULL)
        func (record, request, data);
    }
}
