/* The table of fields behind record.h: a row for each column of each kind. Private to this folder.
 */
#pragma once

#include "issuer/scheme/record.h"

enum field_type {
    FIELD_RECORD_ID,   /* struct span */
    FIELD_TEXT,        /* struct span; max bytes */
    FIELD_LABEL,       /* a text that must not be an identity number: it is not sealed */
    FIELD_BYTES,       /* struct span, anything at all: a path, or the picture itself */
    FIELD_CREDIT_CODE, /* struct span */
    FIELD_UNIT,        /* uint32_t */
    FIELD_WORD,        /* an enum; words */
    FIELD_DATE,        /* int32_t; NO_DATE: empty or not read */
    FIELD_PAST_DATE,   /* int32_t, not after today */
    FIELD_YEAR,        /* int32_t; min to max */
    FIELD_POST,        /* uint32_t */
    FIELD_POSTS,       /* uint64_t */
    FIELD_HUNDREDTHS,  /* uint32_t; min to max */
    FIELD_BIT,         /* bool */
    FIELD_NAME,        /* char[RECORD_NAME_MAX + 1] */
    FIELD_ID_TYPE,     /* unsigned */
    FIELD_ID_NUMBER,   /* char[ID_NUMBER_MAX + 1]; id_type_offset */
};
#define FIELD_TYPE_COUNT (FIELD_ID_NUMBER + 1)

/* A word that a field takes, and its number; a list ends with a NULL word. */
struct word {
    const char *text;
    uint32_t value;
};
const char *word_of(const struct word *words, uint32_t value); /* NULL: none */
bool word_find(const struct word *words, struct span text, uint32_t *ret);

extern const struct word words_unit_kind[], words_plan[], words_docking[], words_class[],
    words_status[], words_sex[], words_action[];

struct field {
    struct record_column column;
    enum field_type type;
    size_t offset; /* in struct record */
    uint32_t min, max;
    const struct word *words;
    size_t id_type_offset; /* of the document type that an identity number belongs to */
};

#define FIELDS_MAX 12 /* of one kind */
/* The kind's fields in the contract's order; *ret_count is at most FIELDS_MAX. */
const struct field *record_fields(enum record_kind kind, size_t *ret_count);

struct reading {
    struct record *record;
    struct reasons *reasons;
    int32_t today;
};
/* Reads a cell that is not empty. False: a reason says why, the field is left alone. */
MUST_CHECK bool record_cell_read(const struct reading *r, const struct field *f, struct span cell);
