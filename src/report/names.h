/* How other people's tools tell results and cells apart. */
#ifndef PGWRITE_REPORT_NAMES_H
#define PGWRITE_REPORT_NAMES_H

#include "result/document.h"

/* Of names_of_document and its 0 byte: a file's name, and a number. */
#define NAME_SPACE 300

/* Of a result among several, and of no other of them: its document_name, with "#2" behind the
 * second of that name, or the next number that no file has in its name; "" of what was measured
 * just now. Returns out. */
const char *names_of_document(const struct document *documents, size_t count, size_t number,
                              char out[NAME_SPACE]);

/* "8", or "2..8" of an elastic pool. Returns out. */
const char *names_of_pool(const struct result_cell *cell, char *out, size_t size);

/* Seconds since 1970 of started_at; 0: there is none that can be read. */
double names_epoch_s(const struct result *result);

#endif
