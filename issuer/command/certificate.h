/* One certificate with its whole history, as `show` and `find` print it. */
#pragma once

#include "core/json/json.h"
#include "issuer/register/register.h"

/* Owned; NULL with the cause in d. */
json_t *certificate_json(struct reg *r, const struct home *h, const struct reg_cert *c,
                         bool chinese, struct diag *d);

/* From the object above, so that both say the same. */
void certificate_text(struct buf *to, const json_t *certificate, bool chinese);
