// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include <fcntl.h>
#include <fts.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "maq-cache-care.h"

// How long a scan of a large cache takes, next to a bare walk over the same files in turn: `bench-cache-scan [REPOS [FILES]]`.
// The main loop must stay free meanwhile: the most CPU time that one turn of it took is printed too.

#define ROUNDS 9

typedef struct
{
  double first; // ms to the first repos
  double whole; // ms
  double held;  // ms of CPU: the longest turn of the main loop
  guint  files;
} Result;

typedef struct
{
  gint64 start;
  Result result;
} Round;

static double
ms_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

static void
write_file (const char *path,
            const char *text,
            gsize       length)
{
  g_autofd int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

  if (fd < 0 || write (fd, text, length) != (gssize) length)
    g_error ("%s cannot be written", path);
}

static void
make_repo (const char *root,
           guint       number,
           guint       n_files)
{
  g_autofree char *commit = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guint8 *) &number, sizeof number);
  g_autofree char *repo = g_strdup_printf ("%s/models--owner%u--model%u", root, number % 50, number);
  g_autofree char *blobs = g_build_filename (repo, "blobs", NULL);
  g_autofree char *refs = g_build_filename (repo, "refs", NULL);
  g_autofree char *snapshot = g_build_filename (repo, "snapshots", commit, NULL);
  g_autofree char *deep = g_build_filename (snapshot, "onnx", NULL);
  g_autofree char *ref = g_build_filename (refs, "main", NULL);

  if (g_mkdir_with_parents (blobs, 0777) != 0 || g_mkdir_with_parents (refs, 0777) != 0 || g_mkdir_with_parents (deep, 0777) != 0)
    g_error ("%s cannot be made", repo);
  write_file (ref, commit, strlen (commit));
  for (guint i = 0; i < n_files; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u/%u", number, i);
      g_autofree char *etag = g_compute_checksum_for_string (i % 5 == 0 ? G_CHECKSUM_SHA256 : G_CHECKSUM_SHA1, name, -1);
      gboolean         is_deep = i % 6 == 0;
      g_autofree char *blob = g_build_filename (blobs, etag, NULL);
      g_autofree char *link = g_strdup_printf ("%s/file%u.json", is_deep ? deep : snapshot, i);
      g_autofree char *target = g_build_filename (is_deep ? "../../../blobs" : "../../blobs", etag, NULL);
      write_file (blob, name, strlen (name));
      if (symlink (target, link) != 0)
        g_error ("%s cannot be linked", link);
    }
}

static Result
walk (const char *root)
{
  char  *paths[] = { (char *) root, NULL };
  Result result = { 0 };
  gint64 start = g_get_monotonic_time ();
  FTS   *walk = fts_open (paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

  for (FTSENT *entry = NULL; (entry = fts_read (walk)) != NULL;)
    result.files += entry->fts_info == FTS_SL;
  fts_close (walk);
  result.whole = ms_since (start);
  return result;
}

static void
found_cb (GPtrArray *repos,
          gpointer   data)
{
  Round *round = data;

  if (round->result.first == 0)
    round->result.first = ms_since (round->start);
}

static double
get_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static Result
scan (MaqCache *cache)
{
  Round round = { .start = g_get_monotonic_time () };
  g_autoptr (DexFuture) future = maq_cache_scan_in_portions (cache, found_cb, &round);

  while (dex_future_is_pending (future))
    {
      double before = get_cpu_ms ();
      g_main_context_iteration (NULL, TRUE);
      round.result.held = MAX (round.result.held, get_cpu_ms () - before);
    }
  round.result.whole = ms_since (round.start);

  const GValue       *value = dex_future_get_value (future, NULL);
  const MaqCacheScan *found = value != NULL ? g_value_get_boxed (value) : NULL;
  for (guint i = 0; found != NULL && i < found->repos->len; i++)
    round.result.files += ((MaqCacheRepo *) g_ptr_array_index (found->repos, i))->n_files;
  return round.result;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double one = *(const double *) a;
  double two = *(const double *) b;

  return (one > two) - (one < two);
}

static void
print_row (const char *title,
           double     *values)
{
  qsort (values, ROUNDS, sizeof *values, compare_doubles);
  g_print ("%-40s %9.1f %9.1f\n", title, values[ROUNDS / 2], values[ROUNDS - 1]);
}

int
main (int   argc,
      char *argv[])
{
  guint            n_repos = argc > 1 ? (guint) atoi (argv[1]) : 2000;
  guint            n_files = argc > 2 ? (guint) atoi (argv[2]) : 25;
  g_autofree char *root = g_dir_make_tmp ("maq-bench-XXXXXX", NULL);
  double           walked[ROUNDS], whole[ROUNDS], first[ROUNDS], held[ROUNDS], ratio[ROUNDS];

  dex_init ();
  g_autoptr (MaqCache) cache = maq_cache_new (root);
  for (guint i = 0; i < n_repos; i++)
    make_repo (root, i, n_files);
  walk (root);
  for (guint i = 0; i < ROUNDS; i++)
    {
      Result peer = walk (root);
      Result own = scan (cache);
      if (peer.files != n_repos * n_files || own.files != peer.files)
        g_error ("%u files are there, the walk saw %u and the scan %u", n_repos * n_files, peer.files, own.files);
      walked[i] = peer.whole;
      whole[i] = own.whole;
      first[i] = own.first;
      held[i] = own.held;
      ratio[i] = own.whole / peer.whole;
    }

  g_print ("%u repos, %u files, %d rounds in turn          median     worst\n", n_repos, n_repos * n_files, ROUNDS);
  print_row ("bare walk (fts), ms", walked);
  print_row ("scan, whole, ms", whole);
  print_row ("scan, first repos, ms", first);
  print_row ("scan, longest turn of main loop, CPU ms", held);
  print_row ("scan / walk", ratio);

  g_autofree char *command = g_strdup_printf ("rm -rf %s", root);
  return g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL) ? 0 : 1;
}
