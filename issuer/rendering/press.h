/*
 * The press: everything that all copies share, made once — faces, a layout with its fixed part
 * drawn, the directory of names, the deployment. Then, for each sheet, a page and its signature
 * (docs/pdf.md). Read-only once opened: any number of threads may print with one press, each into
 * a buf of its own.
 */
#pragma once

#include "core/cert/token.h"
#include "issuer/rendering/sheet.h"
#include "layouts/pdf.h"

struct press;

#define LAYOUT_FILE_MAX (256u << 10) /* bytes */
#define SEAL_FILE_MAX   (8u << 20)   /* bytes */

/*
 * r       read for the directory of names, in this call alone
 * home    borrowed for the press's life
 * layout  name of a layout (HOME/layouts/NAME.json, else one that comes with the program), or a
 *         path; NULL: the settings'
 *
 * RC_NOT_FOUND  no such layout; a font or the seal is not there
 * others        as pdf_font_set_load() and pdf_layout_load()
 */
MUST_CHECK enum rc press_open(const struct home *home, struct reg *r, const char *layout,
                              struct press **ret, struct diag *d);
void press_close(struct press *p); /* NULL is fine */
DEFINE_ON_EXIT(struct press, press_close)

/* The text of a layout by its name, as press_open() finds it; appended to *to. */
MUST_CHECK enum rc press_layout_read(const struct home *home, const char *name, struct buf *to,
                                     struct diag *d);
/* Faces as the settings name them. */
MUST_CHECK enum rc press_fonts_load(const struct home *home, struct pdf_font_set **ret,
                                    struct diag *d);

struct press_terms {
    int64_t made_s; /* Unix seconds: the moment of the copy, which decides until when it is good:
                       the policy's copy_valid_days later, but never after the renewal deadline
                       that the version states */
    size_t room;    /* PDF_ROOM_BASIC or PDF_ROOM_TIMED */
};

/*
 * Draws a sheet with an empty place for its signature. The same sheet and terms give the same
 * bytes.
 *
 * to      appended; as before after an error
 *
 * RC_* as pdf_render()
 */
MUST_CHECK enum rc press_draw(const struct press *p, const struct sheet *s,
                              struct press_terms terms, struct buf *to,
                              struct pdf_signature_place *ret, struct diag *d);

/*
 * Whether a copy is looked over as an inspector would (core/cert/judge_pdf.h) before it is handed
 * out. That takes half as long again, and the signer has checked its signature in any case.
 */
enum press_care { PRESS_CHECKED = 0, PRESS_UNCHECKED };

/*
 * Draws and signs a copy as of the sheet's moment, with a time-stamp where the settings name an
 * authority. Thread-safe as the signer is.
 *
 * to  cleared, then the whole file; cleared after an error
 *
 * RC_REFUSED  the certificate is in no state in which copies are given out, or the version is past
 *             its renewal deadline
 * RC_BAD_SIGNATURE  our own check does not take the file
 * others      as press_draw(), signer_document(), tsa_stamp()
 */
MUST_CHECK enum rc press_print(const struct press *p, struct signer *signer, const struct sheet *s,
                               enum press_care care, struct buf *to, struct diag *d);

#define PRESS_JOBS_MAX 16u

/* One copy of many. */
struct press_job {
    const struct sheet *sheet;
    enum press_care care;
    struct buf pdf; /* the job's own, used again: the whole file; cleared after an error */
    enum rc rc;
    struct diag diag;
};

/*
 * As press_print(), with one question to the signer for all.
 *
 * jobs  1 to PRESS_JOBS_MAX, their sheets gathered at the same moment
 */
void press_print_many(const struct press *p, struct signer *signer, struct press_job *jobs,
                      size_t count);

/* The last day on which a copy made on this day is good. */
int32_t press_copy_until(const struct home *home, const struct token *t, int32_t made);
