"""Forms as tables: Excel template, import and export, made from the declaration."""
