#include "verifier/certcheck/answer.h"

#include <assert.h>

#include "core/cert/verdict_json.h"

#define NAME_SHOWN 72 /* bytes of an input's name before its verdict */
#define INDENT     2

void answer_name_put(struct buf *to, const char *name)
{
    size_t i = 0;
    for (; name[i] && i < NAME_SHOWN; i++)
        buf_put_u8(to, name[i] > 0 && name[i] < 0x20 ? (uint8_t)'?' : (uint8_t)name[i]);
    while (i > 0 && ((uint8_t)name[i] & 0xc0) == 0x80 && to->len > 0) {
        to->len--; /* not half a character */
        i--;
    }
    buf_put_text(to, name[i] ? "…" : "");
}

enum rc answer_put(struct buf *to, const struct cli_call *call, const char *name,
                   const struct verdict *v, struct diag *d)
{
    assert(to && call && v);

    const struct say *const say = &call->say;
    if (call->common.json) {
        buf_put_text(to, "  ");
        verdict_json(to, v, say->chinese, INDENT, 1);
        return buf_rc(to, d);
    }
    if (name) {
        answer_name_put(to, name);
        buf_put_u8(to, '\n');
    }
    verdict_text(to, v, say->chinese, say->colour_out);
    return buf_rc(to, d);
}

void answers_begin(struct buf *to, const struct cli_call *call, uint64_t count)
{
    if (call->common.json)
        buf_put_text(to, count > 0 ? "[\n" : "[");
}

void answers_between(struct buf *to, const struct cli_call *call)
{
    buf_put_text(to, call->common.json ? ",\n" : "\n");
}

void answers_end(struct buf *to, const struct cli_call *call, uint64_t count)
{
    if (call->common.json)
        buf_put_text(to, count > 0 ? "\n]\n" : "]\n");
}
