// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include "maq-cache-care.h"
#include "maq-cli.h"

// What the verbs of `maq cache` share. Options that not every verb takes are checked in maq-cli-cache.c.

G_BEGIN_DECLS

typedef struct
{
  gboolean others;
  gboolean dry_run;
  gboolean yes;
  gboolean repair;
  char    *kind;  // nullable
  char    *quant; // nullable
  guint    prune; // of MaqCachePrune
  gboolean duplicates;
  int      hours; // the age of what may be pruned
} MaqCliCacheOptions;

// `ls --others`: what other programs keep on this machine, and what is in FOLDERS.
gboolean maq_cli_cache_list_others (MaqCli *cli, char **folders, GError **error);
// The verbs. ARGUMENTS: the words after the verb.
gboolean maq_cli_cache_scan (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);
gboolean maq_cli_cache_verify (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);
gboolean maq_cli_cache_remove (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);
gboolean maq_cli_cache_import (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);
gboolean maq_cli_cache_prune (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);

// Adds to ERROR, if it says that something is not here, where to see what is. Returns FALSE.
gboolean maq_cli_cache_explain (GError **error);

// FALSE with a usage error if nobody can be asked and neither --yes nor --dry-run was given.
gboolean maq_cli_cache_check_consent (const MaqCliCacheOptions *options, GError **error);
// Shows PLAN, asks, and carries it out, as OPTIONS say. With --json everything is one object, with the members that EXTRA
// (nullable) adds. MAQ_CLI_ERROR_FAILED if the answer was no or something was not done.
typedef void (*MaqCliJsonFunc) (JsonBuilder *builder, gpointer data);
gboolean maq_cli_cache_do_plan (MaqCli *cli, const MaqCliCacheOptions *options, MaqCachePlan *plan, MaqCliJsonFunc extra, gpointer data, GError **error);

// Members "action", "id", "kind", "path", "reason", "frees" of the object that is open.
void maq_cli_cache_add_step (JsonBuilder *builder, const MaqCacheStep *step);

// For MaqCacheProgressFunc, with the label and the time it began.
typedef struct
{
  MaqCli     *cli;
  const char *label;
  gint64      start; // monotonic µs
} MaqCliCacheProgress;
void maq_cli_cache_show_progress (guint64 done, guint64 total, gpointer data);

G_END_DECLS
