"""What every room stands on: the app, who may come in, what a refusal looks like, templates and static files."""
