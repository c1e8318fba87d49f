// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-machine.h"

#include <string.h>

#define CGROUPS "/sys/fs/cgroup"

// The value of the line that NAME begins, in bytes; 0 if there is none.
static guint64
find_line (const char *meminfo,
           const char *name)
{
  gsize length = strlen (name);

  for (const char *line = meminfo; line != NULL; line = strchr (line, '\n'))
    {
      line += *line == '\n';
      if (strncmp (line, name, length) == 0 && line[length] == ':')
        return MIN (g_ascii_strtoull (line + length + 1, NULL, 10), G_MAXINT64 / 1024) * 1024;
    }
  return 0;
}

// A control group that may use LIMIT bytes and uses USE leaves the rest, also when the computer has more.
static void
apply_limit (MaqMachine *machine,
             const char *limit,
             const char *use)
{
  guint64 most, used;

  if (!g_ascii_string_to_unsigned (limit, 10, 0, G_MAXINT64, &most, NULL) || !g_ascii_string_to_unsigned (use, 10, 0, G_MAXINT64, &used, NULL))
    return;
  machine->ram_total = MIN (machine->ram_total, most);
  machine->ram_free = MIN (machine->ram_free, most > used ? most - used : 0);
}

void
maq_machine_parse (MaqMachine *machine,
                   const char *meminfo,
                   const char *limit,
                   const char *use)
{
  *machine = (MaqMachine) {
    .ram_free = find_line (meminfo, "MemAvailable"),
    .ram_total = find_line (meminfo, "MemTotal"),
    .swap_free = find_line (meminfo, "SwapFree"),
  };
  if (limit != NULL && use != NULL)
    apply_limit (machine, limit, use);
}

static char *
read_file (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char            *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  return g_strstrip (text);
}

// Takes off what a control group allows less, in the one this process is in and in all above it.
static void
apply_control_groups (MaqMachine *machine)
{
  g_autofree char *groups = read_file ("/proc/self", "cgroup");
  const char      *unified = groups != NULL ? strstr (groups, "0::/") : NULL;
  g_autofree char *name = unified != NULL ? g_strndup (unified + strlen ("0::"), strcspn (unified + strlen ("0::"), "\n")) : NULL;
  g_autofree char *folder = name != NULL ? g_build_filename (CGROUPS, name, NULL) : NULL;

  while (folder != NULL && strlen (folder) >= strlen (CGROUPS))
    {
      g_autofree char *limit = read_file (folder, "memory.max");
      g_autofree char *use = read_file (folder, "memory.current");
      char            *parent = g_path_get_dirname (folder);

      if (limit != NULL && use != NULL)
        apply_limit (machine, limit, use);
      g_free (folder);
      folder = parent;
    }
}

void
maq_machine_read (MaqMachine *machine)
{
  g_autofree char *meminfo = read_file ("/proc", "meminfo");

  maq_machine_parse (machine, meminfo != NULL ? meminfo : "", NULL, NULL);
  apply_control_groups (machine);
}
