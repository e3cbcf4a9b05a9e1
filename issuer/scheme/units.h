/* Authorities' unit ids: 0 + GB/T 2260 province digits, 066 XPCC, 9xx central enterprises. Pure. */
#pragma once

#include <stdint.h>

#include "core/base/attrs.h"
#include "core/base/span.h"

/* Exactly three digits of such a unit. False, nothing written: not one. */
MUST_CHECK bool unit_id_parse(struct span text, uint32_t *ret);
void unit_id_format(uint32_t id, char ret[4]);
const char *unit_short_name(uint32_t id); /* "浙江"; NULL: not in the table */
