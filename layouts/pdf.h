/*
 * The PDF of a certificate, in the one form that docs/pdf.md lays down byte by byte.
 *
 * Three things with three lives:
 *   struct pdf_font_set  faces of installed fonts, loaded once a process;
 *   struct pdf_layout    a layout file with its fixed part drawn (by libharu) and packed once;
 *   pdf_render()         one certificate: its own text, photo, QR code, attachments, trailer.
 *
 * The first two are read-only once made: any number of threads may render with the same ones, each
 * into a buf of its own. The same input gives the same bytes. Nothing here signs or asks the clock.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "core/qr/qr.h"

#define PDF_FACES 4 /* a character is drawn by the first face that has it */

struct pdf_font_set;
struct pdf_layout;

struct pdf_font_paths {
    const char *face[PDF_FACES]; /* TrueType outlines; NULL: no more */
};
/* Debian's: LXGW WenKai, HanaMinA, HanaMinB, BabelStone Han. Static storage. */
extern const struct pdf_font_paths pdf_font_paths_default;

/*
 * RC_IO      d names the file that cannot be read
 * RC_FORMAT  d names a file that is no font, has no TrueType outlines, or may not be embedded
 */
MUST_CHECK enum rc pdf_font_set_load(const struct pdf_font_paths *paths, struct pdf_font_set **ret,
                                     struct diag *d);
void pdf_font_set_free(struct pdf_font_set *fonts); /* NULL is fine */
DEFINE_ON_EXIT(struct pdf_font_set, pdf_font_set_free)

struct pdf_layout_options {
    bool demo;        /* items of the layout with "when": "demo" are drawn */
    struct span seal; /* PNG or JPEG, dark on white; drawn in the layout's colour. Empty: none */
};

/*
 * Reads a layout file (docs/layouts.md) and draws its fixed part.
 *
 * text     the file
 * fonts    must outlive *ret
 * options  borrowed for the call
 *
 * RC_FORMAT     d names line and key
 * RC_REFUSED    no face has a character of a fixed text; d names line and code point
 * RC_LIMIT      a fixed text does not fit its box at its smallest size; d names the line
 */
MUST_CHECK enum rc pdf_layout_load(struct span text, const struct pdf_font_set *fonts,
                                   const struct pdf_layout_options *options,
                                   struct pdf_layout **ret, struct diag *d);
void pdf_layout_free(struct pdf_layout *layout); /* NULL is fine */
DEFINE_ON_EXIT(struct pdf_layout, pdf_layout_free)

/* The layout's own name, and what it draws, in the order of the file; borrowed from the layout. */
const char *pdf_layout_name(const struct pdf_layout *layout);
bool pdf_layout_chinese(const struct pdf_layout *layout); /* its "lang" is zh… */
size_t pdf_layout_field_count(const struct pdf_layout *layout);
const char *pdf_layout_field_name(const struct pdf_layout *layout, size_t i);

struct pdf_field {
    const char *name;  /* as the layout's "field"; docs/pdf.md section 6 lists them */
    struct span value; /* UTF-8; empty: as if not given */
};

/* Room for the CMS in /Contents, bytes of DER. The profile knows these alone. */
#define PDF_ROOM_NONE  0u     /* no signature: PDF/A-1b when there are no attachments */
#define PDF_ROOM_BASIC 4096u  /* B-B */
#define PDF_ROOM_TIMED 16384u /* B-T with the chain of the time-stamp authority */

struct pdf_fields {
    const struct pdf_field *field; /* any order; names that the layout has not are ignored */
    size_t count;
    struct span photo;   /* as core/cert/photo.h takes it; empty: none */
    const struct qr *qr; /* NULL: none */
    struct span token;   /* certificate.cbor; empty: none */
    struct span proof;   /* certificate.tlog-proof; empty: none */
    int64_t made_s;      /* Unix seconds: dates of the document, /M of the signature */
    size_t room;         /* PDF_ROOM_… */
};

/* Where the signature goes. Offsets count from the start of the PDF. */
struct pdf_signature_place {
    size_t contents;  /* the first of 2 × room zero digits, between '<' and '>' */
    size_t room;      /* bytes of DER */
    size_t first_len; /* signed bytes: [0, first_len) … */
    size_t second;    /* … and [second, second + second_len), the end of the file */
    size_t second_len;
    size_t fixed_len; /* leading bytes that are the same for every certificate of this layout */
};

/*
 * Appends one whole file to *to.
 *
 * ret  its signature place; all zero but fixed_len for PDF_ROOM_NONE; written only on RC_OK
 *
 * RC_FORMAT     a value is not UTF-8 or holds a control character; the photo is in another form
 *               than core/cert/photo.h's; d names the field
 * RC_REFUSED    no installed font has a character: d names field and code point
 * RC_NOT_FOUND  the layout has a field without "absent" that was not given; d names it
 * RC_LIMIT      a value does not fit its box at its smallest size; d names it
 * RC_NOMEM      *to is as long as before, after any error
 */
MUST_CHECK enum rc pdf_render(const struct pdf_layout *layout, const struct pdf_font_set *fonts,
                              const struct pdf_fields *fields, struct buf *to,
                              struct pdf_signature_place *ret, struct diag *d);

/* The bytes that every rendering with this layout begins with (fixed_len of them): a hash over them
 * may be made once and copied. Only for fields with attachments (a 1b file differs in its header).
 */
struct span pdf_layout_fixed_bytes(const struct pdf_layout *layout);

/* A layout that comes with the program: "a4", "card". Empty: no such name. Static storage. */
struct span layout_template(const char *name);
