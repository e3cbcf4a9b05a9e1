/*
 * What answers are made with besides the register: settings, policy and trust list, and for copies
 * the signer and the press. An edition of them is read-only and shared by any number of threads;
 * when a file has changed, or the directory of names, the next one replaces it, and the last who
 * uses the old one frees it. Threads: any.
 */
#pragma once

#include "issuer/rendering/press.h"

struct stock;

/* path: of the home; borrowed. As home_open(). */
MUST_CHECK enum rc stock_open(const char *path, struct stock **ret, struct diag *d);
void stock_close(struct stock *s);  /* no edition may be in use; NULL is fine */
void stock_expire(struct stock *s); /* the next edition is a new one: SIGHUP */

struct edition {
    struct home home;      /* its clock is when the edition was made */
    struct press *press;   /* after stock_printing() */
    struct signer *signer; /* the same */
};

/* The edition of now: one that cannot be read leaves the one before in use, and is logged. */
struct edition *stock_take(struct stock *s);
void stock_give(struct stock *s, struct edition *e);

/*
 * Makes press and signer of an edition ready. r's directory of names is what the press draws: when
 * it is another than that of the edition's press, *e is given back and a new one taken.
 *
 * RC_BUSY  "signer_gone"
 * others   as press_open()
 */
MUST_CHECK enum rc stock_printing(struct stock *s, struct reg *r, struct edition **e,
                                  struct diag *d);
