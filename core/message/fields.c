#include "core/message/fields.h"

#include <assert.h>

#include "core/message/fields_read.h"

static void skip_spaces(struct field_cursor *c)
{
    while (cursor_peek(c) == ' ')
        c->at++;
}

static void skip_blanks(struct field_cursor *c)
{
    while (cursor_peek(c) == ' ' || cursor_peek(c) == '\t')
        c->at++;
}

static enum rc too_many(const struct field_cursor *c, struct diag *d, const char *what)
{
    return diag_set(d, RC_LIMIT, c->at, "a structured field with too many %s", what);
}

const struct field_item *field_param_find(const struct field_params *params, const char *key)
{
    for (size_t i = 0; i < params->count; i++)
        if (span_equal(params->at[i].key, span_text(key)))
            return &params->at[i].value;
    return NULL;
}

static bool has_param(const struct field_params *params, struct span key)
{
    for (size_t i = 0; i < params->count; i++)
        if (span_equal(params->at[i].key, key))
            return true;
    return false;
}

static const struct field_item yes = { FIELD_BOOLEAN, { NULL, 0 }, 1 };

/* RFC 8941 section 4.2.3.2 */
static enum rc take_params(struct field_cursor *c, struct field_params *ret, struct diag *d)
{
    ret->count = 0;
    while (cursor_take(c, ';')) {
        if (ret->count == FIELD_PARAMS_MAX)
            return too_many(c, d, "parameters");
        struct field_param *const p = &ret->at[ret->count];
        skip_spaces(c);
        const size_t start = c->at;
        enum rc rc = cursor_key(c, &p->key, d);
        if (rc == RC_OK && has_param(ret, p->key))
            rc = diag_set(d, RC_FORMAT, start, "a parameter stands twice");
        p->value = yes;
        if (rc == RC_OK && cursor_take(c, '='))
            rc = cursor_bare_item(c, &p->value, d);
        if (rc != RC_OK)
            return rc;
        ret->count++;
    }
    return RC_OK;
}

static enum rc take_item(struct field_cursor *c, struct field_inner_item *ret, struct diag *d)
{
    const enum rc rc = cursor_bare_item(c, &ret->item, d);
    return rc == RC_OK ? take_params(c, &ret->params, d) : rc;
}

/* RFC 8941 section 4.2.1.2, behind the opening parenthesis and up to the closing one. */
static enum rc take_inner(struct field_cursor *c, struct field_inner *ret, struct diag *d)
{
    ret->count = 0;
    for (;;) {
        skip_spaces(c);
        if (cursor_take(c, ')'))
            return RC_OK;
        if (ret->count == FIELD_INNER_MAX)
            return too_many(c, d, "items in a list");
        const enum rc rc = take_item(c, &ret->at[ret->count], d);
        if (rc != RC_OK)
            return rc;
        if (cursor_peek(c) != ' ' && cursor_peek(c) != ')')
            return diag_set(d, RC_FORMAT, c->at, "a space or the list's end expected");
        ret->count++;
    }
}

static enum rc take_value(struct field_cursor *c, struct field_member *ret, struct diag *d)
{
    ret->is_list = cursor_take(c, '(');
    if (!ret->is_list)
        return cursor_bare_item(c, &ret->item, d);
    struct field_inner passed; /* its items are read again when someone asks */
    return take_inner(c, &passed, d);
}

static enum rc take_member(struct field_cursor *c, struct field_member *ret, struct diag *d)
{
    enum rc rc = cursor_key(c, &ret->key, d);
    if (rc != RC_OK)
        return rc;
    ret->is_list = false;
    ret->item = yes;
    size_t start = c->at;
    if (cursor_take(c, '=')) {
        start = c->at;
        rc = take_value(c, ret, d);
    }
    if (rc == RC_OK)
        rc = take_params(c, &ret->params, d);
    ret->raw = cursor_since(c, start);
    return rc;
}

const struct field_member *field_member_find(const struct field_dictionary *dictionary,
                                             struct span key)
{
    for (size_t i = 0; i < dictionary->count; i++)
        if (span_equal(dictionary->at[i].key, key))
            return &dictionary->at[i];
    return NULL;
}

static enum rc add_member(struct field_cursor *c, struct field_dictionary *ret, struct diag *d)
{
    if (ret->count == FIELD_MEMBERS_MAX)
        return too_many(c, d, "members");
    const size_t start = c->at;
    struct field_member *const m = &ret->at[ret->count];
    const enum rc rc = take_member(c, m, d);
    if (rc != RC_OK)
        return rc;
    if (field_member_find(ret, m->key))
        return diag_set(d, RC_FORMAT, start, "a member stands twice");
    ret->count++;
    return RC_OK;
}

enum rc field_dictionary_read(struct span text, struct field_dictionary *ret, struct diag *d)
{
    assert(ret);

    if (text.len > FIELD_TEXT_MAX)
        return diag_set(d, RC_LIMIT, FIELD_TEXT_MAX, "a structured field of more than %u bytes",
                        FIELD_TEXT_MAX);
    struct field_cursor c = { text, 0 };
    ret->count = 0;
    skip_spaces(&c);
    while (!cursor_ended(&c)) {
        const enum rc rc = add_member(&c, ret, d);
        if (rc != RC_OK)
            return rc;
        skip_blanks(&c);
        if (cursor_ended(&c))
            return RC_OK;
        if (!cursor_take(&c, ','))
            return diag_set(d, RC_FORMAT, c.at, "a comma expected");
        skip_blanks(&c);
        if (cursor_ended(&c))
            return diag_set(d, RC_FORMAT, c.at, "a member expected behind a comma");
    }
    return RC_OK;
}

enum rc field_inner_read(const struct field_member *member, struct field_inner *ret, struct diag *d)
{
    assert(member && member->is_list && ret);

    struct field_cursor c = { member->raw, 1 };
    return take_inner(&c, ret, d);
}

void field_params_put(struct buf *to, const struct field_params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct field_param *const p = &params->at[i];
        buf_put_u8(to, ';');
        buf_put_span(to, p->key);
        if (p->value.kind == FIELD_BOOLEAN && p->value.number == 1)
            continue;
        buf_put_u8(to, '=');
        field_item_put(to, &p->value);
    }
}
