// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-hub-status.h"

#include <libdex.h>
#include <string.h>

#include "maq-error.h"
#include "maq-hub-error-private.h"
#include "maq-json.h"

// Longest explanation of a server that is passed on, in bytes.
#define MAX_SAID       500
#define MAX_SAID_DEPTH 4

static gboolean
equal (const char *a,
       const char *b)
{
  return a != NULL && strcmp (a, b) == 0;
}

static void
add_said (const MaqHubFailure *failure,
          GString             *said,
          const char          *text)
{
  if (text == NULL)
    return;

  g_autoptr (GString) open = g_string_new (text);
  if (failure->secret != NULL)
    g_string_replace (open, failure->secret, "…", 0);

  g_autofree char *valid = g_utf8_make_valid (open->str, -1);
  g_strstrip (valid);
  for (char *p = valid; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';

  // The header usually repeats the body.
  if (valid[0] == '\0' || said->len > MAX_SAID || strstr (said->str, valid) != NULL)
    return;
  if (said->len > 0)
    g_string_append (said, "; ");
  if (strlen (valid) > MAX_SAID)
    {
      const char *end = g_utf8_find_prev_char (valid, valid + MAX_SAID);
      g_string_append_len (said, valid, end - valid);
      g_string_append (said, "…");
    }
  else
    g_string_append (said, valid);
}

// Members that hold an explanation: the Hub's own, and those of other servers (problem details of RFC 9457, the frameworks' own).
static const char *const said_members[] = { "error", "error_description", "message", "errors", "detail", "details", "title", "reason", "msg" };

// Adds what VALUE explains: a text, a list of explanations, or an object with members that are some.
static void
add_said_in (const MaqHubFailure *failure,
             GString             *said,
             MaqJsonValue        *value,
             guint                depth)
{
  if (depth > MAX_SAID_DEPTH)
    return;

  add_said (failure, said, maq_json_as_string (value));
  if (maq_json_is_array (value))
    MAQ_JSON_FOREACH (item, value)
      {
        add_said_in (failure, said, item, depth + 1);
      }
  else if (maq_json_is_object (value))
    for (guint i = 0; i < G_N_ELEMENTS (said_members); i++)
      add_said_in (failure, said, maq_json_get (value, said_members[i]), depth + 1);
}

// Everything the reply says about why: the header, then the body in any of its shapes.
static char *
collect_said (const MaqHubFailure *failure)
{
  g_autoptr (GString) said = g_string_new (NULL);
  const char *type = soup_message_headers_get_content_type (failure->headers, NULL);

  add_said (failure, said, soup_message_headers_get_one (failure->headers, "X-Error-Message"));

  if (failure->body == NULL || g_bytes_get_size (failure->body) == 0)
    return g_string_free (g_steal_pointer (&said), FALSE);

  g_autoptr (MaqJson) json = maq_json_parse (failure->body, NULL);
  if (json != NULL)
    add_said_in (failure, said, maq_json_get_root (json), 0);
  else if (type == NULL || equal (type, "text/plain") || equal (type, "application/octet-stream"))
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (failure->body, NULL), g_bytes_get_size (failure->body));
      add_said (failure, said, text);
    }

  return g_string_free (g_steal_pointer (&said), FALSE);
}

// Whether PATH names one repo, or something in it.
static gboolean
is_repo_path (const char *path)
{
  return strstr (path, "/resolve/") != NULL || strstr (path, "/api/models/") != NULL ||
         strstr (path, "/api/datasets/") != NULL || strstr (path, "/api/spaces/") != NULL;
}

// The statuses of the host that stores the bytes. It knows nothing of repos, and refuses an address that is too old.
static MaqHubError
get_storage_code (guint status)
{
  switch (status)
    {
    case 400:
    case 401:
    case 403:
    case 410:
      return MAQ_HUB_ERROR_LINK_EXPIRED;
    case 416:
      return MAQ_HUB_ERROR_BAD_REQUEST;
    case 429:
      return MAQ_HUB_ERROR_RATE_LIMITED;
    default:
      return status == 408 || status >= 500 ? MAQ_HUB_ERROR_SERVER : MAQ_HUB_ERROR_BAD_REPLY;
    }
}

static MaqHubError
get_hub_code (const MaqHubFailure *failure,
              const char          *said)
{
  const char *code = soup_message_headers_get_one (failure->headers, "X-Error-Code");
  gboolean    is_repo = is_repo_path (failure->path);

  if (equal (code, "RevisionNotFound"))
    return MAQ_HUB_ERROR_REVISION_NOT_FOUND;
  if (equal (code, "EntryNotFound"))
    return MAQ_HUB_ERROR_ENTRY_NOT_FOUND;
  if (equal (code, "GatedRepo"))
    return MAQ_HUB_ERROR_GATED;
  if (strstr (said, "Access to this resource is disabled.") != NULL || failure->status == 451)
    return MAQ_HUB_ERROR_DISABLED;
  if (equal (code, "RepoNotFound"))
    return MAQ_HUB_ERROR_REPO_NOT_FOUND;

  switch (failure->status)
    {
    case 401:
      // Without a token a private repo and one that is not there look the same, on purpose.
      return is_repo && strstr (said, "Invalid credentials in Authorization header") == NULL
               ? MAQ_HUB_ERROR_REPO_NOT_FOUND
               : MAQ_HUB_ERROR_UNAUTHORIZED;
    case 403:
      return MAQ_HUB_ERROR_FORBIDDEN;
    case 404:
      if (!is_repo || g_ascii_strncasecmp (said, "Entry not found", strlen ("Entry not found")) == 0)
        return MAQ_HUB_ERROR_ENTRY_NOT_FOUND;
      return MAQ_HUB_ERROR_REPO_NOT_FOUND;
    case 429:
      return MAQ_HUB_ERROR_RATE_LIMITED;
    case 408:
      return MAQ_HUB_ERROR_SERVER;
    default:
      if (failure->status >= 500)
        return MAQ_HUB_ERROR_SERVER;
      return failure->status >= 400 ? MAQ_HUB_ERROR_BAD_REQUEST : MAQ_HUB_ERROR_BAD_REPLY;
    }
}

