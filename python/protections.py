"""How updates of sites are protected; both apps read it, so it is one for all."""

# Masks updates so that the server sees their sum alone (SecAgg+); for 3 sites or more.
SECURE_AGGREGATION = True

# Differential privacy of a whole site: updates are clipped at the site to "fixed" or
# "adaptive" norms and the server adds noise to their mean; "none": there is no bound on
# what the network tells. The numbers are in pyproject.toml.
CLIPPING = "none"
