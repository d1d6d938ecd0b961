"""How fast it is, as ratios measured in one run: ``make bench``. One module a thing that is measured."""
