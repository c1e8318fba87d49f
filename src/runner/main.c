// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
//
// maquette-runner: loads one model and runs it, confined. Started by the application with the connection as descriptor 3 and
// the weights files as 4 and on; not meant to be started by hand.
#include "maq-runner-confine.h"
#include "maq-runner-log.h"
#include "maq-runner-machine.h"
#include "maq-runner-protocol.h"
#include "maq-runner-service.h"
#include "maq-runner-test-confinement.h"
#include "maq-runner-weights.h"

#include <dlfcn.h>
#include <llama.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_WEIGHTS 1000

static guint
count_weights (int    argc,
               char **argv)
{
  guint64     n = 0;
  struct stat info;

  if (argc != 2 || !g_ascii_string_to_unsigned (argv[1], 10, 1, MAX_WEIGHTS, &n, NULL))
    return 0;
  for (guint i = 0; i < n; i++)
    if (fstat (MAQ_RUNNER_FIRST_WEIGHTS_FD + i, &info) != 0 || !S_ISREG (info.st_mode))
      return 0;
  return fstat (MAQ_RUNNER_BUS_FD, &info) == 0 && S_ISSOCK (info.st_mode) ? n : 0;
}

// The folder libggml lies in, which is not the system's when someone built it; its backends lie below (transfer full).
static char *
find_libraries (void)
{
  Dl_info info;

  return dladdr ((gpointer) (gsize) ggml_backend_load_all, &info) != 0 ? g_path_get_dirname (info.dli_fname) : NULL;
}

static void
confine_files (MaqRunnerConfinement *confinement,
               guint                 n_weights)
{
  int              weights[MAX_WEIGHTS];
  g_autofree char *libraries = find_libraries ();

  for (guint i = 0; i < n_weights; i++)
    weights[i] = maq_runner_weights_get_fd (i);
  maq_runner_confine_files (confinement, weights, n_weights, libraries, MAQ_RUNNER_ANY_LANDLOCK);
}

static gboolean
has_devices (void)
{
  for (size_t i = 0; i < ggml_backend_dev_count (); i++)
    {
      enum ggml_backend_dev_type type = ggml_backend_dev_type (ggml_backend_dev_get (i));
      if (type != GGML_BACKEND_DEVICE_TYPE_CPU && type != GGML_BACKEND_DEVICE_TYPE_ACCEL)
        return TRUE;
    }
  return FALSE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autofree char     *described = NULL;
  MaqRunnerConfinement confinement = { 0 };
  guint                n_weights;

  if (argc >= 3 && strcmp (argv[1], "--test-confinement") == 0)
    _exit (maq_runner_test_confinement (argv[2], argc > 3 ? atoi (argv[3]) : MAQ_RUNNER_ANY_LANDLOCK, argc > 4));
  n_weights = count_weights (argc, argv);
  if (n_weights == 0)
    {
      g_printerr ("maquette-runner: Maquette starts this program by itself to run a model. Start maquette or maq instead.\n"
                  "  maquette-runner --test-confinement FOLDER [ABI [devices]]   tries to break out, reports each attempt\n");
      return 2;
    }
  maq_runner_confine_early (MAQ_RUNNER_FIRST_WEIGHTS_FD + n_weights);
  // A backtrace would start a debugger.
  g_setenv ("GGML_NO_BACKTRACE", "1", TRUE);
  maq_runner_log_install ();
  maq_runner_machine_get_memory ();
  maq_runner_weights_prepare (n_weights);
  confine_files (&confinement, n_weights);
  // Backends start threads and open devices.
  ggml_backend_load_all ();
  llama_backend_init ();
  maq_runner_confine_calls (&confinement, has_devices ());
  maq_runner_confinement_check (&confinement, &refusal);
  described = maq_runner_confinement_describe (&confinement);
  maq_runner_service_run (n_weights, described, refusal, &error);
  g_printerr ("maquette-runner: %s\n", error->message);
  return 1;
}
