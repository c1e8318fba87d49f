// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-commands.h"

#include <glib/gi18n.h>

#include "maq-cli-repo.h"
#include "maq-cli-text.h"
#include "maq-fit.h"
#include "maq-header.h"
#include "maq-units.h"
#include "maq-variant-fits.h"

// Says whether models run here. Of a repo one header is read for all of its variants: they differ in how weights are kept, and
// the list of files says how large those are. Of a file that is here the engine itself is asked too.

static int   option_context;
static char *option_cache_type;

static const GOptionEntry options[] = {
  { "context", 'c', 0, G_OPTION_ARG_INT, &option_context, N_ ("Context length in tokens (8192, or the model's maximum)"), "N" },
  { "cache-type", 0, 0, G_OPTION_ARG_STRING, &option_cache_type, N_ ("Type of the KV cache: f16 (default), q8_0, q4_0, …"), "TYPE" },
  { NULL },
};

// One model to judge. The first word of a line is the label of its variant, or its name.
typedef struct
{
  const char   *model;
  const char   *label;
  guint64       size; // of its files, in bytes
  const MaqFit *fit;
  const MaqFit *from_header; // nullable: what was expected before the engine was asked
  gboolean      recommended;
} Line;

static gboolean
parse_options (MaqFitOptions *fit, GError **error)
{
  *fit = (MaqFitOptions) { .context_length = (guint) option_context };
  if (option_context < 0 || option_context > 1 << 20)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("--context must be between %d and %d"), 0, 1 << 20);
      return FALSE;
    }
  if (option_cache_type != NULL && !maq_fit_cache_type_parse (option_cache_type, &fit->key_type))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE, _ ("Unknown cache type “%s”. Use f16, bf16, f32, q8_0, q5_1, q5_0, q4_1 or q4_0"), option_cache_type);
      return FALSE;
    }
  fit->value_type = fit->key_type;
  return TRUE;
}

static void
add_bytes (JsonBuilder *builder, const MaqFit *fit)
{
  maq_cli_json_int (builder, "weights", (gint64) fit->weights);
  maq_cli_json_int (builder, "cache", (gint64) fit->cache);
  maq_cli_json_int (builder, "compute", (gint64) fit->compute);
  maq_cli_json_int (builder, "overhead", (gint64) fit->overhead);
  maq_cli_json_int (builder, "total", (gint64) MIN (fit->total, G_MAXINT64));
}

