// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

// Access tokens, and the one place that decides which of them is for which Hub: for the window, for maq and for all they use.
//
// A token belongs to one origin (scheme, host and port) and is sent to no other:
//   - one in the keyring, to the Hub for which it was stored. Who stored it chose that address, plain HTTP or not;
//   - HF_TOKEN, its old name HUGGING_FACE_HUB_TOKEN, and the token file of the command-line tools, to the Hub of the environment:
//     HF_ENDPOINT, else the public Hub. So do all Hub tools. A Hub that an option or Preferences name gets them only if it is the
//     same one, and nobody gets them over plain HTTP, this machine excepted.
// The variable goes before the keyring, the keyring before the file. A variable that holds no token stands for no token: another
// one in its place would be another user. With HF_HUB_DISABLE_IMPLICIT_TOKEN neither variables nor file count.

G_BEGIN_DECLS

typedef enum
{
  MAQ_TOKEN_NONE,
  MAQ_TOKEN_ENVIRONMENT,
  MAQ_TOKEN_KEYRING,
  MAQ_TOKEN_FILE,
} MaqTokenSource;

// What was found for one Hub. Reference counted.
typedef struct
{
  char          *endpoint; // the Hub it is for: what was asked for
  char          *text;     // NULL: there is none
  MaqTokenSource source;
  // Why one that is there is not used, as a translated sentence; NULL if none was left out. IS_BROKEN: because it is no token,
  // which its owner should hear of at once; otherwise it is meant for another Hub, which matters where this one wants a token.
  char    *left_out;
  gboolean is_broken;
  // The token file, if TEXT is from it and others can read it. IS_NEWS: the user was not told so yet, see maq_token_mark_told.
  char    *open_file;
  gboolean is_news;
} MaqToken;
#define MAQ_TYPE_TOKEN (maq_token_get_type ())
GType     maq_token_get_type (void);
MaqToken *maq_token_ref (MaqToken *self);
void      maq_token_unref (MaqToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqToken, maq_token_unref)

// Looks the token for the Hub at ENDPOINT up; resolves to a MaqToken (boxed). A keyring that is missing, locked or silent has none.
DexFuture *maq_token_load (const char *endpoint);
// Stores TEXT for the Hub at ENDPOINT in the keyring, or removes what is there when NULL; resolves to what load then says.
// MAQ_LIBRARY_ERROR_NO_KEYRING, _BAD_TOKEN. The token file is never changed.
DexFuture *maq_token_store (const char *endpoint, const char *text);

// What the user should know of OPEN_FILE, as a translated sentence; NULL if nothing. (transfer full)
char *maq_token_dup_warning (const MaqToken *self);
// Remembers, in Maquette's state folder, that the user was told of OPEN_FILE: not again, unless it is put right and opened anew.
// Resolves when that is done; a failure is not worth a word.
DexFuture *maq_token_mark_told (MaqToken *self);

G_END_DECLS
