// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <libdex.h>

#include "maq-hub-error.h"
#include "maq-repo.h"

// The Hub over HTTP: lists, records, files. One function inside performs every request: user agent, token (never to another
// origin), redirects (never to an address inside a network that the Hub is outside of), retries, deadlines and stall limits,
// status to error, paging and rate-limit headers, and the log. Replies are parsed in workers. Every method returns a future that rejects with MAQ_HUB_ERROR, MAQ_ADDRESS_ERROR or G_IO_ERROR; dropping it stops
// the request. The methods may be called on the main thread and from fibers of any scheduler.
// Facts: Hub API notes §1–§8.

G_BEGIN_DECLS

#define MAQ_HUB_DEFAULT_ENDPOINT "https://huggingface.co"

// What to list. All strings are nullable and owned.
typedef struct
{
  MaqRepoKind kind;
  char       *search;  // words in the repo id
  char       *author;  // user or organisation
  char       *task;    // pipeline tag (models), task category (datasets)
  char       *library; // "gguf", "transformers", …
  char       *license; // id without the "license:" prefix
  char       *language;
  char      **filters;        // further tags, all must match
  gint64      min_parameters; // -1: no bound
  gint64      max_parameters;
  char       *sort;  // the Hub's own word: trendingScore, downloads, likes, createdAt, lastModified; NULL: its default, trendingScore
  guint       limit; // items a page, 1 to 1000; 0: 50
} MaqHubQuery;

MaqHubQuery *maq_hub_query_new (MaqRepoKind kind);
MaqHubQuery *maq_hub_query_copy (const MaqHubQuery *self);
void         maq_hub_query_free (MaqHubQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubQuery, maq_hub_query_free)

// One page of a list. The boxed types below are reference counted: copy is cheap.
typedef struct
{
  GPtrArray  *repos;   // of MaqRepo
  char       *next;    // address of the next page, NULL after the last
  guint       skipped; // items that were not repos and were left out
  MaqRepoKind kind;
} MaqHubPage;
#define MAQ_TYPE_HUB_PAGE (maq_hub_page_get_type ())
GType       maq_hub_page_get_type (void);
MaqHubPage *maq_hub_page_ref (MaqHubPage *self);
void        maq_hub_page_unref (MaqHubPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubPage, maq_hub_page_unref)

typedef struct
{
  char *name; // "main"
  char *ref;  // "refs/heads/main"
  char *commit;
} MaqHubRef;

typedef struct
{
  GPtrArray *branches; // of MaqHubRef; none of the four is NULL
  GPtrArray *tags;
  GPtrArray *converts;
  GPtrArray *pull_requests;
} MaqHubRefs;
#define MAQ_TYPE_HUB_REFS (maq_hub_refs_get_type ())
GType       maq_hub_refs_get_type (void);
MaqHubRefs *maq_hub_refs_ref (MaqHubRefs *self);
void        maq_hub_refs_unref (MaqHubRefs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubRefs, maq_hub_refs_unref)

typedef struct
{
  char  *id;
  char  *title; // one line
  char **users; // who wrote it
  gint64 date;  // in Unix seconds, 0 if unknown
} MaqHubCommit;

// One page of a history, the latest first.
typedef struct
{
  GPtrArray *commits;  // of MaqHubCommit
  gboolean   has_more; // there is another page
} MaqHubCommits;
#define MAQ_TYPE_HUB_COMMITS (maq_hub_commits_get_type ())
GType          maq_hub_commits_get_type (void);
MaqHubCommits *maq_hub_commits_ref (MaqHubCommits *self);
void           maq_hub_commits_unref (MaqHubCommits *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubCommits, maq_hub_commits_unref)

// Who the token belongs to.
typedef struct
{
  char *name;
  char *full_name;
  char *avatar_url; // absolute
  char *token_name; // nullable
  char *token_role; // "read", "write", "fineGrained", nullable
} MaqHubUser;
#define MAQ_TYPE_HUB_USER (maq_hub_user_get_type ())
GType       maq_hub_user_get_type (void);
MaqHubUser *maq_hub_user_ref (MaqHubUser *self);
void        maq_hub_user_unref (MaqHubUser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubUser, maq_hub_user_unref)

// What a HEAD of a resolve address says.
typedef struct
{
  char  *commit;
  char  *etag;     // normalised and checked: safe as a file name
  gint64 size;     // in bytes; -1: only the GET will tell
  char  *location; // address on another origin, NULL if the Hub itself serves the file; it expires: never store it
} MaqHubFileInfo;
#define MAQ_TYPE_HUB_FILE_INFO (maq_hub_file_info_get_type ())
GType           maq_hub_file_info_get_type (void);
MaqHubFileInfo *maq_hub_file_info_ref (MaqHubFileInfo *self);
void            maq_hub_file_info_unref (MaqHubFileInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqHubFileInfo, maq_hub_file_info_unref)

// The open body of a file. Lengths are as the server said; the reader compares them with what arrives.
#define MAQ_TYPE_HUB_BODY (maq_hub_body_get_type ())
G_DECLARE_FINAL_TYPE (MaqHubBody, maq_hub_body, MAQ, HUB_BODY, GObject)
// The byte the body starts at: what was asked for (206), or 0 when the server ignored the range (200).
guint64 maq_hub_body_get_offset (MaqHubBody *self);
// Size of the whole file in bytes, -1 if the server did not say.
gint64 maq_hub_body_get_total (MaqHubBody *self);
// Whether the server calls it a web page, as login pages of networks are.
gboolean maq_hub_body_is_page (MaqHubBody *self);
// Resolves to the next bytes (GBytes, at most MAX_BYTES; empty at the end). Rejects with MAQ_HUB_ERROR_UNREACHABLE when nothing
// arrives for the stall limit of 15 s or the connection breaks, also when it ends before the length that the server gave. To be called on the thread the body was opened on.
DexFuture *maq_hub_body_read (MaqHubBody *self, gsize max_bytes);

