/*
 * The deadline list's blocks as files: deadlines/HASH.block, and the list of their
 * hashes as deadlines/ROOT.hashes. Each is named by the SHA-256 of its plain
 * bytes, so it never changes and a reader of the statement before keeps finding
 * what that statement names.
 */
#pragma once

#include "core/cert/columns.h"

/*
 * Writes what is not there yet.
 *
 * folder    the published folder; deadlines/ in it is made
 * ret_root  what the statement signs
 */
MUST_CHECK enum rc block_files_write(const struct columns *c, const char *folder,
                                     uint8_t ret_root[SHA256_LEN], struct diag *d);

/*
 * Removes what no statement in force can name any more: a list of hashes that was last the current
 * one more than keep_s seconds ago, and the blocks that no list left here names. The time of a
 * .hashes file is that of the last publication that it was current in.
 *
 * root    of the current list, whose files are there
 * now_s   Unix seconds of this publication
 * keep_s  how long a reader may hold on to a statement, and some more
 */
MUST_CHECK enum rc block_files_prune(const uint8_t root[SHA256_LEN], const char *folder,
                                     int64_t now_s, int64_t keep_s, struct diag *d);
