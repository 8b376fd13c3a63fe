"""Zhejiang 浙江省."""
