// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chat-db-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "maq-library-error.h"

// A job is a function with its data. The thread takes what is queued and runs writes that wait together in one transaction, so
// that a burst costs one sync. Whether a file is ours and whole is settled before the first byte is written, and until then the
// connection is kept from checkpointing, so that a file we refuse stays as it is.

// "Maqu": marks the file as ours.
#define APPLICATION_ID 0x4d617175
#define MAX_BATCH      256

typedef struct _Job Job;
typedef gboolean (*JobFunc) (MaqChatDb *self, Job *job, GError **error);

struct _Job
{
  JobFunc        func;
  gboolean       in_transaction;
  gboolean       last;
  gint64         id;
  gboolean       flag;
  gpointer       record;
  GDestroyNotify record_free;
  DexPromise    *promise;
  GValue         result;
};

// The owner as the worker may carry it: getting and dropping the object itself is left to the owner's thread.
typedef struct
{
  GWeakRef weak;
} OwnerRef;

struct _MaqChatDb
{
  gatomicrefcount      ref_count;
  char                *path;
  GThread             *thread;
  GAsyncQueue         *jobs;
  GMainContext        *context;
  OwnerRef            *owner;
  MaqChatDbProblemFunc problem;
  GMutex               mutex;
  gint64               last_id; // under the mutex

  // Of the worker thread.
  sqlite3 *db;
  GError  *open_error;
  GError  *first_failure;
};

// Each entry takes the tables one version further; never change one that was released.
static const char *const migrations[MAQ_CHAT_DB_VERSION] = {
  "CREATE TABLE chat ("
  "  id INTEGER PRIMARY KEY, title TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,"
  "  model_label TEXT, model_path TEXT, removed INTEGER NOT NULL DEFAULT 0) STRICT;"
  "CREATE TABLE message ("
  "  id INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,"
  "  parent_id INTEGER REFERENCES message (id) ON DELETE CASCADE CHECK (parent_id < id),"
  "  role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')), content TEXT NOT NULL,"
  "  stats TEXT, error TEXT, created INTEGER NOT NULL, complete INTEGER NOT NULL) STRICT;"
  "CREATE INDEX message_by_chat ON message (chat_id, id);"
  "CREATE INDEX message_by_parent ON message (parent_id);",
};

MaqChatRecord *
maq_chat_record_copy (const MaqChatRecord *self)
{
  MaqChatRecord *copy = g_memdup2 (self, sizeof *self);

  copy->title = g_strdup (self->title);
  copy->model_label = g_strdup (self->model_label);
  copy->model_path = g_strdup (self->model_path);
  return copy;
}

void
maq_chat_record_free (MaqChatRecord *self)
{
  g_free (self->title);
  g_free (self->model_label);
  g_free (self->model_path);
  g_free (self);
}

MaqMessageRecord *
maq_message_record_copy (const MaqMessageRecord *self)
{
  MaqMessageRecord *copy = g_memdup2 (self, sizeof *self);

  copy->role = g_strdup (self->role);
  copy->content = g_strdup (self->content);
  copy->stats = g_strdup (self->stats);
  copy->error = g_strdup (self->error);
  return copy;
}

void
maq_message_record_free (MaqMessageRecord *self)
{
  g_free (self->role);
  g_free (self->content);
  g_free (self->stats);
  g_free (self->error);
  g_free (self);
}

static void
owner_ref_clear (gpointer data)
{
  OwnerRef *self = data;

  g_weak_ref_clear (&self->weak);
}

static void
owner_ref_unref (OwnerRef *self)
{
  g_atomic_rc_box_release_full (self, owner_ref_clear);
}

static void
job_free (Job *job)
{
  if (job->record)
    job->record_free (job->record);
  dex_clear (&job->promise);
  if (G_IS_VALUE (&job->result))
    g_value_unset (&job->result);
  g_free (job);
}

// --- SQLite in the worker thread ---

static gboolean
set_sqlite_error (MaqChatDb *self, int code, GError **error)
{
  int primary = code & 0xff;

  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
    g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_DAMAGED, _ ("The chats file %s is damaged: %s"), self->path, sqlite3_errstr (code));
  else
    g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_FAILED, _ ("The chats file %s cannot be used: %s"), self->path, self->db ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
  return FALSE;
}

static gboolean
execute (MaqChatDb *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || set_sqlite_error (self, code, error);
}

