"""The live day of the demo district: its people and vehicles, seen from outside the platform.

Nothing here knows Django or the database. Vehicles are JT/T 808 terminals at the gateway, people
sign in and use the pages and the API, as they would from a phone. What they know of the district
(``World``) was written by the demo load.
"""
