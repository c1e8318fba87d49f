// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MAQ_HUB_ERROR (maq_hub_error_quark ())
GQuark maq_hub_error_quark (void);

// What a caller does something different about. How replies map to these: Hub API notes §3.
typedef enum
{
  MAQ_HUB_ERROR_UNAUTHORIZED,       // the token is bad or missing
  MAQ_HUB_ERROR_FORBIDDEN,          // the token lacks a permission
  MAQ_HUB_ERROR_GATED,              // access must be asked for on the repo's page
  MAQ_HUB_ERROR_DISABLED,           // the Hub disabled the repo
  MAQ_HUB_ERROR_REPO_NOT_FOUND,     // missing, or private and not ours
  MAQ_HUB_ERROR_REVISION_NOT_FOUND, // the repo is there, the revision not
  MAQ_HUB_ERROR_ENTRY_NOT_FOUND,    // no such file at that revision
  MAQ_HUB_ERROR_RATE_LIMITED,       // the message says the seconds to wait
  MAQ_HUB_ERROR_UNREACHABLE,        // no connection, DNS, TLS, stall or deadline
  MAQ_HUB_ERROR_SERVER,             // 5xx after all retries
  MAQ_HUB_ERROR_BAD_REQUEST,        // other 4xx
  MAQ_HUB_ERROR_BAD_REPLY,          // not what a Hub says: wrong JSON, headers or lengths
  MAQ_HUB_ERROR_NO_HUB,             // it was no Hub that answered: a login page, redirects without end; asking again is no use
  MAQ_HUB_ERROR_LINK_EXPIRED,       // the signed address of a file is no longer good: open the file again
  MAQ_HUB_ERROR_OFFLINE,            // offline mode is on
  MAQ_HUB_ERROR_BAD_ENDPOINT,       // what was given for the Hub's address is none
} MaqHubError;

// What the server itself said of why, for the user: valid UTF-8 on one line, never with the token. NULL where ERROR is no
// MAQ_HUB_ERROR, where nothing was said, and where the words are the Hub's usual ones, which the code has said already.
const char *maq_hub_error_get_reason (const GError *error);

G_END_DECLS
