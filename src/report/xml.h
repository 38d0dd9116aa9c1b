/* Text for XML 1.0, second production "Char": what it forbids, and what is no UTF-8, becomes
 * U+FFFD. */
#ifndef PGWRITE_REPORT_XML_H
#define PGWRITE_REPORT_XML_H

#include "base/strbuf.h"

/* For an attribute in double quotes, and for text: tabs and ends of lines are references, since a
 * parser would make blanks of them in an attribute. */
void xml_add(struct strbuf *out, const char *text);

#endif
