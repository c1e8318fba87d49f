// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-text.h"
#include "maq-units.h"

// `maq cache scan` looks at what is there, `maq cache verify` reads it all.

#define HOUR 3600

static void
add_verdict (JsonBuilder *builder, const MaqCacheVerdict *verdict)
{
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", verdict->id);
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (verdict->kind));
  maq_cli_json_string (builder, "commit", verdict->commit);
  maq_cli_json_string (builder, "path", verdict->path);
  maq_cli_json_string (builder, "blob", verdict->blob);
  maq_cli_json_int (builder, "size", (gint64) verdict->size);
  maq_cli_json_string (builder, "state", maq_cache_file_state_to_string (verdict->state));
  maq_cli_json_string (builder, "detail", verdict->detail);
  json_builder_end_object (builder);
}

static void
add_verification (JsonBuilder *builder, gpointer data)
{
  const MaqCacheVerification *verification = data;
  maq_cli_json_int (builder, "bytes", (gint64) verification->bytes);
  maq_cli_json_int (builder, "bad", verification->n_bad);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  for (guint i = 0; i < verification->verdicts->len; i++)
    add_verdict (builder, verification->verdicts->pdata[i]);
  json_builder_end_array (builder);
}

static const char *
state_title (MaqCacheFileState state)
{
  switch (state)
    {
    case MAQ_CACHE_FILE_OK:
      return N_ ("right");
    case MAQ_CACHE_FILE_WRONG_HASH:
      return N_ ("wrong content");
    case MAQ_CACHE_FILE_WRONG_SIZE:
      return N_ ("wrong size");
    case MAQ_CACHE_FILE_NOT_JUDGED:
      return N_ ("not checked");
    case MAQ_CACHE_FILE_UNREADABLE:
      return N_ ("unreadable");
    case MAQ_CACHE_FILE_MISSING:
      return N_ ("missing");
    }
  return "";
}

static void
print_verification (MaqCli *cli, const MaqCacheVerification *verification)
{
  const char *const titles[] = { _ ("REPO"), _ ("FILE"), _ ("STATE"), _ ("WHY"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 3);
  guint n_right = 0;
  for (guint i = 0; i < verification->verdicts->len; i++)
    {
      const MaqCacheVerdict *verdict = verification->verdicts->pdata[i];
      const char *const      cells[] = { verdict->id, verdict->path, _ (state_title (verdict->state)), verdict->detail };
      n_right += verdict->state == MAQ_CACHE_FILE_OK;
      if (verdict->state != MAQ_CACHE_FILE_OK)
        maq_cli_table_add_row (table, cells);
    }
  if (n_right < verification->verdicts->len)
    {
      g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
      maq_cli_write (cli, text);
    }
  g_autofree char *bytes = maq_format_bytes (verification->bytes);
  // Translators: files in all, how many of them are right, not judged and wrong, bytes read.
  maq_cli_print (cli, ngettext ("%u file: %u right, %u not checked, %u wrong; %s read\n", "%u files: %u right, %u not checked, %u wrong; %s read\n", verification->verdicts->len), verification->verdicts->len, n_right, verification->verdicts->len - n_right - verification->n_bad, verification->n_bad, bytes);
}

static gboolean
fail_if_bad (const MaqCacheVerification *verification, GError **error)
{
  if (verification->n_bad == 0)
    return TRUE;
  g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("%u file is damaged. Run “maq cache verify --repair”, then “maq download”.", "%u files are damaged. Run “maq cache verify --repair”, then “maq download”.", verification->n_bad), verification->n_bad);
  return FALSE;
}

// What a repair cannot mend.
static gboolean
fail_if_unreadable (const MaqCacheVerification *verification, GError **error)
{
  for (guint i = 0; i < verification->verdicts->len; i++)
    {
      const MaqCacheVerdict *verdict = verification->verdicts->pdata[i];
      if (verdict->state != MAQ_CACHE_FILE_UNREADABLE)
        continue;
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("Cannot read %s of %s: %s. Check its permissions and the disk."), verdict->path, verdict->id, verdict->detail);
      return FALSE;
    }
  return TRUE;
}

