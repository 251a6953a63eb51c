"""Tests of the demo engine."""
