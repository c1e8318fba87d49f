// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

// What this computer has to run models in, now: other programs' share is already taken off.

G_BEGIN_DECLS

// All in bytes.
typedef struct
{
  guint64 ram_free; // that a program can get without anything being swapped out; 0: not known
  guint64 ram_total;
  guint64 swap_free;
  guint64 vram_free;
  guint64 vram_total; // 0: no graphics card with memory of its own, or none is known of
} MaqMachine;

// Reads it from the kernel, with the limits of the control groups this process is in. Graphics cards are known to the engine
// only: see MaqMemoryUse. Takes less than a millisecond.
void maq_machine_read (MaqMachine *machine);
// The same from the texts of /proc/meminfo and of the limit and the use of a control group, for tests. Nullable: LIMIT, USE.
void maq_machine_parse (MaqMachine *machine, const char *meminfo, const char *limit, const char *use);

G_END_DECLS