static sqlite3_stmt *
prepare (MaqChatDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int           code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    set_sqlite_error (self, code, error);
  return statement;
}

// Runs a statement that returns no rows, and frees it.
static gboolean
finish_statement (MaqChatDb *self, sqlite3_stmt *statement, GError **error)
{
  int      code = sqlite3_step (statement);
  gboolean good = code == SQLITE_DONE || set_sqlite_error (self, code, error);

  sqlite3_finalize (statement);
  return good;
}

static gboolean
read_number (MaqChatDb *self, const char *sql, gint64 *number, GError **error)
{
  sqlite3_stmt *statement = prepare (self, sql, error);
  int           code;

  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return code == SQLITE_ROW || set_sqlite_error (self, code, error);
}

static void
bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  if (text)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null (statement, index);
}

// A column's text, made valid: the file can hold anything.
static char *
dup_column (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  if (text == NULL)
    return NULL;
  return g_utf8_make_valid (text, -1);
}

// Whether the file can be ours: fresh, or made by this or an earlier version. Reads only.
static gboolean
check_file (MaqChatDb *self, gint64 *version, GError **error)
{
  gint64        application = 0, n_tables = 0;
  sqlite3_stmt *statement;
  gboolean      good = FALSE;
  int           code;

  if (!read_number (self, "PRAGMA user_version", version, error) ||
      !read_number (self, "PRAGMA application_id", &application, error) ||
      !read_number (self, "SELECT count(*) FROM sqlite_schema", &n_tables, error))
    return FALSE;
  if (application != APPLICATION_ID && (application != 0 || *version != 0 || n_tables != 0))
    {
      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_DAMAGED, _ ("%s is a database of another program, not of Maquette's chats"), self->path);
      return FALSE;
    }
  if (*version > MAQ_CHAT_DB_VERSION || *version < 0)
    {
      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_NEWER, _ ("The chats file %s was written by a newer Maquette (version %" G_GINT64_FORMAT " of the file, this one knows %d)"), self->path, *version, MAQ_CHAT_DB_VERSION);
      return FALSE;
    }

  statement = prepare (self, "PRAGMA quick_check(1)", error);
  if (statement == NULL)
    return FALSE;
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    {
      const char *verdict = (const char *) sqlite3_column_text (statement, 0);

      good = g_strcmp0 (verdict, "ok") == 0;
      if (!good)
        g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_DAMAGED, _ ("The chats file %s is damaged: %s"), self->path, verdict ? verdict : "?");
    }
  else
    set_sqlite_error (self, code, error);
  sqlite3_finalize (statement);
  return good;
}

static gboolean
migrate (MaqChatDb *self, gint64 version, GError **error)
{
  for (; version < MAQ_CHAT_DB_VERSION; version++)
    {
      g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT;", migrations[version], APPLICATION_ID, (int) version + 1);

      if (!execute (self, sql, error))
        {
          sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
          return FALSE;
        }
    }
  return TRUE;
}

static void
close_file (MaqChatDb *self)
{
  sqlite3_close (self->db);
  self->db = NULL;
}

