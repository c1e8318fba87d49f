// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

// What the server remembers of the requests so far, for tests. Any thread; the oldest are forgotten after some thousands.

typedef struct
{
  char    *method;
  char    *path; // with the query
  char    *range;
  char    *user_agent;
  gboolean cdn;
  gboolean authorization;
  gboolean fault;
  guint    status; // 0 until it is known
  gsize    sent;   // bytes of the body handed to the connection; atomic
} MaqServeLogEntry;

// All fields empty. (transfer full)
MaqServeLogEntry *maq_serve_log_entry_new (void);
void              maq_serve_log_entry_unref (MaqServeLogEntry *self);
void              maq_serve_log_entry_add_sent (MaqServeLogEntry *self,
                                                gsize             bytes);

typedef struct _MaqServeLog MaqServeLog;

MaqServeLog *maq_serve_log_new (void);
void         maq_serve_log_free (MaqServeLog *self);
void         maq_serve_log_clear (MaqServeLog *self);
// ENTRY is not changed after this, but by maq_serve_log_set_status and maq_serve_log_entry_add_sent.
void maq_serve_log_add (MaqServeLog      *self,
                        MaqServeLogEntry *entry);
void maq_serve_log_set_status (MaqServeLog      *self,
                               MaqServeLogEntry *entry,
                               guint             status);
// As maq_hub_server_count_requests and maq_hub_server_dup_requests.
guint maq_serve_log_count (MaqServeLog *self,
                           const char  *host,
                           const char  *glob);
char *maq_serve_log_to_json (MaqServeLog *self);

G_END_DECLS
