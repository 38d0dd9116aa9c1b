/* What a command shows of what it found: the text, and the files of --json, --html and the others.
 */
#ifndef PGWRITE_CLI_REPORTS_H
#define PGWRITE_CLI_REPORTS_H

#include <popt.h>

#include "report/format.h"

/* Options of all formats that can show these kinds (FORMAT_OF): to be included in a command's table
 * and filled by reports_prepare before that is parsed. */
extern struct poptOption options_reports[];
void reports_prepare(unsigned kinds);

/* --color, of all commands that print a report; reports_check looks at its value. */
extern char *reports_color;
#define REPORTS_COLOR                                                                   \
    {                                                                                   \
        "color", 0, POPT_ARG_STRING, &reports_color, 0,                                 \
            "colours in the text: auto (where it goes to a terminal), always or never " \
            "(default: auto)",                                                          \
            "WHEN"                                                                      \
    }

extern const char reports_json_summary[]; /* of `list reports` */

/* Whether all files could be written, and at most one of them is standard output: to be asked
 * before hours of measuring. */
MUST_CHECK bool reports_check(struct error *error);

/* Whether every format that is asked for can show every document. */
MUST_CHECK bool reports_fit(const struct document *documents, size_t count, struct error *error);

/* Whether any is asked for. */
bool reports_wanted(void);

/* Prints the text, but with text false or where a format goes to standard output, and writes the
 * files. A text that can't be printed is no reason to lose the result: the files come all the same,
 * and so do the others where one can't be written; of several such errors the later ones are
 * printed. */
MUST_CHECK bool reports_write(const struct document *documents, size_t count, bool text,
                              struct error *error);

#endif
