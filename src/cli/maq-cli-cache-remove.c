// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-repo.h"
#include "maq-completeness.h"

// `maq cache rm` and `maq cache prune`.

#define HOUR 3600

// The files of the variant QUANT in what the cache holds of ADDRESS (transfer full). NULL with a sentence if it is not there.
static char **
find_variant (MaqCli *cli, const MaqRepoAddress *address, const char *quant, GError **error)
{
  g_autoptr (GPtrArray) variants = maq_cli_group_cached_variants (cli, address, error);
  const MaqVariant *variant = variants != NULL ? maq_cli_find_variant (address, variants, quant, FALSE, error) : NULL;
  return variant != NULL ? g_strdupv (variant->paths) : NULL;
}

gboolean
maq_cli_cache_remove (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  if (arguments[0] == NULL || (arguments[1] != NULL && options->quant != NULL))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("cache rm needs REPO[@REV], and optionally FILE… or --quant"));
      return FALSE;
    }
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_cached_repo (cli, arguments[0], options->kind, error);
  if (address == NULL || !maq_cli_cache_check_consent (options, error))
    return FALSE;

  // A pasted address of a file means that file.
  char  *one[] = { address->path, NULL };
  char **files = address->path != NULL && arguments[1] == NULL ? one : arguments + 1;
  g_auto (GStrv) variant = NULL;
  if (options->quant != NULL)
    {
      variant = find_variant (cli, address, options->quant, error);
      if (variant == NULL)
        return FALSE;
      files = variant;
    }
  g_autoptr (MaqCachePlan) plan = dex_await_boxed (maq_cache_plan_removal (maq_cli_get_cache (cli), address, (const char *const *) files), error);
  return plan != NULL ? maq_cli_cache_do_plan (cli, options, plan, NULL, NULL, error) : maq_cli_cache_explain (error);
}

// A version that somebody has not fetched all of yet is none that is over: it is left out of PLAN.
static void
spare_unfinished (MaqCli *cli, const MaqCacheScan *scan, MaqCachePlan *plan)
{
  MaqTransferList *transfers = maq_cli_get_transfers (cli, NULL);
  for (guint i = plan->steps->len; i-- > 0;)
    {
      const MaqCacheStep *step = plan->steps->pdata[i];
      for (guint j = 0; step->action == MAQ_CACHE_STEP_REMOVE_REVISION && j < scan->repos->len; j++)
        {
          const MaqCacheRepo *repo = scan->repos->pdata[j];
          if (repo->kind != step->kind || !g_str_equal (repo->id, step->id))
            continue;
          MaqTransfer *transfer = transfers != NULL ? maq_transfer_list_find_open (transfers, repo->kind, repo->id) : NULL;
          if (maq_completeness_is_unfinished (repo, step->commit, transfer))
            maq_cache_plan_leave_out (plan, i);
          break;
        }
    }
}

gboolean
maq_cli_cache_prune (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  MaqCache *cache = maq_cli_get_cache (cli);
  if (options->prune != 0 && options->duplicates)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--duplicates removes nothing and cannot be combined with other kinds"));
      return FALSE;
    }
  if (options->prune == 0 && !options->duplicates)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("cache prune needs at least one of --orphans, --revisions, --partials, --paused, --damaged or --duplicates. To see what each frees, use “maq cache scan”"));
      return FALSE;
    }
  if (!maq_cli_cache_check_consent (options, error))
    return FALSE;
  DexFuture *future = options->duplicates ? maq_cache_plan_sharing (cache) : maq_cache_plan_prune (cache, options->prune, (guint) options->hours * HOUR);
  g_autoptr (MaqCachePlan) plan = dex_await_boxed (future, error);
  g_autoptr (MaqCacheScan) scan = plan != NULL ? dex_await_boxed (maq_cache_scan (cache), error) : NULL;
  if (scan == NULL)
    return FALSE;
  spare_unfinished (cli, scan, plan);
  return maq_cli_cache_do_plan (cli, options, plan, NULL, NULL, error);
}
