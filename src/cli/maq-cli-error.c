// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-cli.h"

#include <glib/gi18n.h>
#include <stdio.h>

#include "maq-cli-private.h"
#include "maq-cli-text.h"
#include "maq-gguf.h"

// The fact comes from the error's message, or from its code where the message is for logs; what to do next, from its code.

static const char *
next_step_hub (int code)
{
  switch ((MaqHubError) code)
    {
    case MAQ_HUB_ERROR_UNAUTHORIZED:
      return N_ ("Set HF_TOKEN to your access token, or sign in with “hf auth login”.");
    case MAQ_HUB_ERROR_FORBIDDEN:
      return N_ ("Use a token that has this permission.");
    case MAQ_HUB_ERROR_GATED:
      return N_ ("Request access on the repo's page, then try again with your token in HF_TOKEN.");
    case MAQ_HUB_ERROR_DISABLED:
      return N_ ("See the repo's page.");
    case MAQ_HUB_ERROR_REPO_NOT_FOUND:
      return N_ ("Check the name with “maq search”. Private repos need a token in HF_TOKEN.");
    case MAQ_HUB_ERROR_REVISION_NOT_FOUND:
      return N_ ("For the default branch, leave out @REV.");
    case MAQ_HUB_ERROR_ENTRY_NOT_FOUND:
      return N_ ("See “maq files REPO”.");
    case MAQ_HUB_ERROR_RATE_LIMITED:
      return N_ ("Wait, then try again. The limit is higher with a token.");
    case MAQ_HUB_ERROR_UNREACHABLE:
      return N_ ("Check the connection and --endpoint. To use the cache, add --offline.");
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_LINK_EXPIRED:
      return N_ ("Try again later.");
    case MAQ_HUB_ERROR_BAD_ENDPOINT:
    case MAQ_HUB_ERROR_BAD_REQUEST:
      return N_ ("Check the arguments and options.");
    case MAQ_HUB_ERROR_BAD_REPLY:
    case MAQ_HUB_ERROR_NO_HUB:
      return N_ ("Check that --endpoint is a Hub and that this network needs no sign-in page.");
    case MAQ_HUB_ERROR_OFFLINE:
      return N_ ("Try without --offline and HF_HUB_OFFLINE.");
    }
  return NULL;
}

// What a person reads instead of a request and its status; NULL where the message says why in words.
static const char *
plain_sentence (const GError *error)
{
  if (error->domain != MAQ_HUB_ERROR)
    return NULL;
  switch ((MaqHubError) error->code)
    {
    case MAQ_HUB_ERROR_UNAUTHORIZED:
      return N_ ("Authentication failed: the token is missing or invalid.");
    case MAQ_HUB_ERROR_FORBIDDEN:
      return N_ ("The token does not allow this.");
    case MAQ_HUB_ERROR_GATED:
      return N_ ("This repo is gated.");
    case MAQ_HUB_ERROR_DISABLED:
      return N_ ("The Hub has disabled this repo.");
    case MAQ_HUB_ERROR_REPO_NOT_FOUND:
      return N_ ("The repo does not exist or is private.");
    case MAQ_HUB_ERROR_REVISION_NOT_FOUND:
      return N_ ("The revision does not exist.");
    case MAQ_HUB_ERROR_ENTRY_NOT_FOUND:
      return N_ ("The file does not exist at this revision.");
    case MAQ_HUB_ERROR_OFFLINE:
      return N_ ("This needs the Hub, but offline mode is on.");
    case MAQ_HUB_ERROR_RATE_LIMITED:
    case MAQ_HUB_ERROR_UNREACHABLE:
    case MAQ_HUB_ERROR_SERVER:
    case MAQ_HUB_ERROR_BAD_REQUEST:
    case MAQ_HUB_ERROR_BAD_ENDPOINT:
    case MAQ_HUB_ERROR_BAD_REPLY:
    case MAQ_HUB_ERROR_NO_HUB:
    case MAQ_HUB_ERROR_LINK_EXPIRED:
      return NULL;
    }
  return NULL;
}

static const char *
next_step_cache (int code)
{
  switch ((MaqCacheError) code)
    {
    case MAQ_CACHE_ERROR_READ_ONLY:
      return N_ ("Choose a folder you can write to with HF_HUB_CACHE or --local-dir.");
    case MAQ_CACHE_ERROR_NO_SPACE:
      return N_ ("Free some space (see “maq cache ls”), or choose another folder with HF_HUB_CACHE or --local-dir.");
    case MAQ_CACHE_ERROR_LOCKED:
      return N_ ("Wait for the other program to finish, then try again.");
    case MAQ_CACHE_ERROR_MISMATCH:
      return N_ ("Try again to download the file again.");
    case MAQ_CACHE_ERROR_UNSAFE:
      return N_ ("Nothing was written. Do not trust this repo.");
    case MAQ_CACHE_ERROR_DAMAGED:
      return N_ ("See “maq cache scan”.");
    case MAQ_CACHE_ERROR_OCCUPIED:
      return N_ ("To replace it, use --replace.");
    case MAQ_CACHE_ERROR_UNSUITABLE:
    case MAQ_CACHE_ERROR_MISSING:
      return NULL;
    }
  return NULL;
}

