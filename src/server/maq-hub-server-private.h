// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-hub-server.h"
#include "maq-serve-hasher.h"
#include "maq-serve-quota.h"
#include "maq-serve-request.h"

G_BEGIN_DECLS

// Shared by the two halves of the server: maq-hub-server.c starts and stops it, maq-hub-server-request.c leads a request
// through it.

struct _MaqHubServer
{
  GObject parent_instance;

  MaqHubStore *store;
  gboolean     faults_allowed;
  guint        quota;
  guint        link_lifetime;
  GHashTable  *users; // token to MaqServeUser
  GBytes      *secret;
  char        *url;
  char        *cdn_url;
  guint        cdn_port;

  MaqServeFaultRules *rules;
  MaqServeLog        *log;

  // The thread and what lives on it.
  GThread        *thread;
  GMainContext   *context;
  GMainLoop      *loop;
  GCancellable   *cancellable;
  SoupServer     *hub;
  SoupServer     *cdn;
  MaqServeQuota  *spent;
  guint           n_waiting;    // requests that a timer, the hasher or a slow connection has
  GPtrArray      *waiting;      // those that wait for hashes
  int             look_pending; // atomic: somebody will look whether they still have to
  MaqServeHasher *hasher;
};

// Answers a request that has been read whole. On the server's thread, as is the next.
void maq_hub_server_arrive (MaqHubServer      *self,
                            SoupServerMessage *message,
                            gboolean           cdn);
// Refuses a request with too large a body before it is read; what comes of it is then thrown away.
void maq_hub_server_look_early (SoupServerMessage *message);

// Called when REQUEST, which is taken, need not wait any more: ROUTE it, unless its answer is there already.
typedef void (*MaqHubServerGoOn) (MaqHubServer    *self,
                                  MaqServeRequest *request,
                                  gboolean         route);
// Waits for the hashes that the answer to REQUEST tells. FALSE if there is nothing to wait for; else REQUEST is taken.
gboolean maq_hub_server_wait (MaqHubServer    *self,
                              MaqServeRequest *request,
                              MaqHubServerGoOn go_on);
// A file was hashed. Any thread.
void maq_hub_server_hashed (gpointer data);
// Answers those that wait, when the server stops.
void       maq_hub_server_stop_waiting (MaqHubServer *self);
GPtrArray *maq_hub_server_new_waiting (void);

G_END_DECLS
