"""How `microgrand train` trains unless it is told otherwise."""

EPOCHS = 100
L2 = 1.0  # without a penalty, separable data have no optimum
SEED = 1
TEST_SHARE = 0.2
