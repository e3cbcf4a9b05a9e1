#include "issuer/scheme/record_fields.h"

#include <assert.h>

/* Hours, scores and shares are hundredths. */
#define TRAINING_HOURS_MAX 100000u
#define SCORE_MAX          100000000u
#define PERCENT_MAX        10000u
#define CE_YEAR_MIN        2000u
#define CE_YEAR_MAX        2099u
#define NUMBER_BYTES_MAX   RECORD_ID_MAX /* of a certificate, here or legacy */

#define AT(member)        .offset = offsetof(struct record, member)
#define REQUIRED(name)    .column = { name, true }
#define OPTIONAL(name)    .column = { name, false }
#define BETWEEN(from, to) .min = from, .max = to

#define RECORD_ID                                                                                  \
    {                                                                                              \
        REQUIRED("record_id"), .type = FIELD_RECORD_ID, AT(record_id)                              \
    }
#define PROVIDER(of)                                                                               \
    {                                                                                              \
        REQUIRED("provider"), .type = FIELD_CREDIT_CODE, AT(as.of.provider)                        \
    }
#define POST(of)                                                                                   \
    {                                                                                              \
        REQUIRED("post"), .type = FIELD_POST, AT(as.of.post)                                       \
    }
#define NAME(of)                                                                                   \
    {                                                                                              \
        REQUIRED("name"), .type = FIELD_NAME, AT(as.of.person.name)                                \
    }
#define SEX(of)                                                                                    \
    {                                                                                              \
        REQUIRED("sex"), .type = FIELD_WORD, AT(as.of.person.sex), .words = words_sex              \
    }
/* The type stands before the number: the number is read by it. */
#define DOCUMENT(where)                                                                            \
    { REQUIRED("id_type"), .type = FIELD_ID_TYPE, AT(as.where.id_type) },                          \
    {                                                                                              \
        REQUIRED("id_number"), .type = FIELD_ID_NUMBER, AT(as.where.id_number),                    \
                               .id_type_offset = offsetof(struct record, as.where.id_type)         \
    }

static const struct field authority_fields[] = {
    { REQUIRED("unit_id"), .type = FIELD_UNIT, AT(as.authority.unit) },
    { REQUIRED("name"), .type = FIELD_TEXT, AT(as.authority.name), .max = UNIT_NAME_MAX },
    { REQUIRED("credit_code"), .type = FIELD_CREDIT_CODE, AT(as.authority.credit_code) },
    { REQUIRED("kind"), .type = FIELD_WORD, AT(as.authority.kind), .words = words_unit_kind },
    { REQUIRED("plan"), .type = FIELD_WORD, AT(as.authority.plan), .words = words_plan },
    { REQUIRED("plan_date"), .type = FIELD_DATE, AT(as.authority.plan_date) },
    { REQUIRED("docking"), .type = FIELD_WORD, AT(as.authority.docking), .words = words_docking },
    { OPTIONAL("docking_date"), .type = FIELD_DATE, AT(as.authority.docking_date) },
    { OPTIONAL("education_from"), .type = FIELD_DATE, AT(as.authority.education_from) },
};

static const struct field provider_fields[] = {
    { REQUIRED("credit_code"), .type = FIELD_CREDIT_CODE, AT(as.provider.credit_code) },
    { REQUIRED("name"), .type = FIELD_TEXT, AT(as.provider.name), .max = UNIT_NAME_MAX },
    { REQUIRED("class"), .type = FIELD_WORD, AT(as.provider.class), .words = words_class },
    { REQUIRED("unit_id"), .type = FIELD_UNIT, AT(as.provider.unit) },
    { REQUIRED("posts"), .type = FIELD_POSTS, AT(as.provider.posts) },
    { REQUIRED("status"), .type = FIELD_WORD, AT(as.provider.status), .words = words_status },
    { REQUIRED("status_from"), .type = FIELD_DATE, AT(as.provider.status_from) },
};

static const struct field training_fields[] = {
    RECORD_ID,
    PROVIDER(training),
    NAME(training),
    DOCUMENT(training.person),
    SEX(training),
    POST(training),
    { REQUIRED("class_id"), .type = FIELD_LABEL, AT(as.training.class_id), .max = UNIT_NAME_MAX },
    { REQUIRED("hours"), .type = FIELD_HUNDREDTHS, AT(as.training.hours),
      BETWEEN(1, TRAINING_HOURS_MAX) },
    { REQUIRED("finished_on"), .type = FIELD_PAST_DATE, AT(as.training.finished_on) },
};

