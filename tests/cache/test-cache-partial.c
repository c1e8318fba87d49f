// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache-fixture.h"
#include "maq-cache-partial.h"

#define NAME      "blob.incomplete"
#define SIZE      (1 << 20)
#define BLOCK     (64 << 10)
#define LIVE_NOTE SIZE

typedef struct
{
  char  *path;
  int    folder;
  guint8 content[SIZE];
} Bench;

static void
set_up (Bench        *bench,
        gconstpointer data)
{
  bench->path = g_dir_make_tmp ("maq-partial-XXXXXX", NULL);
  bench->folder = open (bench->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (guint i = 0; i < SIZE; i++)
    bench->content[i] = (i * 2654435761u) >> 24 | 1; // never zero, as a hole is
}

static void
tear_down (Bench        *bench,
           gconstpointer data)
{
  unlinkat (bench->folder, NAME, 0);
  close (bench->folder);
  g_rmdir (bench->path);
  g_free (bench->path);
}

static MaqCachePartial *
open_one (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  MaqCachePartial *partial = maq_cache_partial_open (bench->folder, NAME, SIZE, &error);

  g_assert_no_error (error);
  return partial;
}

static void
write_block (Bench           *bench,
             MaqCachePartial *partial,
             guint            block)
{
  g_autoptr (GError) error = NULL;

  maq_cache_partial_write (partial, block * BLOCK, bench->content + block * BLOCK, BLOCK, &error);
  g_assert_no_error (error);
}

static guint64
get_total (MaqCachePartial *partial)
{
  g_autoptr (MaqRanges) ranges = maq_cache_partial_dup_ranges (partial);
  return maq_ranges_get_total (ranges);
}

static guint64
get_length (Bench *bench)
{
  struct stat info;

  g_assert_cmpint (fstatat (bench->folder, NAME, &info, 0), ==, 0);
  return info.st_size;
}

static void
spoil (Bench  *bench,
       guint64 place)
{
  g_autofd int fd = openat (bench->folder, NAME, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (pwrite (fd, "spoilt", 6, place), ==, 6);
}

static void
check_whole (Bench           *bench,
             MaqCachePartial *partial)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *content = g_malloc (SIZE);

  maq_cache_partial_seal (partial, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_length (bench), ==, SIZE);
  g_assert_cmpint (maq_cache_partial_read (partial, content, SIZE, 0), ==, SIZE);
  g_assert_cmpmem (content, SIZE, bench->content, SIZE);
}

static void
test_in_order (Bench        *bench,
               gconstpointer data)
{
  MaqCachePartial *partial = open_one (bench);

  for (guint i = 0; i < 5; i++)
    write_block (bench, partial, i);
  // Nothing but the content: any program can take it up.
  g_assert_cmpuint (get_length (bench), ==, 5 * BLOCK);
  g_assert_cmpuint (maq_cache_partial_measure (bench->folder, NAME, SIZE), ==, 5 * BLOCK);
  maq_cache_partial_close (partial);

  partial = open_one (bench);
  g_assert_cmpuint (maq_cache_partial_get_prefix (partial), ==, 5 * BLOCK);
  for (guint i = 5; i < SIZE / BLOCK; i++)
    write_block (bench, partial, i);
  check_whole (bench, partial);
  maq_cache_partial_close (partial);
}

static void
test_out_of_order (Bench        *bench,
                   gconstpointer data)
{
  MaqCachePartial *partial = open_one (bench);

  write_block (bench, partial, 0);
  write_block (bench, partial, 9);
  write_block (bench, partial, 3);
  g_assert_cmpuint (maq_cache_partial_get_prefix (partial), ==, BLOCK);
  g_assert_cmpuint (get_length (bench), >, SIZE);
  maq_cache_partial_close (partial);

  partial = open_one (bench);
  g_assert_cmpuint (get_total (partial), ==, 3 * BLOCK);
  for (guint i = SIZE / BLOCK; i > 0; i--)
    write_block (bench, partial, i - 1);
  check_whole (bench, partial);
  maq_cache_partial_close (partial);
}

// As after a loss of power: what was not synced may be anything.
static void
test_new_boot (Bench        *bench,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqCachePartial *partial = open_one (bench);

  write_block (bench, partial, 2);
  write_block (bench, partial, 3);
  maq_cache_partial_sync (partial, &error);
  g_assert_no_error (error);
  write_block (bench, partial, 8);
  maq_cache_partial_close (partial);

  spoil (bench, LIVE_NOTE);
  partial = open_one (bench);
  g_assert_cmpuint (get_total (partial), ==, 2 * BLOCK);
  maq_cache_partial_close (partial);
}

static void
test_no_notes (Bench        *bench,
               gconstpointer data)
{
  MaqCachePartial *partial = open_one (bench);

  write_block (bench, partial, 8);
  maq_cache_partial_close (partial);
  spoil (bench, LIVE_NOTE);

  partial = open_one (bench);
  g_assert_cmpuint (get_total (partial), ==, 0);
  g_assert_cmpuint (get_length (bench), ==, 0);
  maq_cache_partial_close (partial);
}

// What was there in order is not lost when it goes on out of order.
static void
test_prefix_is_durable (Bench        *bench,
                        gconstpointer data)
{
  MaqCachePartial *partial = open_one (bench);

  write_block (bench, partial, 0);
  write_block (bench, partial, 1);
  write_block (bench, partial, 8);
  maq_cache_partial_close (partial);
  spoil (bench, LIVE_NOTE);

  partial = open_one (bench);
  g_assert_cmpuint (maq_cache_partial_get_prefix (partial), ==, 2 * BLOCK);
  maq_cache_partial_close (partial);
}

static void
test_planted (Bench        *bench,
              gconstpointer data)
{
  g_autofree char *victim = g_build_filename (bench->path, "victim", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_set_contents (victim, "mine", -1, NULL));
  g_assert_cmpint (symlinkat (victim, bench->folder, NAME), ==, 0);
  MaqCachePartial *partial = open_one (bench);
  write_block (bench, partial, 0);
  maq_cache_partial_close (partial);
  g_assert_true (g_file_get_contents (victim, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  g_unlink (victim);
}

static void
test_taken_away (Bench        *bench,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MaqCachePartial *partial = open_one (bench);

  write_block (bench, partial, 8);
  unlinkat (bench->folder, NAME, 0);
  g_assert_false (maq_cache_partial_write (partial, 0, bench->content, BLOCK, &error));
  g_assert_error (error, MAQ_CACHE_ERROR, MAQ_CACHE_ERROR_DAMAGED);
  maq_cache_partial_close (partial);
}

typedef struct
{
  Bench           *bench;
  MaqCachePartial *partial;
  guint            first;
} Share;

static gpointer
write_share (gpointer data)
{
  Share *share = data;

  for (guint i = share->first; i < SIZE / BLOCK; i += 4)
    write_block (share->bench, share->partial, i);
  return NULL;
}

static void
test_threads (Bench        *bench,
              gconstpointer data)
{
  for (guint round = 0; round < 20; round++)
    {
      MaqCachePartial *partial = open_one (bench);
      GThread         *threads[4];
      Share            shares[4];
      for (guint i = 0; i < 4; i++)
        {
          shares[i] = (Share) { bench, partial, i };
          threads[i] = g_thread_new ("share", write_share, &shares[i]);
        }
      for (guint i = 0; i < 4; i++)
        g_thread_join (threads[i]);
      check_whole (bench, partial);
      maq_cache_partial_close (partial);
      unlinkat (bench->folder, NAME, 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define add(name, func) g_test_add ("/cache/partial/" name, Bench, NULL, set_up, func, tear_down)
  add ("in-order-it-is-nothing-but-content", test_in_order);
  add ("out-of-order-it-knows-what-is-there", test_out_of_order);
  add ("a-new-boot-believes-only-what-was-synced", test_new_boot);
  add ("without-a-note-it-starts-again", test_no_notes);
  add ("what-was-in-order-survives-a-new-boot", test_prefix_is_durable);
  add ("a-planted-link-is-not-followed", test_planted);
  add ("taken-away-is-said", test_taken_away);
  add ("threads-fill-it-together", test_threads);
  return g_test_run ();
}
