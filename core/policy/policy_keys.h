/* The table of keys behind policy.h: one row each, and how its text is read. Private to this
 * folder. */
#pragma once

#include <stddef.h>

#include "core/policy/policy.h"

/* How a value is written in JSON. */
enum policy_form { FORM_NUMBER, FORM_BOOLEAN, FORM_STRING };

struct policy_rule {
    struct policy_key shown;
    enum policy_form form;
    /* Reads text into the field; false, nothing written: not such a value, or out of range. */
    bool (*read)(const struct policy_rule *rule, struct span text, void *field);
    int64_t min, max;    /* as stored: hundredths, a count, a day; of a text its longest length */
    size_t offset, size; /* of the field in struct policy_values */
    bool for_all_only;   /* a single unit cannot set it */
};

#define POLICY_RULES_MAX 32 /* so that a set of keys is one 32-bit word */

const struct policy_rule *policy_rule_at(size_t i); /* NULL: past the last */
const struct policy_rule *policy_rule_find(const char *name, size_t *ret_i); /* NULL: no such key */
void *policy_field(const struct policy_rule *rule, struct policy_values *values);
