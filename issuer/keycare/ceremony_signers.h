/* Who may sign a change of keys: for ceremony.c, which checks it, and ceremony_sign.c. */
#pragma once

#include "issuer/keycare/ceremony.h"

bool ceremony_may_operate(const struct trusted_key *key, int64_t time_s);
/* ret  its place among the roots; written only when it is one */
bool ceremony_is_root(const struct root_set *roots, struct span kid, size_t *ret);
