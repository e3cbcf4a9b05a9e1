#include "issuer/scheme/record_fields.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/unicode/name.h"
#include "issuer/scheme/posts.h"
#include "issuer/scheme/units.h"

/*
 * A detail never repeats a cell: columns get shifted, and an identity number or a name may stand
 * anywhere. Only what was read as a day or as a small number is shown again.
 */
static bool refuse(const struct reading *r, const struct field *f, enum reason_code code)
{
    reasons_add(r->reasons, code, f->column.name);
    return false;
}

static bool refuse_value(const struct reading *r, const struct field *f, const char *why)
{
    reasons_add_detail(r->reasons, REASON_FIELD_INVALID, f->column.name, "%s", why);
    return false;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Identity numbers are sealed in the register; these cells are not. */
static bool is_identity_number(struct span cell)
{
    char number[RESIDENT_ID_LEN + 1];
    return cell.len == RESIDENT_ID_LEN && resident_id_normalise(cell, DATE_MAX, number);
}

static bool read_record_id(const struct reading *r, const struct field *f, struct span cell,
                           void *to)
{
    if (is_identity_number(cell))
        return refuse_value(r, f, "an identity number may not stand here");
    if (cell.len > RECORD_ID_MAX)
        return refuse_value(r, f, "over 64 characters");
    for (size_t i = 0; i < cell.len; i++)
        if (cell.ptr[i] <= ' ' || cell.ptr[i] > '~')
            return refuse_value(r, f, "letters, digits and signs of ASCII only, no space");
    memcpy(to, &cell, sizeof cell);
    return true;
}

static bool starts_with(struct span text, struct span with)
{
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

/* C0, DEL, C1, line separators, and what turns the direction of writing. */
static bool has_control(struct span text)
{
    static const char *const hidden[] = {
        "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b", "\u202c",
        "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff",
    };
    for (; text.len > 0; text = span_of(text.ptr + 1, text.len - 1)) {
        const uint8_t c = text.ptr[0];
        if (c < ' ' || c == 0x7F)
            return true;
        if (c == 0xC2 && text.len > 1 && text.ptr[1] < 0xA0)
            return true;
        for (size_t i = 0; (c == 0xE2 || c == 0xEF) && i < sizeof hidden / sizeof hidden[0]; i++)
            if (starts_with(text, span_text(hidden[i])))
                return true;
    }
    return false;
}

static bool read_text(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    if (cell.len > f->max)
        return refuse_value(r, f, "too long");
    if (!utf8_valid(cell))
        return refuse_value(r, f, "not UTF-8");
    if (has_control(cell))
        return refuse_value(r, f, "a control character");
    if (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' ')
        return refuse_value(r, f, "a space at the beginning or the end");
    memcpy(to, &cell, sizeof cell);
    return true;
}

static bool read_label(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    if (is_identity_number(cell))
        return refuse_value(r, f, "an identity number may not stand here");
    return read_text(r, f, cell, to);
}

static bool read_bytes(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    (void)r;
    (void)f;
    memcpy(to, &cell, sizeof cell);
    return true;
}

static bool read_credit_code(const struct reading *r, const struct field *f, struct span cell,
                             void *to)
{
    if (!credit_code_valid(cell))
        return refuse_value(r, f, "not a credit code: 18 characters, the last a check");
    memcpy(to, &cell, sizeof cell);
    return true;
}

static bool read_unit(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    uint32_t unit;
    if (!unit_id_parse(cell, &unit))
        return refuse(r, f, REASON_UNKNOWN_UNIT);
    memcpy(to, &unit, sizeof unit);
    return true;
}

_Static_assert(sizeof(enum plan) == sizeof(uint32_t) && sizeof(enum sex) == sizeof(uint32_t) &&
                   sizeof(enum order_action) == sizeof(uint32_t),
               "words are stored as 32 bits");

static bool read_word(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    uint32_t value;
    if (!word_find(f->words, cell, &value))
        return refuse(r, f, REASON_FIELD_INVALID);
    memcpy(to, &value, sizeof value);
    return true;
}

static bool looks_like_date(struct span cell)
{
    if (cell.len != DATE_TEXT_LEN)
        return false;
    for (size_t i = 0; i < cell.len; i++)
        if (i == 4 || i == 7 ? cell.ptr[i] != '-' : !is_digit(cell.ptr[i]))
            return false;
    return true;
}

static bool read_date(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    int32_t date;
    if (!date_parse(cell, &date)) {
        const int shown = looks_like_date(cell) ? DATE_TEXT_LEN : 0;
        reasons_add_detail(r->reasons, REASON_DATE_INVALID, f->column.name, "%.*s", shown,
                           (const char *)cell.ptr);
        return false;
    }
    memcpy(to, &date, sizeof date);
    return true;
}

static bool read_past_date(const struct reading *r, const struct field *f, struct span cell,
                           void *to)
{
    int32_t date;
    if (!read_date(r, f, cell, &date))
        return false;

    if (date > r->today) {
        char given[DATE_TEXT_LEN + 1], today[DATE_TEXT_LEN + 1];
        date_format(date, given);
        date_format(r->today, today);
        reasons_add_detail(r->reasons, REASON_DATE_IN_FUTURE, f->column.name, "%s > %s", given,
                           today);
    }
    memcpy(to, &date, sizeof date);
    return true;
}

static bool read_year(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    int32_t year = 0;
    bool four = cell.len == 4;
    for (size_t i = 0; four && i < cell.len; i++) {
        four = is_digit(cell.ptr[i]);
        year = year * 10 + (cell.ptr[i] - '0');
    }
    if (!four || year < (int32_t)f->min || year > (int32_t)f->max)
        return refuse_value(r, f, "not a year from 2000 to 2099");
    memcpy(to, &year, sizeof year);
    return true;
}

/* False: reported. */
static bool resolve_post(const struct reading *r, const struct field *f, struct span text,
                         uint32_t *ret)
{
    const enum post_match match = post_resolve(text, ret);
    if (match == POST_FOUND)
        return true;
    return refuse(r, f,
                  match == POST_NOT_IN_SCHEME ? REASON_POST_NOT_IN_SCHEME : REASON_UNKNOWN_POST);
}

static bool read_post(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    uint32_t post;
    if (!resolve_post(r, f, cell, &post))
        return false;
    memcpy(to, &post, sizeof post);
    return true;
}

/* Takes the text before the next semicolon; *rest.ptr is NULL after the last. */
static struct span take_item(struct span *rest)
{
    const uint8_t *const end = rest->len > 0 ? memchr(rest->ptr, ';', rest->len) : NULL;
    const struct span item = span_of(rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len);
    *rest = end ? span_of(end + 1, rest->len - item.len - 1) : span_of(NULL, 0);
    return item;
}

static bool read_posts(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    uint64_t posts = 0;
    bool good = true;
    if (span_equal(cell, SPAN_LITERAL("*"))) {
        posts = UINT64_MAX;
    } else {
        for (struct span rest = cell; rest.ptr;) {
            const struct span item = take_item(&rest);
            uint32_t post;
            if (item.len == 0)
                good = refuse_value(r, f, "an empty place in the list");
            else if (resolve_post(r, f, item, &post))
                posts |= UINT64_C(1) << post;
            else
                good = false;
        }
    }
    if (good)
        memcpy(to, &posts, sizeof posts);
    return good;
}

static bool take_number(struct span *text, uint64_t *ret)
{
    const size_t before = text->len;
    uint64_t v = 0;
    while (text->len > 0 && is_digit(text->ptr[0])) {
        v = v * 10 + (uint64_t)(text->ptr[0] - '0');
        if (v > UINT32_MAX)
            return false;
        *text = span_of(text->ptr + 1, text->len - 1);
    }
    *ret = v;
    return text->len < before;
}

/* Digits, and at most two decimals behind a point: no sign, no exponent. */
static bool parse_hundredths(struct span text, uint32_t *ret)
{
    uint64_t whole, part = 0;
    if (!take_number(&text, &whole))
        return false;
    if (text.len > 0) {
        const size_t decimals = text.len - 1;
        if (text.ptr[0] != '.' || decimals > 2)
            return false;
        text = span_of(text.ptr + 1, decimals);
        if (!take_number(&text, &part) || text.len > 0)
            return false;
        part *= decimals == 1 ? 10 : 1;
    }
    if (whole > (UINT32_MAX - part) / 100)
        return false;
    *ret = (uint32_t)(whole * 100 + part);
    return true;
}

static bool read_hundredths(const struct reading *r, const struct field *f, struct span cell,
                            void *to)
{
    uint32_t v;
    if (!parse_hundredths(cell, &v))
        return refuse_value(r, f, "not a number with at most two decimals");
    if (v < f->min || v > f->max) {
        reasons_add_detail(r->reasons, REASON_FIELD_INVALID, f->column.name, "not %u.%02u to %u",
                           f->min / 100, f->min % 100, f->max / 100);
        return false;
    }
    memcpy(to, &v, sizeof v);
    return true;
}

static bool read_bit(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    const bool one = span_equal(cell, SPAN_LITERAL("1"));
    if (!one && !span_equal(cell, SPAN_LITERAL("0")))
        return refuse_value(r, f, "not 0 or 1");
    memcpy(to, &one, sizeof one);
    return true;
}

static bool read_name(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    ON_EXIT(buf_free_at) struct buf nfc = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = name_normalise(cell, &nfc, &d);
    if (rc != RC_OK || nfc.len > RECORD_NAME_MAX) {
        reasons_add_detail(r->reasons, REASON_NAME_INVALID, f->column.name, "%.80s", d.text);
        return false;
    }
    memcpy(to, nfc.ptr, nfc.len);
    return true;
}

static bool read_id_type(const struct reading *r, const struct field *f, struct span cell, void *to)
{
    static const struct word types[] = { { "111", ID_RESIDENT }, { "414", ID_PASSPORT },
                                         { "511", ID_TAIWAN },   { "516", ID_HK_MACAO },
                                         { "999", ID_OTHER },    { NULL, 0 } };
    uint32_t value;
    if (!word_find(types, cell, &value))
        return refuse_value(r, f, "not 111, 414, 511, 516 or 999");
    memcpy(to, &value, sizeof value);
    return true;
}

static bool read_id_number(const struct reading *r, const struct field *f, struct span cell,
                           void *to)
{
    unsigned type;
    memcpy(&type, (const char *)r->record + f->id_type_offset, sizeof type);
    /* Without a type there is no rule to judge the number by; the type has its own reason. */
    if (type == 0)
        return false;

    char number[ID_NUMBER_MAX + 1] = "";
    if (!id_number_normalise(type, cell, r->today, number))
        return refuse(r, f, REASON_ID_NUMBER_INVALID);
    memcpy(to, number, sizeof number);
    return true;
}

static const struct cell_reader {
    bool (*read)(const struct reading *r, const struct field *f, struct span cell, void *to);
} readers[FIELD_TYPE_COUNT] = {
    [FIELD_RECORD_ID] = { read_record_id },
    [FIELD_TEXT] = { read_text },
    [FIELD_LABEL] = { read_label },
    [FIELD_BYTES] = { read_bytes },
    [FIELD_CREDIT_CODE] = { read_credit_code },
    [FIELD_UNIT] = { read_unit },
    [FIELD_WORD] = { read_word },
    [FIELD_DATE] = { read_date },
    [FIELD_PAST_DATE] = { read_past_date },
    [FIELD_YEAR] = { read_year },
    [FIELD_POST] = { read_post },
    [FIELD_POSTS] = { read_posts },
    [FIELD_HUNDREDTHS] = { read_hundredths },
    [FIELD_BIT] = { read_bit },
    [FIELD_NAME] = { read_name },
    [FIELD_ID_TYPE] = { read_id_type },
    [FIELD_ID_NUMBER] = { read_id_number },
};

bool record_cell_read(const struct reading *r, const struct field *f, struct span cell)
{
    assert(cell.len > 0 && readers[f->type].read);
    return readers[f->type].read(r, f, cell, (char *)r->record + f->offset);
}
