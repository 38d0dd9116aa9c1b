/* text, words, and the plan's distinct text. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "row/args.h"
#include "row/generator_list.h"
#include "row/words.h"

/* A value of this many characters is 40 MB; longer ones would measure memory, not writes. */
#define TEXT_CHARS_MAX 10000000
#define WORDS_MAX 1000000

static enum value_kind kind_text(const void *spec) {
    (void)spec;
    return VALUE_TEXT;
}

static void set_text(struct value *value, const char *data, size_t length) {
    value->kind = VALUE_TEXT;
    value->as.bytes.data = data;
    value->as.bytes.length = (uint32_t)length;
}

/* min..max of a length; limit is of max. */
struct lengths {
    uint64_t min, max;
};

static bool read_lengths(const struct generator_args *args, const char *min_default,
                         const char *max_default, uint64_t limit, struct lengths *lengths,
                         struct error *error) {
    if (!args_count(args, "min", min_default, &lengths->min, error) ||
        !args_count(args, "max", max_default, &lengths->max, error) ||
        !args_ordered(args, lengths->min <= lengths->max, min_default, max_default, error))
        return false;
    if (lengths->max > limit)
        return args_error(args, args_find(args, "max"), error, "max: at most %llu is possible",
                          (unsigned long long)limit);
    return true;
}

static size_t draw_length(const struct lengths *lengths, struct draw *draw) {
    return (size_t)(lengths->min + rng_below(&draw->rng, lengths->max - lengths->min + 1));
}

/* text */

/* One random number serves this many characters: the index of the first is the high half of its
 * product with the alphabet's size, and the low half goes on to the next. An alphabet of up to 256
 * characters uses 32 of the 64 bits, so that the bias stays below 2^-31. */
#define CHARS_PER_NUMBER 4
#define CHARS_PER_NUMBER_ALPHABET 256

struct alphabet_char {
    char bytes[4];
    uint8_t length;
};

struct text_form {
    struct lengths chars;
    const char *single;                /* the alphabet if all its characters are one byte long */
    const struct alphabet_char *multi; /* else */
    size_t alphabet_size;
    size_t char_bytes_max;
    int chars_per_number;
};

#define TEXT_MIN_DEFAULT "1"
#define TEXT_MAX_DEFAULT "20"
#define ALPHABET_DEFAULT "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "

/* The length in bytes of the character at p, 0 if it is not valid UTF-8. Table 3-7 of the Unicode
 * Standard: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t utf8_length(const unsigned char *p) {
    if (p[0] < 0x80)
        return 1;
    size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[0] < 0xc2 || p[0] > 0xf4 || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static bool alphabet_compile(const struct generator_args *args, struct arena *arena,
                             struct text_form *spec, struct error *error) {
    const char *text;
    if (!args_text(args, "chars", ALPHABET_DEFAULT, &text, error))
        return false;
    const struct generator_arg *arg = args_find(args, "chars");
    struct alphabet_char *alphabet = ARENA_ARRAY(arena, struct alphabet_char, strlen(text) + 1);
    for (const char *p = text; *p; p += alphabet[spec->alphabet_size++].length) {
        size_t length = utf8_length((const unsigned char *)p);
        if (length == 0)
            return args_error(args, arg, error, "chars: byte %zu is not valid UTF-8",
                              (size_t)(p - text) + 1);
        struct alphabet_char *c = &alphabet[spec->alphabet_size];
        c->length = (uint8_t)length;
        memcpy(c->bytes, p, length);
        if (length > spec->char_bytes_max)
            spec->char_bytes_max = length;
    }
    if (spec->alphabet_size == 0) {
        args_error(args, arg, error, "chars: the alphabet is empty");
        return error_hint(error, "for example chars: 'abcdefäöü 0123456789'");
    }
    if (spec->char_bytes_max == 1)
        spec->single = arena_strdup(arena, text);
    spec->multi = alphabet;
    spec->chars_per_number =
        spec->alphabet_size <= CHARS_PER_NUMBER_ALPHABET ? CHARS_PER_NUMBER : 1;
    return true;
}

static bool text_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    struct text_form *spec = *out = ARENA_NEW(arena, struct text_form);
    return read_lengths(args, TEXT_MIN_DEFAULT, TEXT_MAX_DEFAULT, TEXT_CHARS_MAX, &spec->chars,
                        error) &&
           alphabet_compile(args, arena, spec, error);
}

static void text_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct text_form *spec = opaque;
    size_t chars = draw_length(&spec->chars, draw);
    char *start = scratch_take(draw->scratch, chars * spec->char_bytes_max), *out = start;
    uint64_t bits = 0;
    int left = 0;
    for (size_t i = 0; i < chars; i++) {
        if (left-- == 0) {
            bits = rng_next(&draw->rng);
            left = spec->chars_per_number - 1;
        }
        unsigned __int128 product = (unsigned __int128)bits * spec->alphabet_size;
        size_t index = (size_t)(product >> 64);
        bits = (uint64_t)product;
        if (spec->single != NULL) {
            *out++ = spec->single[index];
        } else {
            const struct alphabet_char *c = &spec->multi[index];
            for (size_t b = 0; b < c->length; b++)
                *out++ = c->bytes[b];
        }
    }
    set_text(value, start, (size_t)(out - start));
}

static size_t text_max_bytes(const void *opaque) {
    const struct text_form *spec = opaque;
    return spec->chars.max * spec->char_bytes_max;
}

const struct generator generator_text = {
    .name = "text",
    .summary = "random characters of an alphabet",
    .params =
        (const struct generator_param[]){
            {"min", "shortest length in characters; default " TEXT_MIN_DEFAULT},
            {"max", "longest length in characters; default " TEXT_MAX_DEFAULT},
            {"chars", "the alphabet, any UTF-8 characters; default a-z, A-Z, 0-9 and the space"},
            {0},
        },
    .compile = text_compile,
    .draw = text_draw,
    .kind = kind_text,
    .max_bytes = text_max_bytes,
};

/* words */

