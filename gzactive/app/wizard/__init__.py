"""The import wizard: images, tables or both become a project, with everything shown first."""
