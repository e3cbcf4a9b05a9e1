/* A sender as JSON: in the file with its keys whole, in a list for people with their thumbprints.
 */
#pragma once

#include "core/json/json.h"
#include "issuer/senders/senders.h"

json_t *sender_time_json(int64_t at); /* Unix seconds, as core/base/dates.h writes a time */
/* A new reference; NULL: no memory, or key gave NULL. */
json_t *sender_json(const struct sender *s, json_t *(*key)(const struct sender_key *k));
