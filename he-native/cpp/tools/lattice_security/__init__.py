"""Estimates the security of the two secrets with the public lattice estimator, and tests the tables of parameters.cpp."""
