/* A small deployment on disk and in memory, for the tests of keys/private. */
#pragma once

#include "tests/unit/check.h"

#include "core/cert/token.h"
#include "core/sys/file.h"
#include "keys/private/order.h"
#include "keys/private/root_sign.h"
#include "keys/private/signer_load.h"

#define FIXTURE_NOW   INT64_C(1700000000)
#define FIXTURE_UNTIL (FIXTURE_NOW + 1000000)

/* Token keys: [0, 1000) for unit 33 and post 1 alone; [1000, 2000) for all; [2000, 3000) is in the
 * list but its private half is not here. */
struct fixture {
    char folder[PATH_LEN]; /* also the folder of the keys */
    struct private_key *root, *operator_1, *operator_2, *stranger;
    struct trust_list *trust; /* as read back */
};

void fixture_make(struct fixture *fx);
void fixture_drop(struct fixture *fx);

/* A new folder of mode 0700 under the system's place for such. */
void scratch_make(char ret[PATH_LEN]);
void scratch_drop(const char *folder); /* with the plain files in it */
void scratch_path(const char *folder, const char *name, char ret[PATH_LEN]);

/* A good token payload of the second token key; change what the test is about. */
struct token fixture_token(void);
void fixture_payload(const struct token *t, struct buf *to);
