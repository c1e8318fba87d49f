// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-repo-address.h"

#include <string.h>

G_DEFINE_QUARK (maq - address - error - quark, maq_address_error)
G_DEFINE_BOXED_TYPE (MaqRepoAddress, maq_repo_address, maq_repo_address_copy, maq_repo_address_free)

// Longest part of a repo id, file name (as most file systems have it), revision and path that is accepted, in bytes.
#define MAX_ID_PART  96
#define MAX_NAME     255
#define MAX_REVISION 255
#define MAX_PATH     1024

static const struct
{
  const char *singular;
  const char *plural;
  const char *url_prefix;
} kinds[] = {
  [MAQ_REPO_KIND_MODEL] = { "model", "models", "" },
  [MAQ_REPO_KIND_DATASET] = { "dataset", "datasets", "datasets/" },
  [MAQ_REPO_KIND_SPACE] = { "space", "spaces", "spaces/" },
  [MAQ_REPO_KIND_KERNEL] = { "kernel", "kernels", "kernels/" },
};

GType
maq_repo_kind_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      static const GEnumValue values[] = {
        { MAQ_REPO_KIND_MODEL, "MAQ_REPO_KIND_MODEL", "model" },
        { MAQ_REPO_KIND_DATASET, "MAQ_REPO_KIND_DATASET", "dataset" },
        { MAQ_REPO_KIND_SPACE, "MAQ_REPO_KIND_SPACE", "space" },
        { MAQ_REPO_KIND_KERNEL, "MAQ_REPO_KIND_KERNEL", "kernel" },
        { 0 },
      };
      g_once_init_leave (&type, g_enum_register_static ("MaqRepoKind", values));
    }

  return type;
}

const char *
maq_repo_kind_to_string (MaqRepoKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (kinds), NULL);

  return kinds[kind].singular;
}

gboolean
maq_repo_kind_from_string (const char  *text,
                           MaqRepoKind *kind)
{
  if (text == NULL)
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (text, kinds[i].singular) == 0 || g_ascii_strcasecmp (text, kinds[i].plural) == 0)
      {
        *kind = i;
        return TRUE;
      }

  return FALSE;
}

const char *
maq_repo_kind_get_plural (MaqRepoKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (kinds), NULL);

  return kinds[kind].plural;
}

const char *
maq_repo_kind_get_url_prefix (MaqRepoKind kind)
{
  g_return_val_if_fail (kind < G_N_ELEMENTS (kinds), NULL);

  return kinds[kind].url_prefix;
}

// TEXT for a message: cut, and without anything that could break a terminal or a label.
static char *
quote (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *cut = g_utf8_strlen (valid, -1) > 100 ? g_utf8_substring (valid, 0, 100) : g_strdup (valid);

  for (char *p = cut; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = ' ';

  return g_strdup_printf ("“%s”", cut);
}

// Whether one part of a repo id keeps the Hub's rules, apart from those for the whole.
static gboolean
is_id_part (const char *part)
{
  gsize length = strlen (part);

  if (length == 0 || length > MAX_ID_PART)
    return FALSE;
  if (strchr ("-.", part[0]) != NULL || strchr ("-.", part[length - 1]) != NULL)
    return FALSE;

  for (const char *p = part; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("._-", *p) == NULL)
      return FALSE;

  return TRUE;
}

gboolean
maq_repo_id_validate (const char *text,
                      GError    **error)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "/", -1);
  guint    n_parts = g_strv_length (parts);
  gboolean good = n_parts == 1 || n_parts == 2;

  for (guint i = 0; good && i < n_parts; i++)
    good = is_id_part (parts[i]);

  if (good && strstr (text, "--") == NULL && strstr (text, "..") == NULL && !g_str_has_suffix (text, ".git"))
    return TRUE;

  g_autofree char *quoted = quote (text != NULL ? text : "");
  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_ID, "%s is not a repo id: expected name or owner/name of letters, digits, “-”, “_” and “.”", quoted);
  return FALSE;
}

// git's rules for names of refs, which also make a revision safe below the refs folder of the cache.
static gboolean
is_revision (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length == 0 || length > MAX_REVISION || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  if (text[0] == '-' || strcmp (text, "@") == 0 || text[length - 1] == '.')
    return FALSE;
  if (strstr (text, "..") != NULL || strstr (text, "@{") != NULL)
    return FALSE;

  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || strchr (" ~^:?*[\\", *p) != NULL)
      return FALSE;

  g_auto (GStrv) parts = g_strsplit (text, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || parts[i][0] == '.' || g_str_has_suffix (parts[i], ".lock"))
      return FALSE;

  return TRUE;
}

