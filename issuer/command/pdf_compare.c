#include "issuer/command/pdf_compare.h"

#include <string.h>

#include "issuer/rendering/proof_reading.h"

static const struct {
    const char *name, *zh, *en;
} parts[] = {
    [PART_NONE] = { "none", "", "" },
    [PART_FIXED] = { "layout", "版式或字体", "the layout or its fonts" },
    [PART_TOKEN] = { "token", "签名凭证", "the token" },
    [PART_PROOF] = { "proof", "日志证明", "the log's proof" },
    [PART_PHOTO] = { "photo", "照片", "the photo" },
    [PART_PAGE] = { "page", "页面内容", "what the page says" },
};

struct specimen {
    const char *path;
    struct buf file;
    struct pdf_copy copy;
    struct sheet sheet;
};

static void drop_specimen(struct specimen *s)
{
    pdf_copy_free(&s->copy);
    buf_free(&s->file);
    sheet_free(&s->sheet);
}

/* What the register has of the version that the file shows. */
static enum rc find_sheet(struct reading *r, struct specimen *s, struct diag *d)
{
    struct token t;
    struct reg_cert cert;
    char number[TOKEN_NUMBER_MAX + 1];
    const struct sheet_source from = { r->reg, &r->home, register_log_source(r->reg) };
    enum rc rc = token_parse(s->copy.token, &t, d);
    if (rc != RC_OK)
        return rc;
    memcpy(number, t.number.ptr, t.number.len);
    number[t.number.len] = '\0';
    rc = reading_find(r, number, &cert, d);
    return rc == RC_OK ? sheet_gather(&from, &cert, t.version, &s->sheet, d) : rc;
}

static enum rc read_specimen(struct reading *r, struct specimen *s, struct diag *d)
{
    enum rc rc = file_read(s->path, PDF_COPY_MAX, &s->file, d);
    if (rc == RC_OK)
        rc = pdf_copy_read(buf_span(&s->file), &s->copy, d);
    if (rc != RC_OK)
        return rc;
    if (s->copy.before.len == 0 || s->copy.token.len == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.120s' has no %s", s->path,
                        s->copy.token.len == 0 ? "token" : "signature");
    return find_sheet(r, s, d);
}

static enum rc compare(struct reading *r, const struct specimen *s, const char *layout,
                       struct proof_reading *ret, struct diag *d)
{
    ON_EXIT(press_close_at) struct press *press = NULL;
    const enum rc rc = press_open(&r->home, r->reg, layout, &press, d);
    return rc == RC_OK ? proof_read(press, &s->sheet, buf_span(&s->file), &s->copy, ret, d) : rc;
}

/* The layout that comes furthest. */
static enum rc compare_layouts(struct reading *r, const struct specimen *s, const char *layout,
                               struct proof_reading *ret, const char **ret_layout, struct diag *d)
{
    const char *const tried[] = { layout ? layout : r->home.settings.layout, layout ? NULL : "a4",
                                  layout ? NULL : "card", NULL };
    struct proof_reading best = { 0 };
    for (size_t i = 0; tried[i] && !best.same; i++) {
        struct proof_reading reading;
        const enum rc rc = compare(r, s, tried[i], &reading, d);
        if (rc != RC_OK)
            return rc;
        if (i == 0 || reading.same || reading.offset > best.offset) {
            best = reading;
            *ret_layout = tried[i];
        }
    }
    *ret = best;
    return RC_OK;
}

static enum rc say_json(const struct specimen *s, const struct proof_reading *p, const char *layout,
                        struct diag *d)
{
    return command_print_json(
        json_pack("{s:b,s:s,s:i,s:s,s:s,s:o}", "same", p->same, "number", s->sheet.number,
                  "version", (int)s->sheet.version, "layout", layout, "part", parts[p->part].name,
                  "offset", p->same ? json_null() : json_integer((json_int_t)p->offset)),
        d);
}

static enum rc say_text(const struct cli_call *call, const struct specimen *s,
                        const struct proof_reading *p, const char *layout, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    if (call->say.chinese)
        buf_printf(&out, "%s：证书 %s 第 %u 版，版式 %s：", s->path, s->sheet.number,
                   s->sheet.version, layout);
    else
        buf_printf(&out, "%s: certificate %s, version %u, layout %s: ", s->path, s->sheet.number,
                   s->sheet.version, layout);
    if (p->same)
        buf_put_text(&out, pick(&call->say, "逐字节相同；签名请用 certcheck 核验\n",
                                "the same, byte for byte; certcheck checks its signature\n"));
    else if (call->say.chinese)
        buf_printf(&out, "自第 %zu 字节起不同，在%s\n", p->offset, parts[p->part].zh);
    else
        buf_printf(&out, "differs from byte %zu on, in %s\n", p->offset, parts[p->part].en);
    return say_out(&out, d);
}

enum rc pdf_compare(const struct cli_call *call, struct reading *r, const char *path,
                    const char *layout, bool *ret_differs, struct diag *d)
{
    ON_EXIT(drop_specimen) struct specimen s = { .path = path };
    struct proof_reading reading = { 0 };
    const char *used = "";
    *ret_differs = true;
    enum rc rc = read_specimen(r, &s, d);
    if (rc == RC_OK)
        rc = compare_layouts(r, &s, layout, &reading, &used, d);
    if (rc != RC_OK)
        return rc;
    *ret_differs = !reading.same;
    return call->common.json ? say_json(&s, &reading, used, d)
                             : say_text(call, &s, &reading, used, d);
}
