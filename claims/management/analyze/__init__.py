"""What `manage.py analyze` does between its door and the pipeline: lines in, answers out, no database."""
