// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cache-care-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#include "maq-file.h"

// Each distinct file is read once, by one of a few threads, the largest first so that they end together. What the content should
// be says the list of files of the commit where one is kept, and else the blob's name.

#define CHUNK       (1u << 20)
#define MAX_THREADS 4

static void
verdict_free (gpointer data)
{
  MaqCacheVerdict *self = data;

  g_free (self->id);
  g_free (self->commit);
  g_free (self->path);
  g_free (self->blob);
  g_free (self->detail);
  g_free (self->identity);
  g_free (self);
}

static void
verification_clear (gpointer data)
{
  g_ptr_array_unref (((MaqCacheVerification *) data)->verdicts);
}

MaqCacheVerification *
maq_cache_verification_ref (MaqCacheVerification *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
maq_cache_verification_unref (MaqCacheVerification *self)
{
  g_atomic_rc_box_release_full (self, verification_clear);
}

G_DEFINE_BOXED_TYPE (MaqCacheVerification, maq_cache_verification, maq_cache_verification_ref, maq_cache_verification_unref)

const char *
maq_cache_file_state_to_string (MaqCacheFileState state)
{
  switch (state)
    {
    case MAQ_CACHE_FILE_OK:
      return "ok";
    case MAQ_CACHE_FILE_WRONG_HASH:
      return "wrong-hash";
    case MAQ_CACHE_FILE_WRONG_SIZE:
      return "wrong-size";
    case MAQ_CACHE_FILE_NOT_JUDGED:
      return "not-judged";
    case MAQ_CACHE_FILE_UNREADABLE:
      return "unreadable";
    case MAQ_CACHE_FILE_MISSING:
      return "missing";
    }
  return NULL;
}

// One file to read.
typedef struct _Item Item;
struct _Item
{
  MaqCacheVerdict *verdict; // in the verification
  const char      *folder;  // of the repo, in a survey
  char            *path;    // below that folder
  MaqCacheHash     hash;
  char            *expected; // hexadecimal
  gint64           size;     // -1: nothing says it
  const Item      *same;     // nullable: another repo's, of the same content and expected to be the same; that one is read
};

typedef struct
{
  MaqCache            *cache;
  MaqRepoAddress      *address;
  MaqCacheProgressFunc func;
  gpointer             func_data;

  MaqCacheJob *job;      // in the worker
  int          root;     // while threads run
  GPtrArray   *items;    // of Item
  GHashTable  *payloads; // of the shared store and what is expected of them → the first Item, which is read
  int          next;     // atomic: index of the item nobody took yet
} Verify;

static void
item_free (gpointer data)
{
  Item *self = data;

  g_free (self->path);
  g_free (self->expected);
  g_free (self);
}

static void
verify_free (gpointer data)
{
  Verify *self = data;

  g_object_unref (self->cache);
  g_clear_pointer (&self->address, maq_repo_address_free);
  g_ptr_array_unref (self->items);
  g_hash_table_unref (self->payloads);
  g_free (self);
}

MaqCacheHash
maq_cache_get_hash_of_name (const char *etag)
{
  gsize length = strspn (etag, "0123456789abcdef");

  if (etag[length] != '\0')
    return MAQ_CACHE_HASH_NONE;
  return length == 64 ? MAQ_CACHE_HASH_SHA256 : length == 40 ? MAQ_CACHE_HASH_GIT
                                                             : MAQ_CACHE_HASH_NONE;
}

static char *
dup_hex (EVP_MD_CTX *context)
{
  static const char digits[] = "0123456789abcdef";
  guint8            digest[EVP_MAX_MD_SIZE];
  unsigned          n = 0;

  EVP_DigestFinal_ex (context, digest, &n);
  char *hex = g_malloc0 (2 * n + 1);
  for (unsigned i = 0; i < n; i++)
    {
      hex[2 * i] = digits[digest[i] >> 4];
      hex[2 * i + 1] = digits[digest[i] & 15];
    }
  return hex;
}

// Feeds all of FD to CONTEXT (nullable: only reads).
static gboolean
read_all (int                fd,
          const struct stat *info,
          EVP_MD_CTX        *context,
          MaqCacheJob       *job,
          GError           **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  guint64            at = 0;
  gssize             length = 0;

  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  while ((length = pread (fd, chunk, CHUNK, at)) != 0)
    {
      if (length < 0 && errno == EINTR)
        continue;
      if (length < 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Byte %" G_GUINT64_FORMAT " cannot be read: %s", at, g_strerror (errno));
          return FALSE;
        }
      if (job != NULL && maq_cache_job_is_stopped (job))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
          return FALSE;
        }
      EVP_DigestUpdate (context, chunk, length);
      at += length;
      if (job != NULL)
        maq_cache_job_add_done (job, length);
    }

  struct stat      after;
  g_autofree char *before_text = maq_cache_dup_identity (info);
  g_autofree char *after_text = fstat (fd, &after) == 0 ? maq_cache_dup_identity (&after) : NULL;
  if (at == (guint64) info->st_size && g_strcmp0 (before_text, after_text) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "It changed while it was read");
  return FALSE;
}

