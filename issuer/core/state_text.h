/* A batch as the HTTP interface tells it (docs/http.md, issuer/daemon/openapi.yaml). Pure. */
#pragma once

#include "issuer/register/register.h"

/* done: it is, and its certificates are signed. */
MUST_CHECK enum rc state_text_put(struct buf *to, const struct reg_batch *b, bool done,
                                  struct diag *d);
