#include "report/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Digits of which any double can be read back; with fewer of them, many can. */
enum { DIGITS_MIN = 15, DIGITS_MAX = 17 };

static void put(struct csv *csv, const char *text) {
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    if (csv->begun)
        fputc(',', csv->out);
    csv->begun = true;
    if (!quoted) {
        fputs(text, csv->out);
        return;
    }
    fputc('"', csv->out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', csv->out);
        fputc(*text, csv->out);
    }
    fputc('"', csv->out);
}

static void put_text(struct csv *csv, const char *text) {
    if (!*text || !strchr("=+-@\t\r", *text)) {
        put(csv, text);
        return;
    }
    char *safe = mem_printf("'%s", text);
    put(csv, safe);
    free(safe);
}

void csv_text(struct csv *csv, const char *name, const char *text) {
    if (csv->head)
        put_text(csv, name);
    else
        put_text(csv, text ? text : "");
}

void csv_number(struct csv *csv, const char *name, double value) {
    char text[40] = "";
    for (int digits = DIGITS_MIN; value >= 0 && isfinite(value) && digits <= DIGITS_MAX; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    put(csv, csv->head ? name : text);
}

void csv_whole(struct csv *csv, const char *name, double value) {
    csv_count(csv, name, value >= 0 && value < (double)INT64_MAX,
              value >= 0 && value < (double)INT64_MAX ? (uint64_t)value : 0);
}

void csv_count(struct csv *csv, const char *name, bool known, uint64_t value) {
    char text[32] = "";
    if (known)
        snprintf(text, sizeof text, "%" PRIu64, value);
    put(csv, csv->head ? name : text);
}

void csv_flag(struct csv *csv, const char *name, bool known, bool value) {
    const char *text = !known ? "" : value ? "true" : "false";
    put(csv, csv->head ? name : text);
}

void csv_end(struct csv *csv) {
    fputs("\r\n", csv->out);
    csv->begun = false;
}
