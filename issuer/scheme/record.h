/*
 * The records that come in: eight kinds, their columns, and the reading of one
 * row of named cells into a record. Everything that can be said of a row without
 * the register is said here. Pure; threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/dates.h"
#include "core/base/ids.h"
#include "core/base/rc.h"
#include "issuer/scheme/reasons.h"

/* Numbers are stored: never renumber. */
enum record_kind {
    KIND_NONE = 0,
    KIND_AUTHORITY = 1,
    KIND_PROVIDER = 2,
    KIND_TRAINING = 3,
    KIND_TEST = 4,
    KIND_EDUCATION = 5,
    KIND_LEGACY = 6,
    KIND_PHOTO = 7,
    KIND_ORDER = 8,
};
#define KIND_COUNT 9
const char *kind_name(enum record_kind kind);      /* "training" */
enum record_kind kind_from_name(struct span name); /* KIND_NONE: no such kind */

enum plan { PLAN_NONE = 0, PLAN_SUBMITTED = 1, PLAN_APPROVED = 2, PLAN_HALTED = 3 };
enum docking { DOCKING_NONE = 0, DOCKING_REQUESTED = 1, DOCKING_DONE = 2 };
enum provider_class {
    CLASS_ENTERPRISE = 1,
    CLASS_SCHOOL = 2,
    CLASS_ASSOCIATION = 3,
    CLASS_SOCIAL = 4
};
enum provider_status { PROVIDER_ACTIVE = 1, PROVIDER_SUSPENDED = 2, PROVIDER_REMOVED = 3 };
enum unit_kind { UNIT_PROVINCE = 1, UNIT_ENTERPRISE = 2 };
enum sex { SEX_UNKNOWN = 0, SEX_MALE = 1, SEX_FEMALE = 2 };
enum order_action {
    ORDER_NONE = 0,
    ORDER_SUSPEND = 1,
    ORDER_REINSTATE = 2,
    ORDER_REVOKE = 3,
    ORDER_WITHDRAW = 4,
    ORDER_CANCEL = 5,
    ORDER_AMEND = 6,
    ORDER_REISSUE = 7 /* no order: a row's mark that a certificate was issued again */
};
const char *order_action_name(enum order_action a); /* "suspend" */

#define NO_DATE INT32_MIN

#define RECORD_ID_MAX   64    /* bytes: printable ASCII without space */
#define RECORD_TEXT_MAX 1000  /* bytes of a reason, a reference */
#define RECORD_NAME_MAX 400   /* bytes of a person's name, NFC */
#define UNIT_NAME_MAX   200   /* bytes of an authority's or provider's name */
#define PHOTO_MAX       51200 /* bytes of a photo file */

/* A person as a row names one. */
struct person_ref {
    unsigned id_type;
    char id_number[ID_NUMBER_MAX + 1]; /* stored form */
    char name[RECORD_NAME_MAX + 1];    /* NFC */
    enum sex sex;
};

/* Hours, scores and shares are hundredths. Spans borrow the row's cells. */
struct record {
    enum record_kind kind;
    uint64_t row;          /* number in its file, from 1 (the header is not counted) */
    struct span record_id; /* empty for authority and provider */
    uint8_t content[32];   /* SHA-256 of record_canonical_put()'s bytes, written by the caller */
    union {
        struct {
            uint32_t unit;
            struct span name, credit_code;
            enum unit_kind kind;
            enum plan plan;
            int32_t plan_date;
            enum docking docking;
            int32_t docking_date, education_from;
        } authority;
        struct {
            struct span credit_code, name;
            enum provider_class class;
            uint32_t unit;
            uint64_t posts; /* bit per post code; all ones: '*' */
            enum provider_status status;
            int32_t status_from;
        } provider;
        struct {
            struct span provider;
            struct person_ref person;
            uint32_t post;
            struct span class_id;
            uint32_t hours;
            int32_t finished_on;
        } training;
        struct {
            struct span provider;
            struct person_ref person;
            uint32_t post;
            int32_t held_on;
            uint32_t score, full_score, national_share;
            bool face_checked;
        } test;
        struct {
            struct span provider;
            struct person_ref person;
            struct span certificate;
            uint32_t post;
            int32_t ce_year;
            uint32_t hours, post_hours;
            int32_t finished_on;
        } education;
        struct {
            uint32_t unit;
            struct span old_number;
            struct person_ref person;
            uint32_t post;
            int32_t issued_on;
        } legacy;
        struct {
            unsigned id_type;
            char id_number[ID_NUMBER_MAX + 1];
            struct span file; /* the cell as it stands: a path, until the caller puts the picture's
                                 bytes here */
        } photo;
        struct {
            enum order_action action;
            struct span certificate, reason, reference;
            int32_t effective_on; /* NO_DATE: the day of arrival */
        } order;
    } as;
};

struct cell {
    struct span column; /* as in the header */
    struct span value;  /* unquoted, UTF-8 */
};

/* Columns of a kind, in the contract's order; NULL: past the last. */
struct record_column {
    const char *name;
    bool required; /* may not be empty */
};
const struct record_column *record_column_at(enum record_kind kind, size_t i);

/*
 * Reads one row. Finds every reason that needs no register; fields that could not be read are left
 * zero (dates: NO_DATE, as empty ones are) and named in reasons. Cells of unknown columns are
 * unknown_column. A date in the future and hours out of range are read all the same. Details repeat
 * no cell but days.
 *
 * today  the clock's CST date
 * ret    spans borrow the cells; always written; fit to apply only when reasons->count is 0 or the
 *        caller adds the register's reasons to them
 */
void record_read(enum record_kind kind, const struct cell *cells, size_t count, int32_t today,
                 struct record *ret, struct reasons *reasons);

/* The bytes that decide whether two rows with one record id are the same; hashed by the caller into
 * ->content. */
void record_canonical_put(struct buf *b, const struct record *r);
