"""The rhythm of the worker: APScheduler and the job table."""