// Chats are nobody else's business: the file and what SQLite makes beside it are readable by the user only.
static gboolean
make_file (MaqChatDb *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  int              fd;

  if (g_mkdir_with_parents (folder, 0700) != 0 || (fd = g_open (self->path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600)) < 0)
    {
      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_FAILED, _ ("The chats file %s cannot be opened: %s"), self->path, g_strerror (errno));
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static gboolean
open_file (MaqChatDb *self, GError **error)
{
  gint64 version = 0;
  int    code;

  if (self->db)
    return TRUE;
  if (!make_file (self, error))
    return FALSE;
  code = sqlite3_open_v2 (self->path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
  if (code != SQLITE_OK)
    {
      set_sqlite_error (self, code, error);
      close_file (self);
      return FALSE;
    }
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_busy_timeout (self->db, 5000);
  if (!check_file (self, &version, error))
    {
      close_file (self);
      return FALSE;
    }
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
  if (!execute (self, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;", error) ||
      !migrate (self, version, error))
    {
      close_file (self);
      return FALSE;
    }
  return TRUE;
}

static gboolean
wipe_removed (MaqChatDb *self, GError **error)
{
  return execute (self, "DELETE FROM chat WHERE removed", error);
}

// New numbers follow the stored ones even if the clock was set back meanwhile.
static gboolean
note_last_id (MaqChatDb *self, GError **error)
{
  gint64 last = 0;

  if (!read_number (self, "SELECT max(coalesce((SELECT max(id) FROM chat), 0), coalesce((SELECT max(id) FROM message), 0))", &last, error))
    return FALSE;
  g_mutex_lock (&self->mutex);
  self->last_id = MAX (self->last_id, last);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

// --- Jobs ---

static gboolean
ensure_open (MaqChatDb *self, GError **error)
{
  if (self->open_error == NULL)
    open_file (self, &self->open_error);
  if (self->open_error && error)
    *error = g_error_copy (self->open_error);
  return self->open_error == NULL;
}

static gboolean
job_open (MaqChatDb *self, Job *job, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_chat_record_free);
  sqlite3_stmt *statement;
  int           code;

  g_clear_error (&self->open_error);
  if (!open_file (self, error) || !wipe_removed (self, error) || !note_last_id (self, error))
    return FALSE;
  statement = prepare (self, "SELECT id, title, created, updated, model_label, model_path FROM chat WHERE NOT removed ORDER BY updated DESC, id DESC", error);
  if (statement == NULL)
    return FALSE;
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      MaqChatRecord *record = g_new0 (MaqChatRecord, 1);

      record->id = sqlite3_column_int64 (statement, 0);
      record->title = dup_column (statement, 1);
      record->created = sqlite3_column_int64 (statement, 2);
      record->updated = sqlite3_column_int64 (statement, 3);
      record->model_label = dup_column (statement, 4);
      record->model_path = dup_column (statement, 5);
      g_ptr_array_add (records, record);
    }
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    return set_sqlite_error (self, code, error);
  g_value_init (&job->result, G_TYPE_PTR_ARRAY);
  g_value_set_boxed (&job->result, records);
  return TRUE;
}

static gboolean
job_set_aside (MaqChatDb *self, Job *job, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  g_autofree char         *aside = NULL;

  close_file (self);
  for (guint i = 1; aside == NULL || g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = g_strdup_printf ("%s.damaged-%u", self->path, i);
    }
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (g_rename (from, to) != 0 && (i == 0 || errno != ENOENT))
        {
          g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_FAILED, _ ("The chats file %s cannot be renamed: %s"), from, g_strerror (errno));
          return FALSE;
        }
    }
  g_value_init (&job->result, G_TYPE_STRING);
  g_value_take_string (&job->result, g_steal_pointer (&aside));
  return TRUE;
}

static gboolean
job_read (MaqChatDb *self, Job *job, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_message_record_free);
  sqlite3_stmt *statement;
  int           code;

  if (!ensure_open (self, error))
    return FALSE;
  // UNION, not UNION ALL, ends even if a damaged file made a circle of parents.
  statement = prepare (self,
                       "WITH RECURSIVE shown (id, parent_id) AS ("
                       "  SELECT id, parent_id FROM message WHERE id = (SELECT max(id) FROM message WHERE chat_id = ?1)"
                       "  UNION SELECT message.id, message.parent_id FROM message JOIN shown ON message.id = shown.parent_id)"
                       "SELECT message.id, message.parent_id, role, content, stats, error, created, complete"
                       "  FROM shown JOIN message USING (id) WHERE chat_id = ?1 ORDER BY message.id",
                       error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, job->id);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      MaqMessageRecord *record = g_new0 (MaqMessageRecord, 1);

      record->id = sqlite3_column_int64 (statement, 0);
      record->chat_id = job->id;
      record->parent_id = sqlite3_column_int64 (statement, 1);
      record->role = dup_column (statement, 2);
      record->content = dup_column (statement, 3);
      record->stats = dup_column (statement, 4);
      record->error = dup_column (statement, 5);
      record->created = sqlite3_column_int64 (statement, 6);
      record->complete = sqlite3_column_int (statement, 7);
      g_ptr_array_add (records, record);
    }
  sqlite3_finalize (statement);
  if (code != SQLITE_DONE)
    return set_sqlite_error (self, code, error);
  g_value_init (&job->result, G_TYPE_PTR_ARRAY);
  g_value_set_boxed (&job->result, records);
  return TRUE;
}