static void
print_json (MaqCli *cli, const Line *line)
{
  const MaqFit    *fit = line->fit;
  g_autofree char *sentence = maq_fit_to_sentence (fit);
  gboolean         known = fit->verdict != MAQ_FIT_UNKNOWN;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "model", line->model);
  maq_cli_json_string (builder, "variant", line->label);
  maq_cli_json_int (builder, "size", (gint64) MIN (line->size, G_MAXINT64));
  maq_cli_json_string (builder, "verdict", maq_fit_verdict_to_id (fit->verdict));
  maq_cli_json_string (builder, "sentence", sentence);
  maq_cli_json_bool (builder, "recommended", line->recommended);
  if (known)
    {
      maq_cli_json_int (builder, "context", fit->context);
      maq_cli_json_int (builder, "max_context", fit->max_context);
      add_bytes (builder, fit);
      maq_cli_json_int (builder, "ram_free", (gint64) fit->machine.ram_free);
      maq_cli_json_int (builder, "ram_total", (gint64) fit->machine.ram_total);
      maq_cli_json_int (builder, "swap_free", (gint64) fit->machine.swap_free);
      maq_cli_json_int (builder, "vram_free", (gint64) fit->machine.vram_free);
      maq_cli_json_int (builder, "vram_total", (gint64) fit->machine.vram_total);
      maq_cli_json_string (builder, "source", line->from_header != NULL ? "engine" : "header");
    }
  if (line->from_header != NULL)
    {
      json_builder_set_member_name (builder, "from_header");
      json_builder_begin_object (builder);
      add_bytes (builder, line->from_header);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

static void
print_fact (MaqCli *cli, const char *label, guint64 bytes)
{
  g_autofree char *text = maq_format_bytes (bytes);
  maq_cli_print (cli, "%-14s%s\n", label, text);
}

static void
print_one (MaqCli *cli, const Line *line)
{
  const MaqFit    *fit = line->fit;
  g_autofree char *sentence = maq_fit_to_sentence (fit);
  g_autofree char *name = maq_cli_clean (line->model, FALSE);
  g_autofree char *clean = maq_cli_clean (sentence, FALSE);
  maq_cli_print (cli, "%s: %s\n%s\n", name, maq_fit_verdict_to_word (fit->verdict), clean);
  if (fit->verdict == MAQ_FIT_UNKNOWN)
    return;
  maq_cli_write (cli, "\n");
  print_fact (cli, _ ("Weights"), fit->weights);
  print_fact (cli, _ ("Cache"), fit->cache);
  print_fact (cli, _ ("Compute"), fit->compute);
  print_fact (cli, _ ("Engine"), fit->overhead);
  print_fact (cli, _ ("Total"), fit->total);
}

static const MaqFit *
find_known (GPtrArray *fits)
{
  for (guint i = 0; i < fits->len; i++)
    if (((MaqFit *) fits->pdata[i])->verdict != MAQ_FIT_UNKNOWN)
      return fits->pdata[i];
  return NULL;
}

static char *
verdict_to_cell (const MaqFit *fit)
{
  if (fit->verdict == MAQ_FIT_FITS_LESS_CONTEXT)
    return g_strdup_printf (_ ("%s: %u tokens"), maq_fit_verdict_to_word (fit->verdict), fit->max_context);
  return g_strdup (maq_fit_verdict_to_word (fit->verdict));
}

static void
print_table (MaqCli *cli, GPtrArray *variants, GPtrArray *fits, const MaqVariant *recommended)
{
  const char *const titles[] = { _ ("VARIANT"), _ (">SIZE"), _ (">MEMORY"), _ ("FITS"), "", NULL };
  g_autoptr (MaqCliTable) table = maq_cli_table_new (titles, 0);
  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = variants->pdata[i];
      const MaqFit     *fit = fits->pdata[i];
      g_autofree char  *size = maq_format_bytes (variant->size);
      g_autofree char  *takes = fit->verdict != MAQ_FIT_UNKNOWN ? maq_format_bytes (fit->total) : NULL;
      g_autofree char  *verdict = verdict_to_cell (fit);
      const char *const cells[] = { variant->label, size, takes, verdict, variant == recommended ? _ ("recommended") : NULL };
      maq_cli_table_add_row (table, cells);
    }
  g_autofree char *text = maq_cli_table_to_text (table, maq_cli_get_columns (cli));
  maq_cli_write (cli, text);

  const MaqFit *known = find_known (fits);
  if (known == NULL)
    {
      g_autofree char *sentence = maq_fit_to_sentence (fits->pdata[0]);
      g_autofree char *clean = maq_cli_clean (sentence, FALSE);
      maq_cli_print (cli, "%s\n", clean);
      return;
    }
  g_autofree char *ram = maq_format_bytes (known->machine.ram_free);
  maq_cli_print (cli, _ ("Context: %u tokens. Free memory: %s.\n"), known->context, ram);
}