static const char *
next_step_engine (int code)
{
  switch ((MaqEngineError) code)
    {
    case MAQ_ENGINE_ERROR_BAD_MODEL:
      return N_ ("Check it with “maq inspect FILE”, or try another variant or file.");
    case MAQ_ENGINE_ERROR_OUT_OF_MEMORY:
      return N_ ("Try a smaller variant, such as MODEL:Q4_0, or close other programs.");
    case MAQ_ENGINE_ERROR_CRASHED:
      return N_ ("Try again, or try another model.");
    case MAQ_ENGINE_ERROR_BUSY:
      return N_ ("Wait for the answer to finish.");
    case MAQ_ENGINE_ERROR_TOO_LONG:
      return N_ ("Shorten the prompt.");
    case MAQ_ENGINE_ERROR_UNLOADED:
      return N_ ("Try again.");
    case MAQ_ENGINE_ERROR_UNSUPPORTED:
      return N_ ("Choose a model that supports it.");
    }
  return NULL;
}

static const char *
next_step_format (int code)
{
  switch ((MaqFormatError) code)
    {
    case MAQ_FORMAT_ERROR_NOT_THIS_FORMAT:
      return N_ ("Choose a GGUF or safetensors file.");
    case MAQ_FORMAT_ERROR_NEEDS_MORE:
    case MAQ_FORMAT_ERROR_TRUNCATED:
    case MAQ_FORMAT_ERROR_CORRUPT:
      return N_ ("The file is damaged. Download it again.");
    case MAQ_FORMAT_ERROR_UNSUPPORTED:
      return N_ ("Choose another version of the file.");
    }
  return NULL;
}

static const char *
next_step (const GError *error)
{
  if (error->domain == MAQ_HUB_ERROR)
    return next_step_hub (error->code);
  if (error->domain == MAQ_CACHE_ERROR)
    return next_step_cache (error->code);
  if (error->domain == MAQ_ENGINE_ERROR)
    return next_step_engine (error->code);
  if (error->domain == MAQ_FORMAT_ERROR)
    return next_step_format (error->code);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return N_ ("Check the path.");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_ACCES))
    return N_ ("Check the permissions.");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    return N_ ("Free some space, then try again.");
  return NULL;
}

char *
maq_cli_sentence (const char *text)
{
  g_autofree char *clean = maq_cli_clean (text, FALSE);
  g_strstrip (clean);
  if (*clean == '\0')
    return g_strdup (_ ("Unknown error."));
  gboolean ends = strchr (".!?", clean[strlen (clean) - 1]) != NULL;
  return g_strconcat (clean, ends ? "" : ".", NULL);
}

char *
maq_cli_describe_error (const GError *error)
{
  const char      *plain = plain_sentence (error);
  g_autofree char *sentence = plain != NULL ? g_strdup (_ (plain)) : maq_cli_sentence (error->message);
  if (plain != NULL)
    g_debug ("%s", error->message);
  // A server that is not the Hub may have reasons of its own; in a message without plain words it is already.
  const char *reason = plain != NULL ? maq_hub_error_get_reason (error) : NULL;
  if (reason != NULL)
    {
      g_autofree char *said = maq_cli_sentence (reason);
      g_autofree char *fact = g_steal_pointer (&sentence);
      // Translators: the first %s is a sentence of Maquette, the second what the server answered.
      sentence = g_strdup_printf (_ ("%s The server says: %s"), fact, said);
    }
  // Engines say themselves what next where they know it: then there is more than one sentence.
  gboolean    said = error->domain == MAQ_ENGINE_ERROR && strstr (sentence, ". ") != NULL;
  const char *next = said ? NULL : next_step (error);
  return next != NULL ? g_strdup_printf ("%s %s", sentence, _ (next)) : g_steal_pointer (&sentence);
}

// Whether ERROR can come of it that no token was sent.
static gboolean
wants_token (const GError *error)
{
  static const MaqHubError codes[] = { MAQ_HUB_ERROR_UNAUTHORIZED, MAQ_HUB_ERROR_GATED, MAQ_HUB_ERROR_REPO_NOT_FOUND };
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, MAQ_HUB_ERROR, codes[i]))
      return TRUE;
  return FALSE;
}

int
maq_cli_report (MaqCli *self, const GError *error)
{
  g_autofree char *text = maq_cli_describe_error (error);
  // One that lies there unused explains more than the advice to get one.
  if (wants_token (error) && self->token != NULL && self->token->left_out != NULL)
    {
      g_autofree char *fact = g_strdup (_ (plain_sentence (error)));
      g_free (text);
      text = g_strdup_printf ("%s %s", fact, self->token->left_out);
    }
  if (!g_error_matches (error, MAQ_CLI_ERROR, MAQ_CLI_ERROR_USAGE))
    {
      fprintf (stderr, "maq: %s\n", text);
      return 1;
    }
  fprintf (stderr, _ ("maq: %s See “maq %s --help”.\n"), text, self->command->name);
  return 2;
}
