"""The browser libraries, served as they ship."""

# Prefix under /static/vendor/, folder in node_modules, and the files we use (the packages hold
# thousands more).
LIBRARIES = (
    (
        "tabler",
        "@tabler/core/dist",
        ("css/tabler.min.css", "css/tabler-vendors.min.css", "js/tabler.min.js"),
    ),
    (
        "icons",
        "@tabler/icons-webfont/dist",
        (
            "tabler-icons.min.css",
            "fonts/tabler-icons.woff2",
            "fonts/tabler-icons.woff",
            "fonts/tabler-icons.ttf",
        ),
    ),
    ("htmx", "htmx.org/dist", ("htmx.min.js",)),
    ("echarts", "echarts/dist", ("echarts.min.js",)),
    (
        "maplibre",
        "maplibre-gl/dist",
        ("maplibre-gl-csp.js", "maplibre-gl-csp-worker.js", "maplibre-gl.css"),
    ),
    ("pmtiles", "pmtiles/dist", ("pmtiles.js",)),
    ("qr-scanner", "qr-scanner", ("qr-scanner.min.js", "qr-scanner-worker.min.js")),
)
