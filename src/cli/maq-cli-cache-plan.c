// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-input.h"
#include "maq-cli-text.h"
#include "maq-units.h"

#define SHORT_HASH 12

void
maq_cli_cache_show_progress (guint64 done, guint64 total, gpointer data)
{
  const MaqCliCacheProgress *self = data;
  double                     seconds = (double) (g_get_monotonic_time () - self->start) / G_USEC_PER_SEC;
  double                     speed = seconds > 0 ? (double) done / seconds : 0;
  gint64                     left = speed > 0 && total >= done ? (gint64) ((double) (total - done) / speed) : -1;
  maq_cli_progress (self->cli, self->label, done, total, speed, left);
}

static const char *
action_title (MaqCacheStepAction action)
{
  switch (action)
    {
    case MAQ_CACHE_STEP_REPORT:
      return N_ ("keep");
    case MAQ_CACHE_STEP_MEND_REF:
      return N_ ("repair ref");
    case MAQ_CACHE_STEP_REMOVE_REF:
      return N_ ("remove ref");
    case MAQ_CACHE_STEP_MAKE_SNAPSHOTS:
      return N_ ("create folder");
    case MAQ_CACHE_STEP_REMOVE_LINK:
      return N_ ("remove link");
    case MAQ_CACHE_STEP_REMOVE_FILE:
      return N_ ("remove file");
    case MAQ_CACHE_STEP_SET_ASIDE:
      return N_ ("move aside");
    case MAQ_CACHE_STEP_REMOVE_REVISION:
      return N_ ("remove revision");
    case MAQ_CACHE_STEP_REMOVE_REPO:
      return N_ ("remove repo");
    case MAQ_CACHE_STEP_REMOVE_BLOB:
      return N_ ("remove blob");
    case MAQ_CACHE_STEP_REMOVE_PARTIAL:
      return N_ ("remove partial");
    case MAQ_CACHE_STEP_REMOVE_PAYLOAD:
      return N_ ("remove shared");
    case MAQ_CACHE_STEP_SHARE:
      return N_ ("share");
    }
  return "";
}

// What a person calls the path of STEP: a file without the commit's folder, a blob by the first digits of its hash.
static char *
dup_place (const MaqCacheStep *step)
{
  if (step->path == NULL)
    return g_strdup ("");
  if (g_str_has_prefix (step->path, "snapshots/") && strlen (step->path) >= 50)
    return step->path[50] == '/' ? g_strdup_printf ("%s (%.7s)", step->path + 51, step->path + 10) : g_strndup (step->path + 10, 7);
  if (!g_str_has_prefix (step->path, "blobs/"))
    return g_strdup (step->path);
  const char *name = strrchr (step->path, '/') + 1;
  gsize       length = strcspn (name, ".");
  return length <= SHORT_HASH ? g_strdup (name) : g_strdup_printf ("%.*s…%s", SHORT_HASH, name, name + length);
}

static void
print_plan (MaqCli *cli, MaqCachePlan *plan)
{
  const char *const titles[] = { _ ("WHAT"), _ ("REPO"), _ ("PATH"), _ (">FREES"), _ ("WHY"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 4);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MaqCacheStep *step = plan->steps->pdata[i];
      g_autofree char    *place = dup_place (step);
      g_autofree char    *frees = step->frees > 0 ? maq_format_bytes (step->frees) : NULL;
      const char *const   cells[] = { _ (action_title (step->action)), step->id, place, frees, step->reason };
      maq_cli_table_add_row (table, cells);
    }
  if (plan->steps->len == 0)
    return;
  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  maq_cli_write (cli, text);
}

void
maq_cli_cache_add_step (JsonBuilder *builder, const MaqCacheStep *step)
{
  maq_cli_json_string (builder, "action", maq_cache_step_action_to_string (step->action));
  maq_cli_json_string (builder, "id", step->id);
  maq_cli_json_string (builder, "kind", step->id != NULL ? maq_repo_kind_to_string (step->kind) : NULL);
  maq_cli_json_string (builder, "path", step->path);
  maq_cli_json_string (builder, "reason", step->reason);
  maq_cli_json_int (builder, "frees", (gint64) step->frees);
}