char *
maq_cache_hash_fd (int                fd,
                   const struct stat *info,
                   MaqCacheHash       hash,
                   MaqCacheJob       *job,
                   GError           **error)
{
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  char       *hex = NULL;

  maq_file_keep_access_time (fd);
  EVP_DigestInit_ex (context, hash == MAQ_CACHE_HASH_SHA256 ? EVP_sha256 () : EVP_sha1 (), NULL);
  if (hash == MAQ_CACHE_HASH_GIT)
    {
      g_autofree char *head = g_strdup_printf ("blob %" G_GUINT64_FORMAT, (guint64) info->st_size);
      EVP_DigestUpdate (context, head, strlen (head) + 1);
    }
  if (read_all (fd, info, context, job, error))
    hex = dup_hex (context);
  EVP_MD_CTX_free (context);
  // OpenSSL keeps something for each thread until it ends, and a worker may outlive the program's last look at its memory.
  OPENSSL_thread_stop ();
  return hex;
}

static void
judge_size (Item              *item,
            const struct stat *info)
{
  g_autofree char *here = g_format_size_full (info->st_size, G_FORMAT_SIZE_LONG_FORMAT);
  g_autofree char *wanted = g_format_size_full (item->size, G_FORMAT_SIZE_LONG_FORMAT);

  item->verdict->state = MAQ_CACHE_FILE_WRONG_SIZE;
  item->verdict->detail = g_strdup_printf ("It has %s and should have %s", here, wanted);
}

static void
judge_content (Item              *item,
               int                fd,
               const struct stat *info,
               MaqCacheJob       *job)
{
  MaqCacheVerdict *verdict = item->verdict;
  g_autoptr (GError) error = NULL;

  g_autofree char *found = maq_cache_hash_fd (fd, info, item->hash, job, &error);
  if (found == NULL)
    {
      verdict->state = MAQ_CACHE_FILE_UNREADABLE;
      verdict->detail = g_strdup (error->message);
    }
  else if (!g_str_equal (found, item->expected))
    {
      verdict->state = MAQ_CACHE_FILE_WRONG_HASH;
      verdict->detail = g_strdup_printf ("Its %s is %s and should be %s", item->hash == MAQ_CACHE_HASH_SHA256 ? "SHA-256" : "git hash", found, item->expected);
    }
}

static void
judge (Verify *self,
       Item   *item)
{
  MaqCacheVerdict *verdict = item->verdict;
  const char      *name = NULL;
  struct stat      info;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (item->folder, item->path, NULL);
  g_autofd int     parent = maq_cache_open_parent (self->root, path, FALSE, &name, &error);
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (self->root);
  g_autofd int fd = parent >= 0 ? maq_cache_shared_open_content (store, parent, name, &info, &error) : -1;

  if (fd < 0)
    {
      verdict->state = MAQ_CACHE_FILE_UNREADABLE;
      verdict->detail = g_strdup (error->message);
      return;
    }
  struct stat now;
  verdict->identity = maq_cache_shared_dup_identity (store, parent, name, &now);
  if (item->size >= 0 && item->size != info.st_size)
    judge_size (item, &info);
  else if (item->hash != MAQ_CACHE_HASH_NONE)
    judge_content (item, fd, &info, self->job);
}

static gpointer
judge_thread (gpointer data)
{
  Verify *self = data;
  guint   i;

  while (!maq_cache_job_is_stopped (self->job) && (i = g_atomic_int_add (&self->next, 1)) < self->items->len)
    if (((Item *) g_ptr_array_index (self->items, i))->same == NULL)
      judge (self, g_ptr_array_index (self->items, i));
  return NULL;
}