// Whether SAID tells more than the code of the error does.
static gboolean
is_reason (const MaqHubFailure *failure,
           const char          *said)
{
  // What the Hub itself says in every such case: Hub API notes §3.
  static const char *const usual[] = {
    "Invalid username or password.",
    "Invalid credentials in Authorization header",
    "Access to this resource is disabled.",
    "Repository not found",
    "Entry not found",
  };

  if (said[0] == '\0' || !failure->is_hub || soup_message_headers_get_one (failure->headers, "X-Error-Code") != NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (strcmp (said, usual[i]) == 0)
      return FALSE;
  return g_ascii_strcasecmp (said, soup_status_get_phrase (failure->status)) != 0;
}

GError *
maq_hub_failure_to_error (const MaqHubFailure *failure,
                          gboolean            *again)
{
  static const char *const ids[] = { "X-Request-Id", "X-Amzn-Trace-Id", "X-Amz-Cf-Id" };
  g_autofree char         *said = collect_said (failure);
  MaqHubError              code = failure->is_hub ? get_hub_code (failure, said) : get_storage_code (failure->status);
  g_autoptr (GString) text = g_string_new (NULL);

  *again = code == MAQ_HUB_ERROR_RATE_LIMITED ||
           (code == MAQ_HUB_ERROR_SERVER && (failure->status == 408 || failure->status == 500 ||
                                             (failure->status >= 502 && failure->status <= 504)));

  g_string_append_printf (text, "%s %s: status %u", failure->method, failure->place, failure->status);
  if (said[0] != '\0')
    g_string_append_printf (text, ": %s", said);
  if (code == MAQ_HUB_ERROR_RATE_LIMITED && failure->wait >= 0)
    g_string_append_printf (text, "; again in %" G_GINT64_FORMAT " s", failure->wait);

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      const char *id = soup_message_headers_get_one (failure->headers, ids[i]);
      if (id != NULL && strlen (id) < 200 && g_str_is_ascii (id))
        {
          g_string_append_printf (text, " (request %s)", id);
          break;
        }
    }

  GError *error = g_error_new_literal (MAQ_HUB_ERROR, code, text->str);
  if (is_reason (failure, said))
    maq_hub_error_set_reason (error, said);
  return error;
}

GError *
maq_hub_failure_explain_certificate (GError              *cause,
                                     GTlsCertificateFlags problems)
{
  g_autoptr (GError) error = cause;
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *today = g_date_time_format (now, "%F");

  if (problems & G_TLS_CERTIFICATE_EXPIRED)
    return g_error_new (error->domain, error->code, "the server's certificate has expired, or the clock of this computer is wrong: it says %s", today);
  if (problems & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return g_error_new (error->domain, error->code, "the server's certificate is not valid yet, or the clock of this computer is wrong: it says %s", today);
  if (problems & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return g_error_new_literal (error->domain, error->code, "the server's certificate is that of another host; a network that wants a login first answers so");
  if (problems & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return g_error_new_literal (error->domain, error->code, "nobody this computer trusts vouches for the server's certificate; a network that wants a login first answers so");
  return g_steal_pointer (&error);
}

GError *
maq_hub_failure_from_cause (GError     *cause,
                            const char *method,
                            const char *place,
                            gboolean   *again)
{
  g_autoptr (GError) error = cause;
  MaqHubError code = MAQ_HUB_ERROR_UNREACHABLE;

  *again = FALSE;
  if (maq_error_is_cancelled (error) || error->domain == MAQ_HUB_ERROR)
    return g_steal_pointer (&error);

  if (error->domain == SOUP_SESSION_ERROR)
    code = MAQ_HUB_ERROR_BAD_REPLY;
  else
    // A certificate does not get better by asking again.
    *again = error->domain != G_TLS_ERROR && !g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT);

  if (g_error_matches (error, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return g_error_new (MAQ_HUB_ERROR, code, "%s %s: no answer in time", method, place);
  return g_error_new (MAQ_HUB_ERROR, code, "%s %s: %s", method, place, error->message);
}

gboolean
maq_hub_failure_is_no_connection (const GError *cause)
{
  static const GIOErrorEnum codes[] = { G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_HOST_NOT_FOUND, G_IO_ERROR_HOST_UNREACHABLE, G_IO_ERROR_NETWORK_UNREACHABLE, G_IO_ERROR_PROXY_FAILED };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (cause, G_IO_ERROR, codes[i]))
      return TRUE;
  return cause->domain == G_RESOLVER_ERROR;
}

gboolean
maq_hub_refuse (GError    **error,
                MaqHubError code,
                const char *place,
                const char *what)
{
  g_set_error (error, MAQ_HUB_ERROR, code, "%s: %s", place, what);
  return FALSE;
}
