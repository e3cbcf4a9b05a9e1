#include "issuer/command/outcome_print.h"

#include "issuer/intake/report_row.h"

static json_t *reasons_json(const struct reasons *reasons, bool chinese)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; i < reasons->count; i++) {
        const struct reason *r = &reasons->items[i];
        ON_EXIT(buf_free_at) struct buf text = { 0 };
        reason_put(&text, r, chinese);
        failed |= json_array_append_new(list, json_pack("{s:s,s:s?,s:s}", "code",
                                                        reason_code_text(r->code), "field",
                                                        r->field, "text", buf_cstr(&text)));
    }
    if (failed) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *outcome_json(const struct outcome *o, bool chinese)
{
    json_t *reasons = reasons_json(&o->reasons, chinese);
    if (!reasons)
        return NULL;
    json_t *number = o->number[0] ? json_string(o->number) : json_null();
    json_t *version = o->version ? json_integer(o->version) : json_null();
    return json_pack("{s:s,s:o,s:o,s:o}", "outcome", outcome_name(o->outcome), "number", number,
                     "version", version, "reasons", reasons);
}

void outcome_text(struct buf *to, const struct outcome *o, const char *done, bool chinese)
{
    if (o->outcome != OUTCOME_REFUSED) {
        buf_printf(to, chinese ? "%s：%s 第 %u 版\n" : "%s: %s version %u\n", done, o->number,
                   o->version);
        return;
    }
    for (size_t i = 0; i < o->reasons.count; i++) {
        const struct reason *r = &o->reasons.items[i];
        if (r->field)
            buf_printf(to, "%s: ", r->field);
        buf_printf(to, "%s: ", reason_code_text(r->code));
        reason_put(to, r, chinese);
        buf_put_text(to, "\n");
    }
}
