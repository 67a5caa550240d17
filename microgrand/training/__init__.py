"""Training networks: samples from CSV files, gradient descent on the cost, models as files, the whole job."""
