"""The pages, a module a group. Each route names its `Access` and calls casework; none holds a rule."""
