// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-machine.h"

#include <sched.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

guint
maq_runner_machine_count_cores (void)
{
  g_autoptr (GHashTable) cores = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  cpu_set_t allowed;

  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return 1;
  for (guint cpu = 0; cpu < CPU_SETSIZE; cpu++)
    {
      g_autofree char *path = g_strdup_printf ("/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list", cpu);
      char            *siblings = NULL;

      if (!CPU_ISSET (cpu, &allowed))
        continue;
      // Threads of one core list each other alike.
      if (!g_file_get_contents (path, &siblings, NULL, NULL))
        siblings = g_strdup_printf ("%u", cpu);
      g_hash_table_add (cores, siblings);
    }
  return MAX (g_hash_table_size (cores), 1);
}

guint64
maq_runner_machine_get_used_memory (void)
{
  g_autofree char *text = NULL;
  const char      *resident;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  resident = strchr (text, ' ');
  return resident != NULL ? g_ascii_strtoull (resident + 1, NULL, 10) * sysconf (_SC_PAGESIZE) : 0;
}

guint64
maq_runner_machine_get_memory (void)
{
  static guint64 memory;
  struct sysinfo info;

  // Kept from the first call: later the confinement may be in the way.
  if (memory == 0 && sysinfo (&info) == 0)
    memory = (guint64) (info.totalram + info.totalswap) * info.mem_unit;
  return memory;
}
