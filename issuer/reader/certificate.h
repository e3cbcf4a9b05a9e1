/* One certificate with its whole history, as `sitecert show --json`, `find --json` and the daemon's
 * reader tell it (docs/http.md). */
#pragma once

#include "core/json/json.h"
#include "issuer/register/register.h"

/* As of h->now. Owned; NULL with the cause in d. */
json_t *certificate_json(struct reg *r, const struct home *h, const struct reg_cert *c,
                         bool chinese, struct diag *d);