static gboolean
job_put_chat (MaqChatDb *self, Job *job, GError **error)
{
  const MaqChatRecord *record = job->record;
  sqlite3_stmt        *statement = prepare (self,
                                     "INSERT INTO chat (id, title, created, updated, model_label, model_path) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                                            " ON CONFLICT (id) DO UPDATE SET title = ?2, updated = ?4, model_label = ?5, model_path = ?6",
                                     error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, record->id);
  bind_text (statement, 2, record->title ? record->title : "");
  sqlite3_bind_int64 (statement, 3, record->created);
  sqlite3_bind_int64 (statement, 4, record->updated);
  bind_text (statement, 5, record->model_label);
  bind_text (statement, 6, record->model_path);
  return finish_statement (self, statement, error);
}

static gboolean
job_put_message (MaqChatDb *self, Job *job, GError **error)
{
  const MaqMessageRecord *record = job->record;
  sqlite3_stmt           *statement = prepare (self,
                                     "INSERT INTO message (id, chat_id, parent_id, role, content, stats, error, created, complete)"
                                               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
                                               " ON CONFLICT (id) DO UPDATE SET content = ?5, stats = ?6, error = ?7, complete = ?9",
                                     error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, record->id);
  sqlite3_bind_int64 (statement, 2, record->chat_id);
  if (record->parent_id)
    sqlite3_bind_int64 (statement, 3, record->parent_id);
  bind_text (statement, 4, record->role);
  bind_text (statement, 5, record->content ? record->content : "");
  bind_text (statement, 6, record->stats);
  bind_text (statement, 7, record->error);
  sqlite3_bind_int64 (statement, 8, record->created);
  sqlite3_bind_int (statement, 9, record->complete);
  return finish_statement (self, statement, error);
}

static gboolean
job_set_removed (MaqChatDb *self, Job *job, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "UPDATE chat SET removed = ?2 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, job->id);
  sqlite3_bind_int (statement, 2, job->flag);
  return finish_statement (self, statement, error);
}

static gboolean
job_flush (MaqChatDb *self, Job *job, GError **error)
{
  if (self->first_failure)
    {
      g_propagate_error (error, g_steal_pointer (&self->first_failure));
      return FALSE;
    }
  g_value_init (&job->result, G_TYPE_BOOLEAN);
  g_value_set_boolean (&job->result, TRUE);
  return TRUE;
}

// --- The thread ---

// Futures and objects belong to the thread that made the database: their last reference must not go here. So a finished job is
// sent back and ends there.
typedef struct
{
  Job                 *job;
  GError              *error;
  OwnerRef            *owner;
  MaqChatDbProblemFunc problem;
} Ending;

static void
ending_free (Ending *ending)
{
  owner_ref_unref (ending->owner);
  g_clear_error (&ending->error);
  job_free (ending->job);
  g_free (ending);
}

static gboolean
end_job (gpointer data)
{
  Ending *ending = data;
  g_autoptr (GObject) owner = NULL;

  if (ending->job->promise && ending->error)
    dex_promise_reject (ending->job->promise, g_steal_pointer (&ending->error));
  else if (ending->job->promise)
    dex_promise_resolve (ending->job->promise, &ending->job->result);
  else if ((owner = g_weak_ref_get (&ending->owner->weak)))
    ending->problem (ending->error, owner);
  return G_SOURCE_REMOVE;
}

static void
finish_job (MaqChatDb *self, Job *job, const GError *error)
{
  g_autoptr (GSource) source = NULL;
  Ending *ending;

  // A write nobody waits for: only a failure is news.
  if (job->promise == NULL && error == NULL)
    {
      job_free (job);
      return;
    }
  if (job->promise == NULL && self->first_failure == NULL)
    self->first_failure = g_error_copy (error);

  ending = g_new0 (Ending, 1);
  ending->job = job;
  ending->error = error ? g_error_copy (error) : NULL;
  ending->problem = self->problem;
  ending->owner = g_atomic_rc_box_acquire (self->owner);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, end_job, ending, (GDestroyNotify) ending_free);
  g_source_attach (source, self->context);
}

