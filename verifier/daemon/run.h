/* The life of the endpoint: started, watched, ended. For main.c alone. */
#pragma once

#include <stdbool.h>

#include "core/base/rc.h"

struct run_options {
    const char *published, *root; /* as in struct store_options */
    const char *listen;
    const char *metrics_listen; /* NULL: no metrics */
    const char *spool;          /* folder of uploads that are being read */
    const char *lookup;         /* table of look-ups; NULL: PUBLISHED.lookup */
    const char *digests;   /* socket of sitecert-digests; NULL: in the home, and it is started */
    const char *employers; /* who may check lists; NULL: PUBLISHED.employers */
    const char *holder;    /* socket of sitecert-reader for holders; NULL: in the home */
    const char *staple;    /* socket of sitecert-staple; NULL: in the home, and it is started */
    const char *answer;    /* socket of sitecert-answer; NULL: in the home, and it is started */
    const char *home;      /* whose keys the helpers get when they are started */
    const char *address_header; /* as in struct endpoint */
};

/* Everything that can be known to be wrong without starting anything. */
MUST_CHECK enum rc run_check(const struct run_options *o, struct diag *d);

/*
 * Runs until SIGTERM or SIGINT. Prints "listening …" on standard output when it can judge.
 *
 * RC_OK    ended as asked
 * RC_BUSY  the address is in use
 * others   it could not start; d says why
 */
MUST_CHECK enum rc run_endpoint(const struct run_options *o, struct diag *d);
