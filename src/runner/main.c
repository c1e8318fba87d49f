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

static MaqRunnerConfinement
confine (guint n_weights)
{
  int weights[MAX_WEIGHTS];

  for (guint i = 0; i < n_weights; i++)
    weights[i] = MAQ_RUNNER_FIRST_WEIGHTS_FD + i;
  return maq_runner_confine (weights, n_weights);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GError) error = NULL;
  g_autofree char     *described = NULL;
  MaqRunnerConfinement confinement;
  guint                n_weights;

  if (argc == 3 && strcmp (argv[1], "--test-confinement") == 0)
    _exit (maq_runner_test_confinement (argv[2]));
  n_weights = count_weights (argc, argv);
  if (n_weights == 0)
    {
      g_printerr ("maquette-runner: Maquette starts this program by itself to run a model. Start maquette or maq instead.\n"
                  "  maquette-runner --test-confinement FOLDER   tries to break out, reports each attempt\n");
      return 2;
    }
  maq_runner_confine_early (MAQ_RUNNER_FIRST_WEIGHTS_FD + n_weights);
  // A backtrace would start a debugger.
  g_setenv ("GGML_NO_BACKTRACE", "1", TRUE);
  maq_runner_log_install ();
  // Everything that needs files and devices happens before they are out of reach; no thread exists before this is done.
  maq_runner_machine_get_memory ();
  ggml_backend_load_all ();
  llama_backend_init ();
  confinement = confine (n_weights);
  described = maq_runner_confinement_describe (&confinement);
  maq_runner_service_run (n_weights, described, &error);
  g_printerr ("maquette-runner: %s\n", error->message);
  return 1;
}
