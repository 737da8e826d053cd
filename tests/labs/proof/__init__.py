"""The graders of the labs, proved: wrong answers are caught and named, right ones accepted.

``banks``    every mistake, every alternative and every solution of the labs, to be judged
``graders``  judges them all over many seeds: ``make graders``
``mutants``  changes the solutions one small piece at a time: ``make mutants``
"""
