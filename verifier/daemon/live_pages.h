/*
 * Pages with a live code that renew it by themselves: for a while after the pick-up code was given,
 * a handle stands for the certificate whose code is shown, and for nothing else of its holder.
 * Forgotten when the process ends. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

#define LIVE_PAGE_S     3600u /* from the pick-up code on; then it has to be given again */
#define LIVE_PAGES_MAX  4096u /* then the one that would end first ends now */
#define LIVE_HANDLE_LEN 48u   /* characters: 24 random bytes in hex */
#define LIVE_TEXT_MAX   2048u /* bytes of a certificate's QR text */

struct live_pages;

struct live_pages *live_pages_new(void);    /* NULL: out of memory */
void live_pages_free(struct live_pages *p); /* NULL is fine */

/*
 * A handle for the certificate of this QR text; one that it had before holds no more.
 *
 * text   at most LIVE_TEXT_MAX bytes; copied
 * now_s  monotonic seconds
 * False, nothing written: the text is too long.
 */
MUST_CHECK bool live_pages_add(struct live_pages *p, struct span text, int64_t now_s,
                               char ret[LIVE_HANDLE_LEN + 1]);
/* Appends the text. False: there is no such handle, or it has ended. */
MUST_CHECK bool live_pages_find(struct live_pages *p, struct span handle, int64_t now_s,
                                struct buf *ret_text);
