#include "core/cert/pdf_values.h"

#include <assert.h>
#include <inttypes.h>

#include "core/base/dates.h"
#include "core/base/ids.h"

#define ID_HIDDEN "**************"

enum source {
    FROM_NUMBER,
    FROM_NAME,
    FROM_ID_TYPE,
    FROM_ID_TAIL,
    FROM_POST,
    FROM_UNIT,
    FROM_PROVIDER,
    FROM_ISSUED,
    FROM_DEADLINE,
    FROM_VERSION,
    FROM_CE_YEAR,
    FROM_CE_HOURS,
    FROM_CE_POST_HOURS,
    FROM_LOG_INDEX,
    FROM_UNTIL,
    FROM_MADE,
    FROM_DEPLOYMENT,
    FROM_ELSEWHERE,
};

struct field {
    const char *name;
    enum pdf_value value;
    enum source source;
    bool zh;     /* a date as 2026年11月22日 */
    size_t year; /* of the token's CE years */
};

static const struct field fields[] = {
    { "number", PDF_VALUE_TOKEN, FROM_NUMBER, false, 0 },
    { "name", PDF_VALUE_TOKEN, FROM_NAME, false, 0 },
    { "id_type", PDF_VALUE_TOKEN, FROM_ID_TYPE, false, 0 },
    { "id_tail", PDF_VALUE_TOKEN, FROM_ID_TAIL, false, 0 },
    { "post", PDF_VALUE_NAME, FROM_POST, false, 0 },
    { "authority", PDF_VALUE_NAME, FROM_UNIT, false, 0 },
    { "provider", PDF_VALUE_NAME, FROM_PROVIDER, false, 0 },
    { "issued", PDF_VALUE_TOKEN, FROM_ISSUED, false, 0 },
    { "issued_zh", PDF_VALUE_TOKEN, FROM_ISSUED, true, 0 },
    { "deadline", PDF_VALUE_TOKEN, FROM_DEADLINE, false, 0 },
    { "deadline_zh", PDF_VALUE_TOKEN, FROM_DEADLINE, true, 0 },
    { "version", PDF_VALUE_TOKEN, FROM_VERSION, false, 0 },
    { "ce.0.year", PDF_VALUE_TOKEN, FROM_CE_YEAR, false, 0 },
    { "ce.0.hours", PDF_VALUE_TOKEN, FROM_CE_HOURS, false, 0 },
    { "ce.0.post_hours", PDF_VALUE_TOKEN, FROM_CE_POST_HOURS, false, 0 },
    { "ce.1.year", PDF_VALUE_TOKEN, FROM_CE_YEAR, false, 1 },
    { "ce.1.hours", PDF_VALUE_TOKEN, FROM_CE_HOURS, false, 1 },
    { "ce.1.post_hours", PDF_VALUE_TOKEN, FROM_CE_POST_HOURS, false, 1 },
    { "log_index", PDF_VALUE_TOKEN, FROM_LOG_INDEX, false, 0 },
    { "copy_until", PDF_VALUE_UNTIL, FROM_UNTIL, false, 0 },
    { "copy_until_zh", PDF_VALUE_UNTIL, FROM_UNTIL, true, 0 },
    { "made", PDF_VALUE_MADE, FROM_MADE, false, 0 },
    { "made_zh", PDF_VALUE_MADE, FROM_MADE, true, 0 },
    { "deployment", PDF_VALUE_FREE, FROM_DEPLOYMENT, false, 0 },
    { "photo", PDF_VALUE_PICTURE, FROM_ELSEWHERE, false, 0 },
    { "qr", PDF_VALUE_PICTURE, FROM_ELSEWHERE, false, 0 },
};

const char *pdf_id_type_name(uint32_t type, bool chinese)
{
    static const struct {
        uint32_t type;
        const char *zh, *en;
    } names[] = {
        { ID_RESIDENT, "居民身份证", "resident identity card" },
        { ID_PASSPORT, "普通护照", "passport" },
        { ID_TAIWAN, "台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents" },
        { ID_HK_MACAO, "港澳居民来往内地通行证",
          "mainland travel permit for Hong Kong and Macao residents" },
        { ID_OTHER, "其他证件", "other document" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].type == type)
            return chinese ? names[i].zh : names[i].en;
    return NULL;
}

static void put_id_type(struct buf *to, uint32_t type, bool chinese)
{
    const char *const name = pdf_id_type_name(type, chinese);
    if (name)
        buf_put_text(to, name);
    else
        buf_printf(to, "%" PRIu32, type);
}

