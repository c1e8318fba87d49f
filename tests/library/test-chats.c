// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "maq-chats.h"
#include "maq-library-error.h"

// The store against real files in a folder of the test's own home.

static char *
new_path (void)
{
  static int       counter;
  g_autofree char *folder = g_strdup_printf ("%s/chats-%d", g_get_home_dir (), counter++);

  return g_build_filename (folder, "chats.sqlite", NULL);
}

static void
await_true (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dex_await_boolean (future, &error));
  g_assert_no_error (error);
}

static MaqChat *
chat_at (MaqChatStore *store, guint position)
{
  g_autoptr (MaqChat) chat = g_list_model_get_item (G_LIST_MODEL (store), position);

  g_assert_nonnull (chat);
  return chat;
}

static MaqChatMessage *
message_at (MaqChat *chat, guint position)
{
  g_autoptr (MaqChatMessage) message = g_list_model_get_item (G_LIST_MODEL (chat), position);

  g_assert_nonnull (message);
  return message;
}

static MaqChatStore *
open_store (const char *path)
{
  MaqChatStore *store = maq_chat_store_new (path);

  await_true (maq_chat_store_load (store));
  return store;
}

static char *
dup_contents (const char *path, gsize *length)
{
  char *contents = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &contents, length, &error);
  g_assert_no_error (error);
  return contents;
}

static void
execute_sql (const char *path, const char *sql)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static gint64
query_number (const char *path, const char *sql)
{
  sqlite3      *db = NULL;
  sqlite3_stmt *statement = NULL;
  gint64        number;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return number;
}

static void
test_round_trip (void)
{
  g_autofree char *path = new_path ();
  MaqChatMessage  *answer;
  MaqChat         *chat;

  {
    g_autoptr (MaqChatStore) store = open_store (path);

    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 0);
    chat = maq_chat_store_add (store);
    maq_chat_set_model (chat, "owner/name:Q4_K_M", "/tmp/weights.gguf");
    maq_chat_add_message (chat, "user", "What is 7 plus 5?\nThank you");
    g_assert_cmpstr (maq_chat_get_title (chat), ==, "What is 7 plus 5?");
    answer = maq_chat_begin_answer (chat);
    g_assert_true (maq_chat_get_answering (chat));
    g_assert_true (maq_chat_message_get_streaming (answer));
    maq_chat_message_append (answer, "It is ");
    maq_chat_message_append (answer, "12 ✓");
    maq_chat_end_answer (chat, answer, "2 tokens", NULL, MAQ_CHAT_REMEDY_RETRY);
    g_assert_false (maq_chat_get_answering (chat));
    await_true (maq_chat_store_flush (store));
    g_assert_null (maq_chat_store_get_problem (store));
  }
  {
    g_autoptr (MaqChatStore) store = open_store (path);

    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 1);
    chat = chat_at (store, 0);
    g_assert_cmpstr (maq_chat_get_title (chat), ==, "What is 7 plus 5?");
    g_assert_cmpstr (maq_chat_get_model_label (chat), ==, "owner/name:Q4_K_M");
    g_assert_cmpstr (maq_chat_get_model_path (chat), ==, "/tmp/weights.gguf");
    g_assert_false (maq_chat_get_loaded (chat));
    await_true (maq_chat_load (chat));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 2);
    g_assert_cmpstr (maq_chat_message_get_role (message_at (chat, 0)), ==, "user");
    g_assert_cmpstr (maq_chat_message_get_content (message_at (chat, 1)), ==, "It is 12 ✓");
    g_assert_cmpuint (maq_chat_message_get_length (message_at (chat, 1)), ==, strlen ("It is 12 ✓"));
    g_assert_cmpstr (maq_chat_message_get_stats (message_at (chat, 1)), ==, "2 tokens");
    g_assert_null (maq_chat_message_get_error (message_at (chat, 1)));
    g_assert_false (maq_chat_message_get_streaming (message_at (chat, 1)));
    await_true (maq_chat_load (chat));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 2);
  }
}

static void
test_empty_chats_are_not_stored (void)
{
  g_autofree char *path = new_path ();

  {
    g_autoptr (MaqChatStore) store = open_store (path);

    maq_chat_set_model (maq_chat_store_add (store), "a/b", "/x");
    await_true (maq_chat_store_flush (store));
  }
  {
    g_autoptr (MaqChatStore) store = open_store (path);

    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 0);
  }
}