gboolean
maq_revision_validate (const char *text,
                       GError    **error)
{
  if (is_revision (text))
    return TRUE;

  g_autofree char *quoted = quote (text != NULL ? text : "");
  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_REVISION, "%s is not a revision: expected a branch, a tag or a commit", quoted);
  return FALSE;
}

gboolean
maq_revision_is_commit (const char *text)
{
  if (text == NULL || strlen (text) != 40)
    return FALSE;

  return strspn (text, "0123456789abcdef") == 40;
}

// One segment between separators, “/” and “\” alike. Windows ignores dots and spaces at the end, so that “.. ” is “..” there.
static gboolean
is_path_segment (const char *segment)
{
  gsize length = strlen (segment);

  if (length == 0 || length > MAX_NAME)
    return FALSE;
  if (strspn (segment, ". ") == length)
    return FALSE;
  if (g_ascii_isalpha (segment[0]) && segment[1] == ':')
    return FALSE;

  return g_ascii_strcasecmp (segment, ".git") != 0;
}

static gboolean
is_repo_path (const char *text)
{
  if (text == NULL || strlen (text) > MAX_PATH || !g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      return FALSE;

  g_auto (GStrv) segments = g_strsplit_set (text, "/\\", -1);
  if (segments[0] == NULL)
    return FALSE;
  for (guint i = 0; segments[i] != NULL; i++)
    if (!is_path_segment (segments[i]))
      return FALSE;

  return TRUE;
}

gboolean
maq_repo_path_validate (const char *text,
                        GError    **error)
{
  if (is_repo_path (text))
    return TRUE;

  g_autofree char *quoted = quote (text != NULL ? text : "");
  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH, "%s is not a safe file name", quoted);
  return FALSE;
}

// TEXT after one round of percent-decoding; what is no encoding stays. NULL if that has a zero byte in it.
static char *
percent_decode (const char *text)
{
  g_autoptr (GString) decoded = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p != '%' || !g_ascii_isxdigit (p[1]) || !g_ascii_isxdigit (p[2]))
        {
          g_string_append_c (decoded, *p);
          continue;
        }
      char byte = g_ascii_xdigit_value (p[1]) << 4 | g_ascii_xdigit_value (p[2]);
      if (byte == '\0')
        return NULL;
      g_string_append_c (decoded, byte);
      p += 2;
    }

  return g_string_free (g_steal_pointer (&decoded), FALSE);
}

static gboolean
is_reference (const char *text)
{
  return is_repo_path (text) && strchr (text, '\\') == NULL && text[strcspn (text, ":/")] != ':';
}

gboolean
maq_repo_reference_validate (const char *text,
                             GError    **error)
{
  g_autofree char *form = g_strdup (text);
  gboolean         is_stable = FALSE;

  // Each round is shorter than the one before.
  while (!is_stable && is_reference (form))
    {
      char *decoded = percent_decode (form);
      is_stable = g_strcmp0 (decoded, form) == 0;
      g_free (form);
      form = decoded;
    }
  if (is_stable)
    return TRUE;

  g_autofree char *quoted = quote (text != NULL ? text : "");
  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_BAD_PATH, "%s is not a safe file name", quoted);
  return FALSE;
}

MaqRepoAddress *
maq_repo_address_new (MaqRepoKind kind,
                      const char *id,
                      const char *revision,
                      const char *path)
{
  g_return_val_if_fail (id != NULL, NULL);

  MaqRepoAddress *self = g_new0 (MaqRepoAddress, 1);
  self->kind = kind;
  self->id = g_strdup (id);
  self->revision = g_strdup (revision);
  self->path = g_strdup (path);
  return self;
}

MaqRepoAddress *
maq_repo_address_copy (const MaqRepoAddress *self)
{
  return self != NULL ? maq_repo_address_new (self->kind, self->id, self->revision, self->path) : NULL;
}

void
maq_repo_address_free (MaqRepoAddress *self)
{
  if (self == NULL)
    return;

  g_free (self->id);
  g_free (self->revision);
  g_free (self->path);
  g_free (self);
}

// TEXT with %XX undone where that gives valid text.
static char *
unescape (const char *text)
{
  char *plain = g_uri_unescape_string (text, NULL);

  if (plain != NULL && g_utf8_validate (plain, -1, NULL))
    return plain;
  g_free (plain);
  return g_strdup (text);
}

// The rest of an address, segment by segment. Segments are still escaped, so that an escaped “/” stays inside of one.
typedef struct
{
  char **all;
  guint  next;
} Segments;

static const char *
peek (Segments *self)
{
  return self->all[self->next];
}

static const char *
take (Segments *self)
{
  return self->all[self->next] != NULL ? self->all[self->next++] : NULL;
}