static MaqCacheVerdict *
add_verdict (MaqCacheVerification  *result,
             MaqCacheSurvey        *survey,
             const MaqCachePointer *pointer,
             const char            *path)
{
  MaqCacheVerdict *verdict = g_new0 (MaqCacheVerdict, 1);

  verdict->kind = survey->kind;
  verdict->id = g_strdup (survey->id);
  verdict->commit = pointer != NULL ? g_strndup (maq_cache_pointer_get_commit (pointer), MAQ_CACHE_COMMIT_LENGTH) : NULL;
  verdict->path = g_strdup (pointer != NULL ? maq_cache_pointer_get_file (pointer) : path);
  g_ptr_array_add (result->verdicts, verdict);
  return verdict;
}

static void
set_state (MaqCacheVerdict  *verdict,
           MaqCacheFileState state,
           const char       *detail)
{
  verdict->state = state;
  verdict->detail = g_strdup (detail);
}

// The list of files kept of COMMIT: path → MaqCacheTreeFile; empty if there is none (transfer full).
static GHashTable *
read_tree (Verify         *self,
           MaqCacheSurvey *survey,
           const char     *commit)
{
  GHashTable *tree = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) maq_cache_tree_file_free);
  g_autoptr (GPtrArray) files = maq_cache_read_tree (self->cache, survey->kind, survey->id, commit);

  if (files != NULL)
    g_ptr_array_set_free_func (files, NULL);
  for (guint i = 0; files != NULL && i < files->len; i++)
    {
      MaqCacheTreeFile *file = g_ptr_array_index (files, i);
      if (!g_hash_table_contains (tree, file->path))
        g_hash_table_insert (tree, file->path, file);
      else
        maq_cache_tree_file_free (file);
    }
  return tree;
}

// A payload is read once, whatever leads to it.
static void
find_same (Verify     *self,
           Item       *item,
           const char *payload)
{
  g_autofree char *key = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, payload, item->expected, item->size);

  item->same = g_hash_table_lookup (self->payloads, key);
  if (item->same == NULL)
    g_hash_table_insert (self->payloads, g_steal_pointer (&key), item);
}

// FILE (nullable): what the commit says of it; else ETAG (nullable) is what the content should be. PAYLOAD: nullable.
static void
add_item (Verify                 *self,
          MaqCacheSurvey         *survey,
          MaqCacheVerdict        *verdict,
          char                   *path,
          const MaqCacheTreeFile *file,
          const char             *etag,
          const char             *payload)
{
  Item *item = g_new0 (Item, 1);

  if (file != NULL)
    etag = maq_cache_tree_file_get_etag (file);
  item->verdict = verdict;
  item->folder = survey->folder;
  item->path = path;
  item->hash = etag != NULL ? maq_cache_get_hash_of_name (etag) : MAQ_CACHE_HASH_NONE;
  item->expected = g_strdup (etag);
  item->size = file != NULL ? (gint64) file->size : -1;
  if (item->hash == MAQ_CACHE_HASH_NONE)
    set_state (verdict, MAQ_CACHE_FILE_NOT_JUDGED, etag != NULL ? "Its name is no hash of its content" : "Nothing says what its content should be");
  else if (payload != NULL)
    find_same (self, item, payload);
  g_ptr_array_add (self->items, item);
}

static void
add_blob (Verify                 *self,
          MaqCacheVerification   *result,
          MaqCacheSurvey         *survey,
          const MaqCachePointer  *pointer,
          const MaqCacheTreeFile *file,
          const MaqCacheBlob     *blob)
{
  g_autofree char *path = g_build_filename ("blobs", blob->name, NULL);
  MaqCacheVerdict *verdict = add_verdict (result, survey, pointer, path);

  verdict->blob = g_strdup (blob->name);
  verdict->size = blob->info.st_size;
  add_item (self, survey, verdict, g_steal_pointer (&path), file, blob->name, blob->payload);
}