#define MAQ_TYPE_HUB_CLIENT (maq_hub_client_get_type ())
G_DECLARE_FINAL_TYPE (MaqHubClient, maq_hub_client, MAQ, HUB_CLIENT, GObject)

// ENDPOINT: base address of the Hub; NULL: HF_ENDPOINT, else the public Hub. A trailing slash is dropped. Offline mode starts
// as HF_HUB_OFFLINE says. An address that is none gives the public Hub and a message: check it with set_endpoint.
MaqHubClient *maq_hub_client_new (const char *endpoint);
const char   *maq_hub_client_get_endpoint (MaqHubClient *self);
// ENDPOINT: an http(s) address, or NULL as above; notify::endpoint tells of it. Otherwise MAQ_HUB_ERROR_BAD_REQUEST and nothing is
// changed.
gboolean maq_hub_client_set_endpoint (MaqHubClient *self, const char *endpoint, GError **error);
// TOKEN: sent to the origin of ENDPOINT only, as long as that is where the client's own endpoint is; which token is for which Hub,
// MaqToken knows. NULL for none. Never logged.
void maq_hub_client_set_token (MaqHubClient *self, const char *token, const char *endpoint);
// Whether there is one for the client's endpoint.
gboolean maq_hub_client_has_token (MaqHubClient *self);
gboolean maq_hub_client_get_offline (MaqHubClient *self);
void     maq_hub_client_set_offline (MaqHubClient *self, gboolean offline);
// Seconds until requests go out again after the Hub's rate limit, 0 if they do. Requests that cannot wait so long fail with
// MAQ_HUB_ERROR_RATE_LIMITED before they are sent.
guint maq_hub_client_get_wait (MaqHubClient *self);
// Signal "warned" (topic, text), on the main thread: the Hub wants the user to read TEXT. Once for each topic.

// Resolves to a MaqHubPage (boxed).
DexFuture *maq_hub_client_list_repos (MaqHubClient *self, const MaqHubQuery *query);
// The page after PAGE. MAQ_HUB_ERROR_BAD_REQUEST if PAGE was the last, or came from another endpoint.
DexFuture *maq_hub_client_list_next (MaqHubClient *self, MaqHubPage *page);
// Resolves to a MaqRepo with all fields. REVISION nullable: the default branch. A renamed id gives the repo under its new id.
DexFuture *maq_hub_client_get_repo (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision);
// As get_repo, in the same answer with the files: maq_repo_get_tree. For repos of very many files the list alone is paged.
DexFuture *maq_hub_client_get_repo_with_files (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision);
// Resolves to a MaqHubTree (boxed) of every file at REVISION, all pages.
DexFuture *maq_hub_client_list_tree (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision);
// Resolves to a MaqHubRefs (boxed).
DexFuture *maq_hub_client_list_refs (MaqHubClient *self, MaqRepoKind kind, const char *id);
// Resolves to a MaqHubCommits (boxed): what led to REVISION (nullable: main), fifty commits a page; PAGE counts from 0.
DexFuture *maq_hub_client_list_commits (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision, guint page);
// Resolves to TRUE if the files of a gated repo may be fetched; MAQ_HUB_ERROR_GATED or _UNAUTHORIZED otherwise. Fetches none.
DexFuture *maq_hub_client_check_access (MaqHubClient *self, MaqRepoKind kind, const char *id);
// Resolves to a MaqHubUser (boxed). MAQ_HUB_ERROR_UNAUTHORIZED without a good token. Asked once per token, then remembered.
DexFuture *maq_hub_client_whoami (MaqHubClient *self);
// Asks for what TREE, the list at REVISION, leaves open of PATHS (NULL: of every file): a HEAD for each file, and the first byte of
// it where the size is known no sooner. Resolves to a MaqHubTree (boxed) with what could be told. Only for files to be downloaded.
DexFuture *maq_hub_client_fill_tree (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision, MaqHubTree *tree, const char *const *paths);
// Resolves to the picture of the user or organization OWNER (GBytes), of whatever kind it is: not to be decoded in this process.
// MAQ_HUB_ERROR_BAD_REPLY above 1 MiB. Facts: Hub API notes on users.
DexFuture *maq_hub_client_read_avatar (MaqHubClient *self, const char *owner);
// HEAD of one file; resolves to a MaqHubFileInfo (boxed). Counts as a download for weights: only for one that is begun.
DexFuture *maq_hub_client_resolve (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision, const char *path);
// Resolves to the content (GBytes) of a small file such as the card. MAQ_HUB_ERROR_BAD_REPLY if it has over MAX_BYTES.
DexFuture *maq_hub_client_read_file (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision, const char *path, gsize max_bytes);
// GET of a file from byte OFFSET up to, not including, END (0: to its end), following the redirect to the host that stores it;
// resolves to a MaqHubBody, which begins at 0 if the server knows no ranges. Not retried here: the caller resumes.
DexFuture *maq_hub_client_open_file (MaqHubClient *self, MaqRepoKind kind, const char *id, const char *revision, const char *path, guint64 offset, guint64 end);

// The page of a repo in a browser (transfer full).
char *maq_hub_client_dup_page_address (MaqHubClient *self, MaqRepoKind kind, const char *id);

G_END_DECLS
