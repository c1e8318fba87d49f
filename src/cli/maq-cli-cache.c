// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-cache.h"

#include <glib/gi18n.h>
#include <string.h>

#include "maq-cli-commands.h"
#include "maq-cli-text.h"
#include "maq-completeness.h"
#include "maq-units.h"

// An incomplete repo in TRANSFERS, nullable, or on the disk alone.
static MaqCompleteness
judge (const MaqCacheRepo *repo, MaqTransferList *transfers)
{
  return maq_completeness_judge (repo, transfers != NULL ? maq_transfer_list_find_open (transfers, repo->kind, repo->id) : NULL);
}

static void
add_completeness (JsonBuilder *builder, const MaqCompleteness *completeness)
{
  maq_cli_json_string (builder, "state", maq_completeness_state_to_string (completeness->state));
  if (completeness->state != MAQ_COMPLETENESS_INCOMPLETE)
    return;
  maq_cli_json_int (builder, "have", (gint64) completeness->have);
  if (completeness->want > 0)
    maq_cli_json_int (builder, "want", (gint64) completeness->want);
}

static void
print_repo_json (MaqCli *cli, const MaqCacheRepo *repo, const MaqCompleteness *completeness)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", repo->id);
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (repo->kind));
  maq_cli_json_string (builder, "path", repo->path);
  maq_cli_json_int (builder, "size", (gint64) (repo->size + repo->begun_size));
  maq_cli_json_int (builder, "unfinished", (gint64) repo->begun_size);
  maq_cli_json_int (builder, "files", repo->n_files);
  add_completeness (builder, completeness);
  maq_cli_json_time (builder, "modified", repo->last_modified);
  maq_cli_json_time (builder, "accessed", repo->last_accessed);
  json_builder_set_member_name (builder, "revisions");
  json_builder_begin_array (builder);
  for (guint i = 0; i < repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = repo->revisions->pdata[i];
      json_builder_begin_object (builder);
      maq_cli_json_string (builder, "commit", revision->commit);
      maq_cli_json_strv (builder, "refs", (const char *const *) revision->refs);
      maq_cli_json_int (builder, "size", (gint64) revision->size);
      maq_cli_json_int (builder, "files", revision->files->len);
      maq_cli_json_time (builder, "modified", revision->last_modified);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  maq_cli_json_string (builder, "warning", repo->warning);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

// What is to be said of it in a word or two (transfer full).
static char *
dup_state (const MaqCompleteness *completeness)
{
  if (completeness->state == MAQ_COMPLETENESS_INCOMPLETE)
    return maq_completeness_to_text (completeness);
  if (completeness->state == MAQ_COMPLETENESS_SELECTED)
    return g_strdup_printf (ngettext ("%u of %u file", "%u of %u files", completeness->n_listed), completeness->n_here, completeness->n_listed);
  return g_strdup (completeness->state == MAQ_COMPLETENESS_WHOLE ? _ ("Complete") : _ ("Unknown"));
}

static void
add_row (MaqCliTable *table, const MaqCacheRepo *repo, const MaqCompleteness *completeness)
{
  g_autofree char  *size = maq_format_bytes (repo->size + repo->begun_size);
  g_autofree char  *state = dup_state (completeness);
  g_autofree char  *files = g_strdup_printf ("%u", repo->n_files);
  g_autofree char  *revisions = g_strdup_printf ("%u", repo->revisions->len);
  g_autofree char  *modified = maq_format_relative_time (repo->last_modified, g_get_real_time () / G_USEC_PER_SEC);
  const char *const cells[] = { repo->id, maq_repo_kind_to_string (repo->kind), size, files, revisions, state, modified };
  maq_cli_table_add_row (table, cells);
}

static gboolean
list_cache (MaqCli *cli, GError **error)
{
  MaqCache *cache = maq_cli_get_cache (cli);
  g_autoptr (MaqCacheScan) scan = dex_await_boxed (maq_cache_scan (cache), error);
  if (scan == NULL)
    return FALSE;
  // What is remembered of downloads says how far they are; without it the disk does.
  MaqTransferList *transfers = maq_cli_get_transfers (cli, NULL);
  if (transfers != NULL)
    dex_await (maq_transfer_list_ready (transfers), NULL);
  guint n_incomplete = 0;

  const char *const titles[] = { _ ("REPO"), _ ("KIND"), _ (">SIZE"), _ (">FILES"), _ (">REVISIONS"), _ ("STATE"), _ ("CHANGED"), NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 0);
  for (guint i = 0; i < scan->repos->len; i++)
    {
      const MaqCacheRepo *repo = scan->repos->pdata[i];
      MaqCompleteness     completeness = judge (repo, transfers);
      n_incomplete += completeness.state == MAQ_COMPLETENESS_INCOMPLETE;
      if (maq_cli_wants_json (cli))
        print_repo_json (cli, repo, &completeness);
      else
        add_row (table, repo, &completeness);
      if (repo->warning != NULL)
        maq_cli_note (cli, "%s: %s", repo->id, repo->warning);
    }
  for (guint i = 0; scan->warnings != NULL && scan->warnings[i] != NULL; i++)
    maq_cli_note (cli, "%s", scan->warnings[i]);
  if (scan->repos->len == 0)
    maq_cli_note (cli, _ ("The cache in %s is empty. To download something, use “maq download REPO”."), maq_cache_get_root (cache));
  if (scan->repos->len == 0 || maq_cli_wants_json (cli))
    return TRUE;

  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  g_autofree char *size = maq_format_bytes (scan->size + scan->begun_size);
  maq_cli_write (cli, text);
  if (n_incomplete > 0)
    maq_cli_note (cli, _ ("“maq download REPO” goes on with what is incomplete."));
  maq_cli_print (cli, ngettext ("%u repo, %s\n", "%u repos, %s\n", scan->repos->len), scan->repos->len, size);
  return TRUE;
}

static gboolean           option_others;
static gboolean           option_dry_run;
static gboolean           option_yes;
static gboolean           option_repair;
static gboolean           option_orphans;
static gboolean           option_revisions;
static gboolean           option_partials;
static gboolean           option_paused;
static gboolean           option_damaged;
static gboolean           option_duplicates;
static int                option_hours = 24;
static char              *option_kind;
static char              *option_quant;
static const GOptionEntry options[] = {
  { "kind", 'k', 0, G_OPTION_ARG_FILENAME, &option_kind, N_ ("Kind of REPO: model (default), dataset, space or kernel"), "KIND" },
  { "others", 0, 0, G_OPTION_ARG_NONE, &option_others, N_ ("ls: list models from Ollama, LM Studio, Jan, GPT4All and llama.cpp"), NULL },
  { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &option_dry_run, N_ ("Show what would change, but change nothing"), NULL },
  { "yes", 'y', 0, G_OPTION_ARG_NONE, &option_yes, N_ ("Do not ask for confirmation"), NULL },
  { "repair", 0, 0, G_OPTION_ARG_NONE, &option_repair, N_ ("scan, verify: repair problems"), NULL },
  { "quant", 0, 0, G_OPTION_ARG_FILENAME, &option_quant, N_ ("rm: remove only this variant of a GGUF repo, such as Q4_K_M"), "NAME" },
  { "orphans", 0, 0, G_OPTION_ARG_NONE, &option_orphans, N_ ("prune: blobs not used by any revision"), NULL },
  { "revisions", 0, 0, G_OPTION_ARG_NONE, &option_revisions, N_ ("prune: old revisions without a branch or tag"), NULL },
  { "partials", 0, 0, G_OPTION_ARG_NONE, &option_partials, N_ ("prune: partial downloads of other programs"), NULL },
  { "paused", 0, 0, G_OPTION_ARG_NONE, &option_paused, N_ ("prune: partial downloads of Maquette, including paused ones"), NULL },
  { "damaged", 0, 0, G_OPTION_ARG_NONE, &option_damaged, N_ ("prune: files that a repair moved aside"), NULL },
  { "duplicates", 0, 0, G_OPTION_ARG_NONE, &option_duplicates, N_ ("prune: store identical files only once"), NULL },
  { "older-than", 0, 0, G_OPTION_ARG_INT, &option_hours, N_ ("prune: skip orphans and partial files newer than this (24)"), "HOURS" },
  { NULL },
};

static MaqCliCacheOptions
read_options (void)
{
  return (MaqCliCacheOptions) {
    .others = option_others,
    .dry_run = option_dry_run,
    .yes = option_yes,
    .repair = option_repair,
    .kind = option_kind,
    .quant = option_quant,
    .prune = (option_orphans ? MAQ_CACHE_PRUNE_ORPHANS : 0) | (option_revisions ? MAQ_CACHE_PRUNE_REVISIONS : 0) |
             (option_partials ? MAQ_CACHE_PRUNE_PARTIALS : 0) | (option_paused ? MAQ_CACHE_PRUNE_PAUSED : 0) |
             (option_damaged ? MAQ_CACHE_PRUNE_SET_ASIDE : 0),
    .duplicates = option_duplicates,
    .hours = option_hours,
  };
}

static gboolean
list_verb (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error)
{
  if (arguments[0] != NULL && !options->others)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unexpected argument “%s” for cache ls"), arguments[0]);
      return FALSE;
    }
  return options->others ? maq_cli_cache_list_others (cli, arguments, error) : list_cache (cli, error);
}