static void
add_pointer (Verify                 *self,
             MaqCacheVerification   *result,
             MaqCacheSurvey         *survey,
             const MaqCachePointer  *pointer,
             const MaqCacheTreeFile *file,
             GHashTable             *seen)
{
  switch (pointer->place)
    {
    case MAQ_CACHE_PLACE_BLOB:
      if (g_hash_table_add (seen, pointer->blob))
        add_blob (self, result, survey, pointer, file, g_hash_table_lookup (survey->by_name, pointer->blob));
      break;
    case MAQ_CACHE_PLACE_HERE:
      {
        MaqCacheVerdict *verdict = add_verdict (result, survey, pointer, NULL);
        verdict->size = pointer->info.st_size;
        add_item (self, survey, verdict, g_strdup (pointer->path), file, NULL, NULL);
        break;
      }
    case MAQ_CACHE_PLACE_STORE:
      {
        MaqCacheVerdict *verdict = add_verdict (result, survey, pointer, NULL);
        verdict->size = pointer->size;
        add_item (self, survey, verdict, g_strdup (pointer->path), file, NULL, pointer->payload);
        break;
      }
    case MAQ_CACHE_PLACE_NOWHERE:
      set_state (add_verdict (result, survey, pointer, NULL), MAQ_CACHE_FILE_MISSING, "It is listed but its content is not here");
      break;
    case MAQ_CACHE_PLACE_ELSEWHERE:
      set_state (add_verdict (result, survey, pointer, NULL), MAQ_CACHE_FILE_NOT_JUDGED, "It leads out of the repo's folder, where nothing is looked at");
      break;
    }
}

static void
add_survey (Verify               *self,
            MaqCacheVerification *result,
            MaqCacheSurvey       *survey,
            const char           *commit,
            const char           *path)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) tree = NULL;
  g_autofree char *of = NULL; // the commit TREE is of: pointers come commit by commit

  if (survey->obstacle != NULL)
    set_state (add_verdict (result, survey, NULL, survey->folder), MAQ_CACHE_FILE_NOT_JUDGED, survey->obstacle);
  for (guint i = 0; i < survey->pointers->len; i++)
    {
      const MaqCachePointer *pointer = g_ptr_array_index (survey->pointers, i);
      if ((commit != NULL && !maq_cache_pointer_is_of (pointer, commit)) ||
          (path != NULL && !g_str_equal (maq_cache_pointer_get_file (pointer), path)))
        continue;
      if (of == NULL || !maq_cache_pointer_is_of (pointer, of))
        {
          g_clear_pointer (&tree, g_hash_table_unref);
          g_free (of);
          of = g_strndup (maq_cache_pointer_get_commit (pointer), MAQ_CACHE_COMMIT_LENGTH);
          tree = read_tree (self, survey, of);
        }
      add_pointer (self, result, survey, pointer, g_hash_table_lookup (tree, maq_cache_pointer_get_file (pointer)), seen);
    }
  // A download that finds a blob by its name takes it as it is: those that nothing uses now matter as well.
  for (guint i = 0; commit == NULL && path == NULL && i < survey->blobs->len; i++)
    {
      const MaqCacheBlob *blob = g_ptr_array_index (survey->blobs, i);
      if (g_hash_table_add (seen, blob->name))
        add_blob (self, result, survey, NULL, NULL, blob);
    }
}

static int
compare_items (gconstpointer a,
               gconstpointer b)
{
  guint64 one = (*(const Item *const *) a)->verdict->size;
  guint64 two = (*(const Item *const *) b)->verdict->size;

  return (one < two) - (one > two);
}

static void
judge_all (Verify *self)
{
  GThread *threads[MAX_THREADS] = { NULL };
  guint    n = MIN (MIN (g_get_num_processors (), MAX_THREADS), MAX (self->items->len, 1));

  g_ptr_array_sort (self->items, compare_items);
  for (guint i = 1; i < n; i++)
    threads[i] = g_thread_try_new ("maq-cache-hash", judge_thread, self, NULL);
  judge_thread (self);
  for (guint i = 1; i < n; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}

// The verdicts of what was not read itself.
static void
copy_verdicts (Verify *self)
{
  g_autoptr (MaqCacheShared) store = maq_cache_shared_open (self->root);

  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = g_ptr_array_index (self->items, i);
      if (item->same == NULL)
        continue;
      struct stat      info;
      const char      *name = NULL;
      g_autofree char *path = g_build_filename (item->folder, item->path, NULL);
      g_autofd int     parent = maq_cache_open_parent (self->root, path, FALSE, &name, NULL);
      item->verdict->state = item->same->verdict->state;
      item->verdict->detail = g_strdup (item->same->verdict->detail);
      item->verdict->identity = parent >= 0 ? maq_cache_shared_dup_identity (store, parent, name, &info) : NULL;
    }
}

