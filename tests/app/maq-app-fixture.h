// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache.h"
#include "maq-foreign-list.h"
#include "maq-hub-client.h"
#include "maq-hub-server.h"
#include "maq-library.h"
#include "maq-transfers.h"
#include "maq-ui-fixture.h"

// A Hub in this process, with faults, a client of it, and an empty cache with what works on it.
typedef struct
{
  MaqHubServer    *server;
  MaqHubClient    *client;
  char            *folder;
  MaqCache        *cache;
  MaqTransferList *transfers;
  MaqLibrary      *library;
  MaqForeignList  *foreign;   // of the test's own home, without folders
  char            *activated; // the last action that stood in for one of the window, as "open-repo hf://…"
} AppFixture;

// STORE: transfer full.
void app_fixture_set_up (AppFixture *self, MaqHubStore *store);
void app_fixture_tear_down (AppFixture *self);
// Starts the toolkit and registers templates and types: first in main.
void app_fixture_init (int *argc, char ***argv);
// Downloads the model ID, to the end.
void app_fixture_fetch (AppFixture *self, const char *id);
// The requests that come from now on go wrong as RULE says (maq-hub-server.h); NULL: no longer.
void app_fixture_fault (AppFixture *self, const char *rule);
// Shows PAGE in a window that has the actions of the real one.
GtkWindow *app_fixture_show (AppFixture *self, gpointer page);
