"""The gate: sign-in, per-message checks, headers, deep links, our own routes.

The only place that touches Streamlit's internals.
"""
