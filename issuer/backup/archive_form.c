#include "issuer/backup/archive_form.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool part_valid(const char *part, size_t len)
{
    return len > 0 && !(len == 1 && part[0] == '.') &&
           !(len == 2 && part[0] == '.' && part[1] == '.');
}

bool archive_name_valid(const char *name)
{
    if (strlen(name) > ARCHIVE_NAME_MAX)
        return false;
    for (const char *c = name; *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == '\\' || *c == '"' || *c == '\'')
            return false;
    }
    for (const char *part = name;; part += strcspn(part, "/") + 1) {
        const size_t len = strcspn(part, "/");
        if (!part_valid(part, len))
            return false;
        if (part[len] == '\0')
            return true;
    }
}

static unsigned checksum_of(const struct tar_header *h)
{
    const uint8_t *const bytes = (const uint8_t *)h;
    const size_t from = offsetof(struct tar_header, checksum);
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += i >= from && i < from + sizeof h->checksum ? ' ' : bytes[i];
    return sum;
}

static void put_size(struct tar_header *h, uint64_t size)
{
    if (size < (uint64_t)1 << 33) {
        (void)snprintf(h->size, sizeof h->size, "%011llo", (unsigned long long)size);
        return;
    }
    h->size[0] = (char)0x80;
    for (unsigned i = 0; i < 8; i++)
        h->size[sizeof h->size - 1 - i] = (char)(size >> 8 * i);
}

void tar_header_make(const char *name, unsigned mode, uint64_t size, struct tar_header *ret)
{
    struct tar_header h = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
    char sum[16];
    memcpy(h.name, name, strlen(name));
    (void)snprintf(h.mode, sizeof h.mode, "%07o", mode & 0777u);
    (void)snprintf(h.uid, sizeof h.uid, "%07o", 0u);
    (void)snprintf(h.gid, sizeof h.gid, "%07o", 0u);
    (void)snprintf(h.mtime, sizeof h.mtime, "%011o", 0u);
    put_size(&h, size);
    (void)snprintf(sum, sizeof sum, "%06o", checksum_of(&h));
    memcpy(h.checksum, sum, 7);
    h.checksum[7] = ' ';
    *ret = h;
}
