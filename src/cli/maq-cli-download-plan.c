// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli-repo.h"

#include <glib/gi18n.h>

#include "maq-cli-text.h"
#include "maq-download-summary.h"
#include "maq-units.h"

static const char *const gated_words[] = { "no", "auto", "manual" };

static void
print_json (MaqCli *cli, MaqDownloadOffer *offer, const MaqDownloadSummary *summary)
{
  g_autofree char *license = maq_download_offer_dup_license (offer);
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  maq_cli_json_string (builder, "id", maq_repo_get_id (offer->repo));
  maq_cli_json_string (builder, "kind", maq_repo_kind_to_string (maq_repo_get_kind (offer->repo)));
  maq_cli_json_string (builder, "commit", offer->commit);
  maq_cli_json_int (builder, "files", summary->plan->n_files);
  maq_cli_json_int (builder, "size", (gint64) summary->plan->bytes_total);
  maq_cli_json_int (builder, "here", (gint64) MIN (summary->plan->bytes_here, summary->plan->bytes_total));
  maq_cli_json_int (builder, "fetch", (gint64) summary->bytes_left);
  maq_cli_json_bool (builder, "complete", summary->is_complete);
  maq_cli_json_string (builder, "license", license);
  maq_cli_json_string (builder, "gated", gated_words[maq_repo_get_gated (offer->repo)]);
  maq_cli_json_string (builder, "access", maq_download_access_to_id (offer->access));
  maq_cli_json_string (builder, "folder", summary->folder);
  maq_cli_json_int (builder, "room", summary->plan->room < G_MAXINT64 ? (gint64) summary->plan->room : -1);
  json_builder_end_object (builder);
  maq_cli_print_json (cli, builder);
}

static void
print_fact (MaqCli *cli, const char *label, const char *value)
{
  g_autofree char *clean = maq_cli_clean (value, FALSE);
  maq_cli_print (cli, "%-14s%s\n", label, clean);
}

static void
print_text (MaqCli *cli, MaqDownloadOffer *offer, const MaqDownloadSummary *summary)
{
  const char      *access = maq_download_access_to_sentence (offer->access);
  g_autofree char *license = maq_download_offer_dup_license (offer);
  g_autofree char *version = g_strdup_printf ("%s (%.7s)", offer->revision != NULL ? offer->revision : "main", offer->commit);
  g_autofree char *files = maq_download_summary_to_sentence (summary);
  g_autofree char *left = maq_format_bytes (summary->bytes_left);
  g_autofree char *place = maq_download_place_to_text (summary->folder, summary->plan->room);

  print_fact (cli, _ ("Repo"), maq_repo_get_id (offer->repo));
  print_fact (cli, _ ("Version"), version);
  print_fact (cli, _ ("Files"), files);
  print_fact (cli, _ ("To fetch"), summary->is_complete ? _ ("nothing") : left);
  print_fact (cli, _ ("License"), license != NULL ? license : _ ("not specified"));
  if (offer->access != MAQ_DOWNLOAD_ACCESS_OPEN)
    print_fact (cli, _ ("Access"), access != NULL ? access : _ ("Granted by the owner"));
  print_fact (cli, _ ("Save to"), place);
  if (!maq_download_summary_has_room (summary))
    {
      g_autofree char *no_room = maq_download_summary_dup_no_room (summary);
      print_fact (cli, _ ("Problem"), no_room);
    }
}

gboolean
maq_cli_print_download (MaqCli *cli, const MaqTransferRequest *request, GError **error)
{
  MaqHubClient    *client = maq_cli_get_client (cli, error);
  MaqTransferList *transfers = client != NULL ? maq_cli_get_transfers (cli, error) : NULL;
  if (transfers == NULL)
    return FALSE;
  g_autoptr (MaqDownloadOffer) offer = dex_await_boxed (maq_download_offer_load (client, maq_cli_get_cache (cli), request->kind, request->id, request->revision), error);
  if (offer == NULL)
    return FALSE;
  g_autoptr (MaqDownloadSummary) summary = dex_await_boxed (maq_download_summarize (transfers, maq_cli_get_cache (cli), request, offer), error);
  if (summary == NULL)
    return FALSE;
  if (maq_cli_wants_json (cli))
    print_json (cli, offer, summary);
  else
    print_text (cli, offer, summary);
  return TRUE;
}