static void
print_json (MaqCli *cli, MaqCachePlan *plan, MaqCacheOutcome *outcome, MaqCliJsonFunc extra, gpointer data)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  if (extra != NULL)
    extra (builder, data);
  maq_cli_json_bool (builder, "dry_run", outcome == NULL);
  maq_cli_json_int (builder, "frees", (gint64) plan->frees);
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      json_builder_begin_object (builder);
      maq_cli_cache_add_step (builder, plan->steps->pdata[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  maq_cli_json_int (builder, "freed", outcome != NULL ? (gint64) outcome->freed : 0);
  maq_cli_json_int (builder, "done", outcome != NULL ? outcome->n_done : 0);
  json_builder_set_member_name (builder, "skipped");
  json_builder_begin_array (builder);
  for (guint i = 0; outcome != NULL && i < outcome->skipped->len; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (outcome->skipped->pdata[i], -1);
      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

gboolean
maq_cli_cache_explain (GError **error)
{
  if (error == NULL || !g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return FALSE;
  g_autoptr (GError) absent = g_steal_pointer (error);
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("%s. “maq cache ls” lists what is there."), absent->message);
  return FALSE;
}

gboolean
maq_cli_cache_check_consent (const MaqCliCacheOptions *options, GError **error)
{
  if (options->dry_run || options->yes || maq_cli_input_is_terminal ())
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Cannot ask for confirmation here. Use --yes to proceed, or --dry-run to preview"));
  return FALSE;
}

// Whether the person at the terminal agrees.
static gboolean
ask (MaqCli *cli, GError **error)
{
  g_autoptr (MaqCliInput) input = maq_cli_input_new ();
  g_autoptr (GError) failure = NULL;
  maq_cli_write (cli, _ ("Continue? [y/N] "));
  maq_cli_flush (cli);
  g_autofree char *line = maq_cli_input_read_line (input, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  // Translators: the letter that means yes in “Continue? [y/N]”.
  if (line != NULL && g_ascii_strncasecmp (g_strstrip (line), _ ("y"), strlen (_ ("y"))) == 0)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("No changes were made."));
  return FALSE;
}

static gboolean
report (MaqCli *cli, MaqCachePlan *plan, MaqCacheOutcome *outcome, GError **error)
{
  g_autofree char *freed = maq_format_bytes (outcome->freed);
  for (guint i = 0; i < outcome->skipped->len; i++)
    maq_cli_note (cli, "%s", (const char *) outcome->skipped->pdata[i]);
  if (!maq_cli_wants_json (cli) && plan->n_to_do > 0)
    maq_cli_print (cli, ngettext ("%u change made, %s freed\n", "%u changes made, %s freed\n", outcome->n_done), outcome->n_done, freed);
  if (outcome->skipped->len == 0)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("%u change was not made. Fix the problem, then try again.", "%u changes were not made. Fix the problems, then try again.", outcome->skipped->len), outcome->skipped->len);
  return FALSE;
}

gboolean
maq_cli_cache_do_plan (MaqCli *cli, const MaqCliCacheOptions *options, MaqCachePlan *plan, MaqCliJsonFunc extra, gpointer data, GError **error)
{
  gboolean         json = maq_cli_wants_json (cli);
  g_autofree char *frees = maq_format_bytes (plan->frees);
  if (!json)
    {
      print_plan (cli, plan);
      if (plan->n_to_do > 0)
        maq_cli_print (cli, ngettext ("%u change, frees %s\n", "%u changes, frees %s\n", plan->n_to_do), plan->n_to_do, frees);
      else
        maq_cli_print (cli, "%s\n", _ ("Nothing to do"));
    }
  if (options->dry_run || plan->n_to_do == 0)
    {
      if (json)
        print_json (cli, plan, NULL, extra, data);
      return TRUE;
    }
  if (!options->yes && !ask (cli, error))
    return FALSE;

  MaqCliCacheProgress progress = { .cli = cli, .label = _ ("Working"), .start = g_get_monotonic_time () };
  g_autoptr (MaqCacheOutcome) outcome = dex_await_boxed (maq_cache_carry_out (maq_cli_get_cache (cli), plan, maq_cli_cache_show_progress, &progress), error);
  maq_cli_progress_end (cli);
  if (outcome == NULL)
    return FALSE;
  if (json)
    print_json (cli, plan, outcome, extra, data);
  return report (cli, plan, outcome, error);
}