// What the engine says of the file at PATH. NULL without an error: it could not be asked, and that was noted.
static MaqMemoryUse *
ask_engine (MaqCli *cli, const char *path, guint context, GError **error)
{
  MaqLoadOptions load = { .context_length = context, .n_gpu_layers = -1 };
  g_autoptr (GError) local = NULL;
  MaqMemoryUse *use = dex_await_boxed (maq_engine_measure (maq_cli_get_engine (cli), path, &load), &local);
  if (use != NULL)
    return use;
  if (g_error_matches (local, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_CRASHED) || g_error_matches (local, MAQ_ENGINE_ERROR, MAQ_ENGINE_ERROR_OUT_OF_MEMORY))
    {
      g_autofree char *text = maq_cli_describe_error (local);
      maq_cli_note (cli, "%s", text);
    }
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

// The model that the file at PATH is a part of, with absolute paths; NULL if it is none of its own (transfer full).
static MaqVariant *
find_model_here (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  const char *entry;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *full = g_build_filename (folder, entry, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (full);
      g_autoptr (GFileInfo) info = maq_variant_is_gguf (entry) ? g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, 0, NULL, NULL) : NULL;
      if (info == NULL)
        continue;
      guint64 size = (guint64) g_file_info_get_size (info);
      g_ptr_array_add (names, g_strdup (entry));
      g_array_append_val (sizes, size);
    }
  g_autoptr (GPtrArray) variants = maq_variants_group ((const char *const *) names->pdata, (const guint64 *) (gpointer) sizes->data, names->len);
  const MaqVariant *found = maq_variants_find_path (variants, name);
  MaqVariant       *model = found != NULL ? maq_variant_copy (found) : NULL;
  for (guint i = 0; model != NULL && model->paths[i] != NULL; i++)
    {
      char *full = g_build_filename (folder, model->paths[i], NULL);
      g_free (model->paths[i]);
      model->paths[i] = full;
    }
  return model;
}

static gboolean
judge_file (MaqCli *cli, const char *path, const char *name, GError **error)
{
  MaqFitOptions wanted;
  MaqMachine    machine;
  if (!parse_options (&wanted, error))
    return FALSE;
  // Any part of a model will do; its first says what it is.
  g_autoptr (MaqVariant) model = find_model_here (path);
  if (model != NULL && model->missing > 0)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, ngettext ("%u part of “%s” is missing. Download the model again.", "%u parts of “%s” are missing. Download the model again.", model->missing), model->missing, name);
      return FALSE;
    }
  if (model != NULL)
    path = model->paths[0];
  g_autoptr (MaqGguf) header = dex_await_boxed (maq_header_open (path), error);
  if (header == NULL)
    return FALSE;
  if (maq_companion_from_header (header) != MAQ_COMPANION_NONE)
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is %s. It cannot run on its own. Choose the model it belongs to."), name, maq_companion_to_words (maq_companion_from_header (header)));
      return FALSE;
    }
  maq_machine_read (&machine);
  wanted.size = model != NULL ? model->size : 0;
  g_autoptr (MaqFit) expected = maq_fit_new (header, &machine, &wanted);
  g_autoptr (GError) refusal = NULL;
  g_autoptr (MaqMemoryUse) use = ask_engine (cli, path, wanted.context_length, &refusal);
  g_autoptr (MaqFit) fit = NULL;
  if (use != NULL)
    {
      // The engine is asked with a cache of its usual type.
      if (wanted.key_type != MAQ_FIT_CACHE_F16)
        use->context_length = 0;
      machine.vram_free = use->vram_free;
      machine.vram_total = use->vram_total;
      wanted.measured = use;
      fit = maq_fit_new (header, &machine, &wanted);
    }
  if (refusal != NULL)
    fit = maq_fit_new_unknown (refusal->message);
  Line line = { .model = name, .size = wanted.size, .fit = fit != NULL ? fit : expected, .from_header = use != NULL ? expected : NULL };
  if (maq_cli_wants_json (cli))
    print_json (cli, &line);
  else
    print_one (cli, &line);
  return TRUE;
}

// All variants of ADDRESS, from the Hub or offline from the cache.
static GPtrArray *
list_variants (MaqCli *cli, const MaqRepoAddress *address, GError **error)
{
  if (!maq_cli_is_offline (cli))
    {
      MaqHubClient *client = maq_cli_get_client (cli, error);
      if (client == NULL)
        return NULL;
      g_autoptr (MaqHubTree) tree = dex_await_boxed (maq_hub_client_list_tree (client, address->kind, address->id, address->revision), error);
      return tree != NULL ? maq_cli_group_variants (tree) : NULL;
    }
  return maq_cli_group_cached_variants (cli, address, error);
}