gboolean
maq_cli_cache_verify (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  MaqCache *cache = maq_cli_get_cache (cli);
  g_autoptr (MaqRepoAddress) address = NULL;
  if (options->repair && !maq_cli_cache_check_consent (options, error))
    return FALSE;
  if (arguments[0] != NULL)
    {
      address = maq_cli_parse_cached_repo (cli, arguments[0], options->kind, error);
      if (address == NULL)
        return FALSE;
      if (arguments[1] != NULL)
        g_set_str (&address->path, arguments[1]);
    }

  MaqCliCacheProgress progress = { .cli = cli, .label = _ ("Verifying"), .start = g_get_monotonic_time () };
  g_autoptr (MaqCacheVerification) verification = dex_await_boxed (maq_cache_verify (cache, address, maq_cli_cache_show_progress, &progress), error);
  maq_cli_progress_end (cli);
  if (verification == NULL)
    return maq_cli_cache_explain (error);
  if (!maq_cli_wants_json (cli))
    print_verification (cli, verification);
  if (options->repair)
    {
      g_autoptr (MaqCachePlan) plan = dex_await_boxed (maq_cache_plan_repair (cache, address, verification), error);
      if (plan == NULL || !maq_cli_cache_do_plan (cli, options, plan, add_verification, verification, error))
        return FALSE;
      return options->dry_run ? fail_if_bad (verification, error) : fail_if_unreadable (verification, error);
    }
  if (maq_cli_wants_json (cli))
    {
      g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
      json_builder_begin_object (builder);
      add_verification (builder, verification);
      json_builder_end_object (builder);
      maq_cli_print_json (cli, builder);
    }
  return fail_if_bad (verification, error);
}

// What could be given back, by the options of `maq cache prune`.
enum
{
  ORPHANS,
  REVISIONS,
  PARTIALS,
  PAUSED,
  DAMAGED,
  DUPLICATES,
  N_CATEGORIES
};
static const struct
{
  const char *option;
  const char *meaning;
} categories[N_CATEGORIES] = {
  [ORPHANS] = { "orphans", N_ ("blobs not used by any revision") },
  [REVISIONS] = { "revisions", N_ ("old revisions without a branch or tag") },
  [PARTIALS] = { "partials", N_ ("partial downloads of other programs") },
  [PAUSED] = { "paused", N_ ("partial downloads of Maquette, including paused ones") },
  [DAMAGED] = { "damaged", N_ ("files that a repair moved aside") },
  [DUPLICATES] = { "duplicates", N_ ("files stored more than once") },
};

typedef struct
{
  MaqCacheScan *scan;
  MaqCachePlan *repair;
  guint         items[N_CATEGORIES];
  guint64       frees[N_CATEGORIES];
} Findings;

static void
findings_clear (Findings *self)
{
  g_clear_pointer (&self->scan, maq_cache_scan_unref);
  g_clear_pointer (&self->repair, maq_cache_plan_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Findings, findings_clear)

static int
get_category (const MaqCacheStep *step)
{
  switch (step->action)
    {
    case MAQ_CACHE_STEP_REMOVE_REVISION:
      return REVISIONS;
    case MAQ_CACHE_STEP_REMOVE_PARTIAL:
      return strstr (step->path, ".maquette-") != NULL ? PAUSED : PARTIALS;
    case MAQ_CACHE_STEP_REMOVE_BLOB:
      return g_str_has_suffix (step->path, ".damaged") ? DAMAGED : ORPHANS;
    case MAQ_CACHE_STEP_SHARE:
      return DUPLICATES;
    default:
      return -1;
    }
}

static void
add_plan (Findings *self, const MaqCachePlan *plan)
{
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MaqCacheStep *step = plan->steps->pdata[i];
      int                 category = get_category (step);
      if (category < 0)
        continue;
      self->items[category]++;
      self->frees[category] += step->frees;
    }
}

