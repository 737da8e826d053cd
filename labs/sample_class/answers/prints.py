"""Right, with print statements left in: some megabytes of them."""

# %% dense_forward
print("dense_forward: defining ...")


def dense_forward(x, w, b):
    for step in range(5000):
        print("step", step, "of 5000, so far so good")
    return x @ w + b
