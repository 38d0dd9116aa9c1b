/* The named generators, in the order of `pgwrite list generators`. A new one is its file and a line
 * here. */
#ifndef PGWRITE_ROW_GENERATOR_LIST_H
#define PGWRITE_ROW_GENERATOR_LIST_H

#define GENERATOR_LIST(GENERATOR) \
    GENERATOR(serial)             \
    GENERATOR(int)                \
    GENERATOR(float)              \
    GENERATOR(numeric)            \
    GENERATOR(bool)               \
    GENERATOR(choice)             \
    GENERATOR(const)              \
    GENERATOR(expr)               \
    GENERATOR(joint)              \
    GENERATOR(funnel)             \
    GENERATOR(text)               \
    GENERATOR(words)              \
    GENERATOR(json)               \
    GENERATOR(uuid)               \
    GENERATOR(timestamp)          \
    GENERATOR(date)               \
    GENERATOR(time)               \
    GENERATOR(interval)           \
    GENERATOR(now)                \
    GENERATOR(bytes)              \
    GENERATOR(inet)               \
    GENERATOR(ref)

#define GENERATOR_EXTERN(name) extern const struct generator generator_##name;
GENERATOR_LIST(GENERATOR_EXTERN)
#undef GENERATOR_EXTERN

#endif
