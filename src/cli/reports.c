#include "cli/reports.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/strbuf.h"
#include "cli/cli.h"
#include "html/html.h"

/* JSON, HTML, and those of the table but its first, the text. */
enum { FORMATS_MAX = 16, OPTION_BYTES = 32, JSON = 0, HTML = 1, OTHERS = 2 };

static char *files[FORMATS_MAX];
static char option_names[FORMATS_MAX][OPTION_BYTES]; /* "--html", for messages */

char *reports_color;
const char reports_json_summary[] = "the result itself, for tools and for `pgwrite report`";

struct poptOption options_reports[FORMATS_MAX + 1];

static const struct report_format *format_at(size_t number) {
    return number == HTML ? &html_format : &report_formats[number - OTHERS + 1];
}

static size_t format_count(void) {
    return OTHERS + report_format_count - 1;
}

void reports_prepare(unsigned kinds) {
    size_t rows = 0;
    for (size_t i = 0; i < format_count(); i++) {
        const struct report_format *format = i == JSON ? NULL : format_at(i);
        const char *name = format ? format->name : "json";
        snprintf(option_names[i], OPTION_BYTES, "--%s", name);
        if (!format || (format->kinds & kinds))
            options_reports[rows++] = (struct poptOption){
                .longName = name,
                .argInfo = POPT_ARG_STRING,
                .arg = &files[i],
                .descrip = format ? format->summary
                                  : "write the result to FILE; - is standard output, without the "
                                    "text, here and below",
                .argDescrip = "FILE"};
    }
    options_reports[rows] = (struct poptOption){.longName = NULL};
}

bool reports_wanted(void) {
    for (size_t i = 0; i < format_count(); i++)
        if (files[i])
            return true;
    return false;
}

static bool check_color(struct error *error) {
    static const char *const words[] = {"auto", "always", "never"};
    if (!reports_color)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(reports_color, words[i]) == 0)
            return true;
    error_usage(error, "--color: \"%s\" is not known", reports_color);
    return error_hint(error, "auto, always or never");
}

/* Source: https://no-color.org/; a terminal without a name is taken for a dumb one. */
static bool has_colour(void) {
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    if (reports_color && strcmp(reports_color, "auto") != 0)
        return strcmp(reports_color, "always") == 0;
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && *term &&
           strcmp(term, "dumb") != 0;
}

/* Of two reports in one file the first would be lost. Devices take what comes. */
static bool check_own_file(size_t number, struct error *error) {
    for (size_t i = 0; i < number; i++)
        if (files[i] && strcmp(files[i], files[number]) == 0 &&
            strncmp(files[i], "/dev/", strlen("/dev/")) != 0) {
            error_usage(error, "%s and %s name the same file: %s", option_names[i],
                        option_names[number], files[i]);
            return error_hint(error, "each format needs a file of its own");
        }
    return true;
}

bool reports_check(struct error *error) {
    const char *to_stdout = NULL;
    if (!check_color(error))
        return false;
    for (size_t i = 0; i < format_count(); i++) {
        if (!files[i])
            continue;
        if (output_is_stdout(files[i]) && to_stdout)
            return error_usage(error, "%s - and %s - are both standard output", to_stdout,
                               option_names[i]);
        if (output_is_stdout(files[i]))
            to_stdout = option_names[i];
        if (!check_own_file(i, error) || !output_check(option_names[i], files[i], error))
            return false;
    }
    return true;
}

static void hint_kinds(const struct report_format *format, struct error *error) {
    struct strbuf kinds = STRBUF_INIT;
    for (size_t i = 0; i < DOCUMENT_KINDS; i++)
        if (format->kinds & FORMAT_OF(i))
            strbuf_printf(&kinds, "%s%s", kinds.length ? ", " : "", document_kind_names[i]);
    error_hint(error, "--%s takes results of %s", format->name, kinds.text);
    strbuf_release(&kinds);
}

bool reports_fit(const struct document *documents, size_t count, struct error *error) {
    if (files[JSON] && count > 1) {
        error_usage(error, "--json: there are %zu results, and a file holds one", count);
        return error_hint(error, "leave --json out: they are JSON already");
    }
    for (size_t i = HTML; i < format_count(); i++)
        for (size_t k = 0; k < count && files[i]; k++) {
            const struct report_format *format = format_at(i);
            if (format->kinds & FORMAT_OF(documents[k].kind))
                continue;
            error_usage(error, "--%s: %s is a result of `pgwrite %s`", format->name,
                        documents[k].file, document_kind_names[documents[k].kind]);
            hint_kinds(format, error);
            return false;
        }
    return true;
}

static bool write_one(const struct document *documents, size_t count, size_t number,
                      struct error *error) {
    char *text;
    size_t size;
    if (number == JSON)
        return document_write_json(&documents[0], files[number], error);
    FILE *out = open_memstream(&text, &size);
    if (!out)
        panic("out of memory");
    format_at(number)->write(documents, count, 0, out);
    if (fclose(out) != 0)
        panic("out of memory");
    bool ok = output_write(option_names[number], files[number], text, error);
    free(text);
    return ok;
}

bool reports_write(const struct document *documents, size_t count, bool text, struct error *error) {
    bool ok = true;
    for (size_t i = 0; i < format_count(); i++)
        text = text && !output_is_stdout(files[i]);
    const struct screen screen = {.columns = cli_terminal_width(), .colour = has_colour()};
    if (text)
        format_text_on(&screen, documents, count, stdout);
    bool printed = fflush(stdout) == 0 && !ferror(stdout);
    /* A disk that is full loses no file that is elsewhere. */
    for (size_t i = 0; i < format_count(); i++) {
        struct error later = {0};
        if (!files[i] || (!printed && output_is_stdout(files[i])))
            continue;
        bool written = write_one(documents, count, i, ok ? error : &later);
        if (!written && !ok)
            error_print(&later);
        ok &= written;
    }
    return ok && (printed || error_set(error, "can't write to standard output"));
}