#define WORDS_MIN_DEFAULT "3"
#define WORDS_MAX_DEFAULT "8"

static bool words_compile(const struct generator_args *args, struct arena *arena, void **out,
                          struct error *error) {
    struct lengths *spec = *out = ARENA_NEW(arena, struct lengths);
    return read_lengths(args, WORDS_MIN_DEFAULT, WORDS_MAX_DEFAULT, WORDS_MAX, spec, error);
}

static void words_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct lengths *spec = opaque;
    size_t count = draw_length(spec, draw);
    char *start = scratch_take(draw->scratch, count * (WORD_LENGTH_MAX + 1)), *out = start;
    for (size_t i = 0; i < count; i++) {
        const struct word *word = &words[rng_below(&draw->rng, WORD_COUNT)];
        memcpy(out, word->text, WORD_LENGTH_MAX); /* a fixed length is faster; there is room */
        out += word->length;
        *out++ = ' ';
    }
    set_text(value, start, count > 0 ? (size_t)(out - start) - 1 : 0);
}

static size_t words_max_bytes(const void *opaque) {
    const struct lengths *spec = opaque;
    return spec->max * (WORD_LENGTH_MAX + 1);
}

const struct generator generator_words = {
    .name = "words",
    .summary = "everyday English words with spaces between",
    .params =
        (const struct generator_param[]){
            {"min", "fewest words; default " WORDS_MIN_DEFAULT},
            {"max", "most words; default " WORDS_MAX_DEFAULT},
            {0},
        },
    .compile = words_compile,
    .draw = words_draw,
    .kind = kind_text,
    .max_bytes = words_max_bytes,
};

/* distinct text */

#define BASE36_DIGITS_MAX 13 /* of a 64-bit number */
#define BASE36_DIGITS_MIN 3

struct distinct_form {
    int digits_max;
    bool prefix;
};

static void distinct_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct distinct_form *spec = opaque;
    char *out = scratch_take(draw->scratch, BASE36_DIGITS_MAX + 1);
    char *end = out + BASE36_DIGITS_MAX + 1, *start = end;
    uint64_t row = draw->row;
    int digits = 0;
    do {
        *--start = "0123456789abcdefghijklmnopqrstuvwxyz"[row % 36];
        row /= 36;
    } while (row > 0 && ++digits < spec->digits_max);
    if (spec->prefix)
        *--start = 'k';
    set_text(value, start, (size_t)(end - start));
}

static size_t distinct_max_bytes(const void *opaque) {
    (void)opaque;
    return BASE36_DIGITS_MAX + 1;
}

static const struct generator generator_distinct_text = {
    .name = "distinct text",
    .summary = "text that differs from row to row",
    .draw = distinct_draw,
    .kind = kind_text,
    .max_bytes = distinct_max_bytes,
};

bool generator_make_distinct_text(int max_chars, struct arena *arena,
                                  struct column_generator *out) {
    if (max_chars != 0 && max_chars < BASE36_DIGITS_MIN)
        return false;
    struct distinct_form *spec = ARENA_NEW(arena, struct distinct_form);
    spec->prefix = max_chars == 0 || max_chars > BASE36_DIGITS_MIN;
    spec->digits_max = BASE36_DIGITS_MAX;
    if (max_chars != 0 && max_chars - spec->prefix < BASE36_DIGITS_MAX)
        spec->digits_max = max_chars - spec->prefix;
    *out = (struct column_generator){.generator = &generator_distinct_text, .spec = spec};
    return true;
}