static const MaqVariant *
find_with_path (const MaqRepoAddress *address, GPtrArray *variants, GError **error)
{
  const MaqVariant *variant = maq_variants_find_path (variants, address->path);
  g_autofree char  *labels = maq_cli_join_labels (variants);
  if (variant != NULL)
    return variant;
  if (maq_companion_from_path (address->path) != MAQ_COMPANION_NONE)
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is %s. It cannot run on its own. Variants of “%s”: %s."), address->path, maq_companion_to_words (maq_companion_from_path (address->path)), address->id, labels);
  else
    g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” has no GGUF weights file “%s”. Variants: %s."), address->id, address->path, labels);
  return NULL;
}

static gboolean
judge_repo (MaqCli *cli, const char *text, GError **error)
{
  MaqFitOptions    wanted;
  g_autofree char *quant = NULL;
  g_autoptr (MaqRepoAddress) address = maq_cli_parse_model (cli, text, &quant, error);
  if (address == NULL || !parse_options (&wanted, error))
    return FALSE;
  g_autoptr (GPtrArray) variants = list_variants (cli, address, error);
  if (variants == NULL)
    return FALSE;
  const MaqVariant *only = address->path != NULL ? find_with_path (address, variants, error) : maq_cli_pick_variant (address, variants, quant, error);
  if (only == NULL)
    return FALSE;
  MaqHubClient *client = maq_cli_is_offline (cli) ? NULL : maq_cli_get_client (cli, NULL);
  g_autoptr (GPtrArray) fits = dex_await_boxed (maq_variant_fits_judge (client, maq_cli_get_cache (cli), address->id, address->revision, variants, only, &wanted), error);
  if (fits == NULL)
    return FALSE;
  const MaqVariant *recommended = maq_fit_recommend (variants, fits);
  gboolean          all = quant == NULL && address->path == NULL;
  if (all && !maq_cli_wants_json (cli))
    {
      print_table (cli, variants, fits, recommended);
      return TRUE;
    }
  for (guint i = 0; i < variants->len; i++)
    {
      const MaqVariant *variant = variants->pdata[i];
      g_autofree char  *name = g_strdup_printf ("%s:%s", address->id, variant->label);
      Line              line = { .model = all ? address->id : name, .label = variant->label, .size = variant->size, .fit = fits->pdata[i], .recommended = variant == recommended };
      if (!all && variant != only)
        continue;
      if (maq_cli_wants_json (cli))
        print_json (cli, &line);
      else
        print_one (cli, &line);
    }
  return TRUE;
}

static gboolean
fit (MaqCli *cli, char **arguments, GError **error)
{
  const char      *text = arguments[0];
  g_autofree char *written = maq_cli_dup_path (text);
  if (g_file_test (written, G_FILE_TEST_IS_REGULAR))
    {
      g_autofree char *path = g_canonicalize_filename (written, NULL);
      return judge_file (cli, path, text, error);
    }
  if (g_file_test (written, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("“%s” is not a file. Choose a weights file."), text);
      return FALSE;
    }
  if (g_path_is_absolute (written) || g_str_has_prefix (text, "."))
    {
      g_set_error (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_FAILED, _ ("File “%s” not found. Check the path."), text);
      return FALSE;
    }
  return judge_repo (cli, text, error);
}

const MaqCliCommand maq_cli_fit_command = {
  .name = "fit",
  .arguments = "REPO[@REV][:QUANT]|FILE",
  .summary = N_ ("Check whether a model fits in memory"),
  .details = N_ ("Compares the memory that is free now with what the weights, KV cache, compute\n"
                 "buffers and engine need. Downloads only the header of a weights file. FILE may\n"
                 "be any part of a model."),
  .options = options,
  .min_arguments = 1,
  .max_arguments = 1,
  .run = fit,
};
