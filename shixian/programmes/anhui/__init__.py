"""Anhui 安徽省: one module per regulation, each to be read beside its text."""
