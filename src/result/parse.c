/* Values of format pgwrite/1 read back. */
#include "result/parse.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* More than any number that is measured, and small enough for a whole number of 64 bits. */
#define MEASURED_MAX 1e18
#define COUNT_MAX 1000000000000000000ull

void parse_enter(struct parse *parse, const char *key, size_t index) {
    size_t length = strlen(parse->path);
    char *at = parse->path + length;
    const char *dot = length ? "." : "";
    if (index == SIZE_MAX)
        snprintf(at, sizeof parse->path - length, "%s%s", dot, key);
    else
        snprintf(at, sizeof parse->path - length, "%s%s[%zu]", dot, key, index);
}

void parse_leave(struct parse *parse) {
    char *dot = strrchr(parse->path, '.');
    *(dot ? dot : parse->path) = '\0';
}

void parse_fault(struct parse *parse, const char *key, const char *format, ...) {
    char what[512];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    parse->failed = true;
    error_usage(parse->error, "\"%s%s%s\" %s", parse->path, *parse->path && key ? "." : "",
                key ? key : "", what);
    error_at(parse->error, parse->file, 0, 0);
}

/* NULL: not there, or null. */
static json_t *value_of(const json_t *object, const char *key) {
    json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

bool parse_has(const json_t *object, const char *key) {
    return value_of(object, key) != NULL;
}

double parse_number(struct parse *parse, const json_t *object, const char *key) {
    const json_t *value = value_of(object, key);
    if (!value)
        return UNKNOWN;
    double number = json_number_value(value);
    if (json_is_number(value) && number >= 0 && number <= MEASURED_MAX)
        return number;
    parse_fault(parse, key, "is no number that can be measured");
    return UNKNOWN;
}

double parse_signed(struct parse *parse, const json_t *object, const char *key) {
    const json_t *value = value_of(object, key);
    if (!value)
        return NAN;
    double number = json_number_value(value);
    if (json_is_number(value) && fabs(number) <= MEASURED_MAX)
        return number;
    parse_fault(parse, key, "is no number that can be measured");
    return NAN;
}

uint64_t parse_count_max(struct parse *parse, const json_t *object, const char *key, uint64_t max) {
    const json_t *value = value_of(object, key);
    if (!value)
        return 0;
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && (uint64_t)number <= max)
        return (uint64_t)number;
    parse_fault(parse, key, "is no whole number, or negative or too large");
    return 0;
}

uint64_t parse_count(struct parse *parse, const json_t *object, const char *key) {
    return parse_count_max(parse, object, key, COUNT_MAX);
}

bool parse_bool(struct parse *parse, const json_t *object, const char *key) {
    const json_t *value = value_of(object, key);
    if (value && !json_is_boolean(value))
        parse_fault(parse, key, "is neither true nor false");
    return json_is_true(value);
}

static void blank_controls(char *text) {
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
}

const char *parse_plain(struct parse *parse, const char *text) {
    char *plain = arena_strdup(parse->arena, text);
    blank_controls(plain);
    return plain;
}

static const char *string_of(struct parse *parse, const json_t *object, const char *key) {
    const json_t *value = value_of(object, key);
    if (value && !json_is_string(value))
        parse_fault(parse, key, "is no text");
    return json_string_value(value);
}

const char *parse_text(struct parse *parse, const json_t *object, const char *key) {
    const char *text = string_of(parse, object, key);
    return text ? parse_plain(parse, text) : NULL;
}

const char *parse_filled(struct parse *parse, const json_t *object, const char *key) {
    const char *text = parse_text(parse, object, key);
    return text ? text : "";
}

void parse_copy(struct parse *parse, const json_t *object, const char *key, char *out,
                size_t size) {
    const char *text = string_of(parse, object, key);
    out[0] = '\0';
    if (!text)
        return;
    size_t length = strlen(text);
    if (length >= size)
        length = size - 1;
    /* Not within a character: what is no UTF-8 could not be written again. */
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    memcpy(out, text, length);
    out[length] = '\0';
    blank_controls(out);
}

json_t *parse_object(struct parse *parse, const json_t *object, const char *key) {
    json_t *value = value_of(object, key);
    if (!value || json_is_object(value))
        return value;
    parse_fault(parse, key, "is no object");
    return NULL;
}

json_t *parse_array(struct parse *parse, const json_t *object, const char *key) {
    json_t *value = value_of(object, key);
    if (!value || json_is_array(value))
        return value;
    parse_fault(parse, key, "is no list");
    return NULL;
}

const char **parse_texts(struct parse *parse, const json_t *object, const char *key,
                         size_t *count) {
    const json_t *array = parse_array(parse, object, key);
    size_t length = json_array_size(array);
    const char **texts = ARENA_ARRAY(parse->arena, const char *, length + 1);
    for (size_t i = 0; i < length; i++) {
        const json_t *value = json_array_get(array, i);
        /* null: it was no UTF-8. */
        const char *text = json_string_value(value);
        if (!text && !json_is_null(value))
            parse_fault(parse, key, "is no list of texts");
        texts[i] = parse_plain(parse, text ? text : "");
    }
    if (count)
        *count = length;
    return texts;
}

size_t parse_choice(struct parse *parse, const json_t *object, const char *key,
                    const char *const *names, size_t count) {
    const char *text = string_of(parse, object, key);
    if (!text)
        return count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    parse_fault(parse, key, "is \"%s\", which this pgwrite does not know",
                parse_plain(parse, text));
    return count;
}
