// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-list.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Sanitizers make everything slower.
#ifdef __SANITIZE_ADDRESS__
#define SLOWNESS 5
#else
#define SLOWNESS 1
#endif

typedef struct
{
  char           *folder;
  MaqForeignList *list;
  guint           n_changes;
  guint           n_removed;
  guint           n_added;
} Fixture;

static void
changed_cb (GListModel *list,
            guint       position,
            guint       removed,
            guint       added,
            Fixture    *fixture)
{
  fixture->n_changes++;
  fixture->n_removed += removed;
  fixture->n_added += added;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("foreign-XXXXXX", NULL);
  const char *folders[] = { fixture->folder, NULL };
  fixture->list = maq_foreign_list_new ();
  maq_foreign_list_set_folders (fixture->list, folders);
  g_signal_connect (fixture->list, "items-changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (fixture->list);
  g_free (fixture->folder);
}

static char *
dup_path (Fixture    *fixture,
          const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
put (Fixture    *fixture,
     const char *name,
     const char *text)
{
  g_autofree char *path = dup_path (fixture, name);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
}

static void
refresh (Fixture *fixture)
{
  fixture->n_changes = fixture->n_removed = fixture->n_added = 0;
  maq_foreign_list_refresh (fixture->list);
  while (maq_foreign_list_get_loading (fixture->list))
    g_main_context_iteration (NULL, TRUE);
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->list));
}

static MaqForeignItem *
find (Fixture    *fixture,
      const char *name)
{
  g_autofree char *file = g_strconcat (name, ".gguf", NULL);
  g_autofree char *path = dup_path (fixture, file);

  return maq_foreign_list_find (fixture->list, path);
}

// What stays the same stays the same item; what changed, came or went is told, once.
static void
test_follows (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *gone = dup_path (fixture, "a.gguf");

  refresh (fixture);
  g_assert_cmpuint (count (fixture), ==, 0);
  put (fixture, "a.gguf", "GGUF");
  put (fixture, "b.gguf", "GGUF");
  put (fixture, "d.gguf", "GGUF");
  refresh (fixture);
  g_assert_cmpuint (count (fixture), ==, 3);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  MaqForeignItem *b = find (fixture, "b");
  MaqForeignItem *d = find (fixture, "d");

  refresh (fixture);
  g_assert_cmpuint (fixture->n_changes, ==, 0);

  g_assert_cmpint (g_unlink (gone), ==, 0);
  put (fixture, "c.gguf", "GGUF");
  put (fixture, "d.gguf", "another size");
  put (fixture, "half-00001-of-00002.gguf", "GGUF");
  refresh (fixture);
  g_assert_null (find (fixture, "a"));
  g_assert_true (find (fixture, "b") == b);
  g_assert_nonnull (find (fixture, "c"));
  g_assert_true (find (fixture, "d") != d);
  g_assert_cmpuint (maq_foreign_item_get_model (find (fixture, "d"))->variant->size, ==, 12);
  g_assert_true (maq_foreign_item_is_usable (b));
  g_assert_false (maq_foreign_item_is_usable (find (fixture, "half-00001-of-00002")));
  g_assert_cmpuint (fixture->n_removed, ==, 2);
  g_assert_cmpuint (fixture->n_added, ==, 3);
}

