/*
 * A witness: a folder of its own, with its key, the trust list that says which log it watches, and
 * what it cosigned last. A second department runs it (`sitecert witness`); it never opens a
 * register. What it cosigned is on disk before anybody hears of it, and two answers never overlap,
 * so that no two roots of one size are ever cosigned.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cert/witness.h"
#include "core/sys/file.h"

struct cosigner;

/*
 * Makes the folder: key.pem, pub.pem, name, trust.cbor, root.cbor.
 *
 * name   of the witness, as the trust list will have it: 1 to 127 of U+0021 to U+007E but '+'
 * trust  a file: the deployment's trust list; root: a file: whom to believe
 *
 * RC_USAGE   not a name. RC_EXISTS: there is a key already. Others as trust_list_read(), file_*()
 */
MUST_CHECK enum rc cosigner_make(const char *folder, const char *name, const char *trust,
                                 const char *root, struct diag *d);

/* RC_BUSY: another process has it open. RC_FORMAT, RC_REFUSED, RC_IO: a file of it. */
MUST_CHECK enum rc cosigner_open(const char *folder, struct cosigner **ret, struct diag *d);
void cosigner_close(struct cosigner *c); /* NULL is fine */
static inline void cosigner_close_at(struct cosigner **c)
{
    cosigner_close(*c);
}

bool cosigner_is_demo(const struct cosigner *c);
const char *cosigner_name(const struct cosigner *c);
/* The key in the form of C2SP signed-note: "NAME+ID+BASE64", type 0x04. Appended. */
void cosigner_vkey_put(const struct cosigner *c, struct buf *to);

/*
 * One request of add-checkpoint. Any thread; one after another.
 *
 * now  Unix seconds
 * to   with WITNESS_COSIGNS the cosignature's line, with WITNESS_OTHER_SIZE the last size and a
 *      newline; appended
 *
 * RC_FORMAT, RC_LIMIT  not a request. Anything else: nothing was cosigned
 */
MUST_CHECK enum rc cosigner_answer(struct cosigner *c, struct span body, int64_t now,
                                   enum witness_answer *answer, struct buf *to, struct diag *d);
