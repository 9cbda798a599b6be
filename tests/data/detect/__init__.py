"""Tests of studio.data.detect: what a table is for and which column plays which role."""
