"""The ``cpms`` command: one module a verb.

A verb is a module here without a leading underscore. Its docstring's first line is what
``./cpms help`` says of it. It offers ``arguments(parser)`` and ``run(options) -> int``, the
exit status. What several verbs share stands in modules with a leading underscore.
"""
