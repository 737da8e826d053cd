"""Mistakes in ``rate_at(step, steps, warmup, peak, final)``, the more specific ones first."""

import math

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def risen(step, warmup, peak):
    """Climb in a straight line."""
    return peak * (step + 1) / (warmup + 1)


def fallen(done, peak, final):
    """Follow half a cosine; ``done`` goes from 0 to 1."""
    return final + (peak - final) * (1 + math.cos(math.pi * done)) / 2


def share(step, steps, warmup):
    """Say how much of the fall is done."""
    return min((step - warmup) / (steps - warmup), 1)


def right(step, steps, warmup, peak, final):
    """Give the rate that a mistake then spoils."""
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(share(step, steps, warmup), peak, final)


@known_mistake(
    MISTAKES,
    "Your rise starts at 0: peak * step / (warmup + 1). A step at rate 0 is wasted; the first has "
    "number 0, so count step + 1.",
)
def rise_from_zero(step, steps, warmup, peak, final):
    if step < warmup:
        return peak * step / (warmup + 1)
    return right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "Your rise is peak * step / warmup: its first step has rate 0 and is wasted. Use "
    "(step + 1) / (warmup + 1).",
)
def rise_from_zero_to_just_below_the_peak(step, steps, warmup, peak, final):
    return peak * step / warmup if step < warmup else right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "Your rise reaches the peak in its last step, so two steps have the peak: divide by "
    "warmup + 1, and the fall begins with the peak.",
)
def peak_reached_in_the_rise(step, steps, warmup, peak, final):
    if step < warmup:
        return peak * (step + 1) / warmup
    return right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "You leave the rise out: your rate starts at the peak and falls at once.",
)
def no_rise(step, steps, warmup, peak, final):
    return fallen(min(step / steps, 1), peak, final)


@known_mistake(
    MISTAKES,
    "Your rate stays at the peak during the warm-up. It climbs there in a straight line.",
)
def peak_during_the_rise(step, steps, warmup, peak, final):
    return peak if step < warmup else right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "Your rise starts from the final rate. It starts from 0, whose step is left out: "
    "peak * (step + 1) / (warmup + 1).",
)
def rise_from_the_final_rate(step, steps, warmup, peak, final):
    if step < warmup:
        return final + (peak - final) * (step + 1) / (warmup + 1)
    return right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "Your whole numbers are divided with //, which drops all after the point: use /.",
)
def whole_division(step, steps, warmup, peak, final):
    if step < warmup:
        return peak * ((step + 1) // (warmup + 1))
    return fallen(min((step - warmup) // (steps - warmup), 1), peak, final)


@known_mistake(
    MISTAKES,
    "Your fall counts from step 0 and not from the end of the rise, so it begins below the peak. "
    "Done is (step - warmup) / (steps - warmup).",
)
def fall_counted_from_the_start(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(min(step / steps, 1), peak, final)


@known_mistake(
    MISTAKES,
    "Your fall is as long as the whole training and ends {warmup} steps late. The rise takes "
    "{warmup} of the {steps} steps: divide by steps - warmup.",
)
def fall_too_long(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(min((step - warmup) / steps, 1), peak, final)


@known_mistake(
    MISTAKES,
    "Your fall divides by steps - warmup - 1, so it arrives one step early. The final rate belongs "
    "to step number steps, the first after the end.",
)
def fall_ends_one_step_early(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(min((step - warmup) / (steps - warmup - 1), 1), peak, final)


@known_mistake(
    MISTAKES,
    "Your fall begins one step late, with step - warmup - 1. At step = warmup nothing is done yet: "
    "there the cosine is 1 and the rate is the peak.",
)
def fall_begins_one_step_late(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(max(share(step - 1, steps, warmup), 0), peak, final)


@known_mistake(
    MISTAKES,
    "After the end your rate climbs again: a cosine turns round. Keep what is done at 1 at most, "
    "min(done, 1).",
)
def climbs_again_after_the_end(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen((step - warmup) / (steps - warmup), peak, final)


@known_mistake(
    MISTAKES,
    "After the end your rate is 0. It stays at the final rate.",
)
def zero_after_the_end(step, steps, warmup, peak, final):
    return 0.0 if step >= steps else right(step, steps, warmup, peak, final)


@known_mistake(
    MISTAKES,
    "Your fall ends at 0 and not at the final rate. The cosine goes from peak to final: "
    "final + (peak - final) * (1 + cos) / 2.",
)
def final_rate_left_out(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(share(step, steps, warmup), peak, 0)


@known_mistake(
    MISTAKES,
    "Your fall begins at peak + final: the cosine's part has to be peak - final high.",
)
def final_rate_not_subtracted(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return final + fallen(share(step, steps, warmup), peak, 0)


@known_mistake(
    MISTAKES,
    "You cut a cosine to 0 off at the final rate. It is to be squeezed between the two: "
    "final + (peak - final) * (1 + cos) / 2.",
)
def cut_off_at_the_final_rate(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return max(fallen(share(step, steps, warmup), peak, 0), final)


@known_mistake(
    MISTAKES,
    "You leave π out: math.cos takes radians, and half a cosine ends at π.",
)
def pi_left_out(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    done = share(step, steps, warmup)
    return final + (peak - final) * (1 + math.cos(done)) / 2


@known_mistake(
    MISTAKES,
    "Your cosine goes all the way round, with 2π: it falls and climbs again. Half of it, to π, is "
    "the fall.",
)
def a_whole_cosine(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(2 * share(step, steps, warmup), peak, final)


@known_mistake(
    MISTAKES,
    "You take a quarter of a cosine, to π / 2, and not half of it: it falls steeply to the end. "
    "(1 + cos(π done)) / 2 starts and ends gently.",
)
def a_quarter_of_a_cosine(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return final + (peak - final) * math.cos(math.pi / 2 * share(step, steps, warmup))


@known_mistake(
    MISTAKES,
    "Your rate rises after the warm-up: 1 - cos grows. It is 1 + cos.",
)
def cosine_upside_down(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return fallen(1 - share(step, steps, warmup), peak, final)


@known_mistake(
    MISTAKES,
    "You leave out the half: 1 + cos goes from 2 to 0, so the fall begins at nearly twice the "
    "peak.",
)
def half_left_out(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return final + (peak - final) * (1 + math.cos(math.pi * share(step, steps, warmup)))


@known_mistake(
    MISTAKES,
    "Your rate falls in a straight line. It has to follow half a cosine: (1 + cos(π done)) / 2.",
)
def straight_fall(step, steps, warmup, peak, final):
    if step < warmup:
        return risen(step, warmup, peak)
    return peak + (final - peak) * share(step, steps, warmup)


@known_mistake(
    MISTAKES,
    "You count step number warmup to the rise, with <=, and there the rate is higher than the "
    "peak. The steps of the rise are 0 to warmup - 1.",
)
def rise_one_step_too_long(step, steps, warmup, peak, final):
    if step <= warmup:
        return peak * (step + 1) / max(warmup, 1)
    return fallen(share(step, steps, warmup), peak, final)
