"""The gateway 网关: what vehicle terminals (JT/T 808) send, onto the bus.

A connection only gathers bytes. Twenty times a second everything that came in is cut, checked and
read as columns, goes to the bus as batches, and is answered when the bus has stored it. A frame
that cannot be used is kept with its reason and never ends a connection.
"""
