"""Tests of letters to participants."""
