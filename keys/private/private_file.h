/*
 * The one way in which a file that holds a secret is read: what keyfile.h promises of
 * owner, mode, links and folder is checked on the open file, not on its name. For
 * keys/private and keys/pkcs11 alone.
 */
#pragma once

#include "core/base/rc.h"
#include "core/base/span.h"

#define PRIVATE_FILE_MAX 8192 /* bytes */

/* A secret file's bytes; wiped when it leaves scope. */
struct private_bytes {
    uint8_t bytes[PRIVATE_FILE_MAX + 1];
    size_t len;
};
void private_bytes_wipe_at(struct private_bytes *p);

/*
 * RC_NOT_FOUND  no such file
 * RC_REFUSED    not a plain file of ours with mode 0600 or less and one name, in a folder that only
 *               we (or root) can write: d names what is wrong and the command that mends it
 * RC_LIMIT      over PRIVATE_FILE_MAX bytes
 * RC_IO         anything else
 */
MUST_CHECK enum rc private_file_read(const char *path, struct private_bytes *ret, struct diag *d);