static const struct field test_fields[] = {
    RECORD_ID,
    PROVIDER(test),
    NAME(test),
    DOCUMENT(test.person),
    POST(test),
    { REQUIRED("held_on"), .type = FIELD_PAST_DATE, AT(as.test.held_on) },
    { REQUIRED("score"), .type = FIELD_HUNDREDTHS, AT(as.test.score), BETWEEN(0, SCORE_MAX) },
    { REQUIRED("full_score"), .type = FIELD_HUNDREDTHS, AT(as.test.full_score),
      BETWEEN(1, SCORE_MAX) },
    { REQUIRED("national_share"), .type = FIELD_HUNDREDTHS, AT(as.test.national_share),
      BETWEEN(0, PERCENT_MAX) },
    { REQUIRED("face_checked"), .type = FIELD_BIT, AT(as.test.face_checked) },
};

static const struct field education_fields[] = {
    RECORD_ID,
    PROVIDER(education),
    NAME(education),
    DOCUMENT(education.person),
    { REQUIRED("certificate"), .type = FIELD_TEXT, AT(as.education.certificate),
      .max = NUMBER_BYTES_MAX },
    POST(education),
    { REQUIRED("ce_year"), .type = FIELD_YEAR, AT(as.education.ce_year),
      BETWEEN(CE_YEAR_MIN, CE_YEAR_MAX) },
    /* Out of range is hours_invalid, which looks at both. */
    { REQUIRED("hours"), .type = FIELD_HUNDREDTHS, AT(as.education.hours), BETWEEN(0, UINT32_MAX) },
    { REQUIRED("post_hours"), .type = FIELD_HUNDREDTHS, AT(as.education.post_hours),
      BETWEEN(0, UINT32_MAX) },
    { REQUIRED("finished_on"), .type = FIELD_PAST_DATE, AT(as.education.finished_on) },
};

static const struct field legacy_fields[] = {
    RECORD_ID,
    { REQUIRED("unit_id"), .type = FIELD_UNIT, AT(as.legacy.unit) },
    { REQUIRED("old_number"), .type = FIELD_TEXT, AT(as.legacy.old_number),
      .max = NUMBER_BYTES_MAX },
    NAME(legacy),
    DOCUMENT(legacy.person),
    SEX(legacy),
    POST(legacy),
    { REQUIRED("issued_on"), .type = FIELD_PAST_DATE, AT(as.legacy.issued_on) },
};

static const struct field photo_fields[] = {
    RECORD_ID,
    DOCUMENT(photo),
    { REQUIRED("file"), .type = FIELD_BYTES, AT(as.photo.file) },
};

static const struct field order_fields[] = {
    RECORD_ID,
    { REQUIRED("action"), .type = FIELD_WORD, AT(as.order.action), .words = words_action },
    { REQUIRED("certificate"), .type = FIELD_TEXT, AT(as.order.certificate),
      .max = NUMBER_BYTES_MAX },
    { REQUIRED("reason"), .type = FIELD_TEXT, AT(as.order.reason), .max = RECORD_TEXT_MAX },
    { REQUIRED("reference"), .type = FIELD_TEXT, AT(as.order.reference), .max = RECORD_TEXT_MAX },
    { OPTIONAL("effective_on"), .type = FIELD_DATE, AT(as.order.effective_on) },
};

#define FIELDS(list)                                                                               \
    {                                                                                              \
        list, sizeof list / sizeof list[0]                                                         \
    }
static const struct kind_fields {
    const struct field *fields;
    size_t count;
} kinds[KIND_COUNT] = {
    [KIND_AUTHORITY] = FIELDS(authority_fields), [KIND_PROVIDER] = FIELDS(provider_fields),
    [KIND_TRAINING] = FIELDS(training_fields),   [KIND_TEST] = FIELDS(test_fields),
    [KIND_EDUCATION] = FIELDS(education_fields), [KIND_LEGACY] = FIELDS(legacy_fields),
    [KIND_PHOTO] = FIELDS(photo_fields),         [KIND_ORDER] = FIELDS(order_fields),
};

const struct field *record_fields(enum record_kind kind, size_t *ret_count)
{
    assert((unsigned)kind < KIND_COUNT && kinds[kind].count <= FIELDS_MAX);
    *ret_count = kinds[kind].count;
    return kinds[kind].fields;
}

const struct record_column *record_column_at(enum record_kind kind, size_t i)
{
    size_t count;
    const struct field *const fields = record_fields(kind, &count);
    return i < count ? &fields[i].column : NULL;
}