// A revision that begins with FIRST: names of pull requests and conversions go on over two more segments.
static char *
take_revision (Segments   *self,
               const char *first)
{
  g_autofree char *revision = unescape (first);
  g_autofree char *group = peek (self) != NULL ? unescape (peek (self)) : NULL;

  if (strcmp (revision, "refs") == 0 && group != NULL && self->all[self->next + 1] != NULL &&
      (strcmp (group, "pr") == 0 || strcmp (group, "convert") == 0))
    {
      take (self);
      g_autofree char *name = unescape (take (self));
      return g_strdup_printf ("refs/%s/%s", group, name);
    }

  return g_steal_pointer (&revision);
}

static char *
take_path (Segments *self)
{
  g_autoptr (GString) path = g_string_new (NULL);

  for (const char *segment = take (self); segment != NULL; segment = take (self))
    {
      g_autofree char *plain = unescape (segment);
      if (plain[0] == '\0' && peek (self) == NULL)
        break;
      if (path->len > 0)
        g_string_append_c (path, '/');
      g_string_append (path, plain);
    }

  return path->len > 0 ? g_string_free (g_steal_pointer (&path), FALSE) : NULL;
}

static gboolean
check_parts (const MaqRepoAddress *address,
             GError              **error)
{
  return maq_repo_id_validate (address->id, error) &&
         (address->revision == NULL || maq_revision_validate (address->revision, error)) &&
         (address->path == NULL || maq_repo_path_validate (address->path, error));
}

static MaqRepoAddress *
not_an_address (const char *text,
                GError    **error)
{
  g_autofree char *quoted = quote (text);

  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS, "%s is not the address of something on the Hub", quoted);
  return NULL;
}

// `[models/|datasets/|spaces/]name[@revision][/path]`, as hf:// addresses have it after the scheme. A name of one segment is
// only understood where a revision or nothing follows: otherwise the second segment belongs to it.
static MaqRepoAddress *
parse_short (const char *rest,
             MaqRepoKind kind,
             GError    **error)
{
  g_auto (GStrv) all = g_strsplit (rest, "/", -1);
  Segments segments = { all, 0 };
  g_autoptr (MaqRepoAddress) address = g_new0 (MaqRepoAddress, 1);

  // “datasets/name” is a dataset with an old name: no owner can be called like a kind. Only plurals stand there.
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (peek (&segments) != NULL && strcmp (peek (&segments), kinds[i].plural) == 0)
      {
        kind = i;
        take (&segments);
        break;
      }

  address->kind = kind;

  g_autoptr (GString) id = g_string_new (NULL);
  for (guint i = 0; i < 2 && address->revision == NULL && peek (&segments) != NULL; i++)
    {
      const char *segment = take (&segments);
      const char *at = strchr (segment, '@');

      if (i > 0)
        g_string_append_c (id, '/');
      g_string_append_len (id, segment, at != NULL ? at - segment : (gssize) strlen (segment));
      if (at != NULL)
        address->revision = take_revision (&segments, at + 1);
    }
  // What people type often ends with a slash.
  if (id->len > 0 && id->str[id->len - 1] == '/' && (address->revision != NULL || peek (&segments) == NULL))
    g_string_truncate (id, id->len - 1);

  address->id = unescape (id->str);
  address->path = take_path (&segments);
  return check_parts (address, error) ? g_steal_pointer (&address) : NULL;
}

static gboolean
is_page_verb (const char *segment)
{
  static const char *const verbs[] = { "tree", "blob", "resolve", "raw", "commit", "commits", "revision", "edit", "blame", "discussions", "settings", "viewer", "embed", "community", NULL };

  return segment != NULL && g_strv_contains (verbs, segment);
}

static gboolean
has_revision (const char *verb)
{
  static const char *const verbs[] = { "tree", "blob", "resolve", "raw", "commit", "commits", "revision", "edit", "blame", NULL };

  return verb != NULL && g_strv_contains (verbs, verb);
}

// Pages of the Hub that are no repos.
static gboolean
is_other_page (const char *segment)
{
  static const char *const pages[] = { "", "papers", "collections", "docs", "blog", "posts", "settings", "organizations", "join", "login", "logout", "models", "datasets", "spaces", "tasks", "learn", "pricing", "enterprise", "chat", "search", "notifications", "new", "new-dataset", "new-space", "inference", "avatars", "front", "terms-of-service", "privacy", "support", "oauth", "buckets", "kernels", NULL };

  return segment == NULL || g_strv_contains (pages, segment);
}

