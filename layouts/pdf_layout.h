/* A layout made ready: what pdf_render() only copies. */
#pragma once

#include "layouts/pdf_text.h"

#define PDF_HEADER_LEN 15 /* "%PDF-1.7", and a line of four bytes above 127 */

struct pdf_slot {
    const struct layout_item *item; /* field, photo or qr */
    char begin[80];                 /* "/Field <</MCID 3/Name(name)>> BDC\n" */
};

struct pdf_layout {
    struct layout layout;
    struct pdf_chars *fixed; /* owned */
    struct pdf_slot *slot;   /* owned; in the order of the file */
    size_t slots;
    bool seal;
    unsigned size;        /* number of objects, with object 0 */
    struct pdf_out out;   /* where the fixed objects stand in bytes */
    struct buf bytes;     /* header and fixed objects */
    struct buf xref;      /* their cross-reference lines */
    struct buf catalog;   /* up to /AF */
    struct buf resources; /* fixed fonts, "/F0 37 0 R" */
    struct buf title;     /* <feff…> */
    struct buf xmp;       /* from the title's element to the dates */
    uint8_t digest[32];   /* SHA-256 of bytes */
};

/* The built-in sRGB profile, made when the program was built. */
extern const unsigned char pdf_srgb_profile[];
extern const size_t pdf_srgb_profile_len;
