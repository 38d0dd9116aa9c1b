#include "result/size.h"

const char *const size_limit_names[SIZE_LIMITS] = {
    [SIZE_LIMIT_UNKNOWN] = "unknown", [SIZE_LIMIT_CLIENT] = "client",
    [SIZE_LIMIT_CPU] = "cpu",         [SIZE_LIMIT_COMMIT_FLUSH] = "commit-flush",
    [SIZE_LIMIT_LOCK] = "lock",       [SIZE_LIMIT_EXTEND] = "extend",
    [SIZE_LIMIT_LWLOCK] = "lwlock",   [SIZE_LIMIT_IO] = "io",
    [SIZE_LIMIT_NETWORK] = "network", [SIZE_LIMIT_STATEMENT] = "statement",
    [SIZE_LIMIT_POOL] = "pool",
};

const char *const size_verdict_names[] = {
    [SIZE_HOLDS] = "holds", [SIZE_FAILS] = "fails", [SIZE_UNSURE] = "unsure"};

const char *const size_fit_names[] = {[SIZE_NO_NEED] = "no-need",
                                      [SIZE_FITS] = "fits",
                                      [SIZE_SHORT] = "short",
                                      [SIZE_UNDECIDED] = "undecided"};

const char *const size_law_names[] = {[USL_FITS] = "fits",
                                      [USL_TOO_FEW] = "too-few",
                                      [USL_UNKNOWN] = "unknown",
                                      [USL_OFF] = "off",
                                      [USL_VAGUE] = "vague"};
