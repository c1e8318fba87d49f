// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-server.h"
#include "maq-transfers.h"

// A Hub of its own with the model acme/tiny (two files of some megabytes, some small ones), an empty cache and a folder for the
// state.

G_BEGIN_DECLS

#define MODEL        "acme/tiny"
#define WEIGHTS      "tiny-Q8_0.gguf"
#define WEIGHTS_SIZE (3u << 20)
#define SHARD_SIZE   (1u << 20)
#define LARGE_MODEL  "acme/large"
#define LARGE        "large.bin"

typedef struct
{
  char            *folder;
  char            *state;
  MaqHubServer    *server;
  MaqHubClient    *client;
  MaqCache        *cache;
  MaqTransferList *transfers;
} Fixture;

// DATA: GSIZE_TO_POINTER of the size of LARGE in the model LARGE_MODEL, which is not there without.
void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);
// As after a restart of the program: another list over the same folders.
void fixture_restart (Fixture *fixture);
// Waits until the list has what the state folder says.
void fixture_wait_ready (Fixture *fixture);

MaqTransferRequest *request_for (const char *path); // NULL: all files
// Starts and waits for the end, whatever it is (transfer full).
MaqTransfer *fetch (Fixture *fixture, MaqTransferRequest *request);
void         wait_for_end (MaqTransfer *transfer);
void         fault (Fixture *fixture, const char *json);
// The bytes of all partial files; *N (nullable): how many there are.
guint64 count_partials (Fixture *fixture, guint *n);
// Every file of the model is here, right, and linked, and nothing else is.
void check_whole (Fixture *fixture, MaqTransfer *transfer);
void check_content (const char *path, const char *name, gsize size);
// A file below the fixture's folder.
char *fixture_dup_path (Fixture *fixture, const char *path);

// Runs the main context until CONDITION, for at most 20 s.
#define WAIT_UNTIL(condition)                                                  \
  G_STMT_START                                                                 \
  {                                                                            \
    gint64   wait_end_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;        \
    gboolean wait_over_ = FALSE;                                               \
    while (!(wait_over_ = (condition)) && g_get_monotonic_time () < wait_end_) \
      wait_a_little ();                                                        \
    if (!wait_over_)                                                           \
      g_error ("waited in vain for %s", #condition);                           \
  }                                                                            \
  G_STMT_END
void wait_a_little (void);

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

G_END_DECLS
