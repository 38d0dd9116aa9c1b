#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

#define WORD_MAX 64

static size_t min_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/*
 * Damerau-Levenshtein distance with adjacent swaps (optimal string alignment), case ignored, of
 * words of at most WORD_MAX bytes. A row of the table needs only the two above it, so three rows
 * take turns.
 */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][WORD_MAX + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            int ca = tolower((unsigned char)a[i - 1]), cb = tolower((unsigned char)b[j - 1]);
            row[j] = min_of(min_of(above[j], row[j - 1]) + 1, above[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == tolower((unsigned char)b[j - 2]) &&
                cb == tolower((unsigned char)a[i - 2]))
                row[j] = min_of(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *units_nearest(const char *word, const char *const *names, size_t count) {
    size_t length = strlen(word);
    if (length > WORD_MAX)
        return NULL;
    size_t limit = length / 3 > 2 ? length / 3 : 2;
    size_t best = limit + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t name_length = strlen(names[i]);
        if (name_length > WORD_MAX)
            continue;
        size_t d = distance(word, length, names[i], name_length);
        /* Two words that share no letter are not near, however short. */
        if (d < best && d < length && d < name_length) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}
