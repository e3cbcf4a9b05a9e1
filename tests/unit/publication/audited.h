/* A told story, closed, whose register can be edited, audited and put back as it was. */
#pragma once

#include "issuer/publication/audit.h"
#include "tests/unit/publication/raw.h"
#include "tests/unit/publication/story.h"

struct audited {
    struct fixture f;
    struct vault *vault;
    struct buf before; /* data.mdb */
};
void audited_make(struct audited *a, void (*tell)(struct fixture *f));
void audited_drop(struct audited *a);
void audited_restore(struct audited *a);

/* What the audit makes of the register as it is now. True: something is found, or the register
 * cannot even be opened or read. *ret, owned, when it ran to its end. */
bool audited_finds(struct audited *a, struct audit *ret);
