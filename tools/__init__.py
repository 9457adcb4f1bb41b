"""Programs that keep the house: they read the repository and are no part of the product."""
