// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <adwaita.h>

// Gives a page its five states: loading, content, empty, offline and error. The content is its child; the other four are status
// pages of its own. Offline and error have a button that emits `retry`. Loading shows only after a short while, so that fast
// answers do not flash. The focus stays inside: what comes after the page that had it gets it.

G_BEGIN_DECLS

typedef enum
{
  MAQ_STATUS_LOADING,
  MAQ_STATUS_CONTENT,
  MAQ_STATUS_EMPTY,
  MAQ_STATUS_OFFLINE,
  MAQ_STATUS_ERROR,
} MaqStatus;

#define MAQ_TYPE_STATUS (maq_status_get_type ())
GType maq_status_get_type (void);

// Properties: status, child, empty-icon-name, empty-title, empty-description, empty-child (a widget below the text, such as a
// button). Signal: retry.
#define MAQ_TYPE_STATUS_STACK (maq_status_stack_get_type ())
G_DECLARE_FINAL_TYPE (MaqStatusStack, maq_status_stack, MAQ, STATUS_STACK, GtkWidget)

GtkWidget *maq_status_stack_new (void);
MaqStatus  maq_status_stack_get_status (MaqStatusStack *self);
// Shows STATUS; with MAQ_STATUS_OFFLINE and _ERROR the texts given last.
void maq_status_stack_set_status (MaqStatusStack *self, MaqStatus status);
// The texts of the error and offline states (nullable: the usual ones), and whether trying again makes sense.
void maq_status_stack_set_problem (MaqStatusStack *self, const char *title, const char *body, gboolean can_retry);
void maq_status_stack_set_empty (MaqStatusStack *self, const char *icon_name, const char *title, const char *description);

G_END_DECLS
