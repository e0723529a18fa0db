"""Shares: handing named sessions' de-identified responses to one recipient for one purpose."""
