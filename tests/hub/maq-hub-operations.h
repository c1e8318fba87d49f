// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-test.h"

// Every operation of the client, so that a test can put each through the same fault.

G_BEGIN_DECLS

#define HUB_COMMIT       "607a30d783dfa663caf39e06633721c8d4cfcd7e"
#define HUB_GIT_OID      "10c66461e4c109db5a2196bff4bb59be30396ed8"
#define HUB_FILE_HEADERS "X-Repo-Commit: " HUB_COMMIT "\r\nETag: \"" HUB_GIT_OID "\"\r\n"

// Of models, of a/b and its f.txt, and of /avatars/x.svg.
DexFuture *hub_start_list (MaqHubClient *client);
DexFuture *hub_start_info (MaqHubClient *client);
DexFuture *hub_start_tree (MaqHubClient *client);
DexFuture *hub_start_refs (MaqHubClient *client);
DexFuture *hub_start_commits (MaqHubClient *client);
DexFuture *hub_start_check_access (MaqHubClient *client);
DexFuture *hub_start_whoami (MaqHubClient *client);
DexFuture *hub_start_resolve (MaqHubClient *client);
DexFuture *hub_start_read_file (MaqHubClient *client);
DexFuture *hub_start_read_avatar (MaqHubClient *client);
DexFuture *hub_start_open_file (MaqHubClient *client);
DexFuture *hub_start_open_source (MaqHubClient *client);

typedef enum
{
  HUB_IS_JSON = 1 << 0,
  HUB_IS_REPO = 1 << 1,
  HUB_IS_ONCE = 1 << 2,
  HUB_IS_FILE = 1 << 3,
  HUB_IS_HEAD = 1 << 4,
} HubOperationFlags;

typedef struct
{
  const char *name;
  DexFuture *(*start) (MaqHubClient *client);
  const char       *good; // the body of a reply that satisfies it, with HUB_FILE_HEADERS
  HubOperationFlags flags;
} HubOperation;

#define HUB_N_OPERATIONS 12
extern const HubOperation hub_operations[HUB_N_OPERATIONS];

#define HUB_FOREACH_OPERATION(i) for (guint i = 0; i < HUB_N_OPERATIONS; i++)

// Adds the next reply of the fixture's server, whatever it is asked for; the good one of operation I.
void hub_add (HubFixture *self, const MaqTestReply *reply);
void hub_add_good (HubFixture *self, guint i);
// Runs operation I, which must succeed, or fail with CODE.
void hub_expect_good (HubFixture *self, guint i);
void hub_expect_error (HubFixture *self, guint i, MaqHubError code);

G_END_DECLS
