#include <assert.h>

#include "core/base/dates.h"
#include "core/employers/employers.h"
#include "core/json/json_out.h"

static void put_employer(struct json_out *o, const struct employer *e)
{
    char key[2 * SHA256_LEN + 1], added[TIME_TEXT_LEN + 1];
    hex_encode(e->key, SHA256_LEN, key);
    time_format(e->added, added);
    json_out_open(o, NULL, '{');
    json_out_text(o, "name", span_text(e->name));
    json_out_text(o, "purpose", span_text(e->purpose));
    json_out_text(o, "key", span_text(key));
    json_out_int(o, "rows_per_day", e->rows_per_day);
    if (e->people_per_day > 0)
        json_out_int(o, "people_per_day", e->people_per_day);
    json_out_text(o, "state", span_text(e->suspended ? "suspended" : "active"));
    json_out_text(o, "added", span_text(added));
    json_out_close(o, '}');
}

enum rc employers_put(const struct employers *e, bool active_alone, struct buf *to, struct diag *d)
{
    assert(e && to);

    struct json_out o = json_out_to(to, 2, 0);
    json_out_open(&o, NULL, '{');
    json_out_int(&o, "format", 1);
    json_out_open(&o, "employers", '[');
    for (size_t i = 0; i < e->count; i++)
        if (!active_alone || !e->at[i].suspended)
            put_employer(&o, &e->at[i]);
    json_out_close(&o, ']');
    json_out_close(&o, '}');
    buf_put_u8(to, '\n');
    return buf_rc(to, d);
}
