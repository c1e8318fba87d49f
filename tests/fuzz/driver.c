// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Runs a fuzz target where there is no libFuzzer: changes inputs at random, and where the code was built with
// -fsanitize-coverage=trace-pc keeps those that reach something new.
//
//   fuzz-NAME [--runs N] [--seconds S] [--seed N] [--input FILE] [SEED…]
//
// SEED: a file, or a folder of files. The input at hand lies in FILE while it runs, so that it is there after a crash; with
// `fuzz-NAME --runs 0 FILE` it is run again.
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define LARGEST    (64 * 1024)
#define MAX_CORPUS 4000
#define N_EDGES    (1 << 16)
#define TOO_LONG   10 // seconds for one input

static gint64 n_runs = -1, seconds, seed = 1;
static char  *input_path;
static char **seed_paths;

static GOptionEntry options[] = {
  { "runs", 0, 0, G_OPTION_ARG_INT64, &n_runs, "Inputs to make (100,000 without --seconds)", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT64, &seconds, "End after so many seconds", "S" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "What the changes depend on", "N" },
  { "input", 0, 0, G_OPTION_ARG_FILENAME, &input_path, "Where the input at hand is kept", "FILE" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &seed_paths, NULL, "SEED" },
  { NULL },
};

static GPtrArray *corpus; // of GBytes
static guint8    *input;  // LARGEST bytes, shared with input_path
static int        input_fd = -1;
static gint64     slowest; // microseconds

// Coverage

static guint8 edges[N_EDGES];
static gsize  n_edges, last_place;

__attribute__ ((no_sanitize_coverage, no_sanitize_address, no_sanitize_undefined)) void __sanitizer_cov_trace_pc (void);

void
__sanitizer_cov_trace_pc (void)
{
  gsize place = (gsize) __builtin_return_address (0);
  gsize edge = ((place >> 1) ^ (last_place << 3) ^ (place >> 15)) % N_EDGES;

  last_place = place;
  if (edges[edge] == 0)
    {
      edges[edge] = 1;
      n_edges++;
    }
}

// Changes

static guint64 state;

static guint64
random_number (guint64 below)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return below > 0 ? state % below : 0;
}

// Replaces GONE bytes, or as many as there are, at AT by N others.
static gsize
put (gsize         size,
     gsize         at,
     gsize         gone,
     gconstpointer bytes,
     gsize         n)
{
  gone = MIN (gone, size - at);
  if (size - gone + n > LARGEST)
    return size;
  memmove (input + at + n, input + at + gone, size - at - gone);
  if (n > 0)
    memcpy (input + at, bytes, n);
  return size - gone + n;
}

// A piece of some input, up to LONGEST bytes.
static const guint8 *
random_piece (gsize  longest,
              gsize *n)
{
  gsize         size = 0;
  const guint8 *data = g_bytes_get_data (g_ptr_array_index (corpus, random_number (corpus->len)), &size);

  if (size == 0)
    return NULL;
  gsize at = random_number (size);
  gsize most = MIN (longest, size - at);
  *n = 1 + random_number (most);
  return data + at;
}

static gsize
put_number (gsize size,
            gsize at)
{
  static const guint64 numbers[] = { 0, 1, G_MAXUINT64, 2, 16, 127, 128, 255, 256, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, G_MAXINT64 };
  guint64              number = numbers[random_number (G_N_ELEMENTS (numbers))] + random_number (3) - 1;
  gsize                width = (gsize) 1 << random_number (4);

  return put (size, at, width, &number, width);
}

static gsize
put_digits (gsize size,
            gsize at)
{
  guint64          number = random_number (G_MAXUINT64) >> random_number (64);
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  gsize            gone = 0;

  while (at + gone < size && g_ascii_isdigit (input[at + gone]))
    gone++;
  return put (size, at, gone, digits, strlen (digits));
}

static gsize
change (gsize size)
{
  gsize         at = random_number (size + 1), n = 0;
  const guint8 *piece = NULL;
  guint8        byte = random_number (256);

  switch (random_number (10))
    {
    case 0:
      if (at < size)
        input[at] ^= 1 << random_number (8);
      return size;
    case 1:
      return put (size, at, 1, &byte, 1);
    case 2:
      return put (size, at, 0, &byte, 1);
    case 3:
      return put (size, at, 1 + random_number (16), NULL, 0);
    case 4:
      return put (size, at, random_number (size - at + 1), NULL, 0);
    case 5:
      return put_number (size, at);
    case 6:
      return put_digits (size, at);
    case 7:
      piece = random_piece (4096, &n);
      return piece != NULL ? put (size, at, random_number (size - at + 1), piece, n) : size;
    default:
      // What one input is made of suits another.
      piece = random_piece (24, &n);
      return piece != NULL ? put (size, at, random_number (2) * n, piece, n) : size;
    }
}

