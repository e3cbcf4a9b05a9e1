/* What became of rows, as orders and amendments print it: the same objects as import's results. */
#pragma once

#include "issuer/command/commands.h"
#include "issuer/register/engine.h"

/* {"outcome","number","version","reasons":[{code,field,text}]}; owned; NULL: out of memory. */
json_t *outcome_json(const struct outcome *o, bool chinese);

/* Lines for a person: what was done ("corrected"), to which version; or every reason why not. */
void outcome_text(struct buf *to, const struct outcome *o, const char *done, bool chinese);
