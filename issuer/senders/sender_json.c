#include "issuer/senders/sender_json.h"

#include <assert.h>

#include "core/base/dates.h"
#include "issuer/scheme/units.h"

json_t *sender_time_json(int64_t at)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(at, text);
    return json_string(text);
}

static json_t *keys_json(const struct sender *s, json_t *(*key)(const struct sender_key *k))
{
    ON_EXIT(json_decref_at) json_t *list = json_array();
    for (size_t i = 0; list && i < s->key_count; i++)
        if (json_array_append_new(list, key(&s->keys[i])) != 0)
            return NULL;
    return TAKE(list);
}

static json_t *kinds_json(const struct sender *s)
{
    ON_EXIT(json_decref_at) json_t *list = json_array();
    for (unsigned kind = 1; list && kind < KIND_COUNT; kind++)
        if (sender_may(s, (enum record_kind)kind) &&
            json_array_append_new(list, json_string(kind_name((enum record_kind)kind))) != 0)
            return NULL;
    return TAKE(list);
}

json_t *sender_json(const struct sender *s, json_t *(*key)(const struct sender_key *k))
{
    assert(s && key);

    char unit[4];
    unit_id_format(s->unit, unit);
    return json_pack("{s:s, s:s, s:o, s:I, s:s, s:o, s:o}", "id", s->id, "unit", unit, "kinds",
                     kinds_json(s), "rows_per_day", (json_int_t)s->rows_per_day, "state",
                     s->suspended ? "suspended" : "active", "added", sender_time_json(s->added),
                     "keys", keys_json(s, key));
}
