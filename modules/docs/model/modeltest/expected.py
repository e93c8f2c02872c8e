"""Writes expected.csv: records with what both models answer for them, computed apart from the Go code.

It works with decimal numbers of 60 digits, so its answers are exact to the last digit of a float. It needs the
standard library only.

    python3 expected.py ../weights.txt > expected.csv
"""

import sys
from decimal import Decimal, getcontext

getcontext().prec = 60


def read_weights(path):
    """Gives the lines of the classes, by name and in order, and the line of the number."""
    classes, number = {}, None
    with open(path, encoding="utf-8") as file:
        for text in file:
            if text.startswith("#"):
                continue
            name, *numbers = text.split()
            # Go reads a weight as a float, so the weight is that float and not the decimal number in the file.
            numbers = [Decimal(float(n)) for n in numbers]
            if name == "number":
                number = numbers
            else:
                classes[name.removeprefix("class:")] = numbers
    return classes, number


def line(weights, features):
    bias, *slopes = weights
    return bias + sum(w * Decimal(x) for w, x in zip(slopes, features))


def records():
    """Gives records by hand, for the edges, and records spread over the space by a linear congruence."""
    yield from [
        (0.0, 0.0, 0.0, 0.0),
        (-0.0, 1.0, -1.0, 0.5),
        (1.5, -0.5, 0.0, 0.5),
        (-1.0, 1.0, 0.5, 0.0),
        (0.0, -0.5, -1.5, -0.5),
        (5.0, 5.0, 5.0, 5.0),
        (-60.0, 60.0, 60.0, -60.0),
        (300.0, -300.0, 300.0, 300.0),
        (1e-300, 5e-324, -1e-300, 0.0),
        (1e6, 1e6, 1e6, 1e6),
    ]
    state = 2026
    for _ in range(30):
        features = []
        for _ in range(4):
            state = (state * 1103515245 + 12345) % 2**31
            features.append(state / 2**31 * 8 - 4)
        yield tuple(features)


def main():
    classes, number = read_weights(sys.argv[1])
    print("f0,f1,f2,f3,class," + ",".join(classes) + ",number")
    for features in records():
        powers = {name: line(weights, features).exp() for name, weights in classes.items()}
        total = sum(powers.values())
        best = max(powers, key=powers.get)
        cells = [repr(x) for x in features] + [best]
        cells += [repr(float(p / total)) for p in powers.values()] + [repr(float(line(number, features)))]
        print(",".join(cells))


main()
