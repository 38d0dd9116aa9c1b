/* A small list of everyday English words. Its order is part of what a seed means: add at the end
 * only, and know that even so every value of a `words` column changes. */
#ifndef PGWRITE_ROW_WORDS_H
#define PGWRITE_ROW_WORDS_H

#include <stdint.h>

#define WORD_COUNT 286
#define WORD_LENGTH_MAX 9

struct word {
    char text[WORD_LENGTH_MAX + 1];
    uint8_t length;
};

extern const struct word words[WORD_COUNT];

#endif