// Runs JOB and what waits behind it in one transaction. Returns the job that cannot be part of one, if it met it.
static Job *
run_batch (MaqChatDb *self, Job *job)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  if (!ensure_open (self, NULL))
    {
      finish_job (self, job, self->open_error);
      return NULL;
    }

  execute (self, "BEGIN IMMEDIATE", &error);
  while (job && job->in_transaction)
    {
      if (error == NULL)
        {
          g_autoptr (GError) failure = NULL;

          if (job->func (self, job, &failure))
            g_ptr_array_add (done, job);
          else
            finish_job (self, job, failure);
        }
      else
        g_ptr_array_add (done, job);
      job = done->len < MAX_BATCH ? g_async_queue_try_pop (self->jobs) : NULL;
    }
  if (error == NULL && !execute (self, "COMMIT", &error))
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  for (guint i = 0; i < done->len; i++)
    finish_job (self, done->pdata[i], error);
  return job;
}

static gpointer
thread_func (gpointer data)
{
  MaqChatDb *self = data;
  gboolean   last = FALSE;

  while (!last)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->in_transaction)
        job = run_batch (self, job);
      if (job == NULL)
        continue;
      last = job->last;
      if (job->func)
        {
          g_autoptr (GError) error = NULL;

          job->func (self, job, &error);
          if (error && job->func == job_open)
            self->open_error = g_error_copy (error);
          finish_job (self, job, error);
        }
      else
        job_free (job);
    }
  if (self->db)
    wipe_removed (self, NULL);
  close_file (self);
  return NULL;
}

// --- What others call ---

MaqChatDb *
maq_chat_db_new (const char *path, GObject *owner, MaqChatDbProblemFunc func)
{
  MaqChatDb *self = g_new0 (MaqChatDb, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->path = g_strdup (path);
  self->jobs = g_async_queue_new ();
  self->context = g_main_context_ref_thread_default ();
  self->problem = func;
  self->owner = g_atomic_rc_box_new0 (OwnerRef);
  g_weak_ref_init (&self->owner->weak, owner);
  self->thread = g_thread_new ("maq-chats", thread_func, self);
  return self;
}

MaqChatDb *
maq_chat_db_ref (MaqChatDb *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
maq_chat_db_unref (MaqChatDb *self)
{
  Job *job;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  job = g_new0 (Job, 1);
  job->last = TRUE;
  g_async_queue_push (self->jobs, job);
  g_thread_join (self->thread);
  g_async_queue_unref (self->jobs);
  g_main_context_unref (self->context);
  owner_ref_unref (self->owner);
  g_mutex_clear (&self->mutex);
  g_clear_error (&self->open_error);
  g_clear_error (&self->first_failure);
  g_free (self->path);
  g_free (self);
}

gint64
maq_chat_db_new_id (MaqChatDb *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->last_id = MAX (self->last_id + 1, g_get_real_time ());
  return self->last_id;
}

static Job *
job_new (JobFunc func, gboolean in_transaction)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->in_transaction = in_transaction;
  return job;
}

static DexFuture *
submit (MaqChatDb *self, Job *job)
{
  DexPromise *promise = dex_promise_new ();

  job->promise = dex_ref (promise);
  g_async_queue_push (self->jobs, job);
  return DEX_FUTURE (promise);
}

DexFuture *
maq_chat_db_open (MaqChatDb *self)
{
  return submit (self, job_new (job_open, FALSE));
}

DexFuture *
maq_chat_db_set_aside (MaqChatDb *self)
{
  return submit (self, job_new (job_set_aside, FALSE));
}

DexFuture *
maq_chat_db_read (MaqChatDb *self, gint64 chat_id)
{
  Job *job = job_new (job_read, FALSE);

  job->id = chat_id;
  return submit (self, job);
}

void
maq_chat_db_put_chat (MaqChatDb *self, const MaqChatRecord *record)
{
  Job *job = job_new (job_put_chat, TRUE);

  job->record = maq_chat_record_copy (record);
  job->record_free = (GDestroyNotify) maq_chat_record_free;
  g_async_queue_push (self->jobs, job);
}

void
maq_chat_db_put_message (MaqChatDb *self, const MaqMessageRecord *record)
{
  Job *job = job_new (job_put_message, TRUE);

  job->record = maq_message_record_copy (record);
  job->record_free = (GDestroyNotify) maq_message_record_free;
  g_async_queue_push (self->jobs, job);
}

void
maq_chat_db_set_removed (MaqChatDb *self, gint64 chat_id, gboolean removed)
{
  Job *job = job_new (job_set_removed, TRUE);

  job->id = chat_id;
  job->flag = removed;
  g_async_queue_push (self->jobs, job);
}

DexFuture *
maq_chat_db_flush (MaqChatDb *self)
{
  return submit (self, job_new (job_flush, FALSE));
}
