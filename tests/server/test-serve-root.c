// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// What symbolic links in a served folder lead to.
#include "maq-serve-root.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// DIR/inside is served; DIR/outside is not.
typedef struct
{
  char         *top;
  MaqServeRoot *root;
} Place;

static char *
at (Place      *place,
    const char *path)
{
  return g_build_filename (place->top, path, NULL);
}

static void
put (Place      *place,
     const char *path,
     const char *text)
{
  g_autofree char *full = at (place, path);
  g_autofree char *folder = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

static void
put_link (Place      *place,
          const char *path,
          const char *target)
{
  g_autofree char *full = at (place, path);
  g_assert_cmpint (symlink (target, full), ==, 0);
}

static void
set_up (Place        *place,
        gconstpointer follow)
{
  g_autofree char *inside = NULL;
  place->top = g_dir_make_tmp ("root-XXXXXX", NULL);
  put (place, "inside/a/b/file", "in");
  put (place, "outside/file", "out");
  inside = at (place, "inside");
  place->root = maq_serve_root_new (inside, follow != NULL, NULL);
  g_assert_nonnull (place->root);
}

static void
tear_down (Place        *place,
           gconstpointer follow)
{
  g_autoptr (GError) error = NULL;
  char *remove[] = { "rm", "-rf", place->top, NULL };
  maq_serve_root_unref (place->root);
  g_assert_true (g_spawn_sync (NULL, remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error));
  g_free (place->top);
}

static void
assert_opens (Place      *place,
              const char *path,
              const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *got = maq_serve_root_load (place->root, path, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (got, ==, text);
}

static void
assert_leads_out (Place      *place,
                  const char *path)
{
  struct stat info;
  g_autoptr (GError) error = NULL;
  g_autofd int fd = maq_serve_root_open (place->root, path, &info, &error);
  g_assert_cmpint (fd, ==, -1);
  g_assert_error (error, MAQ_SERVE_ROOT_ERROR, MAQ_SERVE_ROOT_ERROR_LEADS_OUT);
}

static void
put_links (Place *place)
{
  g_autofree char *outside = at (place, "outside");
  g_autofree char *file = at (place, "outside/file");
  g_autofree char *inside = at (place, "inside/a");
  g_autofree char *above = g_strconcat ("../../", strrchr (place->top, '/') + 1, "/inside/a/b/file", NULL);
  put_link (place, "inside/out-file", file);
  put_link (place, "inside/out-relative", "../outside/file");
  put_link (place, "inside/out-folder", outside);
  put_link (place, "inside/a/out-up", "../..");
  put_link (place, "inside/twice", "a/out-up/outside/file");
  put_link (place, "inside/in-file", "a/b/file");
  put_link (place, "inside/a/in-up", "../a/./b//file");
  put_link (place, "inside/in-folder", "a/b");
  put_link (place, "inside/in-whole", inside);
  put_link (place, "inside/out-and-in", above);
  put_link (place, "inside/loop", "loop");
  put_link (place, "inside/dangling", "nothing");
}

static void
test_links (Place        *place,
            gconstpointer follow)
{
  put_links (place);
  assert_opens (place, "a/b/file", "in");
  assert_opens (place, "in-file", "in");
  assert_opens (place, "a/in-up", "in");
  assert_opens (place, "in-folder/file", "in");
  assert_opens (place, "in-whole/b/file", "in");
  assert_opens (place, "out-and-in", "in");
  static const char *const out[] = { "out-file", "out-relative", "out-folder", "out-folder/file", "a/out-up", "a/out-up/outside/file", "twice", "..", "../outside/file" };
  for (guint i = 0; i < G_N_ELEMENTS (out); i++)
    assert_leads_out (place, out[i]);
}

static void
test_following (Place        *place,
                gconstpointer follow)
{
  put_links (place);
  static const char *const out[] = { "out-file", "out-relative", "out-folder/file", "a/out-up/outside/file", "twice" };
  for (guint i = 0; i < G_N_ELEMENTS (out); i++)
    assert_opens (place, out[i], "out");
  assert_opens (place, "in-whole/b/file", "in");
}

static void
assert_fails (Place      *place,
              const char *path,
              int         code)
{
  struct stat info;
  g_autoptr (GError) error = NULL;
  g_autofd int fd = maq_serve_root_open (place->root, path, &info, &error);
  g_assert_cmpint (fd, ==, -1);
  g_assert_error (error, G_IO_ERROR, code);
}

static void
test_other_things (Place        *place,
                   gconstpointer follow)
{
  g_autofree char *pipe = at (place, "inside/pipe");
  put_links (place);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  assert_fails (place, "loop", G_IO_ERROR_TOO_MANY_LINKS);
  assert_fails (place, "dangling", G_IO_ERROR_NOT_FOUND);
  assert_fails (place, "a/b/file/more", G_IO_ERROR_NOT_DIRECTORY);
  assert_fails (place, "pipe", G_IO_ERROR_NOT_REGULAR_FILE);
  struct stat  info;
  g_autofd int fd = maq_serve_root_open (place->root, "", &info, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (S_ISDIR (info.st_mode));
}

// One thread turns a folder into a link out and back, over and over; the other never gets what lies outside.
static gpointer
swap_thread (gpointer data)
{
  Place           *place = ((gpointer *) data)[0];
  int             *stop = ((gpointer *) data)[1];
  g_autofree char *folder = at (place, "inside/a");
  g_autofree char *away = at (place, "inside/away");
  g_autofree char *target = at (place, "outside2");
  while (!g_atomic_int_get (stop))
    {
      g_assert_cmpint (g_rename (folder, away), ==, 0);
      g_assert_cmpint (symlink (target, folder), ==, 0);
      g_assert_cmpint (g_unlink (folder), ==, 0);
      g_assert_cmpint (g_rename (away, folder), ==, 0);
    }
  return NULL;
}

static void
test_race (Place        *place,
           gconstpointer follow)
{
  int      stop = FALSE;
  gpointer data[] = { place, &stop };
  guint    opened = 0;
  put (place, "outside2/b/file", "secret");
  GThread *thread = g_thread_new ("swap", swap_thread, data);
  for (guint i = 0; i < 20000 || opened == 0; i++)
    {
      g_autofree char *text = maq_serve_root_load (place->root, "a/b/file", 100, NULL);
      if (text == NULL)
        continue;
      g_assert_cmpstr (text, ==, "in");
      opened++;
    }
  g_atomic_int_set (&stop, TRUE);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, follow, func) g_test_add ("/server/root/" path, Place, follow, set_up, func, tear_down)
  ADD ("links-out-are-refused", NULL, test_links);
  ADD ("links-out-are-followed-when-told", "", test_following);
  ADD ("other-things-are-errors", NULL, test_other_things);
  ADD ("other-things-are-errors-with-links", "", test_other_things);
  ADD ("a-link-put-there-meanwhile-is-refused", NULL, test_race);
  return g_test_run ();
}
