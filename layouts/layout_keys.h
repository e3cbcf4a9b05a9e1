/* What may stand in a layout file, as tables. */
#pragma once

#include "layouts/layout.h"

enum layout_type {
    LAYOUT_MM,      /* int32_t: millimetres in the file */
    LAYOUT_PT,      /* int32_t: points in the file */
    LAYOUT_RATIO,   /* int32_t: a number, kept in thousandths */
    LAYOUT_INT,     /* int32_t: a whole number */
    LAYOUT_COLOUR_, /* int32_t: "#rrggbb" or a name of "colours" */
    LAYOUT_WORDS,   /* int32_t: one of the words of choice, by its place */
    LAYOUT_STRING,  /* const char * */
    LAYOUT_LANG,    /* const char *: letters, digits and - */
    LAYOUT_NAME,    /* const char *: LAYOUT_FIELD_MAX bytes of a-z 0-9 . _ */
    LAYOUT_WHEN,    /* bool: "demo" */
    LAYOUT_STYLE_,  /* struct layout_style: the name of a style */
};

struct layout_key {
    const char *name; /* NULL ends a table */
    enum layout_type type;
    unsigned kinds, needed; /* one bit an item kind: may have it, must have it */
    size_t offset;
    double min, max;
    const char *choice; /* "left|centre|right" */
};
#define LAYOUT_BIT(kind) (1u << (kind))
#define LAYOUT_ANY       (~0u)

extern const struct layout_key layout_item_keys[], layout_style_keys[], layout_page_keys[],
    layout_top_keys[];
extern const char *const layout_kind_names[LAYOUT_KINDS];

/* The file while it is read. */
struct layout_source {
    struct span text;
    json_t *colours, *styles;
};

PRINTF_LIKE(4, 5)
enum rc layout_complain(const struct layout_source *source, const char *path, struct diag *d,
                        const char *fmt, ...);

/* An object of the file. */
struct layout_object {
    const char *path; /* "items[3]"; "" for the whole file */
    json_t *json;
    unsigned kind;      /* one bit: LAYOUT_BIT(), or 1 where there are no kinds */
    const char *others; /* keys that the caller reads, "a|b"; may be NULL */
};

/* Reads the object's keys into *at by the table. */
MUST_CHECK enum rc layout_read_keys(const struct layout_source *source,
                                    const struct layout_object *object,
                                    const struct layout_key *keys, void *at, struct diag *d);

/* Reads all colours and styles, so that a mistake in one that nothing uses shows too. */
MUST_CHECK enum rc layout_try_palette(const struct layout_source *source, struct diag *d);
