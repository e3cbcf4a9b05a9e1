/*
 * The pages of the endpoint: whole HTML documents without scripts, fonts or pictures of others.
 * Each is one answer; its style stands in it. Chinese first, English second, either in large print.
 * Pure.
 */
#pragma once

#include "core/cert/verdict.h"

/* How it is to be shown, and by whom. */
struct page_view {
    bool english, large;
    /* Where the same page can be had in the other language or print, as "/V/123"; NULL: nowhere. */
    const char *here;
    const char *host;          /* of the deployment, as in the QR code */
    const uint8_t *deployment; /* DEPLOYMENT_LEN bytes; NULL: not known */
    bool demo;
    unsigned upload_max_mb;
    bool has_holder; /* holders can fetch their copies */
    bool has_lookup; /* number, name and document can be asked for */
};

/* The style of every page, and what a Content-Security-Policy calls it: "'sha256-…'". */
struct span page_style(void);
#define PAGE_STYLE_HASH_LEN 64
void page_style_hash(char ret[PAGE_STYLE_HASH_LEN]);

void page_home(struct buf *to, const struct page_view *view);
/* What is not authentic shows nothing of what it says. */
void page_verdict(struct buf *to, const struct page_view *view, const struct verdict *v);
/* What holders can fetch: a form of number, name, document number and pick-up code. */
void page_holder(struct buf *to, const struct page_view *view);
/* code, live: both codes as SVG; good_until: Unix seconds; renewed: the path of the page with the
 * next code. */
void page_live(struct buf *to, const struct page_view *view, struct span code, struct span live,
               int64_t good_until, const char *renewed);
/* An employer who has looked the certificate up by a list, on one day. */
struct page_asker {
    int32_t day;
    bool watched;
    struct span employer, purpose;
};
/* askers: the last day first. since: the first day of which all is known. more: there were more. */
void page_asked(struct buf *to, const struct page_view *view, const struct page_asker *askers,
                size_t count, int32_t since, bool more);
/* title: a sentence in the view's language. */
void page_problem(struct buf *to, const struct page_view *view, const char *title);
