"""What the tasks of hetal_training.py do. Airflow puts the folder of the DAGs on Python's path."""
