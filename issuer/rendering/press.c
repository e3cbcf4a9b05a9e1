#include "issuer/rendering/press.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/digits.h"
#include "core/cert/pdf_values.h"
#include "issuer/publication/snapshot.h"
#include "issuer/rendering/press_internal.h"

#define FIELDS_MAX 64u

/* --- opening --- */

static enum rc load_layout(struct press *p, const char *name, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(buf_free_at) struct buf seal = { 0 };
    char path[PATH_LEN];
    enum rc rc = press_layout_read(p->home, name, &text, d);
    if (rc == RC_OK && p->home->settings.seal[0]) {
        rc = home_path(p->home, p->home->settings.seal, path, d);
        if (rc == RC_OK)
            rc = file_read(path, SEAL_FILE_MAX, &seal, d);
    }
    if (rc != RC_OK)
        return rc;
    const struct pdf_layout_options options = { .demo = p->home->trust->demo,
                                                .seal = buf_span(&seal) };
    rc = pdf_layout_load(buf_span(&text), p->fonts, &options, &p->layout, d);
    if (rc != RC_OK)
        return rc;
    p->chinese = pdf_layout_chinese(p->layout);
    p->begun = sha256_new();
    if (!p->begun)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a digest");
    sha256_add(p->begun, pdf_layout_fixed_bytes(p->layout));
    return RC_OK;
}

static enum rc load_names(struct press *p, struct reg *r, struct diag *d)
{
    char id[2 * 8 + 1];
    hex_encode(p->home->trust->deployment, 8, id);
    (void)snprintf(p->deployment, sizeof p->deployment, "%s %s", p->home->settings.host, id);
    const enum rc rc = snapshot_directory(r, p->home, &p->directory_bytes, d);
    return rc == RC_OK ? directory_payload_read(buf_span(&p->directory_bytes), &p->directory, d)
                       : rc;
}

enum rc press_open(const struct home *home, struct reg *r, const char *layout, struct press **ret,
                   struct diag *d)
{
    assert(home && r && ret);

    ON_EXIT(press_close_at) struct press *p = calloc(1, sizeof *p);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the press");
    p->home = home;
    enum rc rc = press_fonts_load(home, &p->fonts, d);
    if (rc == RC_OK)
        rc = load_layout(p, layout ? layout : home->settings.layout, d);
    if (rc == RC_OK)
        rc = load_names(p, r, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(p);
    return RC_OK;
}

void press_close(struct press *p)
{
    if (!p)
        return;
    directory_free(&p->directory);
    buf_free(&p->directory_bytes);
    sha256_free(p->begun);
    pdf_layout_free(p->layout);
    pdf_font_set_free(p->fonts);
    free(p);
}

/* --- one page --- */

int32_t press_copy_until(const struct home *home, const struct token *t, int32_t made)
{
    const struct policy_values *const policy = policy_at(home->policy, t->unit, made);
    const int32_t until = made + (int32_t)policy->copy_valid_days;
    return until < t->deadline ? until : t->deadline;
}

/* Where a field's text stands in the text of all of them. */
struct stretch {
    size_t at, len;
};

/* Every field that the layout draws, as the token and the directory say it. */
static enum rc write_fields(const struct press *p, const struct pdf_values *values,
                            struct buf *texts, struct pdf_field fields[FIELDS_MAX],
                            size_t *ret_count, struct diag *d)
{
    struct stretch at[FIELDS_MAX];
    const size_t count = pdf_layout_field_count(p->layout);
    if (count > FIELDS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the layout has more than %u fields",
                        FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        at[i].at = texts->len;
        (void)pdf_value_put(texts, span_text(pdf_layout_field_name(p->layout, i)), values);
        at[i].len = texts->len - at[i].at;
    }
    const enum rc rc = buf_rc(texts, d);
    for (size_t i = 0; rc == RC_OK && i < count; i++)
        fields[i] = (struct pdf_field){ pdf_layout_field_name(p->layout, i),
                                        span_of(texts->ptr + at[i].at, at[i].len) };
    *ret_count = count;
    return rc;
}

static enum rc draw_code(const struct press *p, struct span token, struct qr *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    qr_text_put(&text, p->home->settings.host, token);
    const enum rc rc = buf_rc(&text, d);
    return rc == RC_OK ? qr_encode(buf_span(&text), ret, d) : rc;
}

enum rc press_draw(const struct press *p, const struct sheet *s, struct press_terms terms,
                   struct buf *to, struct pdf_signature_place *ret, struct diag *d)
{
    assert(p && s && to && ret);

    struct qr qr;
    struct token token;
    struct pdf_field field[FIELDS_MAX];
    struct diag why = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf texts = { 0 };
    enum rc rc = token_parse(buf_span(&s->token), &token, d);
    if (rc == RC_OK)
        rc = draw_code(p, buf_span(&s->token), &qr, d);
    if (rc != RC_OK)
        return rc;

    const int32_t made = date_of_time(terms.made_s);
    const struct pdf_values values = { .token = &token,
                                       .directory = &p->directory,
                                       .made = made,
                                       .until = press_copy_until(p->home, &token, made),
                                       .deployment = span_text(p->deployment),
                                       .chinese = p->chinese };
    struct pdf_fields fields = { .field = field,
                                 .photo = buf_span(&s->photo),
                                 .qr = &qr,
                                 .token = buf_span(&s->token),
                                 .proof = buf_span(&s->proof),
                                 .made_s = terms.made_s,
                                 .room = terms.room };
    rc = write_fields(p, &values, &texts, field, &fields.count, d);
    if (rc != RC_OK)
        return rc;
    rc = pdf_render(p->layout, p->fonts, &fields, to, ret, &why);
    return rc == RC_OK ? rc : diag_set(d, rc, why.offset, "'%s': %s", s->number, why.text);
}