// A folder that goes takes its models along and says why; when it is back, so are they.
static void
test_missing_folder (Fixture      *fixture,
                     gconstpointer data)
{
  g_autofree char *away = g_strconcat (fixture->folder, "-away", NULL);

  put (fixture, "a.gguf", "GGUF");
  refresh (fixture);
  g_assert_cmpint (g_rename (fixture->folder, away), ==, 0);
  refresh (fixture);
  g_assert_cmpuint (count (fixture), ==, 1);
  MaqForeignItem *item = maq_foreign_list_find (fixture->list, fixture->folder);
  g_assert_false (maq_foreign_item_is_usable (item));
  g_assert_cmpstr (maq_foreign_item_get_path (item), ==, fixture->folder);
  g_assert_nonnull (strstr (maq_foreign_item_get_model (item)->problem, "connect the drive"));
  g_assert_cmpint (g_rename (away, fixture->folder), ==, 0);
  refresh (fixture);
  g_assert_cmpuint (count (fixture), ==, 1);
  g_assert_true (maq_foreign_item_is_usable (find (fixture, "a")));

  // Without the folder the list is looked through again by itself.
  maq_foreign_list_set_folders (fixture->list, NULL);
  g_assert_true (maq_foreign_list_get_loading (fixture->list));
  while (count (fixture) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_labels (void)
{
  MaqVariant      variant = { .label = (char *) "Q4_0" };
  MaqForeignModel model = { .variant = &variant };
  const char     *names[][2] = { { "llama3.2:3b", "llama3.2:3b" }, { "me/tuned:latest", "me/tuned:latest" }, { "owner/name", "owner/name:Q4_0" }, { "file-Q4_0", "file-Q4_0" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      model.name = (char *) names[i][0];
      g_autofree char *label = maq_foreign_model_dup_label (&model);
      g_assert_cmpstr (label, ==, names[i][1]);
    }
}

static void
notified_cb (guint *n)
{
  (*n)++;
}

// Whether it runs here is found out when it is asked for; of what is no model there is nothing to say.
static void
test_judged (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *path = dup_path (fixture, "small.gguf");
  g_autofree char *weights = g_build_filename (g_getenv ("MAQ_DATA_DIR"), "demo", "weights", "pebble-chat-GGUF", "pebble-chat-Q8_0.gguf", NULL);
  guint            n_notified = 0;

  g_assert_cmpint (symlink (weights, path), ==, 0);
  put (fixture, "text.gguf", "no model");
  refresh (fixture);
  g_assert_null (maq_foreign_item_get_fit (find (fixture, "small")));
  g_signal_connect_swapped (find (fixture, "small"), "notify::fit", G_CALLBACK (notified_cb), &n_notified);
  g_signal_connect_swapped (find (fixture, "text"), "notify::fit", G_CALLBACK (notified_cb), &n_notified);
  maq_foreign_list_judge (fixture->list, find (fixture, "small"));
  maq_foreign_list_judge (fixture->list, find (fixture, "text"));
  while (n_notified < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (maq_foreign_item_get_fit (find (fixture, "small"))->verdict, ==, MAQ_FIT_FITS);
  g_assert_null (maq_foreign_item_get_fit (find (fixture, "text")));
}

// What this thread worked, in microseconds: unlike the time on the wall it does not grow on a busy machine.
static gint64
get_worked (void)
{
  struct timespec worked;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &worked);
  return worked.tv_sec * G_USEC_PER_SEC + worked.tv_nsec / 1000;
}

static gint64
measure (Fixture *fixture)
{
  gint64 worst = 0;

  maq_foreign_list_refresh (fixture->list);
  while (maq_foreign_list_get_loading (fixture->list))
    {
      gint64 before = get_worked ();
      g_main_context_iteration (NULL, TRUE);
      worst = MAX (worst, get_worked () - before);
    }
  return worst;
}

// Five thousand models: the main loop does not notice them, neither when they come nor when they are looked at again or go.
static void
test_many (Fixture      *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("model-%u-Q4_0.gguf", i);
      g_autofree char *path = dup_path (fixture, name);
      g_assert_true (g_close (g_creat (path, 0644), NULL));
    }
  gint64 begin = g_get_monotonic_time ();
  gint64 coming = measure (fixture);
  gint64 time = g_get_monotonic_time () - begin;
  g_assert_cmpuint (count (fixture), ==, 5000);
  fixture->n_changes = 0;
  gint64 again = measure (fixture);
  g_assert_cmpuint (fixture->n_changes, ==, 0);
  maq_foreign_list_set_folders (fixture->list, NULL);
  gint64 going = measure (fixture);
  g_assert_cmpuint (count (fixture), ==, 0);
  g_test_message ("5,000 models in %.0f ms; longest turn %.1f ms coming, %.1f ms again, %.1f ms going", time / 1000.0, coming / 1000.0, again / 1000.0, going / 1000.0);
  g_assert_cmpint (coming, <, 8000 * SLOWNESS);
  g_assert_cmpint (again, <, 8000 * SLOWNESS);
  g_assert_cmpint (going, <, 8000 * SLOWNESS);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_unsetenv ("OLLAMA_MODELS");
  g_unsetenv ("LLAMA_CACHE");
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  ADD ("/foreign-list/follows", test_follows);
  ADD ("/foreign-list/a-missing-folder", test_missing_folder);
  ADD ("/foreign-list/judged", test_judged);
  ADD ("/foreign-list/many", test_many);
  g_test_add_func ("/foreign-list/labels", test_labels);
  return g_test_run ();
}