static void
test_is_private (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (MaqChatStore) store = open_store (path);
  GStatBuf info;

  maq_chat_add_message (maq_chat_store_add (store), "user", "secret");
  await_true (maq_chat_store_flush (store));
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

typedef struct
{
  guint position, removed, added, count;
} Change;

static void
note_change (GListModel *model, guint position, guint removed, guint added, Change *change)
{
  *change = (Change) { position, removed, added, change->count + 1 };
}

static void
test_last_changed_first (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (MaqChatStore) store = open_store (path);
  MaqChat *first = maq_chat_store_add (store);
  MaqChat *second = maq_chat_store_add (store);
  Change   change = { 0 };

  maq_chat_add_message (first, "user", "one");
  maq_chat_add_message (second, "user", "two");
  g_assert_true (chat_at (store, 0) == second);
  g_signal_connect (store, "items-changed", G_CALLBACK (note_change), &change);
  maq_chat_add_message (first, "user", "three");
  g_assert_true (chat_at (store, 0) == first);
  g_assert_cmpuint (change.count, ==, 1);
  g_assert_cmpuint (change.position, ==, 0);
  g_assert_cmpuint (change.removed, ==, 2);
  g_assert_cmpuint (change.added, ==, 2);
}

static void
test_removed_and_restored (void)
{
  g_autofree char *path = new_path ();

  {
    g_autoptr (MaqChatStore) store = open_store (path);

    for (int i = 0; i < 3; i++)
      maq_chat_add_message (maq_chat_store_add (store), "user", "words that must not stay");
    await_true (maq_chat_store_flush (store));
  }
  {
    // Restored without its messages ever having been read.
    g_autoptr (MaqChatStore) store = open_store (path);
    g_autoptr (MaqChat) chat = g_object_ref (chat_at (store, 1));

    maq_chat_store_remove (store, chat);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 2);
    maq_chat_store_restore (store, chat);
    maq_chat_store_restore (store, chat);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 3);
    await_true (maq_chat_load (chat));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 1);
  }
  {
    g_autoptr (MaqChatStore) store = open_store (path);

    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 3);
    while (g_list_model_get_n_items (G_LIST_MODEL (store)) > 0)
      maq_chat_store_remove (store, chat_at (store, 0));
    await_true (maq_chat_store_flush (store));
  }
  {
    g_autofree char *contents = NULL;
    gsize            length;

    g_assert_cmpint (query_number (path, "SELECT count(*) FROM message"), ==, 0);
    contents = dup_contents (path, &length);
    g_assert_null (memmem (contents, length, "must not stay", strlen ("must not stay")));
  }
}

static void
test_answer_survives_a_crash (void)
{
  g_autofree char *path = new_path ();
  g_autoptr (MaqChatStore) store = open_store (path);
  MaqChat         *chat = maq_chat_store_add (store);
  MaqChatMessage  *answer;
  g_autofree char *copy = g_strconcat (path, ".copy", NULL);
  g_autofree char *copy_wal = g_strconcat (copy, "-wal", NULL);
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);

  maq_chat_add_message (chat, "user", "Tell me a story");
  answer = maq_chat_begin_answer (chat);
  maq_chat_message_append (answer, "Once upon");
  maq_chat_message_append (answer, " a time");
  dex_await (dex_timeout_new_msec (2200), NULL);
  await_true (maq_chat_store_flush (store));
  maq_chat_message_append (answer, " never written");

  // What a killed process leaves: the files as they are now.
  for (int i = 0; i < 2; i++)
    {
      gsize            length;
      g_autofree char *contents = dup_contents (i ? wal : path, &length);

      g_assert_true (g_file_set_contents (i ? copy_wal : copy, contents, length, NULL));
    }
  {
    g_autoptr (MaqChatStore) again = open_store (copy);
    MaqChatMessage *message;

    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (again)), ==, 1);
    await_true (maq_chat_load (chat_at (again, 0)));
    message = message_at (chat_at (again, 0), 1);
    g_assert_cmpstr (maq_chat_message_get_content (message), ==, "Once upon a time");
    g_assert_false (maq_chat_message_get_streaming (message));
    g_assert_nonnull (maq_chat_message_get_error (message));
  }
  maq_chat_end_answer (chat, answer, NULL, NULL, MAQ_CHAT_REMEDY_RETRY);
}

