// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client.h"
#include "maq-hub-server.h"
#include "maq-ui-fixture.h"

// A Hub in this process, with faults, and a client of it.
typedef struct
{
  MaqHubServer *server;
  MaqHubClient *client;
} AppFixture;

// STORE: transfer full.
void app_fixture_set_up (AppFixture *self, MaqHubStore *store);
void app_fixture_tear_down (AppFixture *self);
// Starts the toolkit and registers templates and types: first in main.
void app_fixture_init (int *argc, char ***argv);
// The requests that come from now on go wrong as RULE says (maq-hub-server.h); NULL: no longer.
void app_fixture_fault (AppFixture *self, const char *rule);
