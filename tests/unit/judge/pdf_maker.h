/*
 * Makes PDFs of docs/pdf.md with everything in them a test's choice, and signs them as the issuer
 * would, or as a forger might. What is drawn is not looked at: font programs and pictures are a few
 * bytes.
 */
#pragma once

#include "tests/unit/judge/scene.h"

#include "core/cert/pdf_values.h"

#define RECIPE_FIELDS 32
#define RECIPE_BODIES 4
#define RECIPE_MADE   (SCENE_NOW - 3 * INT64_C(86400))

struct recipe {
    struct scene scene; /* token, keys, what the device has */
    struct pdf_values values;
    struct pdf_recipe_field {
        const char *name;
        struct span text;
    } fields[RECIPE_FIELDS]; /* "photo" and "qr" are pictures when their text is empty */
    size_t field_count;
    struct span photo;   /* the JPEG; empty: none */
    bool png;            /* photo is not a file but pixels of one, 35 × 49 … */
    unsigned png_height; /* … or of this height, when it is not 0 */
    bool no_token, no_proof, no_signature;
    struct span token, proof; /* attached instead of the right ones; empty: the right ones */
    enum scene_key log_signer, signer;
    size_t room;
    int64_t made_s;
    struct pdf_recipe_body { /* bodies of objects that are other than they should be */
        unsigned number;
        struct span body;
    } bodies[RECIPE_BODIES];
    size_t body_count;
};

/* Right in every way; its texts live until the next call. */
struct recipe recipe_good(void);
/* Sets or adds a field. text lives as long as the recipe. */
void recipe_say(struct recipe *r, const char *name, struct span text);

/* The file around this token, appended. */
void recipe_put(const struct recipe *r, struct span token, struct buf *to);
/* Opens the recipe's scene, makes the file around its token, and judges it. */
struct verdict recipe_look(const struct recipe *r);

/* The proof that this token stands in the recipe's log, appended. */
void recipe_proof(const struct recipe *r, struct span token, struct buf *to);

/* Fills /Contents again, over what the file now is: as who has this key would. */
void recipe_sign_again(const struct recipe *r, struct buf *pdf);