static void put_date(struct buf *to, int32_t date, bool zh)
{
    char text[DATE_TEXT_LEN + 1];
    int year, month, day;
    if (date == PDF_NO_DATE)
        return;
    date_to_ymd(date, &year, &month, &day);
    date_format(date, text);
    if (zh)
        buf_printf(to, "%d年%d月%d日", year, month, day);
    else
        buf_put_text(to, text);
}

static void put_ce(struct buf *to, const struct field *f, const struct token *t)
{
    if (f->year >= t->ce_count)
        return;
    const struct ce_hours *const year = &t->ce[f->year];
    const uint32_t value = f->source == FROM_CE_YEAR    ? year->k
                           : f->source == FROM_CE_HOURS ? year->hours
                                                        : year->post_hours;
    buf_printf(to, "%" PRIu32, value);
}

static void put_post(struct buf *to, const struct pdf_values *v)
{
    const struct directory_post *const post = directory_find_post(v->directory, v->token->post);
    if (post)
        buf_put_span(to, v->chinese || post->name_en.len == 0 ? post->name : post->name_en);
}

static void put_directory_name(struct buf *to, enum source source, const struct pdf_values *v)
{
    if (!v->directory)
        return;
    if (source == FROM_POST) {
        put_post(to, v);
    } else if (source == FROM_UNIT) {
        const struct directory_unit *const unit = directory_find_unit(v->directory, v->token->unit);
        buf_put_span(to, unit ? unit->name : (struct span){ 0 });
    } else {
        const struct directory_provider *const provider =
            directory_find_provider(v->directory, v->token->provider);
        buf_put_span(to, provider ? provider->name : (struct span){ 0 });
    }
}

static void put_value(struct buf *to, const struct field *f, const struct pdf_values *v)
{
    const struct token *const t = v->token;
    switch (f->source) {
    case FROM_NUMBER:
        buf_put_span(to, t->number);
        return;
    case FROM_NAME:
        buf_put_span(to, t->name);
        return;
    case FROM_ID_TYPE:
        put_id_type(to, t->id_type, v->chinese);
        return;
    case FROM_ID_TAIL:
        buf_put_text(to, ID_HIDDEN);
        buf_put_span(to, t->id_tail);
        return;
    case FROM_POST:
    case FROM_UNIT:
    case FROM_PROVIDER:
        put_directory_name(to, f->source, v);
        return;
    case FROM_ISSUED:
        put_date(to, t->issued, f->zh);
        return;
    case FROM_DEADLINE:
        put_date(to, t->deadline, f->zh);
        return;
    case FROM_VERSION:
        buf_printf(to, "%" PRIu32, t->version);
        return;
    case FROM_CE_YEAR:
    case FROM_CE_HOURS:
    case FROM_CE_POST_HOURS:
        put_ce(to, f, t);
        return;
    case FROM_LOG_INDEX:
        buf_printf(to, "%" PRIu64, t->log_index);
        return;
    case FROM_UNTIL:
        put_date(to, v->until, f->zh);
        return;
    case FROM_MADE:
        put_date(to, v->made, f->zh);
        return;
    case FROM_DEPLOYMENT:
        buf_put_span(to, v->deployment);
        return;
    case FROM_ELSEWHERE:
        return;
    }
}

enum pdf_value pdf_value_put(struct buf *to, struct span name, const struct pdf_values *values)
{
    assert(to && values && values->token);

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (!span_equal(span_text(fields[i].name), name))
            continue;
        put_value(to, &fields[i], values);
        return fields[i].value;
    }
    return PDF_VALUE_UNKNOWN;
}

/* One to four digits and then this text; 0 digits never. */
static bool take_part(struct span *text, int *ret, const char *behind)
{
    const size_t behind_len = strlen(behind);
    size_t n = 0;
    for (*ret = 0; n < 4 && n < text->len && text->ptr[n] >= '0' && text->ptr[n] <= '9'; n++)
        *ret = *ret * 10 + (text->ptr[n] - '0');
    if (n == 0 || text->len - n < behind_len || memcmp(text->ptr + n, behind, behind_len) != 0)
        return false;
    *text = span_of(text->ptr + n + behind_len, text->len - n - behind_len);
    return true;
}

bool pdf_value_date(struct span text, int32_t *ret)
{
    if (date_parse(text, ret))
        return true;

    struct span left = text;
    int year, month, day;
    int32_t date;
    if (!take_part(&left, &year, "年") || !take_part(&left, &month, "月") ||
        !take_part(&left, &day, "日") || left.len > 0 || !date_from_ymd(year, month, day, &date))
        return false;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    put_date(&again, date, true);
    if (!buf_ok(&again) || !span_equal(buf_span(&again), text))
        return false; /* a month or a day with a zero in front */
    *ret = date;
    return true;
}
