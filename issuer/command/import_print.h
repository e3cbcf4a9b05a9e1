/* What `import` tells a person: the first refusals as they come, and the counts at the end. */
#pragma once

#include "core/cli/progress.h"
#include "issuer/command/commands.h"
#include "issuer/intake/import.h"

struct import_talk {
    const struct say *say;
    bool several;           /* files: each is named */
    uint64_t shown, hidden; /* refused rows */
    bool counting;
    struct progress progress;
};
/* The functions of import_watch; arg is a struct import_talk. */
void import_say_opened(void *arg, const struct rows *file);
void import_say_step(void *arg, uint64_t done, uint64_t of);
void import_say_refused(void *arg, const struct rows *file, const struct batch_row *row,
                        const struct outcome *outcome);
/* Takes the progress away and says how many refused rows were not shown. */
void import_say_end(struct import_talk *talk);

/* {"rows","recorded","issued","renewed","exchanged","duplicates","refused","conflicts","seconds"};
 * owned; NULL: out of memory. */
json_t *import_json(const struct import_counts *c, double seconds);
void import_text(struct buf *to, const struct import_counts *c, double seconds, bool dry_run,
                 bool chinese);
