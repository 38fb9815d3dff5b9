"""What readers get, read from the database: one function a page, which returns all of it."""
