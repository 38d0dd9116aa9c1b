#!/usr/bin/env python3
"""What src/stats/shift.c and change_points.c have to find, by the definitions and brute force.

Prints one data set a line, with what is expected of it, for tests/unit/test_oracle.c:
    paired CONFIDENCE n differences ESTIMATE LOW HIGH P
    unpaired CONFIDENCE m n a b ESTIMATE LOW HIGH P
    cut n values INDEX
Nothing is shared with the C code: p values come from all signs and all deals, an interval from
asking the test about one shift in each gap between those at which its statistic changes. All values
are whole numbers over a power of two, so that sums and halves are exact. Debian's
python3-minimal is enough.
"""

import functools
import itertools
import random

EPSILON = 1e-12


def mean_ranks(values):
    """The rank of each, equal ones the mean of theirs."""
    ordered = sorted(values)
    return [ordered.index(v) + (ordered.count(v) + 1) / 2 for v in values]


def median(values):
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def share(outcomes, wanted):
    return sum(1 for outcome in outcomes if wanted(outcome)) / len(outcomes)


def sums_of_signs(ranks):
    return [sum(r for r, up in zip(ranks, signs) if up)
            for signs in itertools.product((False, True), repeat=len(ranks))]


def sums_of_deals(ranks, dealt):
    return [sum(hand) for hand in itertools.combinations(ranks, dealt)]


def far(outcomes, seen):
    """Two-sided p: as far from the mean of all outcomes as was seen."""
    middle = sum(outcomes) / len(outcomes)
    return share(outcomes, lambda outcome: abs(outcome - middle) >= abs(seen - middle) - EPSILON)


def paired_p(differences):
    kept = [d for d in differences if d != 0]
    if not kept:
        return 1.0
    ranks = mean_ranks([abs(d) for d in kept])
    return far(sums_of_signs(ranks), sum(r for r, d in zip(ranks, kept) if d > 0))


def unpaired_p(a, b):
    ranks = mean_ranks(a + b)
    return far(sums_of_deals(ranks, len(b)), sum(ranks[len(a):]))


@functools.lru_cache(maxsize=None)
def tails_of_signs(count):
    outcomes = sums_of_signs(range(1, count + 1))
    return {t: (share(outcomes, lambda o: o <= t), share(outcomes, lambda o: o >= t))
            for t in set(outcomes)}


@functools.lru_cache(maxsize=None)
def tails_of_deals(a_count, b_count):
    least = b_count * (b_count + 1) // 2
    outcomes = [s - least for s in sums_of_deals(range(1, a_count + b_count + 1), b_count)]
    return {t: (share(outcomes, lambda o: o <= t), share(outcomes, lambda o: o >= t))
            for t in set(outcomes)}


def hull(steps, statistic, tails, confidence):
    """The shifts that the test does not reject: its statistic changes at the steps only."""
    steps = sorted(set(steps))
    ends = [float("-inf")] + steps + [float("inf")]
    inside = [steps[0] - 1] + [(x + y) / 2 for x, y in zip(steps, steps[1:])] + [steps[-1] + 1]
    allowed = (1 - confidence) / 2 + EPSILON
    kept = [i for i, shift in enumerate(inside) if min(tails[statistic(shift)]) > allowed]
    # Ties: at the step itself nothing is rejected that is not on both sides of it.
    if not kept:
        kept_at = [i for i, t in enumerate(inside) if tails[statistic(t)][1] <= allowed]
        return steps[max(kept_at)], steps[max(kept_at)]
    return ends[kept[0]], ends[kept[-1] + 1]


def signed_rank(differences, shift):
    apart = [d - shift for d in differences]
    ranks = mean_ranks([abs(x) for x in apart])
    return round(sum(r for r, x in zip(ranks, apart) if x > 0))


def paired(differences, confidence):
    walsh = [(x + y) / 2
             for x, y in itertools.combinations_with_replacement(differences, 2)]
    low, high = hull(walsh, lambda shift: signed_rank(differences, shift),
                     tails_of_signs(len(differences)), confidence)
    return median(walsh), low, high, paired_p(differences)


def unpaired(a, b, confidence):
    apart = [y - x for x in a for y in b]
    low, high = hull(apart, lambda shift: sum(y - shift > x for x in a for y in b),
                     tails_of_deals(len(a), len(b)), confidence)
    return median(apart), low, high, unpaired_p(a, b)


def mean_distance(pairs):
    pairs = list(pairs)
    return sum(abs(x - y) for x, y in pairs) / len(pairs)


def best_cut(values, least):
    """Where the scaled energy distance of both parts is largest."""
    def distance(at):
        left, right = values[:at], values[at:]
        return len(left) * len(right) / len(values) * (
            2 * mean_distance(itertools.product(left, right))
            - mean_distance(itertools.combinations(left, 2))
            - mean_distance(itertools.combinations(right, 2)))
    return max(range(least, len(values) - least + 1), key=distance)


def draw(chance, count, kind, shift):
    """kind 0: without ties; 1: with some; 2: with many, and zeros."""
    grain, width = ((1 << 20, 1.0), (8, 2.0), (1, 2.0))[kind]
    return [round((chance.gauss(0, width) + shift) * grain) / grain for _ in range(count)]


def line(*words):
    print(*(repr(w) if isinstance(w, float) else w for w in words))


def main():
    chance = random.Random(5)
    for i in range(110):
        count = 12 if i < 4 else chance.randint(1, 10)
        confidence = chance.choice((0.5, 0.8, 0.9, 0.95, 0.98, 0.99))
        values = draw(chance, count, i % 3, chance.choice((0, 0, 1, -2)))
        line("paired", confidence, count, *values, *paired(values, confidence))
    for i in range(110):
        a_count, b_count = chance.randint(1, 6), chance.randint(1, 6)
        confidence = chance.choice((0.5, 0.8, 0.9, 0.95, 0.98, 0.99))
        a = draw(chance, a_count, i % 3, 0)
        b = draw(chance, b_count, i % 3, chance.choice((0, 0, 1, -2)))
        line("unpaired", confidence, a_count, b_count, *a, *b, *unpaired(a, b, confidence))
    for i in range(40):
        before, after = chance.randint(10, 25), chance.randint(10, 25)
        values = draw(chance, before, i % 3, 0) + draw(chance, after, i % 3, 6)
        line("cut", len(values), *values, best_cut(values, 4))


main()
