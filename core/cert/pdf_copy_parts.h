/* The parts of core/cert/pdf_copy.h, for its own files alone: what is known of a file while it is
 * read, from the first byte to the last. */
#pragma once

#include "core/cert/pdf_copy.h"
#include "core/cert/pdf_scan.h"

/* Object numbers: docs/pdf.md section 2. */
enum copy_object {
    COPY_CATALOG = 1,
    COPY_PAGE = 2,
    COPY_INFO = 3,
    COPY_XMP = 4,
    COPY_CONTENT = 5,
    COPY_PHOTO = 6,
    COPY_OWN_FONTS = 7,
    COPY_TOKEN = 31,
    COPY_PROOF = 33,
    COPY_WIDGET = 35,
    COPY_SIGNATURE = 36,
    COPY_FIXED = 37,
    COPY_FIXED_FONTS = 37,
    COPY_PAGES = 61,
    COPY_FIXED_CONTENT = 62,
    COPY_PROFILE = 63,
    COPY_SEAL = 64,
    COPY_STRUCT_ROOT = 65,
    COPY_PARENT_TREE = 66,
    COPY_DOCUMENT = 67,
    COPY_ELEMENT = 68,
};
#define COPY_OBJECTS_MAX  (COPY_ELEMENT + PDF_COPY_MCIDS_MAX)
#define COPY_FACES        4u
#define COPY_FONTS        (2 * COPY_FACES) /* the fixed ones, then the own ones */
#define COPY_FONT_OBJECTS 6u
#define COPY_DATE_LEN     25u /* (D:20261122080000+08'00') */

struct copy_font {
    bool used;
    uint32_t first, count; /* in characters: those of its CIDs from 1 */
};

enum copy_role { COPY_ROLE_LABEL = 0, COPY_ROLE_FIELD, COPY_ROLE_FIGURE };

struct copy_reading {
    struct pdf_scan s;
    struct pdf_copy copy;
    bool plain; /* the header of a file without attachments and signature */
    uint32_t size, mcids;
    size_t offset[COPY_OBJECTS_MAX];
    enum copy_role roles[PDF_COPY_MCIDS_MAX];
    struct copy_font fonts[COPY_FONTS];
    uint32_t *characters, *seen; /* owned: of all fonts; one bit a character */
    uint32_t character_count;
    /* what catalog and page promise of what comes behind them */
    bool has_token, has_proof, has_signature, has_photo, has_seal;
    bool own_fonts[COPY_FACES];
    struct span date; /* as object 3 writes it */
    struct span content;
};

/* "N 0 obj" and what ends it. */
void copy_begin(struct copy_reading *r, uint32_t number, const char *part);
void copy_end(struct copy_reading *r);
void copy_null(struct copy_reading *r, uint32_t number);
bool copy_is_null(const struct copy_reading *r, uint32_t number);
/* A stream object up to its /Length, which is returned; entries; then the rest. */
uint32_t copy_stream_begin(struct copy_reading *r, uint32_t number, const char *part);
struct span copy_stream_end(struct copy_reading *r, uint32_t len);

void copy_fonts_read(struct copy_reading *r, bool own);
void copy_fixed_read(struct copy_reading *r);
void copy_own_read(struct copy_reading *r);
/* The fields of r->content, once all fonts are known. */
enum rc copy_fields_read(struct copy_reading *r, struct diag *d);
