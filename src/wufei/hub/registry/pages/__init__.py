"""List, detail, edit, import and export of the ten registers, by declaration."""