static void
test_rewind_keeps_a_tree (void)
{
  g_autofree char *path = new_path ();

  {
    g_autoptr (MaqChatStore) store = open_store (path);
    MaqChat        *chat = maq_chat_store_add (store);
    MaqChatMessage *answer;

    maq_chat_add_message (chat, "user", "Question");
    answer = maq_chat_begin_answer (chat);
    maq_chat_message_append (answer, "first");
    maq_chat_end_answer (chat, answer, NULL, NULL, MAQ_CHAT_REMEDY_RETRY);
    maq_chat_rewind (chat, answer);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 1);
    answer = maq_chat_begin_answer (chat);
    maq_chat_message_append (answer, "second");
    maq_chat_end_answer (chat, answer, NULL, NULL, MAQ_CHAT_REMEDY_RETRY);
    await_true (maq_chat_store_flush (store));
  }
  g_assert_cmpint (query_number (path, "SELECT count(*) FROM message"), ==, 3);
  g_assert_cmpint (query_number (path, "SELECT count(DISTINCT parent_id) FROM message WHERE role = 'assistant'"), ==, 1);
  {
    g_autoptr (MaqChatStore) store = open_store (path);
    MaqChat *chat = chat_at (store, 0);

    await_true (maq_chat_load (chat));
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 2);
    g_assert_cmpstr (maq_chat_message_get_content (message_at (chat, 1)), ==, "second");
  }
}

static void
assert_refused (const char *path, int code)
{
  gsize            before_length, after_length;
  g_autofree char *before = dup_contents (path, &before_length);
  g_autofree char *after = NULL;

  {
    g_autoptr (MaqChatStore) store = maq_chat_store_new (path);
    g_autoptr (GError) error = NULL;
    MaqChat *chat;

    g_assert_false (dex_await_boolean (maq_chat_store_load (store), &error));
    g_assert_error (error, MAQ_LIBRARY_ERROR, code);
    g_assert_nonnull (strstr (error->message, path));
    g_assert_cmpstr (maq_chat_store_get_problem (store), ==, error->message);

    // Talking goes on, in memory.
    chat = maq_chat_store_add (store);
    maq_chat_add_message (chat, "user", "still here");
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 1);
    g_clear_error (&error);
    g_assert_false (dex_await_boolean (maq_chat_store_flush (store), &error));
    g_assert_error (error, MAQ_LIBRARY_ERROR, code);
  }
  after = dup_contents (path, &after_length);
  g_assert_cmpmem (before, before_length, after, after_length);
}

static char *
new_filled_path (void)
{
  char *path = new_path ();
  g_autoptr (MaqChatStore) store = open_store (path);
  MaqChat *chat = maq_chat_store_add (store);

  for (int i = 0; i < 200; i++)
    maq_chat_add_message (chat, "user", "A message of some words so that the file has many pages");
  await_true (maq_chat_store_flush (store));
  return path;
}

static void
test_refuses_garbage (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "This is no database, but has words enough to be longer than a header of a database, which is one hundred bytes", -1, NULL));
  assert_refused (path, MAQ_LIBRARY_ERROR_STORE_DAMAGED);
}

static void
test_refuses_damage (void)
{
  g_autofree char *path = new_filled_path ();
  gsize            length;
  g_autofree char *contents = dup_contents (path, &length);

  memset (contents + length / 2, 0x5a, 6000);
  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  assert_refused (path, MAQ_LIBRARY_ERROR_STORE_DAMAGED);
}

static void
test_refuses_newer (void)
{
  g_autofree char *path = new_filled_path ();

  execute_sql (path, "PRAGMA user_version = 99");
  assert_refused (path, MAQ_LIBRARY_ERROR_STORE_NEWER);
}

static void
test_refuses_others (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  execute_sql (path, "CREATE TABLE bookmarks (address TEXT)");
  assert_refused (path, MAQ_LIBRARY_ERROR_STORE_DAMAGED);
}

