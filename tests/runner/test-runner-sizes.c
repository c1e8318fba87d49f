// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-sizes.h"

#define MIB 1048576

static void
messages_add_up (void)
{
  MaqRunnerSizes sizes;

  maq_runner_sizes_clear ();
  maq_runner_sizes_note ("llama_kv_cache:        CPU KV buffer size =     0.00 MiB\n");
  maq_runner_sizes_note ("llama_kv_cache: size =   32.00 MiB (  4096 cells,   4 layers,  1/1 seqs), K (f16):   16.00 MiB, V (f16):   16.00 MiB\n");
  maq_runner_sizes_note ("llama_memory_recurrent: size =    1.50 MiB (     1 cells,   4 layers,  1 seqs), R (f32):    0.50 MiB, S (f32):    1.00 MiB\n");
  maq_runner_sizes_note ("sched_reserve:        CPU compute buffer size =    18.50 MiB\n");
  maq_runner_sizes_note ("llama_context:        CPU  output buffer size =     0.25 MiB\n");
  maq_runner_sizes_note ("sched_reserve:  CUDA_Host compute buffer size =     2.00 MiB\n");
  maq_runner_sizes_get (&sizes);
  g_assert_cmpuint (sizes.cache, ==, 32 * MIB + MIB * 3 / 2);
  g_assert_cmpuint (sizes.compute, ==, 20 * MIB + MIB * 3 / 4);
  maq_runner_sizes_clear ();
  maq_runner_sizes_get (&sizes);
  g_assert_cmpuint (sizes.cache + sizes.compute, ==, 0);
}

static void
other_messages_do_not_count (void)
{
  static const char *const messages[] = {
    "",
    "\n",
    "print_info: file size   = 88.52 MiB (16.00 BPW) \n",
    "load: token to piece cache size = 0.1713 MB\n",
    "load_tensors:   CPU_Mapped model buffer size =    88.52 MiB\n",
    "x: size = nan MiB ( 1 cells\n",
    "x: size = 1e300 MiB ( 1 cells\n",
    "x: size = -4 MiB ( 1 cells\n",
    "x: size = 4 GiB ( 1 cells\n",
    "x: CPU compute buffer size = inf MiB\n",
    "x: CPU compute buffer size = \n",
    "x: CPU compute buffer size is 18.0 MiB, matches expectation of 18.0 MiB\n",
  };
  MaqRunnerSizes sizes;

  maq_runner_sizes_clear ();
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    maq_runner_sizes_note (messages[i]);
  maq_runner_sizes_get (&sizes);
  g_assert_cmpuint (sizes.cache, ==, 0);
  g_assert_cmpuint (sizes.compute, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runner/sizes/messages-add-up", messages_add_up);
  g_test_add_func ("/runner/sizes/other-messages-do-not-count", other_messages_do_not_count);
  return g_test_run ();
}
