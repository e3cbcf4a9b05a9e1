/* How a member stands in an archive: for archive_write.c and archive_read.c alone. */
#pragma once

#include "core/crypto/hash.h"
#include "issuer/backup/archive.h"

#define BLOCK      512u
#define CHUNK      ((size_t)64 << 10)
#define MEMBER_MAX ((uint64_t)1 << 40) /* bytes of a file */

DEFINE_ON_EXIT(struct sha256_stream, sha256_free)

/* POSIX.1-2017 pax, "ustar Interchange Format"; sizes of 8 GiB and more in base 256, as GNU tar. */
struct tar_header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
    char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "a header is a block");

/* Relative, no empty part, no "." or "..", of printing ASCII without quotes and backslashes. */
bool archive_name_valid(const char *name);
/* The one header that we write for such a file. */
void tar_header_make(const char *name, unsigned mode, uint64_t size, struct tar_header *ret);