static gboolean
collect (Findings *self, MaqCli *cli, const MaqCliCacheOptions *options, GError **error)
{
  static const guint all = MAQ_CACHE_PRUNE_ORPHANS | MAQ_CACHE_PRUNE_REVISIONS | MAQ_CACHE_PRUNE_PARTIALS | MAQ_CACHE_PRUNE_PAUSED | MAQ_CACHE_PRUNE_SET_ASIDE;
  MaqCache          *cache = maq_cli_get_cache (cli);
  self->scan = dex_await_boxed (maq_cache_scan (cache), error);
  if (self->scan == NULL)
    return FALSE;
  self->repair = dex_await_boxed (maq_cache_plan_repair (cache, NULL, NULL), error);
  if (self->repair == NULL)
    return FALSE;
  g_autoptr (MaqCachePlan) prune = dex_await_boxed (maq_cache_plan_prune (cache, all, (guint) options->hours * HOUR), error);
  if (prune == NULL)
    return FALSE;
  g_autoptr (MaqCachePlan) sharing = dex_await_boxed (maq_cache_plan_sharing (cache), error);
  if (sharing == NULL)
    return FALSE;
  add_plan (self, prune);
  add_plan (self, sharing);
  return TRUE;
}

static void
add_findings (JsonBuilder *builder, gpointer data)
{
  const Findings *self = data;
  maq_cli_json_int (builder, "repos", self->scan->repos->len);
  maq_cli_json_int (builder, "size", (gint64) self->scan->size);
  json_builder_set_member_name (builder, "prune");
  json_builder_begin_object (builder);
  for (guint i = 0; i < N_CATEGORIES; i++)
    {
      json_builder_set_member_name (builder, categories[i].option);
      json_builder_begin_object (builder);
      maq_cli_json_int (builder, "items", self->items[i]);
      maq_cli_json_int (builder, "frees", (gint64) self->frees[i]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
print_findings (MaqCli *cli, const Findings *self)
{
  const char *const titles[] = { _ ("PRUNE"), _ (">ITEMS"), _ (">FREES"), _ ("WHAT"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 3);
  g_autofree char *size = maq_format_bytes (self->scan->size);
  for (guint i = 0; i < N_CATEGORIES; i++)
    {
      g_autofree char  *option = g_strdup_printf ("--%s", categories[i].option);
      g_autofree char  *items = g_strdup_printf ("%u", self->items[i]);
      g_autofree char  *frees = maq_format_bytes (self->frees[i]);
      const char *const cells[] = { option, items, frees, _ (categories[i].meaning) };
      maq_cli_table_add_row (table, cells);
    }
  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  maq_cli_print (cli, ngettext ("%u repo, %s\n", "%u repos, %s\n", self->scan->repos->len), self->scan->repos->len, size);
  maq_cli_write (cli, text);
}

gboolean
maq_cli_cache_scan (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  if (options->repair && !maq_cli_cache_check_consent (options, error))
    return FALSE;
  g_auto (Findings) findings = { 0 };
  if (!collect (&findings, cli, options, error))
    return FALSE;
  // Without --repair the plan is shown and nothing is done.
  MaqCliCacheOptions shown = *options;
  shown.dry_run |= !options->repair;
  if (!maq_cli_wants_json (cli))
    print_findings (cli, &findings);
  if (!maq_cli_cache_do_plan (cli, &shown, findings.repair, add_findings, &findings, error))
    return FALSE;
  if (!options->repair && findings.repair->n_to_do > 0)
    maq_cli_note (cli, _ ("To repair this, use “maq cache scan --repair”. To check file contents, use “maq cache verify”."));
  return TRUE;
}