static int
compare_verdicts (gconstpointer a,
                  gconstpointer b)
{
  const MaqCacheVerdict *one = *(const MaqCacheVerdict *const *) a;
  const MaqCacheVerdict *two = *(const MaqCacheVerdict *const *) b;
  int                    order = one->kind != two->kind ? (int) one->kind - (int) two->kind : strcmp (one->id, two->id);

  if (order == 0)
    order = strcmp (one->path, two->path);
  return order != 0 ? order : g_strcmp0 (one->commit, two->commit);
}

static DexFuture *
verify_work (MaqCacheJob *job,
             gpointer     data)
{
  Verify *self = data;
  g_autoptr (GError) error = NULL;
  const char      *path = self->address != NULL ? self->address->path : NULL;
  g_autofree char *commit = NULL;

  if (self->address != NULL && self->address->revision != NULL)
    {
      commit = maq_cache_dup_commit (self->cache, self->address->kind, self->address->id, self->address->revision);
      if (commit == NULL)
        return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s has no revision %s in the cache", self->address->id, self->address->revision);
    }
  g_autoptr (GPtrArray) surveys = maq_cache_survey (self->cache, self->address, job, NULL, &error);
  if (surveys == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_autoptr (MaqCacheVerification) result = g_atomic_rc_box_new0 (MaqCacheVerification);
  guint64 total = 0;
  result->verdicts = g_ptr_array_new_with_free_func (verdict_free);
  for (guint i = 0; i < surveys->len; i++)
    add_survey (self, result, g_ptr_array_index (surveys, i), commit, path);
  if (result->verdicts->len == 0 && (commit != NULL || path != NULL))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing of %s is in the cache there", self->address->id);
  for (guint i = 0; i < self->items->len; i++)
    {
      const Item *item = g_ptr_array_index (self->items, i);
      if (item->hash != MAQ_CACHE_HASH_NONE && item->same == NULL)
        total += item->verdict->size;
    }
  maq_cache_job_set_total (job, total);

  g_autofd int root = self->items->len > 0 ? maq_cache_open_root (self->cache, FALSE, &error) : -1;
  if (self->items->len > 0 && root < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));
  self->job = job;
  self->root = root;
  judge_all (self);
  if (maq_cache_job_is_stopped (job))
    return maq_cache_job_new_stopped ();
  copy_verdicts (self);

  for (guint i = 0; i < result->verdicts->len; i++)
    {
      MaqCacheFileState state = ((MaqCacheVerdict *) g_ptr_array_index (result->verdicts, i))->state;
      result->n_bad += state != MAQ_CACHE_FILE_OK && state != MAQ_CACHE_FILE_NOT_JUDGED;
    }
  g_ptr_array_sort (result->verdicts, compare_verdicts);
  maq_cache_job_get_progress (job, &result->bytes, &total);
  return dex_future_new_take_boxed (MAQ_TYPE_CACHE_VERIFICATION, g_steal_pointer (&result));
}

static void
verify_tick (MaqCacheJob *job,
             gpointer     data)
{
  Verify *self = data;
  guint64 done = 0, total = 0;

  maq_cache_job_get_progress (job, &done, &total);
  if (self->func != NULL)
    self->func (done, total, self->func_data);
}

DexFuture *
maq_cache_verify (MaqCache             *self,
                  const MaqRepoAddress *address,
                  MaqCacheProgressFunc  func,
                  gpointer              data)
{
  dex_return_error_if_fail (MAQ_IS_CACHE (self));

  Verify *verify = g_new0 (Verify, 1);
  verify->cache = g_object_ref (self);
  verify->address = address != NULL ? maq_repo_address_copy (address) : NULL;
  verify->func = func;
  verify->func_data = data;
  verify->items = g_ptr_array_new_with_free_func (item_free);
  verify->payloads = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return maq_cache_job_start ("maq-cache-verify", verify_work, verify_tick, verify, verify_free);
}
