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
#define TAG_LENGTH 8

struct _MaqTransferRecord
{
  char  *folder; // nullable
  char  *cache_root;
  char  *tag;
  GMutex lock; // guards the hold
  guint  n_holds;
  int    lock_fd; // -1 also where locks do not work
  GMutex writing; // guards the text; taken before the other
  char  *text;    // what is to be on the disk, NULL: nothing
  char  *saved;   // what is
};

static void
record_clear (gpointer data)
{
  MaqTransferRecord *self = data;

  g_clear_fd (&self->lock_fd, NULL);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->writing);
  g_free (self->folder);
  g_free (self->cache_root);
  g_free (self->tag);
  g_free (self->text);
  g_free (self->saved);
}

static const char *const standings[] = { "stopped", "wanted", "paused", "done" };

void
maq_transfer_memo_clear (MaqTransferMemo *self)
{
  g_clear_pointer (&self->hub, g_free);
  g_clear_pointer (&self->snapshot, g_free);
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

static gpointer
hold_copy (gpointer record)
{
  // It is held: once more always works.
  maq_transfer_record_hold (record);
  return maq_transfer_record_ref (record);
}

static void
hold_free (gpointer record)
{
  maq_transfer_record_release (record);
  maq_transfer_record_unref (record);
}

GType
maq_transfer_hold_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("MaqTransferHold", hold_copy, hold_free));
  return type;
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
  g_mutex_init (&self->writing);
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

