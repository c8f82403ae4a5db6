"""What people see: views, forms, templates, static files; no domain rules."""
