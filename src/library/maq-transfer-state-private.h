// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-transfer-figures-private.h"
#include "maq-transfer-private.h"
#include "maq-transfer-speed-private.h"

// What a transfer as others see it (maq-transfer.c) shares with what becomes of it (maq-transfer-state.c).

G_BEGIN_DECLS

// What keeps one that is queued from its turn.
typedef enum
{
  MAQ_TRANSFER_NO_OBSTACLE,
  MAQ_TRANSFER_NO_NETWORK,
  MAQ_TRANSFER_NO_SPACE,
  MAQ_TRANSFER_NO_FOLDER,
  MAQ_TRANSFER_HELD, // by the list
} MaqTransferObstacle;

struct _MaqTransfer
{
  GObject             parent_instance;
  MaqHubClient       *client;
  MaqCache           *cache;
  MaqTransferRequest *request;
  MaqTransferRecord  *record;
  MaqTransferRate    *rate;
  MaqTransferMemo     memo;
  MaqTransferState    state;
  DexFuture          *claiming; // while it waits for its record
  gboolean            is_claimed;
  gboolean            is_patient;
  gboolean            is_parked; // for another Hub
  gboolean            is_urgent; // not to be held
  MaqTransferObstacle obstacle;
  guint               n_waits; // in a row
  guint               waking;
  MaqTransferRun     *run;     // the present or the last one
  MaqTransferWork    *known;   // nullable: for the next one
  DexFuture          *work;    // while it runs
  DexPromise         *outcome; // what maq_transfer_wait gives
  GError             *error;
  char               *first_path;
  char               *hindrance;
  guint               tick;
  guint64             bytes_fetched;
  MaqTransferFigures  figures;
  MaqTransferSpeed    samples;
};

enum
{
  MAQ_TRANSFER_PROP_STATE = MAQ_TRANSFER_N_FIGURES,
  MAQ_TRANSFER_PROP_TITLE,
  MAQ_TRANSFER_PROP_SUBTITLE,
  MAQ_TRANSFER_N_PROPS
};
extern GParamSpec *maq_transfer_properties[];

void maq_transfer_note_first_path (MaqTransfer *self);
// Stops whatever it does, and gives its record back.
void maq_transfer_stop (MaqTransfer *self);

G_END_DECLS
