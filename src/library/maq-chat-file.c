// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-chat-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "maq-library-error.h"

// Whether a file is ours and whole is settled before the first byte is written, and until then the connection is kept from
// checkpointing, so that a file we refuse stays as it is.

// "Maqu": marks the file as ours.
#define APPLICATION_ID 0x4d617175

struct _MaqChatFile
{
  char    *path;
  sqlite3 *db; // NULL when it is not open
};

// Each entry takes the tables one version further; never change one that was released.
static const char *const migrations[MAQ_CHAT_FILE_VERSION] = {
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

static gboolean
set_sqlite_error (MaqChatFile *self, int code, GError **error)
{
  int primary = code & 0xff;

  if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
    g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_DAMAGED, _ ("The chats file %s is damaged: %s"), self->path, sqlite3_errstr (code));
  else
    g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_FAILED, _ ("The chats file %s cannot be used: %s"), self->path, self->db ? sqlite3_errmsg (self->db) : sqlite3_errstr (code));
  return FALSE;
}

static gboolean
execute (MaqChatFile *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  return code == SQLITE_OK || set_sqlite_error (self, code, error);
}

static sqlite3_stmt *
prepare (MaqChatFile *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int           code = sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL);

  if (code != SQLITE_OK)
    set_sqlite_error (self, code, error);
  return statement;
}

// Runs a statement that returns no rows, and frees it.
static gboolean
finish_statement (MaqChatFile *self, sqlite3_stmt *statement, GError **error)
{
  int      code = sqlite3_step (statement);
  gboolean good = code == SQLITE_DONE || set_sqlite_error (self, code, error);

  sqlite3_finalize (statement);
  return good;
}

static gboolean
read_number (MaqChatFile *self, const char *sql, gint64 *number, GError **error)
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
check_file (MaqChatFile *self, gint64 *version, GError **error)
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
  if (*version > MAQ_CHAT_FILE_VERSION || *version < 0)
    {
      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_NEWER, _ ("The chats file %s was written by a newer Maquette (version %" G_GINT64_FORMAT " of the file, this one knows %d)"), self->path, *version, MAQ_CHAT_FILE_VERSION);
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
migrate (MaqChatFile *self, gint64 version, GError **error)
{
  for (; version < MAQ_CHAT_FILE_VERSION; version++)
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
close_file (MaqChatFile *self)
{
  sqlite3_close (self->db);
  self->db = NULL;
}

// Chats are nobody else's business: the file and what SQLite makes beside it are readable by the user only.
static gboolean
make_file (MaqChatFile *self, GError **error)
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

gboolean
maq_chat_file_open (MaqChatFile *self, GError **error)
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

GPtrArray *
maq_chat_file_list (MaqChatFile *self, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_chat_record_free);
  sqlite3_stmt *statement;
  int           code;

  statement = prepare (self, "SELECT id, title, created, updated, model_label, model_path FROM chat WHERE NOT removed ORDER BY updated DESC, id DESC", error);
  if (statement == NULL)
    return NULL;
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
  if (code == SQLITE_DONE)
    return g_steal_pointer (&records);
  set_sqlite_error (self, code, error);
  return NULL;
}

GPtrArray *
maq_chat_file_read (MaqChatFile *self, gint64 chat_id, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) maq_message_record_free);
  sqlite3_stmt *statement;
  int           code;

  // UNION, not UNION ALL, ends even if a damaged file made a circle of parents.
  statement = prepare (self,
                       "WITH RECURSIVE shown (id, parent_id) AS ("
                       "  SELECT id, parent_id FROM message WHERE id = (SELECT max(id) FROM message WHERE chat_id = ?1)"
                       "  UNION SELECT message.id, message.parent_id FROM message JOIN shown ON message.id = shown.parent_id)"
                       "SELECT message.id, message.parent_id, role, content, stats, error, created, complete"
                       "  FROM shown JOIN message USING (id) WHERE chat_id = ?1 ORDER BY message.id",
                       error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, chat_id);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      MaqMessageRecord *record = g_new0 (MaqMessageRecord, 1);

      record->id = sqlite3_column_int64 (statement, 0);
      record->chat_id = chat_id;
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
  if (code == SQLITE_DONE)
    return g_steal_pointer (&records);
  set_sqlite_error (self, code, error);
  return NULL;
}

gboolean
maq_chat_file_read_last_id (MaqChatFile *self, gint64 *last, GError **error)
{
  return read_number (self, "SELECT max(coalesce((SELECT max(id) FROM chat), 0), coalesce((SELECT max(id) FROM message), 0))", last, error);
}

gboolean
maq_chat_file_put_chat (MaqChatFile *self, const MaqChatRecord *record, GError **error)
{
  sqlite3_stmt *statement = prepare (self,
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

gboolean
maq_chat_file_put_message (MaqChatFile *self, const MaqMessageRecord *record, GError **error)
{
  sqlite3_stmt *statement = prepare (self,
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

gboolean
maq_chat_file_set_removed (MaqChatFile *self, gint64 chat_id, gboolean removed, GError **error)
{
  sqlite3_stmt *statement = prepare (self, "UPDATE chat SET removed = ?2 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, chat_id);
  sqlite3_bind_int (statement, 2, removed);
  return finish_statement (self, statement, error);
}

gboolean
maq_chat_file_wipe_removed (MaqChatFile *self, GError **error)
{
  return self->db == NULL || execute (self, "DELETE FROM chat WHERE removed", error);
}

gboolean
maq_chat_file_begin (MaqChatFile *self, GError **error)
{
  return execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
maq_chat_file_commit (MaqChatFile *self, GError **error)
{
  gboolean good = execute (self, "COMMIT", error);

  if (!good)
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return good;
}

char *
maq_chat_file_set_aside (MaqChatFile *self, GError **error)
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
          return NULL;
        }
    }
  return g_steal_pointer (&aside);
}

MaqChatFile *
maq_chat_file_new (const char *path)
{
  MaqChatFile *self = g_new0 (MaqChatFile, 1);

  self->path = g_strdup (path);
  return self;
}

void
maq_chat_file_free (MaqChatFile *self)
{
  close_file (self);
  g_free (self->path);
  g_free (self);
}
