/* One certificate with its whole history, for a person. */
#pragma once

#include "core/base/buf.h"
#include "core/json/json.h"

/* certificate: as certificate_json() makes it, so that both say the same. */
void certificate_text(struct buf *to, const json_t *certificate, bool chinese);
