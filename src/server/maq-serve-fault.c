// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-serve-fault.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_DELAY (3600 * 1000) // ms

typedef struct
{
  GPatternSpec  *path;
  char          *method; // NULL: any
  char          *host;   // NULL: any
  guint          skip;
  guint          times; // 0: for ever
  MaqServeFault *fault;
} Rule;

struct _MaqServeFaultRules
{
  GMutex     lock;
  GPtrArray *rules;
};

static MaqServeFault *
fault_new (void)
{
  MaqServeFault *self = g_new0 (MaqServeFault, 1);
  self->cut = self->stall = self->flip = -1;
  return self;
}

MaqServeFault *
maq_serve_fault_copy (const MaqServeFault *self)
{
  MaqServeFault *copy = g_memdup2 (self, sizeof *self);
  copy->body = g_strdup (self->body);
  copy->redirect = g_strdup (self->redirect);
  return copy;
}

void
maq_serve_fault_free (MaqServeFault *self)
{
  g_free (self->body);
  g_free (self->redirect);
  g_free (self);
}

gboolean
maq_serve_fault_spoils_body (const MaqServeFault *self)
{
  return self->cut >= 0 || self->stall >= 0 || self->flip >= 0 || self->length != 0 || self->rate > 0;
}

static gboolean
set_number (MaqServeFault *self,
            const char    *name,
            gint64         number)
{
  if (g_str_equal (name, "delay") && number >= 0 && number <= MAX_DELAY)
    self->delay = number;
  else if (g_str_equal (name, "status") && number >= 300 && number <= 599)
    self->status = number;
  else if (g_str_equal (name, "retry-after") && number >= 0 && number <= G_MAXINT)
    self->retry_after = number;
  else if (g_str_equal (name, "cut") && number >= 0)
    self->cut = number;
  else if (g_str_equal (name, "stall") && number >= 0)
    self->stall = number;
  else if (g_str_equal (name, "flip") && number >= 0)
    self->flip = number;
  else if (g_str_equal (name, "length"))
    self->length = number;
  else if (g_str_equal (name, "rate") && number > 0)
    self->rate = number;
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_word (MaqServeFault *self,
          const char    *name,
          const char    *value)
{
  static const char *const bodies[] = { "garbage", "html", "empty", NULL };
  if (g_str_equal (name, "expired"))
    self->expired = !g_str_equal (value, "false");
  else if (g_str_equal (name, "body") && g_strv_contains (bodies, value))
    g_set_str (&self->body, value);
  else if (g_str_equal (name, "redirect") && *value != '\0')
    g_set_str (&self->redirect, value);
  else if (g_str_equal (name, "range") && g_str_equal (value, "ignore"))
    self->range = MAQ_SERVE_RANGE_IGNORE;
  else if (g_str_equal (name, "range") && g_str_equal (value, "wrong"))
    self->range = MAQ_SERVE_RANGE_WRONG;
  else
    return FALSE;
  return TRUE;
}

static gboolean
set_member (MaqServeFault *self,
            const char    *name,
            const char    *value,
            GError       **error)
{
  char  *end;
  gint64 number = g_ascii_strtoll (value, &end, 10);
  if ((*value != '\0' && *end == '\0' && set_number (self, name, number)) || set_word (self, name, value))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s=%s is not a fault", name, value);
  return FALSE;
}

MaqServeFault *
maq_serve_fault_parse (const char *text,
                       GError    **error)
{
  g_autoptr (MaqServeFault) self = fault_new ();
  g_auto (GStrv) parts = g_strsplit_set (text, ";,", -1);
  for (char **part = parts; *part != NULL; part++)
    {
      char *name = g_strstrip (*part);
      char *equals = strchr (name, '=');
      if (*name == '\0')
        continue;
      if (equals != NULL)
        *equals = '\0';
      if (!set_member (self, name, equals != NULL ? equals + 1 : "", error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

static void
rule_free (gpointer data)
{
  Rule *rule = data;
  g_clear_pointer (&rule->path, g_pattern_spec_free);
  g_free (rule->method);
  g_free (rule->host);
  g_clear_pointer (&rule->fault, maq_serve_fault_free);
  g_free (rule);
}

MaqServeFaultRules *
maq_serve_fault_rules_new (void)
{
  MaqServeFaultRules *self = g_new0 (MaqServeFaultRules, 1);
  g_mutex_init (&self->lock);
  self->rules = g_ptr_array_new_with_free_func (rule_free);
  return self;
}

void
maq_serve_fault_rules_free (MaqServeFaultRules *self)
{
  g_mutex_clear (&self->lock);
  g_ptr_array_unref (self->rules);
  g_free (self);
}

void
maq_serve_fault_rules_clear (MaqServeFaultRules *self)
{
  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->rules, 0);
  g_mutex_unlock (&self->lock);
}

// Values may be written as numbers, booleans or strings.
static char *
value_text (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return json_to_string (node, FALSE);
}

static gboolean
rule_set (Rule       *rule,
          const char *name,
          const char *value,
          GError    **error)
{
  if (g_str_equal (name, "path"))
    {
      g_clear_pointer (&rule->path, g_pattern_spec_free);
      rule->path = g_pattern_spec_new (value);
    }
  else if (g_str_equal (name, "method"))
    g_set_str (&rule->method, value);
  else if (g_str_equal (name, "host"))
    g_set_str (&rule->host, value);
  else if (g_str_equal (name, "skip"))
    rule->skip = g_ascii_strtoull (value, NULL, 10);
  else if (g_str_equal (name, "times"))
    rule->times = g_ascii_strtoull (value, NULL, 10);
  else
    return set_member (rule->fault, name, value, error);
  return TRUE;
}

static Rule *
rule_read (JsonNode *node,
           GError  **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a rule of a fault is a JSON object");
      return NULL;
    }
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) names = json_object_get_members (object);
  Rule *rule = g_new0 (Rule, 1);
  rule->times = 1;
  rule->fault = fault_new ();
  for (GList *l = names; l != NULL; l = l->next)
    {
      g_autofree char *value = value_text (json_object_get_member (object, l->data));
      if (!rule_set (rule, l->data, value != NULL ? value : "", error))
        {
          rule_free (rule);
          return NULL;
        }
    }
  return rule;
}

gboolean
maq_serve_fault_rules_add (MaqServeFaultRules *self,
                           const char         *json,
                           GError            **error)
{
  g_autoptr (JsonNode) root = json_from_string (json, error);
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func (rule_free);

  if (root == NULL && (error == NULL || *error == NULL))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no rule was given");
  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_ARRAY (root))
    json_array_add_element (array, json_node_copy (root));
  JsonArray *given = JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : array;
  for (guint i = 0; i < json_array_get_length (given); i++)
    {
      Rule *rule = rule_read (json_array_get_element (given, i), error);
      if (rule == NULL)
        return FALSE;
      g_ptr_array_add (rules, rule);
    }
  g_mutex_lock (&self->lock);
  g_ptr_array_extend_and_steal (self->rules, g_steal_pointer (&rules));
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static gboolean
rule_matches (Rule       *rule,
              gboolean    cdn,
              const char *method,
              const char *path)
{
  return (rule->host == NULL || g_str_equal (rule->host, cdn ? "cdn" : "hub")) &&
         (rule->method == NULL || g_str_equal (rule->method, method)) &&
         (rule->path == NULL || g_pattern_spec_match_string (rule->path, path));
}

MaqServeFault *
maq_serve_fault_rules_take (MaqServeFaultRules *self,
                            gboolean            cdn,
                            const char         *method,
                            const char         *path)
{
  MaqServeFault *fault = NULL;
  g_mutex_lock (&self->lock);
  for (guint i = 0; fault == NULL && i < self->rules->len; i++)
    {
      Rule *rule = g_ptr_array_index (self->rules, i);
      if (!rule_matches (rule, cdn, method, path))
        continue;
      if (rule->skip > 0)
        {
          rule->skip--;
          continue;
        }
      fault = maq_serve_fault_copy (rule->fault);
      if (rule->times > 0 && --rule->times == 0)
        g_ptr_array_remove_index (self->rules, i);
    }
  g_mutex_unlock (&self->lock);
  return fault;
}
