/* Values of the result as JSON: what is unknown becomes null. */
#ifndef PGWRITE_RESULT_JSON_VALUE_H
#define PGWRITE_RESULT_JSON_VALUE_H

#include <jansson.h>
#include <stdint.h>

json_t *value_number(double value);     /* negative: null */
json_t *value_whole(double value);      /* likewise, without a fraction */
json_t *value_signed(double value);     /* of either sign; null if it is infinite or no number */
json_t *value_count(uint64_t value);    /* always known */
json_t *value_text(const char *text);   /* NULL: null; so is text that is no UTF-8, as a server with
                                           SQL_ASCII can send it */
json_t *value_filled(const char *text); /* "" is null too */
json_t *value_line(const char *text);   /* in one line: control characters are blanks */
json_t *value_words(const char **words); /* those before NULL; of NULL itself none */
json_t *value_tool(const char *version); /* "tool": of the pgwrite that measured; NULL: this one */
json_t *value_ratio(double above, double below); /* null if above is unknown or below not over 0 */

#endif
