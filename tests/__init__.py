"""Tests of c9d."""