// The verbs, with the words and the options that each takes.
static const struct
{
  const char *name;
  int         max_arguments; // -1: any number
  gboolean    takes_others, takes_kind, takes_repair, takes_prune, takes_quant, takes_consent, takes_dry_run;
  gboolean (*run) (MaqCli *cli, const MaqCliCacheOptions *options, char **arguments, GError **error);
} verbs[] = {
  { .name = "ls", .max_arguments = -1, .takes_others = TRUE, .run = list_verb },
  { .name = "scan", .takes_repair = TRUE, .takes_consent = TRUE, .run = maq_cli_cache_scan },
  { .name = "verify", .max_arguments = 2, .takes_kind = TRUE, .takes_repair = TRUE, .takes_consent = TRUE, .run = maq_cli_cache_verify },
  { .name = "rm", .max_arguments = -1, .takes_kind = TRUE, .takes_quant = TRUE, .takes_consent = TRUE, .run = maq_cli_cache_remove },
  { .name = "import", .max_arguments = -1, .takes_kind = TRUE, .takes_dry_run = TRUE, .run = maq_cli_cache_import },
  { .name = "prune", .takes_prune = TRUE, .takes_consent = TRUE, .run = maq_cli_cache_prune },
};

// The option that was given although verb V does not take it, or NULL.
static const char *
find_wrong_option (guint v, const MaqCliCacheOptions *given)
{
  if (given->others && !verbs[v].takes_others)
    return "--others";
  if (given->kind != NULL && !verbs[v].takes_kind)
    return "--kind";
  if (given->repair && !verbs[v].takes_repair)
    return "--repair";
  if (given->quant != NULL && !verbs[v].takes_quant)
    return "--quant";
  if ((given->prune != 0 || given->duplicates) && !verbs[v].takes_prune)
    return given->duplicates ? "--duplicates" : option_orphans   ? "--orphans"
                                              : option_revisions ? "--revisions"
                                              : option_partials  ? "--partials"
                                              : option_paused    ? "--paused"
                                                                 : "--damaged";
  if (given->dry_run && !given->yes && verbs[v].takes_dry_run)
    return NULL;
  if ((given->dry_run || given->yes) && (!verbs[v].takes_consent || (verbs[v].takes_repair && !given->repair)))
    return given->dry_run ? "--dry-run" : "--yes";
  return NULL;
}

