// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <glib-object.h>

// What names a Hub entry, a revision and a file in it, and the checks that keep hostile names out of paths and URLs.
// Rules and vectors: Hub API notes §1 (ids, revisions, hf:// addresses) and cache notes §9 (file paths).

G_BEGIN_DECLS

#define MAQ_ADDRESS_ERROR (maq_address_error_quark ())
GQuark maq_address_error_quark (void);

typedef enum
{
  MAQ_ADDRESS_ERROR_BAD_ID,
  MAQ_ADDRESS_ERROR_BAD_REVISION,
  MAQ_ADDRESS_ERROR_BAD_PATH,
  MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS,
} MaqAddressError;

typedef enum
{
  MAQ_REPO_KIND_MODEL,
  MAQ_REPO_KIND_DATASET,
  MAQ_REPO_KIND_SPACE,
  MAQ_REPO_KIND_KERNEL, // compute kernels, a kind since 2026: read and cached like the others, listed by nothing here
} MaqRepoKind;

#define MAQ_TYPE_REPO_KIND (maq_repo_kind_get_type ())
GType maq_repo_kind_get_type (void);

// "model", "dataset", "space", "kernel": as in `maq --kind` and hf:// addresses without the plural s.
const char *maq_repo_kind_to_string (MaqRepoKind kind);
// Accepts singular and plural in any case; FALSE for other words.
gboolean maq_repo_kind_from_string (const char *text, MaqRepoKind *kind);
// "models", "datasets", "spaces", "kernels": the segment after /api/ and the first part of a cache folder's name.
const char *maq_repo_kind_get_plural (MaqRepoKind kind);
// "", "datasets/", "spaces/", "kernels/": what stands before the id in page and resolve addresses.
const char *maq_repo_kind_get_url_prefix (MaqRepoKind kind);

// Whether TEXT can be the id of a repo: `name` or `namespace/name`. Otherwise sets MAQ_ADDRESS_ERROR_BAD_ID.
gboolean maq_repo_id_validate (const char *text, GError **error);
// Whether TEXT can be a revision: branch, tag, commit or refs/pr/N, safe as part of a path.
gboolean maq_revision_validate (const char *text, GError **error);
// Whether TEXT is a full commit: 40 lower-case hexadecimal digits.
gboolean maq_revision_is_commit (const char *text);
// Whether TEXT, a file name sent by a server, is safe to join below a folder under POSIX and Windows rules.
gboolean maq_repo_path_validate (const char *text, GError **error);
// Whether TEXT, which stands in a file of a repo as the name of another (weight_map of an index), is safe to ask a Hub for and to
// join below a folder: without `\` and without `:` in its first segment, by the rules of maq_repo_path_validate, and still so after
// any number of rounds of percent-decoding, which servers on the way may do. Hub API notes §26.
gboolean maq_repo_reference_validate (const char *text, GError **error);

// A place on the Hub. revision and path are NULL when not given.
typedef struct
{
  MaqRepoKind kind;
  char       *id;
  char       *revision;
  char       *path;
} MaqRepoAddress;

#define MAQ_TYPE_REPO_ADDRESS (maq_repo_address_get_type ())
GType maq_repo_address_get_type (void);

// Reads what people paste: `owner/name`, `owner/name@rev`, `datasets/owner/name`, an hf:// address, or the https address of a
// page of the Hub (tree, blob, resolve and commit pages give revision and path). KIND is meant where TEXT does not say.
// ENDPOINT (nullable) is one more host whose pages are understood. MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS for anything else, such as
// plain search words; a bare word is one of those, though it may be the id of an old repo.
MaqRepoAddress *maq_repo_address_parse (const char *text, MaqRepoKind kind, const char *endpoint, GError **error);
MaqRepoAddress *maq_repo_address_new (MaqRepoKind kind, const char *id, const char *revision, const char *path);
MaqRepoAddress *maq_repo_address_copy (const MaqRepoAddress *self);
void            maq_repo_address_free (MaqRepoAddress *self);
// The hf:// form of the address (transfer full).
char *maq_repo_address_to_uri (const MaqRepoAddress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqRepoAddress, maq_repo_address_free)

G_END_DECLS