// The path of a page: `[api/][datasets/|spaces/]owner/name[/verb/revision[/path]]`.
static MaqRepoAddress *
parse_page (const char *text,
            const char *page,
            GError    **error)
{
  g_auto (GStrv) all = g_strsplit (page, "/", -1);
  Segments segments = { all, 0 };
  g_autoptr (MaqRepoAddress) address = g_new0 (MaqRepoAddress, 1);
  gboolean has_kind = FALSE;
  gboolean is_api = FALSE;

  if (peek (&segments) != NULL && strcmp (peek (&segments), "api") == 0)
    {
      is_api = TRUE;
      take (&segments);
    }
  for (guint i = is_api ? 0 : 1; i < G_N_ELEMENTS (kinds); i++)
    if (peek (&segments) != NULL && strcmp (peek (&segments), kinds[i].plural) == 0)
      {
        address->kind = i;
        has_kind = TRUE;
        take (&segments);
        break;
      }

  if (is_api != has_kind && is_api)
    return not_an_address (text, error);
  if (is_other_page (peek (&segments)))
    return not_an_address (text, error);

  g_autofree char *first = unescape (take (&segments));
  if (peek (&segments) != NULL && peek (&segments)[0] != '\0' && !is_page_verb (peek (&segments)))
    {
      g_autofree char *second = unescape (take (&segments));
      if (g_str_has_suffix (second, ".git"))
        second[strlen (second) - strlen (".git")] = '\0';
      address->id = g_strdup_printf ("%s/%s", first, second);
    }
  else
    address->id = g_steal_pointer (&first);

  const char *verb = take (&segments);
  const char *revision = has_revision (verb) ? take (&segments) : NULL;
  if (revision != NULL && revision[0] != '\0')
    {
      address->revision = take_revision (&segments, revision);
      address->path = take_path (&segments);
    }

  return check_parts (address, error) ? g_steal_pointer (&address) : NULL;
}

// If ADDRESS, without scheme, is below BASE, an http(s) address or a host: what follows, without the slash. Otherwise NULL.
static const char *
strip_base (const char *address,
            const char *base)
{
  const char *scheme = strstr (base, "://");
  const char *host = scheme != NULL ? scheme + strlen ("://") : base;
  gsize       length = strlen (host);

  while (length > 0 && host[length - 1] == '/')
    length--;
  if (length == 0 || g_ascii_strncasecmp (address, host, length) != 0)
    return NULL;

  const char *rest = address + length;
  if (*rest == '/')
    return rest + 1;
  return *rest == '\0' ? rest : NULL;
}

MaqRepoAddress *
maq_repo_address_parse (const char *text,
                        MaqRepoKind kind,
                        const char *endpoint,
                        GError    **error)
{
  static const char *const hosts[] = { "huggingface.co", "www.huggingface.co", "hf.co" };

  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    return not_an_address (text, error);

  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  if (g_ascii_strncasecmp (trimmed, "hf://", strlen ("hf://")) == 0)
    return parse_short (trimmed + strlen ("hf://"), kind, error);

  gboolean    has_scheme = TRUE;
  const char *rest = trimmed;
  if (g_ascii_strncasecmp (trimmed, "https://", strlen ("https://")) == 0)
    rest += strlen ("https://");
  else if (g_ascii_strncasecmp (trimmed, "http://", strlen ("http://")) == 0)
    rest += strlen ("http://");
  else
    has_scheme = FALSE;

  g_autofree char *page = g_strndup (rest, strcspn (rest, "?#"));
  for (guint i = 0; i <= G_N_ELEMENTS (hosts); i++)
    {
      const char *base = i < G_N_ELEMENTS (hosts) ? hosts[i] : endpoint;
      const char *below = base != NULL ? strip_base (page, base) : NULL;

      if (below != NULL)
        return parse_page (trimmed, below, error);
    }

  // Without a scheme only what looks like an id counts: words to search for have neither “/” nor “@”.
  if (has_scheme || strpbrk (trimmed, "/@") == NULL || strpbrk (trimmed, " \t\r\n?#:") != NULL)
    return not_an_address (trimmed, error);

  g_autoptr (GError) reason = NULL;
  MaqRepoAddress *address = parse_short (trimmed, kind, &reason);
  if (address == NULL && reason->code == MAQ_ADDRESS_ERROR_BAD_ID)
    return not_an_address (trimmed, error);
  if (address == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  return address;
}

char *
maq_repo_address_to_uri (const MaqRepoAddress *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autoptr (GString) uri = g_string_new ("hf://");
  g_string_append (uri, maq_repo_kind_get_url_prefix (self->kind));
  g_string_append (uri, self->id);

  if (self->revision != NULL)
    {
      gboolean plain = g_str_has_prefix (self->revision, "refs/pr/") || g_str_has_prefix (self->revision, "refs/convert/");
      g_string_append_c (uri, '@');
      g_string_append_uri_escaped (uri, self->revision, plain ? "/" : NULL, TRUE);
    }
  if (self->path != NULL)
    {
      g_string_append_c (uri, '/');
      g_string_append_uri_escaped (uri, self->path, "/@:+!$&'()*,;=", TRUE);
    }

  return g_string_free (g_steal_pointer (&uri), FALSE);
}
