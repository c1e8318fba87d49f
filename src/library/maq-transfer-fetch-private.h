// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-source.h"
#include "maq-range-plan.h"
#include "maq-transfer-run-private.h"

// What the units of a fetch share: maq-transfer-fetch.c begins, shares and ends the file, maq-transfer-claim.c brings the bytes.

G_BEGIN_DECLS

struct _MaqTransferFetch
{
  MaqTransferRun    *run;
  MaqHubSource      *source;
  GPtrArray         *files; // of MaqTransferFile; the first is fetched, the others are linked to it
  MaqCacheWriter    *writer;
  MaqTransferKeeper *keeper; // NULL for a small file

  gint     no_ranges; // atomic: the server sends files as a whole only
  gint     is_done;   // atomic
  gboolean is_second; // begun again from the start; never a third time

  GMutex        lock;    // guards what follows
  MaqRangePlan *plan;    // NULL until begun, and while one stream alone has it
  GError       *spoiled; // what came is wrong, or gone: the last stream starts over
  guint64       counted; // of the run's done bytes
  gint64        page_at; // monotonic: when a web page came instead of the file; 0 since the file came
};

const MaqTransferFile *maq_transfer_fetch_get_file (MaqTransferFetch *self);
// DONE more bytes of this file are there, for the run's progress; what was in the cache from the beginning is counted already. Not
// under the lock: the run's comes before it.
void maq_transfer_fetch_count (MaqTransferFetch *self, gint64 done, guint64 fetched);
// The claim's bytes, over as many connections as it takes. Only in a fiber.
gboolean maq_transfer_fetch_claim (MaqTransferFetch *self, MaqRangeClaim *claim, GError **error);

G_END_DECLS
