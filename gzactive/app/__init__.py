"""The desktop app: Qt, and nothing but Qt."""
