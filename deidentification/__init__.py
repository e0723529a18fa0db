"""De-identification: what in a session could say who spoke, and what stands in its place.

Nothing here imports Streamlit or SQL, and importing the package loads no model: spaCy and
Presidio are imported by :meth:`deidentification.engine.Engine.load`, in a worker process.
"""