// Running

static void
fail_slow (int number)
{
  static const char text[] = "fuzz: an input takes too long\n";

  if (write (STDERR_FILENO, text, sizeof text - 1) > 0)
    abort ();
  abort ();
}

// Microseconds of work so far: what the machine does besides is not counted.
static gint64
get_work (void)
{
  struct timespec time;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * G_USEC_PER_SEC + time.tv_nsec / 1000;
}

static void
run_input (gsize size)
{
  gint64 begin = get_work ();
  gsize  before = n_edges;

  if (input_fd >= 0 && ftruncate (input_fd, size) != 0)
    g_error ("%s: %s", input_path, g_strerror (errno));
  alarm (TOO_LONG);
  // A block of just this size: what is read behind it is seen.
  g_autofree guint8 *exact = g_memdup2 (input, size);
  LLVMFuzzerTestOneInput (exact != NULL ? exact : (const guint8 *) "", size);
  alarm (0);
  slowest = MAX (slowest, get_work () - begin);
  if (n_edges > before && corpus->len < MAX_CORPUS)
    g_ptr_array_add (corpus, g_bytes_new (input, size));
}

static gsize
take (GBytes *bytes)
{
  gsize         size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (input_fd >= 0 && ftruncate (input_fd, LARGEST) != 0)
    g_error ("%s: %s", input_path, g_strerror (errno));
  if (size > 0)
    memcpy (input, data, size);
  return size;
}

static void
add_seed (gconstpointer data,
          gsize         size)
{
  g_ptr_array_add (corpus, g_bytes_new (data, MIN (size, LARGEST)));
}

static void
add_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize            size = 0;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
      for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL; name = g_dir_read_name (folder))
        {
          g_autofree char *inner = g_build_filename (path, name, NULL);
          add_file (inner);
        }
    }
  else if (g_file_get_contents (path, &text, &size, &error))
    add_seed (text, size);
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
open_input (void)
{
  if (input_path != NULL)
    {
      input_fd = g_open (input_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
      if (input_fd < 0 || ftruncate (input_fd, LARGEST) != 0)
        g_error ("%s: %s", input_path, g_strerror (errno));
    }
  input = mmap (NULL, LARGEST, PROT_READ | PROT_WRITE, input_fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, input_fd, 0);
  g_assert (input != MAP_FAILED);
}

static gint64
run_all (void)
{
  gint64 end = seconds > 0 ? g_get_monotonic_time () + seconds * G_USEC_PER_SEC : G_MAXINT64;
  guint  n_seeds = corpus->len;
  gint64 n = 0;

  for (guint i = 0; i < n_seeds; i++, n++)
    run_input (take (g_ptr_array_index (corpus, i)));
  for (; n < n_runs && g_get_monotonic_time () < end; n++)
    {
      gsize size = take (g_ptr_array_index (corpus, random_number (corpus->len)));
      for (guint64 left = 1 + random_number (8); left > 0; left--)
        size = change (size);
      run_input (size);
    }
  return n;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  gint64        begin = g_get_monotonic_time ();
  struct rusage usage;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    g_error ("%s", error->message);
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
  signal (SIGALRM, fail_slow);
  if (n_runs < 0)
    n_runs = seconds > 0 ? G_MAXINT64 : 100000;
  state = 0x9e3779b97f4a7c15u + (guint64) seed;

  corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  fuzz_add_seeds (add_seed);
  for (guint i = 0; seed_paths != NULL && seed_paths[i] != NULL; i++)
    add_file (seed_paths[i]);
  open_input ();
  gint64 n = run_all ();

  getrusage (RUSAGE_SELF, &usage);
  g_autofree char *name = g_path_get_basename (argv[0]);
  g_print ("%-18s %9" G_GINT64_FORMAT " runs  %5u kept  %6" G_GSIZE_FORMAT " places  slowest %6.1f ms  memory %4ld MiB  %5.0f s\n",
           name,
           n,
           corpus->len,
           n_edges,
           slowest / 1000.0,
           usage.ru_maxrss / 1024,
           (g_get_monotonic_time () - begin) / 1e6);
  if (input_path != NULL)
    g_remove (input_path);
  g_ptr_array_unref (corpus);
  g_strfreev (seed_paths);
  g_free (input_path);
  return 0;
}