static void
test_migrates_from_nothing (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *folder = g_path_get_dirname (path);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  {
    g_autoptr (MaqChatStore) store = open_store (path);
  }
  g_assert_cmpint (query_number (path, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (query_number (path, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"), ==, 2);
}

static void
test_set_aside (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *aside = g_strconcat (path, ".damaged-1", NULL);
  g_autofree char *contents = NULL;
  gsize            length;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "not a database", -1, NULL));
  {
    g_autoptr (MaqChatStore) store = maq_chat_store_new (path);

    g_assert_false (dex_await_boolean (maq_chat_store_load (store), NULL));
    await_true (maq_chat_store_set_aside (store));
    g_assert_null (maq_chat_store_get_problem (store));
    maq_chat_add_message (maq_chat_store_add (store), "user", "stored again");
    await_true (maq_chat_store_flush (store));
  }
  contents = dup_contents (aside, &length);
  g_assert_cmpstr (contents, ==, "not a database");
  g_assert_cmpint (query_number (path, "SELECT count(*) FROM message"), ==, 1);
}

static void
test_unwritable_place (void)
{
  g_autoptr (MaqChatStore) store = maq_chat_store_new ("/proc/no-such-folder/chats.sqlite");
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await_boolean (maq_chat_store_load (store), &error));
  g_assert_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_STORE_FAILED);
}

// Whatever single bytes are changed: it opens or it refuses, and never crashes.
static void
test_flipped_bytes (void)
{
  g_autofree char *path = new_filled_path ();
  gsize            length;
  g_autofree char *contents = dup_contents (path, &length);
  g_autofree char *mutant = g_strconcat (path, ".mutant", NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (int i = 0; i < 100; i++)
    {
      g_autofree char *changed = g_memdup2 (contents, length);

      changed[g_rand_int_range (random, 0, length)] ^= 1 << g_rand_int_range (random, 0, 8);
      g_assert_true (g_file_set_contents (mutant, changed, length, NULL));
      {
        g_autoptr (MaqChatStore) store = maq_chat_store_new (mutant);

        if (dex_await_boolean (maq_chat_store_load (store), NULL) && g_list_model_get_n_items (G_LIST_MODEL (store)) > 0)
          dex_await (maq_chat_load (chat_at (store, 0)), NULL);
      }
      g_remove (mutant);
    }
}

static void
test_many_messages (void)
{
  g_autofree char *path = new_path ();

  {
    g_autoptr (MaqChatStore) store = open_store (path);
    MaqChat *chat = maq_chat_store_add (store);

    for (int i = 0; i < 10000; i++)
      {
        g_autofree char *text = g_strdup_printf ("Message %d with a handful of words in it", i);

        maq_chat_add_message (chat, i % 2 ? "assistant" : "user", text);
      }
    await_true (maq_chat_store_flush (store));
  }
  {
    g_autoptr (MaqChatStore) store = open_store (path);
    MaqChat *chat = chat_at (store, 0);
    gint64   begin = g_get_monotonic_time ();

    await_true (maq_chat_load (chat));
    g_test_message ("10,000 messages in %.1f ms", (g_get_monotonic_time () - begin) / 1000.0);
    g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat)), ==, 10000);
    g_assert_true (g_str_has_prefix (maq_chat_message_get_content (message_at (chat, 9999)), "Message 9999 "));
  }
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  dex_test_add_func ("/library/chats/round-trip", test_round_trip);
  dex_test_add_func ("/library/chats/empty-chats-are-not-stored", test_empty_chats_are_not_stored);
  dex_test_add_func ("/library/chats/is-private", test_is_private);
  dex_test_add_func ("/library/chats/last-changed-first", test_last_changed_first);
  dex_test_add_func ("/library/chats/removed-and-restored", test_removed_and_restored);
  dex_test_add_func ("/library/chats/answer-survives-a-crash", test_answer_survives_a_crash);
  dex_test_add_func ("/library/chats/rewind-keeps-a-tree", test_rewind_keeps_a_tree);
  dex_test_add_func ("/library/chats/refuses-garbage", test_refuses_garbage);
  dex_test_add_func ("/library/chats/refuses-damage", test_refuses_damage);
  dex_test_add_func ("/library/chats/refuses-newer", test_refuses_newer);
  dex_test_add_func ("/library/chats/refuses-others", test_refuses_others);
  dex_test_add_func ("/library/chats/migrates-from-nothing", test_migrates_from_nothing);
  dex_test_add_func ("/library/chats/set-aside", test_set_aside);
  dex_test_add_func ("/library/chats/unwritable-place", test_unwritable_place);
  dex_test_add_func ("/library/chats/flipped-bytes", test_flipped_bytes);
  dex_test_add_func ("/library/chats/many-messages", test_many_messages);
  return g_test_run ();
}