static gboolean
cache_command (MaqCli *cli, char **arguments, GError **error)
{
  MaqCliCacheOptions given = read_options ();
  guint              v = 0;
  while (v < G_N_ELEMENTS (verbs) && !g_str_equal (verbs[v].name, arguments[0]))
    v++;
  if (v == G_N_ELEMENTS (verbs))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unknown command “cache %s”. Use cache ls, scan, verify, rm, prune or import"), arguments[0]);
      return FALSE;
    }
  const char *wrong = find_wrong_option (v, &given);
  if (wrong != NULL)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("%s does not apply to this “cache %s”"), wrong, arguments[0]);
      return FALSE;
    }
  int n = (int) g_strv_length (arguments) - 1;
  if (verbs[v].max_arguments >= 0 && n > verbs[v].max_arguments)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unexpected argument “%s” for cache %s"), arguments[1 + verbs[v].max_arguments], arguments[0]);
      return FALSE;
    }
  if (given.hours < 0 || given.hours > 24 * 3650)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--older-than must be between 0 and %d hours"), 24 * 3650);
      return FALSE;
    }
  return verbs[v].run (cli, &given, arguments + 1, error);
}

const MaqCliCommand maq_cli_cache_command = {
  .name = "cache",
  .arguments = "ls [--others [FOLDER…]] | scan | verify [REPO[@REV] [FILE]] | rm REPO[@REV] [FILE…] | prune | import REPO[@REV] FILE…",
  .summary = N_ ("List, check and clean the shared cache"),
  .details = N_ ("ls      list repos; with --others, models of other programs, in each FOLDER and\n"
                 "        in the model folders in Preferences\n"
                 "scan    find damage, and space that can be freed\n"
                 "verify  check the contents of every file; exit status 1 if a file is damaged\n"
                 "rm      remove a repo, a revision or files\n"
                 "prune   free unused space\n"
                 "import  copy files that a repo contains, found by their hashes, into the cache\n\n"
                 "rm, prune and --repair show the changes and ask first. Names must match\n"
                 "exactly. Nothing outside the cache is changed."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = -1,
  .run = cache_command,
};