static void
add_int (JsonBuilder *builder,
         const char  *name,
         gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_bool (JsonBuilder *builder,
          const char  *name,
          gboolean     value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static char *
describe (MaqTransferRecord        *self,
          const MaqTransferRequest *request,
          const MaqTransferMemo    *memo)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_int (builder, "version", 1);
  add_string (builder, "standing", standings[memo->standing]);
  add_int (builder, "order", memo->order);
  add_string (builder, "hub", memo->hub);
  add_string (builder, "cache", self->cache_root);
  add_string (builder, "kind", maq_repo_kind_to_string (request->kind));
  add_string (builder, "id", request->id);
  add_string (builder, "revision", request->revision);
  add_string (builder, "title", request->title);
  add_strings (builder, "paths", request->paths);
  add_strings (builder, "include", request->include);
  add_strings (builder, "exclude", request->exclude);
  add_string (builder, "folder", request->folder);
  if (request->folder != NULL)
    {
      add_bool (builder, "replace", request->replace);
      add_bool (builder, "has_folder", memo->has_folder);
    }
  add_int (builder, "done", memo->done);
  add_int (builder, "size", memo->size);
  if (memo->standing == MAQ_TRANSFER_STANDING_DONE)
    {
      add_int (builder, "finished", memo->finished);
      add_string (builder, "snapshot", memo->snapshot);
    }
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

void
maq_transfer_record_note (MaqTransferRecord        *self,
                          const MaqTransferRequest *request,
                          const MaqTransferMemo    *memo)
{
  char *text = describe (self, request, memo);

  g_mutex_lock (&self->writing);
  g_free (self->text);
  self->text = text;
  g_mutex_unlock (&self->writing);
}

gboolean
maq_transfer_record_has_note (MaqTransferRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  return self->text != NULL;
}

gboolean
maq_transfer_record_hold_soon (MaqTransferRecord *self)
{
  for (guint i = 0; i < OPEN_TRIES; i++)
    {
      if (maq_transfer_record_hold (self))
        return TRUE;
      g_usleep (10000);
    }
  return FALSE;
}

void
maq_transfer_record_save (MaqTransferRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);
  g_autoptr (GError) error = NULL;

  if (self->folder == NULL || self->text == NULL || g_strcmp0 (self->text, self->saved) == 0 || !maq_transfer_record_hold_soon (self))
    return;
  g_autofree char *path = dup_path (self, ".json");
  // Without it the download goes on all the same; only a restart will not know of it.
  if (g_file_set_contents_full (path, self->text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_set_str (&self->saved, self->text);
  else
    g_info ("An unfinished download will not be remembered: %s", error->message);
  maq_transfer_record_release (self);
}

void
maq_transfer_record_remove (MaqTransferRecord *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->writing);

  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->saved, g_free);
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

static MaqTransferStanding
parse_standing (const char *text)
{
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (standings); i++)
    if (g_str_equal (text, standings[i]))
      return i;
  return MAQ_TRANSFER_STANDING_STOPPED;
}

static void
read_memo (MaqJsonValue    *root,
           MaqTransferMemo *memo)
{
  memo->standing = parse_standing (maq_json_get_string (root, "standing"));
  memo->order = maq_json_get_int (root, "order", 0);
  memo->hub = g_strdup (maq_json_get_string (root, "hub"));
  memo->finished = MAX (maq_json_get_int (root, "finished", 0), 0);
  memo->done = MAX (maq_json_get_int (root, "done", 0), 0);
  memo->size = MAX (maq_json_get_int (root, "size", 0), 0);
  memo->snapshot = g_strdup (maq_json_get_string (root, "snapshot"));
  memo->has_folder = maq_json_get_bool (root, "has_folder", FALSE);
}

// NULL if it is none; *IS_OTHER if it is about another cache.
static MaqTransferRequest *
read_request (const char      *path,
              const char      *cache_root,
              MaqTransferMemo *memo,
              gboolean        *is_other)
{
  g_autofree char *text = NULL;
  g_autoptr (MaqJson) json = g_file_get_contents (path, &text, NULL, NULL) ? maq_json_parse_text (text, NULL) : NULL;
  MaqJsonValue *root = json != NULL ? maq_json_get_root (json) : NULL;
  const char   *id = maq_json_get_string (root, "id");
  const char   *revision = maq_json_get_string (root, "revision");
  const char   *cache = maq_json_get_string (root, "cache");
  const char   *folder = maq_json_get_string (root, "folder");
  MaqRepoKind   kind;

  *is_other = cache != NULL && !g_str_equal (cache, cache_root);
  if (maq_json_get_int (root, "version", 0) != 1 || cache == NULL || *is_other || !maq_repo_kind_from_string (maq_json_get_string (root, "kind"), &kind) ||
      maq_json_get_string (root, "hub") == NULL || id == NULL || !maq_repo_id_validate (id, NULL) || (revision != NULL && !maq_revision_validate (revision, NULL)) || (folder != NULL && !g_path_is_absolute (folder)))
    return NULL;

  MaqTransferRequest *request = maq_transfer_request_new (kind, id, revision);
  request->title = g_strdup (maq_json_get_string (root, "title"));
  request->paths = dup_strings (root, "paths");
  request->include = dup_strings (root, "include");
  request->exclude = dup_strings (root, "exclude");
  request->folder = g_strdup (folder);
  request->replace = maq_json_get_bool (root, "replace", FALSE);
  read_memo (root, memo);
  return request;
}

static int
compare_found (gconstpointer a,
               gconstpointer b)
{
  const MaqTransferFound *one = *(MaqTransferFound *const *) a;
  const MaqTransferFound *two = *(MaqTransferFound *const *) b;
  return (one->memo.order > two->memo.order) - (one->memo.order < two->memo.order);
}

static void
found_free (gpointer data)
{
  MaqTransferFound *self = data;

  maq_transfer_record_unref (self->record);
  maq_transfer_request_free (self->request);
  maq_transfer_memo_clear (&self->memo);
  g_free (self);
}

// NULL if there is nothing to take up under this name.
static MaqTransferFound *
find (const char *folder,
      const char *cache_root,
      const char *tag)
{
  g_autoptr (MaqTransferRecord) record = new_record (folder, cache_root, tag);
  g_autofree char *path = dup_path (record, ".json");
  MaqTransferMemo  memo = { 0 };
  gboolean         is_other = FALSE;

  if (!maq_transfer_record_hold (record))
    return NULL;
  MaqTransferRequest *request = read_request (path, cache_root, &memo, &is_other);
  if (request == NULL && !is_other && g_file_test (path, G_FILE_TEST_EXISTS))
    g_info ("%s does not describe a download", path);
  else if (request == NULL && !is_other)
    maq_transfer_record_remove (record); // its owner ended just now
  maq_transfer_record_release (record);
  if (request == NULL)
    return NULL;
  MaqTransferFound *found = g_new0 (MaqTransferFound, 1);
  found->record = g_steal_pointer (&record);
  found->request = request;
  found->memo = memo;
  return found;
}

static gboolean
is_record_name (const char *name,
                const char *suffix)
{
  return strspn (name, "0123456789abcdef") == TAG_LENGTH && g_str_has_prefix (name + TAG_LENGTH, suffix);
}

// A lock without its record, or a record half written: whoever made it died between two calls, or still holds the lock.
static void
clear_remains (const char *folder,
               const char *cache_root,
               const char *name)
{
  g_autofree char *tag = g_strndup (name, TAG_LENGTH);
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

GPtrArray *
maq_transfer_records_find (const char *folder,
                           const char *cache_root,
                           GHashTable *known)
{
  // Each record is held while it is read: two who read at once would miss what the other one has.
  static GMutex reading;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&reading);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func (found_free);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char  *tag = g_strndup (name, TAG_LENGTH);
      MaqTransferFound *found = NULL;
      if (is_record_name (name, ".json.") || is_record_name (name, ".lock"))
        clear_remains (folder, cache_root, name);
      else if (is_record_name (name, ".json") && g_str_equal (name + TAG_LENGTH, ".json") && !g_hash_table_contains (known, tag))
        found = find (folder, cache_root, tag);
      if (found != NULL)
        g_ptr_array_add (all, found);
    }
  g_ptr_array_sort (all, compare_found);
  return all;
}
