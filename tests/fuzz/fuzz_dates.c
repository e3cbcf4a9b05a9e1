/* Any bytes in: a day or moment that is accepted is the one that its text says. */
#include <stdlib.h>

#include "core/base/dates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span text = span_of(data, size);
    int32_t date;
    int64_t moment;

    if (date_parse(text, &date)) {
        char shown[DATE_TEXT_LEN + 1];
        date_format(date, shown);
        if (!span_equal(text, span_text(shown)) || date < DATE_MIN || date > DATE_MAX)
            abort();
        if (date_year(date) != atoi(shown) || date_add_years(date, 0) != date ||
            date_add_years(date, 9999) != DATE_MAX || date_add_years(date, -9999) != DATE_MIN)
            abort();
        const int32_t later = date_add_years(date, 1);
        if (later < DATE_MAX && (later - date < 365 || later - date > 366))
            abort();
        if (!time_parse(text, &moment) || date_of_time(moment) != date)
            abort();
    }
    if (time_parse(text, &moment)) {
        char shown[TIME_TEXT_LEN + 1];
        int64_t again;
        date = date_of_time(moment);
        time_format(moment, shown);
        if (date >= DATE_MIN && date <= DATE_MAX &&
            (!time_parse(span_text(shown), &again) || again != moment))
            abort();
    }
    return 0;
}
