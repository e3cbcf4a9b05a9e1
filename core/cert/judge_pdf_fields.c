#include "core/cert/judge_pdf_fields.h"

#include "core/base/dates.h"
#include "core/cert/pdf_values.h"

struct comparison {
    const struct pdf_copy *copy;
    const struct token *token;
    const struct directory *directory; /* NULL: none at hand */
    struct pdf_finding *f;
    struct diag *d;
    int32_t until;
    struct buf expected;
};

static void comparison_free(struct comparison *c)
{
    buf_free(&c->expected);
}

/* The name of a field is no personal data, what stands in it is. */
static void deny_field(struct comparison *c, struct span name)
{
    (void)diag_set(c->d, RC_REFUSED, DIAG_NO_OFFSET, "the field '%.*s' is not what was signed",
                   (int)name.len, (const char *)name.ptr);
    pdf_finding_deny(c->f, AUTH_FALSE, PROBLEM_PDF_FIELD_MISMATCH);
}

static enum pdf_value expect(struct comparison *c, struct span name, bool chinese)
{
    const struct pdf_values values = { .token = c->token,
                                       .directory = c->directory,
                                       .made = date_of_time(c->copy->made_s),
                                       .until = PDF_NO_DATE,
                                       .chinese = chinese };
    buf_clear(&c->expected);
    return pdf_value_put(&c->expected, name, &values);
}

/* The layout's language is its own affair. */
static bool says(struct comparison *c, struct span name, struct span text)
{
    for (int chinese = 0; chinese < 2; chinese++) {
        (void)expect(c, name, chinese != 0);
        if (span_equal(buf_span(&c->expected), text))
            return true;
    }
    return false;
}

/* A claim that the token has not, a name that nobody knows here: the layout says what stands there.
 */
static bool nothing_to_compare(const struct comparison *c)
{
    return buf_ok(&c->expected) && c->expected.len == 0;
}

static void compare_until(struct comparison *c, struct span name, struct span text)
{
    int32_t until;
    if (text.len == 0)
        return;
    if (!pdf_value_date(text, &until) || (c->until != PDF_NO_DATE && until != c->until))
        deny_field(c, name);
    else
        c->until = until;
}

static void compare_field(struct comparison *c, const struct pdf_copy_field *field)
{
    const struct span text = pdf_copy_text(c->copy, field);
    switch (expect(c, field->name, true)) {
    case PDF_VALUE_UNKNOWN:
        (void)diag_set(c->d, RC_FORMAT, DIAG_NO_OFFSET,
                       "not a PDF of ours: no field is called '%.*s'", (int)field->name.len,
                       (const char *)field->name.ptr);
        pdf_finding_deny(c->f, AUTH_UNREADABLE, PROBLEM_PDF_NOT_OURS);
        return;
    case PDF_VALUE_TOKEN:
    case PDF_VALUE_MADE:
        if (!nothing_to_compare(c) && !says(c, field->name, text))
            deny_field(c, field->name);
        return;
    case PDF_VALUE_NAME: /* names change: another one is no lie */
        if (!nothing_to_compare(c) && !says(c, field->name, text))
            pdf_finding_note(c->f, PROBLEM_PDF_NAMES);
        return;
    case PDF_VALUE_UNTIL:
        compare_until(c, field->name, text);
        return;
    case PDF_VALUE_FREE:
    case PDF_VALUE_PICTURE:
        return;
    }
}

static enum rc compare_photo(struct comparison *c)
{
    const struct token *const t = c->token;
    if (c->copy->photo.bytes.len == 0)
        return RC_OK;
    buf_clear(&c->expected);
    photo_put(&c->expected, &c->copy->photo);
    const enum rc rc = buf_rc(&c->expected, c->d);
    if (rc != RC_OK)
        return rc;
    uint8_t digest[TOKEN_PHOTO_LEN];
    token_photo_digest(t->number, t->iat, t->log_index, buf_span(&c->expected), digest);
    if (!span_equal(span_of(digest, sizeof digest), t->photo))
        pdf_finding_deny(c->f, AUTH_FALSE, PROBLEM_PDF_PHOTO_MISMATCH);
    return RC_OK;
}

enum rc judge_pdf_fields(const struct pdf_copy *copy, const struct token *token,
                         const struct evidence *at_hand, struct pdf_finding *f, struct diag *d)
{
    ON_EXIT(comparison_free)
    struct comparison c = { .copy = copy, .token = token, .f = f, .d = d, .until = PDF_NO_DATE };
    if (at_hand->bundle)
        c.directory = bundle_directory(at_hand->bundle);
    for (size_t i = 0; i < copy->field_count && f->why == PROBLEM_NONE; i++) {
        compare_field(&c, &copy->fields[i]);
        const enum rc rc = buf_rc(&c.expected, d);
        if (rc != RC_OK)
            return rc;
    }
    if (f->why == PROBLEM_NONE) {
        const enum rc rc = compare_photo(&c);
        if (rc != RC_OK)
            return rc;
    }

    f->copy.dated = c.until != PDF_NO_DATE;
    f->copy.valid_until = f->copy.dated ? c.until : 0;
    f->copy.expired = f->copy.dated && date_of_time(at_hand->now) > c.until;
    if (f->copy.expired)
        pdf_finding_note(f, PROBLEM_COPY_EXPIRED);
    return RC_OK;
}
