"""The rules, in pure Python: no Streamlit, no SQL, no clock of its own."""
