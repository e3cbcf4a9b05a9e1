/*
 * What an inspector's device has at hand: a bundle (or a trust list alone), the
 * roots it believes, the clock, and what it remembers. Opened once for all
 * inputs. Files, clock; writes only through memory.h.
 */
#pragma once

#include "core/cert/judge.h"
#include "core/cli/cli.h"
#include "core/sys/file.h"

struct device_choices { /* as the command line says; all borrowed */
    const char *bundle, *trust, *root;
    struct cli_number at, max_age;
};

enum device_answer {
    DEVICE_BROKEN = 0,         /* it must not judge: verdict is undecided, exit 9 */
    DEVICE_REFUSED = 1,        /* the command line or the environment is at fault: exit 2 */
    DEVICE_UNKNOWN_ISSUER = 2, /* readable, but not by whom this device trusts: exit 6 */
    DEVICE_READY = 90,
};

struct device {
    enum device_answer answer;
    enum problem broken;      /* why it is broken, as far as there is a code for it */
    struct evidence evidence; /* when ready */
    size_t note_count;        /* problems that every verdict is to name */
    enum problem notes[2];

    struct mapping file;
    struct bundle *bundle;
    struct root_set roots; /* that the bundle was opened with; when nothing was pinned, its own */
    struct trust_list *own_trust; /* keys only */
};

/*
 * Opens what the choices name, or the default bundle. Whatever is wrong has been said on standard
 * error; ret->answer says what is to be done.
 */
void device_open(const struct device_choices *choices, const struct say *say, struct device *ret);
/* Has the disk fetch what judging a certificate of this status index will read. */
void device_expect(const struct device *dev, uint64_t index);
void device_close(struct device *dev); /* leaves it zeroed; for ON_EXIT too */

/* The verdict of an input that this device cannot or must not judge. */
struct verdict device_no_judgement(const struct device *dev);

/* --- another bundle in the place of the one at hand --- */

/*
 * Whether this device would take this bundle: not older than what it has seen, not signed ahead of
 * its clock. Both are opened by dev's roots, or by those that followed them.
 *
 * RC_REFUSED  it would not; d says why
 */
MUST_CHECK enum rc device_accepts(const struct device_choices *choices, const struct say *say,
                                  const struct device *dev, struct bundle *bundle, struct diag *d);
/* Remembers that it was seen; false: it could not, which is for the user to know. */
bool device_remember(const struct device_choices *choices, const struct say *say,
                     const struct device *dev, struct bundle *bundle);
