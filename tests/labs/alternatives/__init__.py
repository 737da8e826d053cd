"""Right solutions in other styles, one module a lab; the package that learners install has none."""


def entering(bank):
    """Give a decorator that enters a right solution of an exercise into ``bank``."""

    def alternative(exercise):
        def enter(function):
            bank.setdefault(exercise, []).append(function)
            return function

        return enter

    return alternative
