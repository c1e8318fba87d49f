// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-client-private.h"

// One call of a method of the client: what its fiber works with.

G_BEGIN_DECLS

typedef struct
{
  MaqHubClient *client;
  MaqHubHttp   *http; // the client's
  const char   *endpoint;
  char         *address; // absolute
  MaqRepoKind   kind;
  gsize         max_bytes;
  guint64       offset;
  guint64       end;
} MaqHubJob;

MaqHubJob *maq_hub_job_new (MaqHubClient *client, MaqRepoKind kind);
// A job for something of the repo ID, or NULL with an error if a name is bad. REVISION and PATH nullable.
MaqHubJob *maq_hub_job_new_for_repo (MaqHubClient *client, MaqRepoKind kind, const char *id, const char *revision, const char *path, GError **error);
// The same for the content of the file at PATH, with its address.
MaqHubJob *maq_hub_job_new_for_file (MaqHubClient *client, MaqRepoKind kind, const char *id, const char *revision, const char *path, GError **error);
void       maq_hub_job_free (MaqHubJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubJob, maq_hub_job_free)

// Runs FUNC in a fiber on the scheduler of the caller: fibers of a thread pool keep their connections on their own thread. Takes
// SELF, which FUNC gets. Dropping the future stops the fiber.
DexFuture *maq_hub_job_run (MaqHubJob *self, DexFiberFunc func);

// GET of ADDRESS, which answers with JSON. Only in a fiber.
MaqHubReply *maq_hub_job_get_json (const MaqHubJob *self, const char *address, GError **error);

// What a worker makes of a reply.
typedef enum
{
  MAQ_HUB_READ_PAGE,    // MaqHubPage
  MAQ_HUB_READ_REPO,    // MaqRepo
  MAQ_HUB_READ_TREE,    // adds to the MaqHubTree given
  MAQ_HUB_READ_REFS,    // MaqHubRefs
  MAQ_HUB_READ_COMMITS, // MaqHubCommits
  MAQ_HUB_READ_USER,    // MaqHubUser
} MaqHubRead;

// Parses the JSON of REPLY and makes a record of it, in a worker; resolves to it. TREE: only for MAQ_HUB_READ_TREE.
DexFuture *maq_hub_job_read (const MaqHubJob *self, MaqHubReply *reply, MaqHubRead what, MaqHubTree *tree);

G_END_DECLS
