// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

// What is to go wrong with a request; maq-hub-server.h says what the names mean.

typedef enum
{
  MAQ_SERVE_RANGE_RIGHT,
  MAQ_SERVE_RANGE_IGNORE,
  MAQ_SERVE_RANGE_WRONG,
} MaqServeRangeFault;

typedef struct
{
  guint              delay; // ms
  guint              status;
  guint              retry_after; // s
  gboolean           expired;
  char              *body;     // "garbage", "html", "empty"
  char              *redirect; // "loop" or an address
  gint64             cut;      // -1: none; so are stall, flip
  gint64             stall;
  gint64             flip;
  gint64             length;
  gint64             rate; // bytes/s; 0: as fast as possible
  MaqServeRangeFault range;
} MaqServeFault;

// TEXT: "cut=1000; delay=50". Errors: G_IO_ERROR_INVALID_ARGUMENT.
MaqServeFault *maq_serve_fault_parse (const char *text,
                                      GError    **error);
MaqServeFault *maq_serve_fault_copy (const MaqServeFault *self);
void           maq_serve_fault_free (MaqServeFault *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeFault, maq_serve_fault_free)

// Whether it concerns how the bytes of the body are sent.
gboolean maq_serve_fault_spoils_body (const MaqServeFault *self);

// Rules for requests to come. Any thread.
typedef struct _MaqServeFaultRules MaqServeFaultRules;

MaqServeFaultRules *maq_serve_fault_rules_new (void);
void                maq_serve_fault_rules_free (MaqServeFaultRules *self);
gboolean            maq_serve_fault_rules_add (MaqServeFaultRules *self,
                                               const char         *json,
                                               GError            **error);
void                maq_serve_fault_rules_clear (MaqServeFaultRules *self);
// The fault of the first rule that matches, which is used up by it. (transfer full, nullable)
MaqServeFault *maq_serve_fault_rules_take (MaqServeFaultRules *self,
                                           gboolean            cdn,
                                           const char         *method,
                                           const char         *path);

G_END_DECLS
