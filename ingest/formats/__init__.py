"""Outlines of texts that are not programs: documents, configuration, schemas, build files, notebooks and diagrams as text."""
